#include "sink/proto_tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* Node 0 is the root above depth 0; no other node is its own parent. */
struct node {
    const char *name;
    struct weir_sum sum;
    size_t parent;
    size_t child; /* the first of a list, 0: none */
    size_t next;  /* in the parent's list, 0: the end */
    bool told;
};

struct builder {
    struct node *nodes;
    size_t count;
    size_t capacity;
    weir_name_fn *name;
    bool failed;
};

static size_t add_node(struct builder *b, size_t parent, const char *name)
{
    if (b->count == b->capacity) {
        size_t capacity = b->capacity == 0 ? 64 : 2 * b->capacity;
        struct node *nodes = reallocarray(b->nodes, capacity, sizeof *b->nodes);
        if (nodes == NULL) {
            b->failed = true;
            return 0;
        }
        b->nodes = nodes;
        b->capacity = capacity;
    }
    size_t at = b->count++;
    b->nodes[at] = (struct node){.name = name, .parent = parent};
    if (at != 0) {
        b->nodes[at].next = b->nodes[parent].child;
        b->nodes[parent].child = at;
    }
    return at;
}

static size_t count_child(struct builder *b, size_t parent, const char *name,
                          struct weir_sum sum)
{
    if (*name == '\0')
        name = "unknown";
    size_t at = b->nodes[parent].child;
    while (at != 0 && strcmp(b->nodes[at].name, name) != 0)
        at = b->nodes[at].next;
    if (at == 0)
        at = add_node(b, parent, name);
    if (b->failed)
        return 0;
    b->nodes[at].sum.frames += sum.frames;
    b->nodes[at].sum.bytes += sum.bytes;
    return at;
}

static void on_path(void *context, weir_path path, struct weir_sum sum,
                    int overflow)
{
    struct builder *b = context;
    if (b->failed)
        return;
    if (overflow != 0 || path == 0) {
        count_child(b, 0, overflow != 0 ? "other" : "", sum);
        return;
    }
    size_t at = 0;
    for (; path != 0 && !b->failed; path >>= 8)
        at = count_child(b, at, b->name((uint8_t)(path & 0xff)), sum);
}

static bool before(const struct node *a, const struct node *b)
{
    if (a->sum.frames != b->sum.frames)
        return a->sum.frames > b->sum.frames;
    if (a->sum.bytes != b->sum.bytes)
        return a->sum.bytes > b->sum.bytes;
    return strcmp(a->name, b->name) < 0;
}

static size_t next_child(const struct builder *b, size_t parent)
{
    size_t best = 0;
    for (size_t at = b->nodes[parent].child; at != 0; at = b->nodes[at].next)
        if (!b->nodes[at].told &&
            (best == 0 || before(&b->nodes[at], &b->nodes[best])))
            best = at;
    return best;
}

static void tell(struct builder *b, struct weir_proto_tree *out)
{
    size_t at = 0;
    uint32_t depth = 0;
    for (;;) {
        size_t child = next_child(b, at);
        if (child != 0) {
            b->nodes[child].told = true;
            out->rows[out->count++] = (struct weir_proto_row){
                .name = b->nodes[child].name,
                .sum = b->nodes[child].sum,
                .depth = depth++,
            };
            at = child;
        } else if (at != 0) {
            at = b->nodes[at].parent;
            depth--;
        } else {
            return;
        }
    }
}

int weir_proto_tree_open(struct weir_proto_tree *out,
                         const struct weir_summary *summary, weir_name_fn *name,
                         struct weir_err *err)
{
    *out = (struct weir_proto_tree){0};
    struct builder b = {.name = name};
    struct weir_proto_row *rows = NULL;
    add_node(&b, 0, "");
    if (!b.failed)
        weir_summary_paths(summary, on_path, &b);
    if (!b.failed && b.nodes != NULL)
        rows = calloc(b.count, sizeof *rows);
    if (rows == NULL) {
        free(b.nodes);
        return weir_err_set(err, -ENOMEM, "no memory for the protocols");
    }
    out->rows = rows;
    tell(&b, out);
    free(b.nodes);
    return 0;
}

void weir_proto_tree_close(struct weir_proto_tree *tree)
{
    free(tree->rows);
    *tree = (struct weir_proto_tree){0};
}

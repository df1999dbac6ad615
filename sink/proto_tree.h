#ifndef WEIR_SINK_PROTO_TREE_H
#define WEIR_SINK_PROTO_TREE_H

/* proto_tree: the paths of a summary as the protocol hierarchy.
 *
 * The rows are the tree in reading order: each row is followed by what it
 * carried, one deeper, most frames first.  A row counts its own frames and
 * those of all rows under it, so the rows of depth 0 add up to the summary's
 * total.  Frames without a layer that we know are "unknown"; those whose path
 * found no room in the summary are "other"; two protocols of one name (sll)
 * are one row.
 *
 * Owner     the caller closes it; names are borrowed from the name function.
 * Threads   one at a time. */

#include <stddef.h>
#include <stdint.h>

#include "ring/summary.h"

struct weir_err;

#define WEIR_PROTO_DEPTH_MAX 8

typedef const char *weir_name_fn(uint8_t number); /* "" if unknown */

struct weir_proto_row {
    const char *name;
    struct weir_sum sum;
    uint32_t depth; /* < WEIR_PROTO_DEPTH_MAX */
};

struct weir_proto_tree {
    struct weir_proto_row *rows;
    size_t count;
};

/* weir_proto_tree_open: returns 0 or -ENOMEM; *out is empty on an error. */
int weir_proto_tree_open(struct weir_proto_tree *out,
                         const struct weir_summary *summary, weir_name_fn *name,
                         struct weir_err *err);
void weir_proto_tree_close(struct weir_proto_tree *tree);

#endif

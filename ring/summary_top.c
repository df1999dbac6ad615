#include "ring/summary_top.h"

#include <stdbool.h>
#include <string.h>

#include "ring/summary_sum.h"

/* The order of the list: greatest first, and never by chance. */
static bool before(const struct weir_talker *a, const struct weir_talker *b)
{
    if (sum_less(b->sum, a->sum))
        return true;
    if (sum_less(a->sum, b->sum))
        return false;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return memcmp(a->address, b->address, sizeof a->address) < 0;
}

/* A heap whose root is the last in order of the n talkers in it. */
static void sift_down(struct weir_talker *heap, size_t n, size_t at)
{
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && before(&heap[child], &heap[child + 1]))
            child++;
        if (!before(&heap[at], &heap[child]))
            return;
        struct weir_talker t = heap[at];
        heap[at] = heap[child];
        heap[child] = t;
        at = child;
    }
}

static void sort(struct weir_talker *heap, size_t n)
{
    for (size_t left = n; left > 1; left--) {
        struct weir_talker t = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = t;
        sift_down(heap, left - 1, 0);
    }
}

static void make_heap(struct weir_talker *heap, size_t n)
{
    for (size_t at = n / 2; at-- > 0;)
        sift_down(heap, n, at);
}

void top_offer(struct top *top, const struct weir_talker *talker)
{
    if (top->n < top->max) {
        top->out[top->n++] = *talker;
        if (top->n == top->max)
            make_heap(top->out, top->n);
    } else if (top->max > 0 && before(talker, &top->out[0])) {
        sum_add(&top->other, top->out[0].sum);
        top->out[0] = *talker;
        sift_down(top->out, top->n, 0);
    } else {
        sum_add(&top->other, talker->sum);
    }
}

size_t top_finish(struct top *top)
{
    if (top->n < top->max)
        make_heap(top->out, top->n);
    sort(top->out, top->n);
    return top->n;
}

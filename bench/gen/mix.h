#ifndef WEIR_BENCH_GEN_MIX_H
#define WEIR_BENCH_GEN_MIX_H

/* mix: the sizes of frames, and how often each comes.
 *
 * Units     bytes of a frame without its check sequence.
 * Threads   any.
 * Errors    -EINVAL or what the file's reading gave, with words: the file's
 *           name and the line's number. */

#include <stdint.h>

struct weir_err;

#define WEIR_MIX_SIZE_MIN  60u
#define WEIR_MIX_SIZE_MAX  9014u
#define WEIR_MIX_PARTS_MAX 256

struct weir_mix {
    uint32_t count;
    struct weir_mix_part {
        uint32_t size;
        uint32_t weight; /* 1 to 1000000000 */
    } parts[WEIR_MIX_PARTS_MAX];
};

/* weir_mix_parse: a size; "imix" (60, 590 and 1514 bytes at 7:4:1, where the
 * first is size_min if that is more); or a file of lines "SIZE WEIGHT", in
 * which empty lines and what follows a # do not count.  No size is less than
 * size_min: what the headers and the mark need. */
int weir_mix_parse(struct weir_mix *out, const char *spec, uint32_t size_min,
                   struct weir_err *err);

#endif

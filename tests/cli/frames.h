#ifndef WEIR_TESTS_CLI_FRAMES_H
#define WEIR_TESTS_CLI_FRAMES_H

/* frames: hand-made frames of every layer, and what is printed for each.
 *
 * Threads   any: nothing is written to. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "dissect/dissect.h"
#include "ring/frame.h"

struct test_frame {
    const char *name;
    uint16_t linktype;
    uint32_t caplen;
    uint32_t len;
    const char *hex;  /* the frame's bytes; zeros follow up to caplen */
    const char *text; /* the line, behind the time */
    const char *json; /* the object, behind "caplen"; quotes are single */
};

/* test_frame_at: from 0 on; NULL behind the last. */
const struct test_frame *test_frame_at(size_t i);
size_t test_frames_count(void);

/* test_frame_bytes: the first caplen bytes in memory of exactly that size
 * (at least 1), from malloc. */
uint8_t *test_frame_bytes(const struct test_frame *test, uint32_t caplen);

/* How a test calls what it tests. */
typedef int test_frame_print(FILE *out, const struct weir_frame *frame,
                             uint16_t linktype,
                             const struct weir_dissection *dissection);

/* test_frame_line: what is printed of the frame, cut to caplen bytes; from
 * malloc. */
char *test_frame_line(const struct test_frame *test, uint32_t caplen,
                      int64_t time_ns, uint16_t flags, test_frame_print *print);

#endif

#ifndef WEIR_TESTS_CLI_FRAMES_H
#define WEIR_TESTS_CLI_FRAMES_H

/* frames: hand-made frames of every layer, and what is printed for each. */

#include <stddef.h>
#include <stdint.h>

struct test_frame {
    const char *name;
    uint16_t linktype;
    uint32_t caplen;
    uint32_t len;
    const char *hex;  /* the frame's bytes; zeros follow up to caplen */
    const char *text; /* the line, behind the time */
    const char *json; /* the object, behind "caplen"; quotes are single */
};

extern const struct test_frame test_frames[];
extern const size_t test_frames_count;

/* test_frame_bytes: the first caplen bytes in memory of exactly that size
 * (at least 1), from malloc. */
uint8_t *test_frame_bytes(const struct test_frame *test, uint32_t caplen);

#endif

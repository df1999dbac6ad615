#ifndef WEIR_TESTS_PIPELINE_READER_RIG_H
#define WEIR_TESTS_PIPELINE_READER_RIG_H

/* reader_rig: made files (tests/capture/file_rig.h) in a reader.
 *
 * Threads   one.
 * Errors    what should not be asserts (Criterion's). */

#include <stdint.h>

#include "pipeline/reader.h"
#include "tests/capture/file_rig.h"

struct reader_rig {
    struct weir_reader *reader;
    int fd; /* of the memory file */
    char path[64];
    struct weir_err err;
};

/* reader_rig_open: the first n bytes; of config the path is the rig's.
 * Returns weir_reader_open's. */
int reader_rig_open(struct reader_rig *rig, const struct made *made, size_t n,
                    struct weir_reader_config config);
void reader_rig_close(struct reader_rig *rig);

/* reader_rig_expect: next says so. */
void reader_rig_expect(struct reader_rig *rig, int answer);

/* reader_rig_frame: next gives the frame that made_frame(number, caplen)
 * is. */
const struct weir_frame *reader_rig_frame(struct reader_rig *rig,
                                          uint32_t number, uint32_t caplen);

/* reader_rig_pcap: n frames of 60 bytes, the i-th made_frame(i, 60) at second
 * i. */
void reader_rig_pcap(struct made *made, uint32_t n);

#endif

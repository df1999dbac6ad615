#ifndef WEIR_TESTS_SINK_FRAMES_H
#define WEIR_TESTS_SINK_FRAMES_H

/* frames: made-up frames, the batches they travel in, and the files that
 * come of them, read by a parser of the tests' own.
 *
 * Threads   one at a time.
 * Errors    whatever should not be prints a line and aborts. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/batch.h"
#include "sink/encode.h"

/* test_batch: n frames encoded into a chunk of a batch that is allocated to
 * the byte; free with test_batch_free. */
struct weir_batch *test_batch(enum weir_format format,
                              const struct weir_ifaces *ifaces,
                              const struct weir_frame *frames, uint32_t n);
/* test_batch_with: the same, and room for `spare` bytes more in the chunk,
 * as in the pool's. */
struct weir_batch *test_batch_with(enum weir_format format,
                                   const struct weir_ifaces *ifaces,
                                   const struct weir_frame *frames, uint32_t n,
                                   uint32_t spare);
void test_batch_free(struct weir_batch *batch);

/* test_ifaces: a table with n Ethernet interfaces, each with its number in
 * its name; free with free(). */
struct weir_ifaces *test_ifaces(uint32_t n, uint32_t snaplen);

/* What a file holds. */
struct test_record {
    uint64_t offset; /* in the file */
    uint32_t bytes;
    uint32_t iface;
    uint32_t flags;     /* epb_flags */
    uint64_t dropcount; /* epb_dropcount */
    bool simple;
    int64_t time_ns;
    uint32_t caplen;
    uint32_t len;
    const uint8_t *data;
};

struct test_file {
    uint8_t *bytes;
    uint64_t size;
    bool pcapng;
    uint32_t magic;
    uint32_t network; /* pcap: the link type word */
    uint32_t snaplen;
    uint32_t ifaces;   /* pcapng: declared */
    uint32_t trailers; /* pcapng: statistics blocks, all at the end */
    uint32_t reports;  /* statistics blocks elsewhere */
    uint32_t paddings; /* custom blocks */
    uint64_t usrdeliv; /* of the last of those, UINT64_MAX: none */
    uint64_t osdrop;
    uint64_t ifrecv;
    struct {
        uint64_t usrdeliv;
        uint64_t osdrop;
    } own[4]; /* of the first interfaces, as the above */
    char os[128];
    char userappl[64];
    char name[64];   /* of interface 0 */
    char filter[64]; /* of interface 0, without its first byte */
    uint32_t records_count;
    struct test_record *records;
};

/* test_file_read: false if it is not there.  What is not whole, or names an
 * interface that is not declared, aborts. */
bool test_file_read(struct test_file *file, const char *path);
void test_file_parse(struct test_file *file, uint8_t *bytes, uint64_t size);
void test_file_free(struct test_file *file);

/* test_dir: a new folder for the test's files, removed with all that is in
 * it by test_dir_remove. */
const char *test_dir(void);
void test_dir_remove(void);

/* test_path: that name in the folder; the text is good for eight calls. */
const char *test_path(const char *name);

/* test_names: the folder's files, sorted; returns how many. */
#define TEST_NAMES_MAX 4096
uint32_t test_names(char names[][256], uint32_t max);

#endif

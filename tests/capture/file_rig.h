#ifndef WEIR_TESTS_CAPTURE_FILE_RIG_H
#define WEIR_TESTS_CAPTURE_FILE_RIG_H

/* file_rig: capture files put together by hand, and what a source makes of
 * them.
 *
 * A made file is bytes in memory that go into a memfd, which has a path of
 * its own (regular file), or into a pipe.  What a source gives is copied
 * into a list; every lease is walked twice, the second time in an exact-size
 * copy, so that asan sees what is read behind it.
 *
 * Threads   one.
 * Errors    what cannot fail aborts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "capture/source.h"

struct made {
    uint8_t *bytes;
    size_t n;
    size_t room;
    bool swapped; /* numbers are put in the other byte order */
};

void made_free(struct made *made);
void made_bytes(struct made *made, const void *bytes, size_t n);
void made_zeros(struct made *made, size_t n);
void made_16(struct made *made, uint16_t v);
void made_32(struct made *made, uint32_t v);
void made_64(struct made *made, uint64_t v);

/* pcap. */
void made_pcap(struct made *made, uint32_t magic, uint16_t minor,
               uint32_t snaplen, uint32_t link);
void made_record(struct made *made, uint32_t seconds, uint32_t fraction,
                 const void *data, uint32_t caplen, uint32_t len);

/* pcapng.  options: a list that has been put together, or NULL. */
void made_shb(struct made *made);
void made_idb(struct made *made, uint16_t linktype, uint32_t snaplen,
              const struct made *options);
void made_option(struct made *made, uint16_t code, const void *value,
                 uint16_t n);
void made_epb(struct made *made, uint32_t iface, uint64_t stamp,
              const void *data, uint32_t caplen, uint32_t len,
              const struct made *options);
void made_pb(struct made *made, uint16_t iface, uint64_t stamp,
             const void *data, uint32_t caplen, uint32_t len);
void made_spb(struct made *made, const void *data, uint32_t caplen,
              uint32_t len);
void made_block(struct made *made, uint32_t type, const void *body, uint32_t n);

/* made_frame: caplen bytes that differ from frame to frame; valid until the
 * next call. */
const uint8_t *made_frame(uint32_t number, uint32_t caplen);

/* made_memfd: the first n bytes as a regular file; its path is good as long
 * as the fd that this returns is open. */
int made_memfd(const struct made *made, size_t n, char path[64]);

/* What came out. */
struct seen_frame {
    int64_t time_ns;
    uint32_t caplen;
    uint32_t len;
    uint16_t iface;
    uint16_t flags;
    size_t data; /* offset in seen.bytes */
};

struct seen {
    struct seen_frame *frames;
    size_t count;
    size_t room;
    struct made bytes;
    size_t leases;
    uint32_t lease_frames_max;
    uint32_t ifaces_count;
    struct weir_iface ifaces[WEIR_IFACES_MAX];
    struct weir_err err;
};

void seen_free(struct seen *seen);
bool seen_same(const struct seen *a, const struct seen *b);

/* seen_source: reads to the end, holding `held` leases at a time and taking
 * them home in mixed order.  Returns what next said last (an error, END or
 * WAIT).  The source is not closed. */
int seen_source(struct seen *seen, struct weir_source *source, uint32_t held);

/* seen_made: the first n bytes of a made file, opened with blocks of
 * block_bytes, read and closed.  Returns as seen_source, or open's error. */
int seen_made(struct seen *seen, const struct made *made, size_t n,
              uint32_t block_bytes);

#endif

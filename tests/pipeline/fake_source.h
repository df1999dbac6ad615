#ifndef WEIR_TESTS_PIPELINE_FAKE_SOURCE_H
#define WEIR_TESTS_PIPELINE_FAKE_SOURCE_H

/* fake_source: a source that does what a seed tells it.
 *
 * It lays down Ethernet frames that say which they are (fake.h); says WAIT at
 * random, ends after so many frames, fails, or is a live kernel that drops;
 * its interfaces have different link types.  One that knows of fates filters
 * and cuts as a kernel does: a new program goes for frames from some later one
 * on, what comes before has passed the old one, and sometimes it takes none.
 *
 * Threads   used by one at a time, like a real one. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source.h"
#include "tests/pipeline/fake.h"

struct fake_source_config {
    uint64_t seed;
    uint8_t lane; /* below FAKE_LANES */
    uint32_t leases;
    uint32_t block_bytes;
    uint64_t frames;  /* ends behind them */
    uint64_t fail_at; /* fails at this frame; UINT64_MAX: never */
    uint32_t frames_per_lease_max;
    uint32_t wait_percent;   /* how often next says WAIT */
    bool live;               /* drops some, and holds some at a cut */
    const int64_t *clock_ns; /* if not NULL, frames are stamped by it, */
    bool real_clock;         /* likewise, by CLOCK_REALTIME, */
    int64_t hold_ns;         /* not earlier than so long before */
    bool second_iface;       /* every 7th frame is of another link type */
    bool filtered; /* every 4th frame is not wanted, but of the second */
    enum weir_records records; /* OTHER, or one of pcap's: of one interface */
    bool in_place;             /* others can be turned to pcapng */
    struct fake_fates *fates;  /* NULL: it has no kernel that filters */
};

/* What its kernel says when it takes no program. */
#define FAKE_NO_MEMORY "fake: no memory for a filter"

struct fake_source;
struct weir_source *fake_source_open(const struct fake_source_config *config);

/* fake_source_made: frames that it or its kernel was done with; used by one
 * thread. */
uint64_t fake_source_made(const struct weir_source *source);

/* fake_source_wait: what wait_put was last told, -1: nothing; used by one
 * thread. */
int64_t fake_source_wait(const struct weir_source *source);

/* fake_source_turned: leases that were turned; used by one thread. */
uint64_t fake_source_turned(const struct weir_source *source);
void fake_source_close(struct weir_source *source);

#endif

#ifndef WEIR_TESTS_SINK_DUMP_RIG_H
#define WEIR_TESTS_SINK_DUMP_RIG_H

/* dump_rig: a dump with a handle around it that is nothing else, and
 * libpcap's view of what it wrote.
 *
 * Threads   one.
 * Errors    what should not be asserts (Criterion's). */

#include <stdbool.h>
#include <stdint.h>

#include "ring/guard.h"
#include "ring/iface.h"
#include "sink/dump_impl.h"
#include "tests/sink/frames.h"

struct dump_rig {
    struct weir_guard guard;
    struct weir_ifaces *ifaces;
    struct weir_dump dump;
    struct weir_err err;
};

/* dump_rig_open: of the first n of these link types.  dump_rig_ethernet: of
 * one, and in a new folder of the test's (test_dir).  dump_rig_close: an open
 * dump is closed; it must not fail. */
void dump_rig_open(struct dump_rig *rig, const uint16_t *linktypes, uint32_t n);
void dump_rig_ethernet(struct dump_rig *rig);
void dump_rig_close(struct dump_rig *rig);

/* dump_rig_open_as, dump_rig_try: what the dump says to a file of that name in
 * the test's folder, and to a frame.  dump_rig_start, dump_rig_put,
 * dump_rig_end: it opens, takes, closes.  dump_rig_read: the file then. */
int dump_rig_open_as(struct dump_rig *rig, const char *name,
                     enum weir_format format);
int dump_rig_try(struct dump_rig *rig, const struct weir_frame *frame,
                 const struct weir_dump_time *time);
void dump_rig_start(struct dump_rig *rig, const char *name,
                    enum weir_format format);
void dump_rig_put(struct dump_rig *rig, const struct weir_frame *frame,
                  const struct weir_dump_time *time);
void dump_rig_end(struct dump_rig *rig);
struct test_file dump_rig_read(const char *name);

/* dump_rig_iface: one more; returns its number. */
uint16_t dump_rig_iface(struct dump_rig *rig, const struct weir_iface *iface);

/* dump_rig_frame: the i-th of a row of frames that differ in all but their
 * interface, 0. */
struct weir_frame dump_rig_frame(uint32_t i);

/* dump_rig_same: libpcap finds in the file exactly those first n frames, with
 * times cut to units of unit_ns. */
void dump_rig_same(const char *path, uint32_t n, int64_t unit_ns);

#endif

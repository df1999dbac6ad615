#ifndef WEIR_TESTS_SINK_RECORDING_H
#define WEIR_TESTS_SINK_RECORDING_H

/* recording: a thousand frames of 0 to 255 bytes, a millisecond apart, and
 * how to bring them through a sink.  For Criterion tests. */

#include <stdint.h>

#include "base/err.h"
#include "ring/iface.h"
#include "sink/file_sink.h"
#include "tests/sink/frames.h"

#define RECORDING_FRAMES 1000
#define RECORDING_BEGIN  INT64_C(1700000000000000000)

extern uint8_t recording_data[256];
extern struct weir_frame recording_frames[RECORDING_FRAMES];
extern struct weir_ifaces *recording_ifaces; /* one, Ethernet */
extern struct weir_err recording_err;

void recording_setup(void);
void recording_teardown(void);

struct weir_sink *recording_open(struct weir_file_sink_config config);

/* recording_refused: open fails with that code and text. */
void recording_refused(struct weir_file_sink_config config, int code,
                       const char *text);

/* recording_write: frames [from, to) in batches of `each`, all taken. */
void recording_write(struct weir_sink *sink, enum weir_format format,
                     uint32_t from, uint32_t to, uint32_t each);

/* recording_try: the same as one batch that may be taken in part; returns
 * write's answer. */
int recording_try(struct weir_sink *sink, enum weir_format format,
                  uint32_t from, uint32_t to, uint32_t *taken);

void recording_end(struct weir_sink *sink);

/* recording_holds: the file in the tests' folder has frames [from, to). */
void recording_holds(const char *name, uint32_t from, uint32_t to);
void recording_parsed(const struct test_file *file, uint32_t from, uint32_t to);

/* recording_only: the folder has these names, a blank between two. */
void recording_only(const char *names);

/* recording_make_other: somebody else's file in the folder;
 * recording_is_other: it is as it was. */
void recording_make_other(const char *name);
void recording_is_other(const char *name);

#endif

#ifndef WEIR_TESTS_SINK_ROTATION_SCENE_H
#define WEIR_TESTS_SINK_ROTATION_SCENE_H

/* rotation_scene: one recording, with limits, as a seed wants it.  For
 * Criterion tests.
 *
 * Threads   the test's one. */

#include <stdint.h>

#include "ring/iface.h"
#include "sink/file_sink.h"
#include "tests/sink/frames.h"
#include "tests/support/random.h"

#define ROTATION_FRAMES_MAX 400

struct rotation_scene {
    struct random random;
    enum weir_format format;
    struct weir_file_sink_config config;
    struct weir_ifaces *ifaces;
    uint32_t ifaces_first;
    uint32_t n;
    struct weir_frame frames[ROTATION_FRAMES_MAX];
    uint8_t data[ROTATION_FRAMES_MAX][64];
};

extern struct rotation_scene rotation_scene;

/* rotation_scene_make: the frames and the limits.  rotation_scene_ifaces: the
 * same interfaces in a table of its own for each run; rotation_scene_add: one
 * more in it. */
void rotation_scene_make(uint64_t seed);
void rotation_scene_ifaces(void);
void rotation_scene_add(struct weir_ifaces *ifaces);

/* rotation_below: the seed's next number, below n. */
uint32_t rotation_below(uint32_t n);

#endif

#include "tests/sink/rotation_scene.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

struct rotation_scene rotation_scene;

uint32_t rotation_below(uint32_t n)
{
    return random_below(&rotation_scene.random, n);
}

static void make_limits(struct weir_rotation_limits *l)
{
    *l = (struct weir_rotation_limits){0};
    if (rotation_below(2)) {
        l->file_bytes = 1 + rotation_below(3000);
        l->file_bytes_manner =
            rotation_below(2) ? WEIR_SIZE_REACHED : WEIR_SIZE_EXCEEDED;
    }
    if (rotation_below(3) == 0)
        l->file_packets = 1 + rotation_below(50);
    if (rotation_below(3) == 0)
        l->duration_ns = INT64_C(1000000) * (1 + rotation_below(5000));
    if (rotation_below(3) == 0)
        l->interval_ns = (1 + rotation_below(4)) * SECOND;
    l->duration_fixed = rotation_below(2);
    if (rotation_below(4) == 0)
        l->stop_files = 1 + rotation_below(8);
    if (rotation_below(8) == 0)
        l->stop_bytes = 1 + rotation_below(3000);
}

static void make_frames(void)
{
    int64_t now = rotation_below(100) == 0 ? -SECOND : 1700000000 * SECOND;
    uint32_t ifaces = rotation_scene.ifaces_first;
    for (uint32_t i = 0; i < rotation_scene.n; i++) {
        uint32_t gap = rotation_below(100);
        if (gap == 0)
            now -= rotation_below(2000) * INT64_C(1000000);
        else if (gap < 4)
            now += rotation_below(20) * SECOND;
        else if (gap < 60)
            now += rotation_below(30) * INT64_C(1000000) + rotation_below(3);
        if (rotation_below(40) == 0)
            ifaces++;
        struct weir_frame *f = &rotation_scene.frames[i];
        memcpy(rotation_scene.data[i], &i, 4);
        f->data = rotation_scene.data[i];
        f->time_ns = now;
        f->caplen = 4 + rotation_below(60);
        f->len = f->caplen + rotation_below(2);
        f->iface = (uint16_t)(ifaces > 0 ? rotation_below(ifaces) : 0);
        f->flags = (uint16_t)(rotation_below(3) * WEIR_FRAME_INBOUND);
        if (rotation_below(30) == 0) {
            f->flags |= WEIR_FRAME_NO_TIME;
            f->time_ns = 0;
        }
    }
}

void rotation_scene_make(uint64_t seed)
{
    static char path[PATH_MAX];
    if (path[0] == '\0')
        memcpy(path, test_path("m.cap"), strlen(test_path("m.cap")) + 1);
    rotation_scene.random = (struct random){seed};
    rotation_scene.format = (enum weir_format)(1 + rotation_below(3));
    rotation_scene.ifaces_first = rotation_below(3);
    rotation_scene.n = rotation_below(ROTATION_FRAMES_MAX);
    make_frames();
    rotation_scene.config = (struct weir_file_sink_config){
        .path = path,
        .format = rotation_scene.format,
        .naming = WEIR_NAMING_NUMBER_TIME,
    };
    make_limits(&rotation_scene.config.limits);
}

void rotation_scene_add(struct weir_ifaces *ifaces)
{
    struct weir_iface iface = {.linktype = 1};
    snprintf(iface.name, sizeof iface.name, "if%u", weir_ifaces_count(ifaces));
    cr_assert_geq(weir_ifaces_add(ifaces, &iface), 0);
}

void rotation_scene_ifaces(void)
{
    free(rotation_scene.ifaces);
    rotation_scene.ifaces = test_ifaces(rotation_scene.ifaces_first, 0);
    rotation_scene.config.ifaces = rotation_scene.ifaces;
}

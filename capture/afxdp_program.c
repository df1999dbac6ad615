#include "capture/afxdp_program.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/afxdp_object.h"
#include "capture/afxdp_refused.h"
#include "capture/afxdp_shared.h"

/* Since Linux 6.3; Debian 12's headers are of 6.1. */
#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY (1U << 6)
#endif

struct weir_afxdp_program {
    struct bpf_object *object;
    int link; /* -1: none */
    bool native;
    bool tags;
    uint32_t users;
    uint32_t queues;
    uint32_t cpus;
    struct weir_afxdp_state *state; /* the maps themselves */
    struct weir_afxdp_cell *cells;  /* of each queue and CPU */
    bool *joined;                   /* of each queue */
};

static_assert(sizeof(struct weir_afxdp_cell) == 128, "no false sharing");

/* The ways to run, the best first. */
static const struct way {
    const char *program;
    bool bound;
    uint32_t flags;
} ways[] = {
    {"weir_afxdp_bound", true, XDP_FLAGS_DRV_MODE},
    {"weir_afxdp_plain", false, XDP_FLAGS_DRV_MODE},
    {"weir_afxdp_plain", false, XDP_FLAGS_SKB_MODE},
};

/* What libbpf has to say of a way that does not go is not worth a line. */
__attribute__((format(printf, 2, 0))) static int
print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    return 0;
}

static uint32_t count_cells(const struct weir_afxdp_program *program)
{
    return program->queues * program->cpus;
}

static int prepare(struct weir_afxdp_program *program, const struct way *way,
                   uint32_t ifindex)
{
    struct bpf_program *each;
    bpf_object__for_each_program(each, program->object)
        bpf_program__set_autoload(each, false);
    struct bpf_program *chosen =
        bpf_object__find_program_by_name(program->object, way->program);
    struct bpf_map *sockets =
        bpf_object__find_map_by_name(program->object, "sockets");
    struct bpf_map *cells =
        bpf_object__find_map_by_name(program->object, "cells");
    if (chosen == NULL || sockets == NULL || cells == NULL)
        return -ENOENT;
    int rc = bpf_program__set_autoload(chosen, true);
    if (rc == 0 && way->bound) {
        bpf_program__set_ifindex(chosen, ifindex);
        rc = bpf_program__set_flags(chosen, BPF_F_XDP_DEV_BOUND_ONLY);
    }
    if (rc == 0)
        rc = bpf_map__set_max_entries(sockets, program->queues);
    if (rc == 0)
        rc = bpf_map__set_max_entries(cells, count_cells(program));
    return rc;
}

/* By hand, as bpf_program__attach_xdp of Debian 12 takes no flags. */
static int attach(struct weir_afxdp_program *program, const struct way *way,
                  uint32_t ifindex)
{
    const struct bpf_link_create_opts options = {
        .sz = sizeof options,
        .flags = way->flags,
    };
    const int fd = bpf_program__fd(
        bpf_object__find_program_by_name(program->object, way->program));
    const int link = bpf_link_create(fd, (int)ifindex, BPF_XDP, &options);
    if (link < 0)
        return link;
    program->link = link;
    program->native = way->flags == XDP_FLAGS_DRV_MODE;
    program->tags = way->bound;
    return 0;
}

static void *map_memory(const struct weir_afxdp_program *program,
                        const char *name, size_t bytes)
{
    const struct bpf_map *map =
        bpf_object__find_map_by_name(program->object, name);
    if (map == NULL)
        return NULL;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        bpf_map__fd(map), 0);
    return memory != MAP_FAILED ? memory : NULL;
}

static int map_maps(struct weir_afxdp_program *program)
{
    program->state = map_memory(program, ".bss", sizeof *program->state);
    program->cells = map_memory(program, "cells",
                                count_cells(program) * sizeof *program->cells);
    if (program->state == NULL || program->cells == NULL)
        return -ENOMEM;
    program->state->cpus = program->cpus;
    return 0;
}

static void undo(struct weir_afxdp_program *program)
{
    if (program->state != NULL)
        (void)munmap(program->state, sizeof *program->state);
    if (program->cells != NULL)
        (void)munmap(program->cells,
                     count_cells(program) * sizeof *program->cells);
    if (program->link >= 0)
        (void)close(program->link);
    bpf_object__close(program->object);
    program->state = NULL;
    program->cells = NULL;
    program->link = -1;
    program->object = NULL;
}

static int go(struct weir_afxdp_program *program, const struct way *way,
              uint32_t ifindex)
{
    const struct bpf_object_open_opts options = {
        .sz = sizeof options,
        .object_name = "weir_afxdp",
    };
    program->object = bpf_object__open_mem(weir_afxdp_object,
                                           weir_afxdp_object_bytes, &options);
    if (program->object == NULL)
        return -errno;
    int rc = prepare(program, way, ifindex);
    if (rc == 0)
        rc = bpf_object__load(program->object);
    if (rc == 0)
        rc = map_maps(program);
    if (rc == 0)
        rc = attach(program, way, ifindex);
    if (rc != 0)
        undo(program);
    return rc;
}

static int complain(int code, struct weir_err *err)
{
    if (code == -EPERM || code == -EACCES)
        return weir_afxdp_no_privilege(err);
    if (code == -EBUSY || code == -EEXIST)
        return weir_err_set(err, -EBUSY,
                            "another XDP program is attached already");
    return weir_err_sys(err, code, "XDP program");
}

int weir_afxdp_program_open(struct weir_afxdp_program **out, uint32_t ifindex,
                            uint32_t queues, struct weir_err *err)
{
    struct weir_afxdp_program *program = calloc(1, sizeof *program);
    bool *joined = calloc(queues, sizeof joined[0]);
    if (program == NULL || joined == NULL) {
        free(program);
        free(joined);
        return weir_err_sys(err, -ENOMEM, "XDP program");
    }
    program->joined = joined;
    program->link = -1;
    program->users = 1;
    program->queues = queues;
    program->cpus = (uint32_t)libbpf_num_possible_cpus();
    int rc = -EOPNOTSUPP;
    libbpf_print_fn_t before = libbpf_set_print(print_nothing);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && rc != 0; i++) {
        rc = go(program, &ways[i], ifindex);
        if (rc == -EPERM || rc == -EBUSY || rc == -EEXIST || rc == -ENOMEM)
            break;
    }
    (void)libbpf_set_print(before);
    if (rc != 0) {
        free(joined);
        free(program);
        return complain(rc, err);
    }
    *out = program;
    return 0;
}

int weir_afxdp_program_join(struct weir_afxdp_program *program, uint32_t queue,
                            int socket, struct weir_err *err)
{
    const struct bpf_map *sockets =
        bpf_object__find_map_by_name(program->object, "sockets");
    const int rc = bpf_map__update_elem(sockets, &queue, sizeof queue, &socket,
                                        sizeof socket, BPF_ANY);
    if (rc != 0)
        return weir_err_sys(err, rc, "XSKMAP");
    program->joined[queue] = true;
    return 0;
}

struct weir_afxdp_program *
weir_afxdp_program_share(struct weir_afxdp_program *program)
{
    program->users++;
    return program;
}

static struct weir_afxdp_cell *
cells_of(const struct weir_afxdp_program *program, uint32_t queue)
{
    return program->cells + (size_t)queue * program->cpus;
}

void weir_afxdp_program_intake(struct weir_afxdp_program *program,
                               uint32_t queue, bool on)
{
    struct weir_afxdp_cell *cells = cells_of(program, queue);
    for (uint32_t i = 0; i < program->cpus; i++)
        __atomic_store_n(&cells[i].intake, on ? 1 : 0, __ATOMIC_RELEASE);
}

void weir_afxdp_program_look(const struct weir_afxdp_program *program,
                             uint32_t queue,
                             struct weir_afxdp_program_facts *out)
{
    const struct weir_afxdp_state *state = program->state;
    const struct weir_afxdp_cell *own = cells_of(program, queue);
    /* The program's stores come before the ring's release. */
    *out = (struct weir_afxdp_program_facts){
        .native = program->native,
        .tags = program->tags &&
                __atomic_load_n(&state->tagless, __ATOMIC_RELAXED) == 0,
        .stamped = __atomic_load_n(&state->unstamped, __ATOMIC_RELAXED) == 0,
    };
    for (uint32_t i = 0; i < program->cpus; i++) {
        out->redirected +=
            __atomic_load_n(&own[i].redirected, __ATOMIC_RELAXED);
        out->untagged += __atomic_load_n(&own[i].untagged, __ATOMIC_RELAXED);
    }
    for (uint32_t i = 0; i < count_cells(program); i++)
        if (!program->joined[i / program->cpus])
            out->passed +=
                __atomic_load_n(&program->cells[i].passed, __ATOMIC_RELAXED);
}

void weir_afxdp_program_close(struct weir_afxdp_program *program)
{
    if (program == NULL || --program->users > 0)
        return;
    undo(program);
    free(program->joined);
    free(program);
}

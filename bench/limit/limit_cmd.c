#include "bench/limit/limit_cmd.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/host/interrupt.h"
#include "bench/host/machine.h"
#include "bench/host/rig.h"
#include "bench/limit/limit_options.h"
#include "bench/limit/limit_row.h"
#include "bench/limit/limit_table.h"
#include "bench/results/results.h"
#include "ring/stop.h"

#define COMMAND "weir bench limit"

/* What the link's MTU does not count, of an Ethernet frame; and the least
 * that is usual. */
#define ETHERNET_HEADER 14
#define MTU_LEAST       1500

/* A trial's line of results, of an interface that others use too. */
#define OWN_FRAMES "udp dst port 9"

struct limit {
    struct weir_limit_options options;
    struct weir_rig *rig; /* NULL: a real interface */
    struct weir_trial_place place;
    struct weir_results *results;
    struct weir_limit_row *rows;
    uint32_t rows_count;
};

static struct weir_stop interrupted;

static uint32_t mtu_of(const struct weir_limit_options *options)
{
    uint32_t mtu = MTU_LEAST;
    for (size_t i = 0; i < options->frames_count; i++)
        if (options->frames[i].most_bytes > mtu + ETHERNET_HEADER)
            mtu = options->frames[i].most_bytes - ETHERNET_HEADER;
    return mtu;
}

static int check_interface(const char *name, struct weir_err *err)
{
    if (name == NULL || if_nametoindex(name) != 0)
        return 0;
    return weir_err_set(err, -ENODEV, "%s: no such interface", name);
}

static int open_place(struct limit *l, struct weir_err *err)
{
    const struct weir_limit_options *o = &l->options;
    int ret = 0;
    l->place = (struct weir_trial_place){
        .near_fd = -1,
        .far_fd = -1,
        .near = o->device,
        .far = o->from,
        .generator_cpus = o->bench.generator.cpu,
        .generator_cpus_count = o->bench.generator.count,
    };
    if (o->device != NULL) {
        ret = check_interface(o->device, err);
        return ret != 0 ? ret : check_interface(o->from, err);
    }
    ret = weir_rig_open(&l->rig, mtu_of(o), err);
    if (ret != 0)
        return ret;
    l->place.near_fd = weir_rig_near(l->rig);
    l->place.far_fd = weir_rig_far(l->rig);
    l->place.near = WEIR_RIG_NEAR;
    l->place.far = WEIR_RIG_FAR;
    return 0;
}

static int open_rows(struct limit *l, struct weir_err *err)
{
    const struct weir_limit_options *o = &l->options;
    size_t count = o->frames_count * o->targets_count * o->workers_count;
    l->rows = calloc(count, sizeof *l->rows);
    if (l->rows == NULL)
        return weir_err_sys(err, -ENOMEM, "rows");
    for (size_t f = 0; f < o->frames_count; f++)
        for (size_t t = 0; t < o->targets_count; t++)
            for (size_t w = 0; w < o->workers_count; w++) {
                struct weir_limit_row *row = &l->rows[l->rows_count++];
                *row = (struct weir_limit_row){
                    .number = l->rows_count,
                    .rows = (uint32_t)count,
                    .options = o,
                    .frame = &o->frames[f],
                    .target = o->targets[t],
                    .workers = o->workers[w],
                    .way = o->way,
                    .filter = l->rig == NULL ? OWN_FRAMES : NULL,
                    .place = &l->place,
                    .stop = &interrupted,
                    .results = l->results,
                };
            }
    return 0;
}

/* What the reader of the figures must know of how they came about. */
static int note(struct limit *l, const char *text, struct weir_err *err)
{
    fprintf(stderr, "note: %s\n", text);
    return weir_results_note(l->results, err, "%s", text);
}

static int write_notes(struct limit *l, struct weir_err *err)
{
    int ret = 0;
    if (l->options.bench.shared)
        ret = note(l, "recorder and generator share a CPU", err);
    if (ret == 0 && l->rig == NULL)
        ret = note(l, "a real interface: recorded with '" OWN_FRAMES "'", err);
    return ret;
}

/* Which way the frames of this row can be sent.  Who names an interface to
 * send from wants them to go there, however fast xdp is. */
static int find_way(struct limit *l, struct weir_limit_row *row,
                    struct weir_err *err)
{
    const struct weir_limit_options *o = &l->options;
    bool on_wire = o->from != NULL && strcmp(o->way, "auto") == 0;
    struct weir_trial_traffic traffic = {
        .way = on_wire ? "txring" : o->way,
        .frame = row->frame->spec,
        .duration_ns = WEIR_NS_PER_S,
        .flows = o->flows,
        .skew = o->skew,
    };
    int ret = weir_trial_way(&row->way, &l->place, &traffic, err);
    if (ret == 0 || !on_wire)
        return ret;
    traffic.way = "mmsg";
    return weir_trial_way(&row->way, &l->place, &traffic, NULL) == 0 ? 0 : ret;
}

static void run_row(struct limit *l, struct weir_limit_row *row)
{
    struct weir_err err = {.text = ""};
    if (weir_stop_is_set(&interrupted)) {
        row->end = WEIR_LIMIT_ROW_STOPPED;
        snprintf(row->why, sizeof row->why, "interrupted");
        return;
    }
    int ret = find_way(l, row, &err);
    if (ret == 0)
        weir_limit_row_run(row);
    else
        weir_limit_row_fail(row, ret, &err);
    if (row->end != WEIR_LIMIT_ROW_DONE)
        fprintf(stderr, COMMAND ": row %u: %s\n", row->number, row->why);
}

static int run_rows(struct limit *l)
{
    int status = WEIR_EXIT_OK;
    for (uint32_t i = 0; i < l->rows_count; i++) {
        struct weir_limit_row *row = &l->rows[i];
        run_row(l, row);
        if (row->end != WEIR_LIMIT_ROW_DONE)
            status = WEIR_EXIT_FAILED;
    }
    weir_limit_print_table(weir_results_people(l->options.bench.results),
                           l->rows, l->rows_count);
    return status;
}

static int open_limit(struct limit *l, int argc, char **argv,
                      struct weir_err *err)
{
    int ret = weir_interrupt_open(&interrupted, false, err);
    if (ret == 0)
        ret = weir_bench_args_settle(&l->options.bench, err);
    if (ret == 0)
        ret = open_place(l, err);
    if (ret == 0 && l->options.bench.results != NULL)
        ret = weir_results_open(&l->results, l->options.bench.results, err);
    if (ret == 0)
        ret = weir_results_add(l->results,
                               weir_machine_run("limit", argc, argv), err);
    if (ret == 0)
        ret = write_notes(l, err);
    if (ret == 0)
        ret = open_rows(l, err);
    return ret;
}

int weir_bench_limit(int argc, char **argv)
{
    struct limit l = {.rig = NULL};
    struct weir_err err = {.text = ""};
    int status = weir_limit_options_parse(&l.options, argc, argv);
    if (status != WEIR_EXIT_OK) {
        weir_limit_options_free(&l.options);
        return status;
    }
    weir_output_start();
    if (l.options.help) {
        weir_limit_options_help();
    } else if (open_limit(&l, argc, argv, &err) != 0) {
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    } else {
        status = run_rows(&l);
    }
    if (weir_results_close(l.results, &err) != 0) {
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    }
    free(l.rows);
    weir_rig_close(l.rig);
    weir_stop_close(&interrupted);
    weir_limit_options_free(&l.options);
    return weir_output_finish(COMMAND, status);
}

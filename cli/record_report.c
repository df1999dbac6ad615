#include "cli/record_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/err.h"
#include "base/version.h"
#include "capture/source.h"
#include "cli/linktypes.h"
#include "cli/record_flows.h"
#include "cli/record_options.h"
#include "cli/same_file.h"
#include "dissect/dissect.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "sink/file_sink.h"
#include "sink/report.h"
#include "sink/whole.h"

void record_complain(const struct record_run *r, const struct weir_err *err)
{
    fprintf(stderr, "%s: %s\n", r->options->command, err->text);
}

static void show_pool(const struct record_run *r)
{
    struct weir_lane *lane =
        weir_assembly_lane(weir_runner_assembly(r->runner), 0);
    struct weir_pages pages = weir_lane_pages(lane);
    printf(
        "pool     %u batches, blocks of %u KiB",
        weir_lane_batches(r->options->workers, r->options->devices_count > 0),
        r->lanes.block_bytes / 1024);
    if (pages.base != NULL)
        printf(", %zu KiB in %s", pages.bytes / 1024,
               weir_pages_text(pages.kind));
    puts(r->lanes.count > 1 ? ", for each lane" : "");
    for (uint32_t i = 0; i < r->lanes.count; i++)
        if (r->lanes.nodes[i] >= 0)
            printf("memory   of %s in node %d\n", r->lanes.names[i],
                   r->lanes.nodes[i]);
}

void record_show_plan(const struct record_run *r)
{
    const struct record_options *o = r->options;
    uint32_t n = weir_runner_threads(r->runner);
    record_lanes_show(&r->lanes, o);
    printf("filter   %s\n", o->filter != NULL ? o->filter : "none");
    printf("sink     %s\n", o->output != NULL ? o->output : "none: count only");
    if (o->output != NULL) {
        struct weir_file_sink_config config;
        record_sinks_config(o, &r->lanes, &r->abandon, &config);
        printf("write    %s\n", weir_file_sink_mode(&config));
    }
    show_pool(r);
    puts("thread           cpu");
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_thread *t = weir_runner_thread(r->runner, i);
        char cpu[16] = "any";
        if (t->cpu >= 0)
            snprintf(cpu, sizeof cpu, "%d", t->cpu);
        printf("%-16s %s\n", t->name, cpu);
    }
}

static uint32_t terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static size_t thread_costs(const struct record_run *r,
                           struct weir_report_thread out[WEIR_THREADS_MAX])
{
    uint32_t n = weir_runner_threads(r->runner);
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_thread *t = weir_runner_thread(r->runner, i);
        out[i] =
            (struct weir_report_thread){.name = t->name, .cpu_ns = t->cpu_ns};
    }
    return n;
}

static void make_report(const struct record_run *r,
                        const struct weir_progress *p, struct weir_report *out)
{
    int64_t duration_ns = 0;
    /* Stamps are the frames' own and may be as far apart as they like. */
    if (p->time_min_ns <= p->time_max_ns &&
        __builtin_sub_overflow(p->time_max_ns, p->time_min_ns, &duration_ns))
        duration_ns = INT64_MAX;
    *out = (struct weir_report){
        .version = WEIR_VERSION,
        .source = r->lanes.source,
        .duration_ns = duration_ns,
        .delivered = {.frames = p->ledger.delivered,
                      .bytes = p->delivered_bytes},
        .ledger = p->ledger,
        .summary = weir_assembly_summary(weir_runner_assembly(r->runner)),
        .proto_name = weir_proto_name,
        .outcome_name = weir_outcome_name,
        .writes = r->options->output != NULL,
        .oversized = p->oversized,
        .starved = p->starved,
        .freezes = p->freezes,
        .write_ns = p->write_ns,
        .late = p->late,
        .late_ns = p->late_ns,
        .hurried = p->hurried,
        .copied_blocks = p->copied_blocks,
        .copied_frames = p->copied_frames,
    };
    record_sinks_report(&r->sinks, &out->write);
}

static size_t lane_reports(const struct record_run *r,
                           struct weir_report_lane out[WEIR_LANES_MAX])
{
    struct weir_assembly *a = weir_runner_assembly(r->runner);
    for (uint32_t i = 0; i < r->lanes.count; i++) {
        struct weir_progress p;
        weir_assembly_lane_progress(a, i, &p);
        out[i] = (struct weir_report_lane){
            .name = r->lanes.names[i],
            .interface = r->lanes.sources[i]->name,
            .ledger = p.ledger,
            .starved = p.starved,
            .freezes = p.freezes,
        };
    }
    return r->lanes.count;
}

/* What went wrong with a lane's source, or a sink. */
static int judge_parts(struct record_run *r)
{
    struct weir_assembly *a = weir_runner_assembly(r->runner);
    struct weir_err err;
    int status = WEIR_EXIT_OK;
    for (uint32_t i = 0; i < weir_assembly_lanes(a); i++) {
        int error = weir_lane_source_error(weir_assembly_lane(a, i), &err);
        /* Of an interface that is gone the first of its lanes tells. */
        if (error != 0 && (error != -ENODEV || !r->lanes.sources[i]->beside))
            record_complain(r, &err);
        if (error != 0)
            status = WEIR_EXIT_FAILED;
    }
    for (uint32_t i = 0; i < weir_assembly_outlets(a); i++)
        if (weir_outlet_error(weir_assembly_outlet(a, i), &err) != 0) {
            record_complain(r, &err);
            status = WEIR_EXIT_FAILED;
        }
    return status;
}

/* Everything that can be wrong at the end, each with its line. */
static int judge(struct record_run *r, const struct weir_progress *p,
                 const struct weir_report *text)
{
    int status = judge_parts(r);
    if (p->ledger.excluded[WEIR_EXCLUDED_LINK_TYPE] > 0) {
        char name[WEIR_LINKTYPE_TEXT_MAX];
        fprintf(stderr,
                "weir record: %s: a pcap holds one link type (%s here): "
                "%" PRIu64 " frame%s not in it; pcapng holds any\n",
                r->options->output,
                weir_linktype_text(name,
                                   r->lanes.sources[0]->ifaces->at[0].linktype),
                p->ledger.excluded[WEIR_EXCLUDED_LINK_TYPE],
                p->ledger.excluded[WEIR_EXCLUDED_LINK_TYPE] == 1
                    ? " of another is"
                    : "s of others are");
        status = WEIR_EXIT_FAILED;
    }
    if (weir_stop_is_set(&r->abandon)) {
        fprintf(stderr, "%s: abandoned at the second signal\n",
                r->options->command);
        status = WEIR_EXIT_FAILED;
    }
    bool balanced = weir_ledger_balanced(&p->ledger);
    for (size_t i = 0; i < text->lanes_count; i++)
        balanced &= weir_ledger_balanced(&text->lanes[i].ledger);
    if (!balanced) {
        fprintf(stderr, "%s: the ledger does not balance\n",
                r->options->command);
        status = WEIR_EXIT_FAILED;
    }
    return status;
}

static bool is_same_file(const struct stat *a, const char *path)
{
    struct stat b;
    return path != NULL && strcmp(path, "-") != 0 && stat(path, &b) == 0 &&
           S_ISREG(b.st_mode) && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

int record_refuse(const struct record_run *r, const char *option,
                  const char *path, struct weir_err *err)
{
    const struct record_options *o = r->options;
    struct stat st;
    if (strcmp(path, "-") == 0 || stat(path, &st) != 0)
        return 0;
    if (is_same_file(&st, o->input))
        return weir_err_set(err, -EINVAL, "%s %s: is the input file", option,
                            path);
    for (uint32_t i = 0; r->sinks.files && i < r->sinks.count; i++) {
        struct weir_file_sink_report files;
        weir_file_sink_report(r->sinks.sinks[i], &files);
        if (is_same_file(&st, files.path))
            return weir_err_set(err, -EINVAL, "%s %s: is the recording", option,
                                path);
    }
    return 0;
}

/* A lane's file that is not there yet. */
static int refuse_lanes(const struct record_run *r, const char *option,
                        const char *path, struct weir_err *err)
{
    const struct record_options *o = r->options;
    bool same = false;
    if (!o->lane_files || o->manner != RECORD_MANNER_NONE)
        return 0;
    for (uint32_t i = 0; !same && i < r->lanes.count; i++) {
        char *file = record_sinks_path(o->output, i);
        same = weir_same_file(path, file, STDOUT_FILENO);
        free(file);
    }
    return same ? weir_err_set(err, -EINVAL, "%s %s: is the recording", option,
                               path)
                : 0;
}

static int check_end(const struct record_run *r, const char *option,
                     const char *path, const char *what, struct weir_err *err)
{
    if (path == NULL)
        return 0;
    int ret = record_refuse(r, option, path, err);
    if (ret == 0)
        ret = refuse_lanes(r, option, path, err);
    return ret == 0 ? weir_whole_check(path, what, err) : ret;
}

int record_report_check(const struct record_run *r, struct weir_err *err)
{
    const struct record_options *o = r->options;
    int ret = check_end(r, "--report", o->report, "report", err);
    if (ret == 0)
        ret = check_end(r, "--flows", o->flows.output, "flows", err);
    return ret;
}

int record_report(struct record_run *r)
{
    const struct record_options *o = r->options;
    struct weir_progress p;
    struct weir_report text;
    struct weir_err err;
    weir_assembly_progress(weir_runner_assembly(r->runner), &p);
    make_report(r, &p, &text);
    struct weir_report_thread threads[WEIR_THREADS_MAX];
    text.threads_count = thread_costs(r, threads);
    text.threads = threads;
    struct weir_report_lane lanes[WEIR_LANES_MAX];
    text.lanes_count = lane_reports(r, lanes);
    text.lanes = lanes;
    if (o->flows.output != NULL)
        record_flows_finish(r, &p, &text.flows);
    if (r->line_open)
        weir_live_line_clear(&r->line);
    if (!o->quiet && !o->is_flows &&
        weir_report_text(&text, terminal_columns(), stderr, &err) < 0)
        record_complain(r, &err);
    int status = judge(r, &p, &text);
    if (o->flows.output != NULL && record_flows(r, &p, &err) < 0) {
        record_complain(r, &err);
        status = WEIR_EXIT_FAILED;
    }
    record_flows_warn(r, &text.flows);
    if (o->report != NULL &&
        (record_refuse(r, "--report", o->report, &err) < 0 ||
         weir_report_json_write(&text, o->report, &err) < 0)) {
        record_complain(r, &err);
        status = WEIR_EXIT_FAILED;
    }
    return status;
}

#include "cli/record_run.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/output.h"
#include "capture/source.h"
#include "cli/privileges.h"
#include "cli/record_memory.h"
#include "cli/record_options.h"
#include "cli/record_report.h"
#include "pipeline/flows.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "sink/live_line.h"
#include "sink/printable.h"

/* On a terminal the line is kept as fresh as an eye can tell. */
#define TERMINAL_NS (200 * WEIR_NS_PER_MS)

/* How often it is looked at what happens where no line is shown. */
#define LOOK_NS WEIR_NS_PER_S

/* Room for the talkers of a busy link: from about two thirds on, entries are
 * moved out, which costs more than the larger table does. */
#define TALKERS 262144u

static int open_sinks(struct record_run *r, struct weir_err *err)
{
    struct weir_assembly *a = weir_runner_assembly(r->runner);
    int ret = record_sinks_open(&r->sinks, r->options, &r->lanes, &r->abandon,
                                weir_assembly_outlets(a), err);
    for (uint32_t i = 0; ret == 0 && i < r->sinks.count; i++)
        weir_assembly_set_sink(a, i, r->sinks.sinks[i]);
    return ret;
}

static void show_notice(void *context, const char *text)
{
    struct record_run *r = context;
    if (r->line_open)
        weir_live_line_clear(&r->line);
    char shown[WEIR_ERR_TEXT_MAX];
    fprintf(stderr, "%s: %s\n", r->options->command,
            weir_printable(shown, sizeof shown, text));
}

static void show_hello(void *context)
{
    const struct record_run *r = context;
    if (!r->options->quiet)
        record_lanes_hello(&r->lanes, r->options);
}

/* While there is time to do something about it. */
static void warn_of_merged(struct record_run *r)
{
    struct weir_assembly *a = weir_runner_assembly(r->runner);
    for (uint32_t i = 0; i < r->lanes.count; i++) {
        struct weir_progress p;
        struct weir_err text;
        bool *warned = &r->warned_of_merged[i / r->lanes.each];
        weir_assembly_lane_progress(a, i, &p);
        if (p.oversized == 0 || *warned)
            continue;
        *warned = true;
        weir_err_set(&text, 0,
                     "%s: frames come merged, longer than the interface can "
                     "send: its offloads (GRO, LRO, TSO) are on",
                     r->lanes.sources[i]->name);
        show_notice(r, text.text);
    }
}

static void show_line(struct record_run *r,
                      const struct weir_progress *progress, int64_t elapsed_ns)
{
    struct weir_live live = {
        .elapsed_ns = elapsed_ns,
        .frames = progress->ledger.delivered,
        .bytes = progress->delivered_bytes,
        .dropped = progress->ledger.kernel_dropped,
        .excluded = weir_ledger_excluded(&progress->ledger),
        .lost = weir_ledger_lost(&progress->ledger),
        .malformed = progress->malformed,
        .written_bytes = record_sinks_bytes(&r->sinks),
        .file = r->options->output,
        .has_kernel = progress->ledger.has_kernel,
    };
    weir_live_line_show(&r->line, &live);
}

static void look(void *context, const struct weir_progress *progress,
                 int64_t elapsed_ns)
{
    struct record_run *r = context;
    if (progress->oversized > 0)
        warn_of_merged(r);
    if (r->line_open)
        show_line(r, progress, elapsed_ns);
}

/* Without a line, too, the operator hears of what can be mended. */
static void set_interval(struct record_run *r,
                         struct weir_runner_config *config)
{
    const struct record_options *o = r->options;
    config->on_notice = show_notice;
    config->context = r;
    config->on_interval = look;
    config->on_started = show_hello;
    if (o->quiet || o->stats_ns == 0) {
        config->interval_ns = o->devices_count > 0 ? LOOK_NS : 0;
        return;
    }
    weir_live_line_open(&r->line, STDERR_FILENO);
    r->line_open = true;
    config->interval_ns = o->stats_ns;
    if (r->line.terminal && config->interval_ns > TERMINAL_NS)
        config->interval_ns = TERMINAL_NS;
}

/* What the workers' summaries may take together; each has room for TALKERS if
 * they are few. */
#define TALKERS_BYTES (UINT64_C(256) << 20)

static uint32_t talkers(uint64_t summaries)
{
    uint32_t n = TALKERS;
    while (n > 16384 && n * UINT64_C(32) * summaries > TALKERS_BYTES)
        n /= 2;
    return n;
}

/* Each lane knows of its own first frame only, and flows are cut from one time
 * on: that of the first of all, or one before any source is started. */
static void begin_flows(const struct record_run *r)
{
    struct weir_flows *flows =
        weir_assembly_flows(weir_runner_assembly(r->runner));
    if (flows != NULL && r->lanes.count > 1)
        weir_flows_begin(flows, r->options->synth != NULL
                                    ? WEIR_SYNTH_EPOCH_NS
                                    : weir_clock_real_ns());
}

static int open_pipeline(struct record_run *r, struct weir_err *err)
{
    const struct record_options *o = r->options;
    const struct record_lanes *l = &r->lanes;
    r->format = o->output == NULL ? WEIR_FORMAT_NONE : o->format;
    bool pcap =
        r->format == WEIR_FORMAT_PCAP || r->format == WEIR_FORMAT_PCAP_NS;
    int ret = pcap ? record_lanes_check_pcap(l, err) : 0;
    if (ret < 0)
        return ret;
    struct weir_runner_config config = {
        .assembly = {.sources = l->sources,
                     .lanes = l->count,
                     .nodes = l->nodes,
                     .outlets_apart = o->lane_files,
                     .stop = &r->stop,
                     .abandon = &r->abandon,
                     .workers = o->workers,
                     .block_bytes = l->block_bytes,
                     .account = {.format = r->format,
                                 .one_linktype = pcap,
                                 .linktype =
                                     l->sources[0]->ifaces->at[0].linktype},
                     .snaplen = o->snaplen,
                     .frames_max = o->frames_max,
                     .duration_ns = o->duration_ns,
                     .talkers = talkers(UINT64_C(2) * o->workers * l->count),
                     .flows = record_flows_config(o)},
        .cpus = l->cpus,
        .cpus_count = l->cpus_count,
    };
    if (getrandom(&config.assembly.seed, sizeof config.assembly.seed, 0) < 0)
        return weir_err_sys(err, -errno, "getrandom");
    set_interval(r, &config);
    return weir_runner_open(&r->runner, &config, err);
}

/* Signals are read from an fd by the control thread; the pipeline's threads
 * inherit the mask and never see one. */
static int open_signals(struct record_run *r, struct weir_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r->signals < 0)
        return weir_err_sys(err, -errno, "signalfd");
    return 0;
}

static int open_run(struct record_run *r, struct weir_err *err)
{
    /* A closed pipe and a file at its limit are errors of write(): the
     * pipeline tidies up behind them. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    int ret = weir_stop_open(&r->stop, err);
    if (ret == 0)
        ret = weir_stop_open(&r->abandon, err);
    /* Before the signals are blocked: a file's header and a FIFO's reader may
     * be waited for, and nothing is there yet that a signal could harm. */
    if (ret == 0)
        ret = record_lanes_open(&r->lanes, r->options, err);
    /* Every file is made by the user that the recording runs as, the first
     * like the last: what fails, fails now. */
    if (ret == 0 && r->options->user != NULL)
        ret = weir_privileges_drop(r->options->user, err);
    if (ret == 0)
        ret = record_report_check(r, err);
    if (ret == 0)
        ret = open_pipeline(r, err);
    if (ret == 0)
        begin_flows(r);
    /* Last, because it replaces a file of that name. */
    if (ret == 0)
        ret = open_sinks(r, err);
    if (ret == 0)
        ret = open_signals(r, err);
    return ret;
}

static void close_run(struct record_run *r)
{
    weir_runner_close(r->runner);
    record_sinks_close(&r->sinks);
    record_lanes_close(&r->lanes);
    if (r->line_open)
        weir_live_line_close(&r->line);
    if (r->signals >= 0)
        close(r->signals);
    weir_stop_close(&r->abandon);
    weir_stop_close(&r->stop);
}

/* USR1: what tcpdump prints on it.  The kernel's counts are read now and then
 * and may be behind: it has seen what was received, at least.  A terminal or
 * pipe that takes nothing now must not keep this thread from its signals. */
static void show_counts(struct record_run *r)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0)
        return;
    struct weir_progress p;
    weir_assembly_progress(weir_runner_assembly(r->runner), &p);
    uint64_t seen = p.ledger.received;
    if (p.ledger.has_kernel && p.ledger.kernel_seen > seen)
        seen = p.ledger.kernel_seen;
    fprintf(stderr,
            "weir: %" PRIu64 " packets captured, %" PRIu64
            " packets received by filter, %" PRIu64
            " packets dropped by kernel\n",
            p.ledger.delivered, seen, p.ledger.kernel_dropped);
}

static void heed_signal(struct record_run *r, uint32_t number)
{
    switch (number) {
    case SIGHUP:
        weir_assembly_rotate(weir_runner_assembly(r->runner));
        break;
    case SIGUSR1:
        show_counts(r);
        break;
    default:
        if (r->stops++ == 0)
            weir_stop_set(&r->stop);
        else
            weir_stop_set(&r->abandon);
    }
}

static void wait_for_end(struct record_run *r)
{
    struct pollfd fds[] = {
        {.fd = r->signals, .events = POLLIN},
        {.fd = weir_runner_done_fd(r->runner), .events = POLLIN},
    };
    while ((fds[1].revents & POLLIN) == 0) {
        struct signalfd_siginfo info;
        if (poll(fds, 2, -1) < 0)
            continue;
        while (read(r->signals, &info, sizeof info) == sizeof info)
            heed_signal(r, info.ssi_signo);
    }
}

/* The recording is over: what is still to be printed may be cut short by a
 * further signal, as in any program. */
static void release_signals(struct record_run *r)
{
    struct signalfd_siginfo info;
    while (read(r->signals, &info, sizeof info) == sizeof info)
        continue;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int record_run(const struct record_options *options)
{
    struct record_run r = {.options = options, .signals = -1};
    struct weir_err err = {.text = ""};
    int status = WEIR_EXIT_FAILED;
    if (open_run(&r, &err) < 0) {
        record_complain(&r, &err);
    } else if (options->verb == RECORD_DRY_RUN) {
        weir_output_start();
        record_show_plan(&r);
        status = weir_output_finish(options->command, WEIR_EXIT_OK);
    } else {
        if (weir_runner_start(r.runner, &err) < 0) {
            record_complain(&r, &err);
        } else {
            wait_for_end(&r);
            weir_runner_join(r.runner);
            release_signals(&r);
            status = record_report(&r);
        }
    }
    close_run(&r);
    return status;
}

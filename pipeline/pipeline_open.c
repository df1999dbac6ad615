#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "capture/source_file.h"
#include "pipeline/branch.h"
#include "pipeline/pipeline_impl.h"
#include "ring/event_stop.h"
#include "sink/file_sink.h"
#include "sink/null_sink.h"
#include "sink/sigpipe.h"

/* Room for the talkers that a summary counts, of which nothing is shown
 * here. */
#define TALKERS 1024

/* More than any machine runs, and it can still be added to a time. */
#define FOREVER_NS (INT64_MAX / 4)

static int64_t until_forever(int64_t ns)
{
    return ns < FOREVER_NS ? ns : FOREVER_NS;
}

static bool ends_in(const char *path, const char *ending)
{
    const size_t all = strlen(path);
    const size_t n = strlen(ending);
    return all >= n && strcmp(path + all - n, ending) == 0;
}

static enum weir_format format_of(const struct weir_pipeline_config *config)
{
    if (config->file.path == NULL)
        return config->format != WEIR_FORMAT_NONE ? config->format
               : config->sinks_count > 0          ? WEIR_FORMAT_PCAPNG
                                                  : WEIR_FORMAT_NONE;
    if (config->file.format != WEIR_FORMAT_NONE)
        return config->file.format;
    return ends_in(config->file.path, ".pcap") ? WEIR_FORMAT_PCAP
                                               : WEIR_FORMAT_PCAPNG;
}

static int check(const struct weir_pipeline_config *config,
                 struct weir_err *err)
{
    if (config->file.format > WEIR_FORMAT_PCAPNG ||
        config->format > WEIR_FORMAT_PCAPNG)
        return weir_err_set(err, -EINVAL, "there is no such format");
    if (config->file.path == NULL &&
        (config->file.bytes_max != 0 || config->file.frames_max != 0 ||
         config->file.duration_ns != 0 || config->file.ring != 0))
        return weir_err_set(err, -EINVAL, "limits of a file, and no file");
    if (config->file.ring != 0 && config->file.bytes_max == 0 &&
        config->file.frames_max == 0 && config->file.duration_ns == 0)
        return weir_err_set(err, -EINVAL,
                            "a ring of %u files, and no limit to end one",
                            config->file.ring);
    if (config->duration_ns < 0)
        return weir_err_set(err, -EINVAL, "a duration below zero");
    if (config->file.duration_ns < 0)
        return weir_err_set(err, -EINVAL, "a file's duration below zero");
    if (config->interval_ns < 0)
        return weir_err_set(err, -EINVAL, "an interval below zero");
    if (config->sinks_count > WEIR_BRANCHES_MAX)
        return weir_err_set(err, -EINVAL, "%u sinks: %d are possible",
                            config->sinks_count, WEIR_BRANCHES_MAX);
    if (config->sinks == NULL && config->sinks_count > 0)
        return weir_err_set(err, -EINVAL, "%u sinks, and none is there",
                            config->sinks_count);
    if (config->taps == NULL && config->taps_count > 0)
        return weir_err_set(err, -EINVAL, "%u taps, and none is there",
                            config->taps_count);
    return 0;
}

static int open_events(struct weir_pipeline *p,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err)
{
    int ret = weir_event_open(&p->abandon, err);
    if (ret == 0)
        ret = weir_event_open(&p->stop, err);
    p->shared_stop = config->stop;
    return ret;
}

static int open_sinks(struct weir_pipeline *p,
                      const struct weir_pipeline_config *config,
                      enum weir_format format, struct weir_err *err)
{
    const struct weir_sinks_config sinks = {
        .sinks = config->sinks,
        .count = config->sinks_count,
        .format = format,
        .snaplen = config->snaplen,
        .live = p->inputs.live,
        .outlets = 1,
    };
    return weir_sinks_open(&p->sinks, &sinks, err);
}

static int open_runner(struct weir_pipeline *p,
                       const struct weir_pipeline_config *config,
                       enum weir_format format, struct weir_err *err)
{
    const struct weir_ifaces *ifaces = weir_inputs_ifaces(&p->inputs);
    const bool pcap =
        format == WEIR_FORMAT_PCAP || format == WEIR_FORMAT_PCAP_NS;
    struct weir_runner_config runner = {
        .assembly = {.sources = p->inputs.sources,
                     .lanes = p->inputs.count,
                     .stop = &p->stop->stop,
                     .stop_too =
                         p->shared_stop != NULL ? &p->shared_stop->stop : NULL,
                     .abandon = &p->abandon->stop,
                     .workers = p->inputs.workers,
                     .block_bytes = p->inputs.block_bytes,
                     .account = {.format = format,
                                 .one_linktype = pcap,
                                 .linktype = ifaces->at[0].linktype},
                     .snaplen = config->snaplen,
                     .filters = p->inputs.filters,
                     .frames_max = config->frames_max,
                     .duration_ns = until_forever(config->duration_ns),
                     .talkers = TALKERS,
                     .branches = weir_sinks_branches(p->sinks),
                     .branches_count = config->sinks_count,
                     .taps = config->taps,
                     .taps_count = config->taps_count},
        .interval_ns = until_forever(config->interval_ns),
        .on_interval = config->on_interval,
        .on_notice = config->on_notice,
        .context = config->context,
    };
    if (getrandom(&runner.assembly.seed, sizeof runner.assembly.seed, 0) < 0)
        return weir_err_sys(err, -errno, "getrandom");
    return weir_runner_open(&p->runner, &runner, err);
}

static int open_file(struct weir_pipeline *p,
                     const struct weir_pipeline_config *config,
                     enum weir_format format, struct weir_err *err)
{
    const struct weir_pipeline_file *of = &config->file;
    if (of->path == NULL)
        return weir_null_sink_open(&p->sink, err);
    struct weir_file_sink_config file = {
        .path = of->path,
        .format = format,
        .ifaces = weir_inputs_ifaces(&p->inputs),
        .snaplen = config->snaplen,
        .live = p->inputs.live,
        .ring_files = of->ring,
        .limits = {.file_bytes = of->bytes_max,
                   .file_packets = of->frames_max,
                   .duration_ns = of->duration_ns},
        .abandon = &p->abandon->stop,
        .stop = p->shared_stop != NULL ? &p->shared_stop->stop : NULL,
    };
    if (weir_rotation_rotates(&file.limits))
        file.naming = WEIR_NAMING_NUMBER_TIME;
    if (!p->inputs.live) {
        file.input.set = true;
        weir_file_source_identity(p->inputs.sources[0], &file.input.dev,
                                  &file.input.ino);
    }
    /* It writes the file's header, here in the caller's thread. */
    struct weir_sigpipe held;
    weir_sigpipe_hold(&held);
    const int ret = weir_file_sink_open(&p->sink, &file, err);
    weir_sigpipe_release(&held, ret == -EPIPE);
    return ret;
}

/* A pcap holds one link type. */
static int check_pcap(const struct weir_pipeline *p, enum weir_format format,
                      struct weir_err *err)
{
    const struct weir_ifaces *ifaces = weir_inputs_ifaces(&p->inputs);
    if (format == WEIR_FORMAT_NONE || format == WEIR_FORMAT_PCAPNG)
        return 0;
    for (uint32_t i = 1; p->inputs.live && i < weir_ifaces_count(ifaces); i++)
        if (ifaces->at[i].linktype != ifaces->at[0].linktype)
            return weir_err_set(err, -EINVAL,
                                "a pcap holds one link type, and %s has "
                                "another than %s; a pcapng holds any",
                                ifaces->at[i].name, ifaces->at[0].name);
    return 0;
}

int pipeline_assemble(struct weir_pipeline *p,
                      const struct weir_pipeline_config *config,
                      struct weir_err *err)
{
    const enum weir_format format = format_of(config);
    int ret = check(config, err);
    p->writes = config->file.path != NULL;
    p->taps_count = config->taps_count;
    p->sinks_count = config->sinks_count;
    if (ret == 0)
        ret = open_events(p, config, err);
    if (ret == 0)
        ret = weir_inputs_open(&p->inputs, config, err);
    if (ret == 0)
        ret = check_pcap(p, format, err);
    if (ret == 0)
        ret = open_sinks(p, config, format, err);
    if (ret == 0)
        ret = open_runner(p, config, format, err);
    /* Last, because it replaces a file of that name. */
    if (ret == 0)
        ret = open_file(p, config, format, err);
    if (ret == 0)
        weir_assembly_set_sink(weir_runner_assembly(p->runner), 0, p->sink);
    return ret;
}

void pipeline_dismantle(struct weir_pipeline *p)
{
    weir_runner_close(p->runner);
    if (p->sink != NULL)
        p->sink->ops->close(p->sink);
    weir_sinks_close(p->sinks);
    weir_inputs_close(&p->inputs);
    weir_event_close(&p->abandon);
    weir_event_close(&p->stop);
}

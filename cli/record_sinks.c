#include "cli/record_sinks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "capture/source_file.h"
#include "cli/record_options.h"
#include "sink/file_sink.h"
#include "sink/null_sink.h"
#include "sink/report.h"

char *record_sinks_path(const char *output, uint32_t lane)
{
    const char *slash = strrchr(output, '/');
    const char *name = slash != NULL ? slash + 1 : output;
    const char *dot = strrchr(name, '.');
    /* A dot at the front begins a hidden name, and no suffix. */
    if (dot == NULL || dot == name)
        dot = name + strlen(name);
    char *path = NULL;
    if (asprintf(&path, "%.*s_lane%u%s", (int)(dot - output), output, lane,
                 dot) < 0)
        return NULL;
    return path;
}

static enum weir_naming_manner naming(const struct record_options *o)
{
    if (o->manner == RECORD_MANNER_DUMPCAP)
        return WEIR_NAMING_NUMBER_TIME;
    if (o->manner == RECORD_MANNER_NONE)
        return WEIR_NAMING_SINGLE;
    if (o->file_duration_ns == 0)
        return WEIR_NAMING_NUMBER;
    return o->file_bytes_max == 0 ? WEIR_NAMING_STRFTIME
                                  : WEIR_NAMING_STRFTIME_NUMBER;
}

void record_sinks_config(const struct record_options *o,
                         const struct record_lanes *lanes,
                         const struct weir_stop *abandon,
                         struct weir_file_sink_config *out)
{
    const struct weir_source *source = lanes->sources[0];
    bool tcpdump = o->manner == RECORD_MANNER_TCPDUMP;
    /* tcpdump(1): with both -C and -G, -W only shapes the names. */
    bool shapes_only = naming(o) == WEIR_NAMING_STRFTIME_NUMBER;
    *out = (struct weir_file_sink_config){
        .path = o->output,
        .format = o->format,
        .ifaces = source->ifaces,
        .snaplen = o->snaplen,
        .live = source->live,
        .naming = naming(o),
        .naming_files = tcpdump ? o->ring_files : 0,
        .ring_files = shapes_only ? 0 : o->ring_files,
        .limits = {.file_bytes = o->file_bytes_max,
                   .file_bytes_manner =
                       tcpdump ? WEIR_SIZE_EXCEEDED : WEIR_SIZE_REACHED,
                   .file_packets = o->file_packets_max,
                   .duration_ns = o->file_duration_ns,
                   .interval_ns = o->file_interval_ns,
                   .duration_fixed = tcpdump,
                   .stop_bytes = o->total_bytes_max,
                   .stop_files = o->total_files_max},
        .write = o->write,
        .abandon = abandon,
    };
}

static int open_file(struct record_sinks *s, const struct record_options *o,
                     const struct record_lanes *lanes,
                     const struct weir_stop *abandon, struct weir_err *err)
{
    struct weir_file_sink_config config;
    WEIR_ASSERT(o->output != NULL);
    record_sinks_config(o, lanes, abandon, &config);
    if (o->lane_files) {
        s->paths[s->count] = record_sinks_path(o->output, s->count);
        if (s->paths[s->count] == NULL)
            return weir_err_sys(err, -ENOMEM, "%s", o->output);
        config.path = s->paths[s->count];
    }
    if (o->input != NULL) {
        config.input.set = true;
        weir_file_source_identity(lanes->sources[0], &config.input.dev,
                                  &config.input.ino);
    }
    if (o->verb != RECORD_DRY_RUN)
        return weir_file_sink_open(&s->sinks[s->count], &config, err);
    /* --dry-run makes no file. */
    int ret = weir_file_sink_check(&config, err);
    return ret == 0 ? weir_null_sink_open(&s->sinks[s->count], err) : ret;
}

int record_sinks_open(struct record_sinks *s, const struct record_options *o,
                      const struct record_lanes *lanes,
                      const struct weir_stop *abandon, uint32_t count,
                      struct weir_err *err)
{
    int ret = 0;
    s->files = o->output != NULL && o->verb != RECORD_DRY_RUN;
    while (ret == 0 && s->count < count) {
        ret = o->output != NULL ? open_file(s, o, lanes, abandon, err)
                                : weir_null_sink_open(&s->sinks[s->count], err);
        s->count += ret == 0;
    }
    return ret;
}

void record_sinks_close(struct record_sinks *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->sinks[i]->ops->close(s->sinks[i]);
    for (uint32_t i = 0; i < WEIR_LANES_MAX; i++)
        free(s->paths[i]);
    *s = (struct record_sinks){0};
}

uint64_t record_sinks_bytes(const struct record_sinks *s)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->count; i++)
        bytes += weir_counter_read(&s->sinks[i]->written_bytes);
    return bytes;
}

void record_sinks_report(const struct record_sinks *s,
                         struct weir_report_write *out)
{
    *out = (struct weir_report_write){.mode = NULL};
    for (uint32_t i = 0; s->files && i < s->count; i++) {
        struct weir_file_sink_report file;
        weir_file_sink_report(s->sinks[i], &file);
        out->mode = file.mode;
        out->in_place += file.in_place;
        out->compacted += file.compacted;
        out->copied += file.copied;
        out->padding_bytes += file.padding_bytes;
    }
}

#include "cli/record_flows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/flow_report.h"
#include "cli/record_options.h"
#include "cli/record_report.h"
#include "sink/report.h"
#include "sink/whole.h"

/* Of a terminal that the table goes to. */
static uint32_t columns(const char *path)
{
    struct winsize size;
    if (strcmp(path, "-") != 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static struct weir_flows *flows_of(const struct record_run *r)
{
    return weir_assembly_flows(weir_runner_assembly(r->runner));
}

void record_flows_finish(const struct record_run *r,
                         const struct weir_progress *p,
                         struct weir_report_flows *out)
{
    struct weir_flows *flows = flows_of(r);
    weir_flows_finish(flows, p->time_max_ns);
    const struct weir_flow_table *table = weir_flows_total(flows);
    const struct weir_flow_kinds kinds = weir_flows_kinds(flows);
    uint64_t evicted;
    const struct weir_flow_sums of_evicted =
        weir_flow_table_evicted(table, &evicted);
    *out = (struct weir_report_flows){
        .counted = true,
        .count = weir_flow_table_flows(table),
        .evicted = evicted,
        .evicted_packets = of_evicted.frames,
        .evicted_bytes = of_evicted.bytes,
        .evicted_wire_bytes = of_evicted.wire,
        .untracked = kinds.frames[WEIR_FLOW_UNTRACKED],
        .untracked_wire_bytes = kinds.untracked_bytes,
        .not_ip = kinds.frames[WEIR_FLOW_NOT_IP],
        .malformed = kinds.frames[WEIR_FLOW_MALFORMED],
        .truncated = kinds.frames[WEIR_FLOW_TRUNCATED],
    };
}

void record_flows_warn(const struct record_run *r,
                       const struct weir_report_flows *of)
{
    if (of->evicted == 0 && of->untracked == 0)
        return;
    fprintf(stderr, "%s: no room for all flows: ", r->options->command);
    if (of->evicted > 0)
        fprintf(stderr, "%" PRIu64 " evicted, with %" PRIu64 " packets%s",
                of->evicted, of->evicted_packets,
                of->untracked > 0 ? "; " : "");
    if (of->untracked > 0)
        fprintf(stderr, "%" PRIu64 " packets untracked", of->untracked);
    fputs(" (a larger --memory holds more)\n", stderr);
}

int record_flows(const struct record_run *r, const struct weir_progress *p,
                 struct weir_err *err)
{
    const struct flow_options *o = &r->options->flows;
    struct weir_whole file;
    int ret = record_refuse(r, "--flows", o->output, err);
    if (ret < 0)
        return ret;
    ret = weir_whole_open(&file, o->output, "flows", err);
    if (ret < 0)
        return ret;
    const struct flow_report report = {
        .options = o,
        .flows = flows_of(r),
        .ledger = &p->ledger,
        .source = r->lanes.source,
        .columns = columns(o->output),
    };
    ret = flow_report_write(&report, file.out, err);
    int closed =
        weir_whole_close(&file, ret == 0, "flows", ret == 0 ? err : NULL);
    if (ret == 0 && closed != -EPIPE)
        ret = closed;
    return ret;
}

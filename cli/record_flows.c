#include "cli/record_flows.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/flow_report.h"
#include "cli/record_options.h"
#include "cli/record_report.h"
#include "sink/whole.h"

/* Of a terminal that the table goes to. */
static uint32_t columns(const char *path)
{
    struct winsize size;
    if (strcmp(path, "-") != 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

int record_flows(const struct record_run *r, const struct weir_progress *p,
                 struct weir_err *err)
{
    const struct flow_options *o = &r->options->flows;
    struct weir_flows *flows =
        weir_assembly_flows(weir_pipeline_assembly(r->pipeline));
    struct weir_whole file;
    weir_flows_finish(flows, p->time_max_ns);
    int ret = record_refuse(r, "--flows", o->output, err);
    if (ret < 0)
        return ret;
    ret = weir_whole_open(&file, o->output, "flows", err);
    if (ret < 0)
        return ret;
    const struct flow_report report = {
        .options = o,
        .flows = flows,
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

#include "sink/report_flows.h"

#include <inttypes.h>

#include "sink/figure.h"
#include "sink/report.h"

/* As wide as the other tables, so within 60 columns. */
static void print_row(const char *name, uint64_t flows, uint64_t packets,
                      FILE *out)
{
    char of_flows[WEIR_FIGURE_MAX], of_packets[WEIR_FIGURE_MAX];
    fprintf(out, "  %-18s%14s%16s\n", name,
            flows == 0 ? "-" : weir_figure_grouped(of_flows, flows),
            weir_figure_grouped(of_packets, packets));
}

void weir_report_flows_print(const struct weir_report_flows *flows, FILE *out)
{
    char figure[WEIR_FIGURE_MAX];
    if (!flows->counted)
        return;
    fprintf(out, "\nFlows: %s\n", weir_figure_grouped(figure, flows->count));
    if (flows->evicted == 0 && flows->untracked == 0)
        return;
    fprintf(out, "\n%-20s%14s%16s\n", "Without room", "flows", "packets");
    if (flows->evicted > 0)
        print_row("evicted", flows->evicted, flows->evicted_packets, out);
    if (flows->untracked > 0)
        print_row("untracked", 0, flows->untracked, out);
}

#include "sink/report_lanes.h"

#include <inttypes.h>

#include "sink/figure.h"
#include "sink/printable.h"
#include "sink/report.h"

/* As wide as the other tables, so within 60 columns. */
#define NAME_COLUMNS 18
#define NAME_BYTES   (NAME_COLUMNS - 3) /* and dots before a longer one */

static void print_lane(const struct weir_report_lane *lane, FILE *out)
{
    const struct weir_ledger *l = &lane->ledger;
    char name[64], received[WEIR_FIGURE_MAX], dropped[WEIR_FIGURE_MAX];
    char lost[WEIR_FIGURE_MAX];
    weir_printable_end(name, sizeof name, lane->name, NAME_BYTES);
    fprintf(out, "  %-*s%14s%16s%10s%s\n", NAME_COLUMNS, name,
            weir_figure_grouped(received, l->received),
            l->has_kernel ? weir_figure_grouped(dropped, l->kernel_dropped)
                          : "-",
            weir_figure_grouped(lost, weir_ledger_lost(l)),
            weir_ledger_balanced(l) ? "" : "  BROKEN");
}

static void print_order(const struct weir_report *report, FILE *out)
{
    char late[WEIR_FIGURE_MAX], by[WEIR_FIGURE_MAX];
    if (report->late == 0)
        return;
    fprintf(out, "  late: %s block%s those before by %s\n",
            weir_figure_grouped(late, report->late),
            report->late == 1 ? " overlaps" : "s overlap",
            weir_figure_seconds(by, report->late_ns));
}

void weir_report_lanes_print(const struct weir_report *report, FILE *out)
{
    if (report->lanes_count < 2)
        return;
    fprintf(out, "\n%-*s%14s%16s%10s\n", NAME_COLUMNS + 2, "Lanes", "received",
            "kernel_dropped", "lost");
    for (size_t i = 0; i < report->lanes_count; i++)
        print_lane(&report->lanes[i], out);
    print_order(report, out);
}

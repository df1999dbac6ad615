#ifndef WEIR_SINK_REPORT_LANES_H
#define WEIR_SINK_REPORT_LANES_H

/* report_lanes: the part of the summary for people that tells of each lane,
 * and of the order of their blocks in one file; for report_text.c alone.
 *
 * Threads   one at a time. */

#include <stdio.h>

struct weir_report;

/* weir_report_lanes_print: nothing if there is one lane. */
void weir_report_lanes_print(const struct weir_report *report, FILE *out);

#endif

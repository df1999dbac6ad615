#ifndef WEIR_SINK_REPORT_FLOWS_H
#define WEIR_SINK_REPORT_FLOWS_H

/* report_flows: the part of the summary for people that tells how many flows
 * there are, and what had no room among them; for report_text.c alone.
 *
 * Threads   one at a time. */

#include <stdio.h>

struct weir_report_flows;

/* weir_report_flows_print: nothing if none are counted. */
void weir_report_flows_print(const struct weir_report_flows *flows, FILE *out);

#endif

#ifndef WEIR_CLI_FLOW_REPORT_H
#define WEIR_CLI_FLOW_REPORT_H

/* flow_report: flows as a table for people, as JSON or as CSV.
 *
 * The names in JSON and CSV never change (docs/weir-flows.1 lists them); of a
 * flow "src" is the end that began it.
 *
 * Units     frames ("packets"); bytes of IP packets, wire bytes of frames;
 *           nanoseconds.
 * Threads   the control thread, after the end.
 * Progress  allocates 48 bytes a flow. */

#include <stdio.h>

#include "cli/flow_options.h"
#include "pipeline/flows.h"
#include "ring/ledger.h"

struct weir_err;

struct flow_report {
    const struct flow_options *options;
    const struct weir_flows *flows;
    const struct weir_ledger *ledger;
    const char *source; /* as the operator named it; any bytes */
    uint32_t columns;   /* of a table; 0: as wide as it is */
};

/* One row: a flow's number, and what it is sorted by. */
struct flow_row {
    uint64_t key;
    int64_t first_ns;
    uint32_t index;
};

/* What the three forms print: rows in their order, and sums of all flows. */
struct flow_list {
    const struct flow_report *report;
    const struct weir_flow_table *table;
    struct flow_row *rows;
    uint32_t listed; /* of rows, by --top */
    uint32_t count;  /* all flows */
    struct weir_flow_sums total;
    struct weir_flow_sums evicted;
    uint64_t evicted_flows;
    struct weir_flow_kinds kinds;
};

/* flow_report_write: 0, or -ENOMEM; a write that fails is for the caller to
 * ask of `out`. */
int flow_report_write(const struct flow_report *report, FILE *out,
                      struct weir_err *err);

/* The forms, for flow_report.c. */
void flow_table_print(const struct flow_list *list, FILE *out);
int flow_json_print(const struct flow_list *list, FILE *out,
                    struct weir_err *err);
void flow_csv_print(const struct flow_list *list, FILE *out);

/* flow_row_get: row i of the list, which is gone through in order. */
void flow_row_get(const struct flow_list *list, uint32_t i,
                  struct weir_flow *out);

/* flow_address: as text, IPv6 as RFC 5952 has it.  flow_flags: the flags as
 * letters (FIN, SYN, RST, PSH, ACK, URG, ECE, CWR), "" for none. */
#define FLOW_ADDRESS_TEXT 46
#define FLOW_FLAGS_TEXT   9
char *flow_address(char out[FLOW_ADDRESS_TEXT], const struct weir_flow *flow,
                   unsigned end);
char *flow_flags(char out[FLOW_FLAGS_TEXT], uint8_t flags);

/* flow_protocol: its name in lower case, or NULL if it is not one of the few
 * that are known. */
const char *flow_protocol(uint8_t protocol);

#endif

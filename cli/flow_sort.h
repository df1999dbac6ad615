#ifndef WEIR_CLI_FLOW_SORT_H
#define WEIR_CLI_FLOW_SORT_H

/* flow_sort: rows of flows in their order, for flow_report.c.
 *
 * The greatest key first, of equal ones the flow that began first, then by
 * the flows' ends: the order is the same in every run.
 *
 * Units     rows.
 * Threads   any.
 * Progress  allocates as much as the rows take; without it, it takes
 *           longer. */

#include <stdint.h>

struct flow_row;
struct weir_flow_table;

/* flow_sort_rows: the first `listed` of `count` rows are the first in order,
 * and in order; the others follow in none. */
void flow_sort_rows(struct flow_row *rows, uint32_t count, uint32_t listed,
                    const struct weir_flow_table *table);

#endif

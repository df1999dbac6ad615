#ifndef WEIR_BENCH_SELF_TOLD_H
#define WEIR_BENCH_SELF_TOLD_H

/* told: an entrant's rounds as a line of results ("peer"), and as a row.
 *
 * Threads   any. */

#include <jansson.h>
#include <stdio.h>

struct weir_self_entrant;

/* weir_told_json: of an entrant with at least one round; NULL if there is no
 * memory. */
json_t *weir_told_json(const struct weir_self_entrant *entrant);

void weir_told_head(FILE *out);
void weir_told_row(FILE *out, const struct weir_self_entrant *entrant);

#endif

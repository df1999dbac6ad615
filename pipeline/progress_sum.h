#ifndef WEIR_PIPELINE_PROGRESS_SUM_H
#define WEIR_PIPELINE_PROGRESS_SUM_H

/* progress_sum: the progress of several lanes as that of one.
 *
 * Threads   pure. */

#include "pipeline/progress.h"

/* weir_progress_none: of nothing; weir_progress_add: into += of.  Either all
 * lanes of a recording have a kernel that counts, or none has. */
struct weir_progress weir_progress_none(void);
void weir_progress_add(struct weir_progress *into,
                       const struct weir_progress *of);

#endif

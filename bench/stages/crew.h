#ifndef WEIR_BENCH_STAGES_CREW_H
#define WEIR_BENCH_STAGES_CREW_H

/* crew: threads for what cannot be measured by one: a link has two ends, and
 * workers scale or do not.
 *
 * The pipeline's own threads bring their stages with them; here one stage is
 * wanted alone, so this is the one file outside it that starts threads.
 *
 * Owner     the caller closes.
 * Threads   the main thread calls all of it.  Member k runs on CPU first + k
 *           in the order of topology.h (and round again).
 * Order     what was written before open is seen by the members, and what
 *           they wrote is seen after join. */

#include <stdint.h>

struct weir_crew;
struct weir_err;

#define WEIR_CREW_MAX 64

/* What a member does.  Returns 0 or -errno. */
typedef int weir_crew_fn(void *context, uint32_t member);

/* weir_crew_open: all of them begin together, or none does. */
int weir_crew_open(struct weir_crew **out, uint32_t members, uint32_t first,
                   weir_crew_fn *fn, void *context, struct weir_err *err);

/* weir_crew_join: waits for all; the first member's error, or 0. */
int weir_crew_join(struct weir_crew *crew);

/* weir_crew_close: accepts NULL; joined or not. */
void weir_crew_close(struct weir_crew *crew);

/* weir_crew_cores: how many cores this process may use; weir_crew_cpus: and
 * how many CPUs, of which a core may have several.  Looked up once. */
uint32_t weir_crew_cores(void);
uint32_t weir_crew_cpus(void);

/* weir_crew_pin: puts the calling thread on the k-th CPU in the order of
 * topology.h, as far as the system lets us.  weir_crew_unpin: on any of them
 * again, so that programs it starts are free. */
void weir_crew_pin(uint32_t k);
void weir_crew_unpin(void);

#endif

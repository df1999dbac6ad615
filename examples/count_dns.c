/* count_dns: DNS queries and answers, counted on all cores.
 *
 *     count_dns FILE
 *
 * A tap is called in every worker, with frames that are dissected.  Each
 * worker counts for itself: there is nothing to lock. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <weir.h>

struct count {
    unsigned long queries, answers;
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    (void)context, (void)lane, (void)worker;
    *state = calloc(1, sizeof(struct count));
    return *state == NULL ? weir_err_set(err, -ENOMEM, "no memory") : 0;
}

static uint64_t tap(void *state, const struct weir_tap_vector *vector)
{
    struct count *count = state;
    for (uint32_t i = 0; i < vector->count; i++) {
        struct weir_udp_view udp;
        if (!weir_udp_view_find(&udp, vector->frames[i].data,
                                &vector->dissections[i]))
            continue;
        count->queries += udp.dstport == 53;
        count->answers += udp.srcport == 53;
    }
    return 0;
}

static void merge(void *context, void *state)
{
    struct count *all = context;
    const struct count *one = state;
    all->queries += one->queries;
    all->answers += one->answers;
}

static void destroy(void *context, void *state)
{
    (void)context;
    free(state);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: count_dns FILE\n");
        return 2;
    }
    struct count all = {0, 0};
    const struct weir_tap_config dns = {"dns", &all,  false,  create,
                                        tap,   merge, destroy};
    const struct weir_pipeline_source source = {.file = argv[1]};
    const struct weir_pipeline_config config = {
        .sources = &source, .sources_count = 1, .taps = &dns, .taps_count = 1};
    struct weir_pipeline *pipeline = NULL;
    struct weir_err err;

    int rc = weir_pipeline_open(&pipeline, &config, &err);
    rc = rc < 0 ? rc : weir_pipeline_start(pipeline, &err);
    rc = rc < 0 ? rc : weir_pipeline_join(pipeline, &err);
    weir_pipeline_close(&pipeline, NULL);
    if (rc < 0)
        fprintf(stderr, "count_dns: %s\n", err.text);
    else
        printf("%lu queries, %lu answers\n", all.queries, all.answers);
    return rc < 0;
}

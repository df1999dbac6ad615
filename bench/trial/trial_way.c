#include "bench/trial/trial.h"

#include <errno.h>
#include <string.h>

#include "bench/trial/gen_job.h"

/* 0 if frames can be sent so. */
static int try_way(const struct weir_trial_place *place,
                   const struct weir_trial_traffic *traffic, const char *way,
                   struct weir_err *err)
{
    struct weir_trial_traffic tried = *traffic;
    struct weir_gen_job *gen = NULL;
    tried.way = way;
    int ret = weir_gen_job_start(&gen, place, &tried, err);
    if (ret == 0)
        ret = weir_gen_job_ready(gen, WEIR_GEN_JOB_READY_NS, err);
    weir_gen_job_close(gen);
    if (ret == 0)
        return weir_err_set(err, -EIO, "generator: not ready in time");
    return ret > 0 ? 0 : ret;
}

int weir_trial_way(const char **out, const struct weir_trial_place *place,
                   const struct weir_trial_traffic *traffic,
                   struct weir_err *err)
{
    static const char *const ways[] = {"xdp", "txring", "mmsg"};
    int first = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(traffic->way, "auto") != 0 &&
            strcmp(traffic->way, ways[i]) != 0)
            continue;
        int ret = try_way(place, traffic, ways[i], first == 0 ? err : NULL);
        if (ret == 0) {
            *out = ways[i];
            return 0;
        }
        first = first == 0 ? ret : first;
    }
    return first != 0 ? first : -EINVAL;
}

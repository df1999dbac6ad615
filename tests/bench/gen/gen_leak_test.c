/* Each way gives back its memory and its files, also after a failure. */

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/err.h"
#include "bench/gen/gen.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

static void run_way(const struct weir_gen_config *config)
{
    struct weir_gen *gen = NULL;
    struct weir_gen_counts counts;
    struct weir_err err = {0};
    int ret = weir_gen_open(&gen, config, &err);
    if (ret == -EPERM && config->way == WEIR_GEN_XDP)
        printf("skipped: %s\n", err.text);
    else
        check(ret == 0, err.text);
    if (ret == 0) {
        check(weir_gen_run(gen, &counts, &err) == 0, err.text);
        check(counts.sent == 100, "sent");
    }
    weir_gen_close(gen);
}

static void run_all(const struct weir_plan *plan, const atomic_bool *stop)
{
    struct weir_gen_config config = {
        .plan = plan,
        .burst = 1,
        .frames_max = 100,
        .duration_ns = INT64_MAX,
        .stop = stop,
    };
    static const enum weir_gen_way ways[] = {WEIR_GEN_AUTO, WEIR_GEN_XDP,
                                             WEIR_GEN_TXRING, WEIR_GEN_MMSG};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct weir_gen *gen = NULL;
        config.way = ways[i];
        config.device = RIG_LEFT;
        run_way(&config);
        config.device = "nowhere";
        check(weir_gen_open(&gen, &config, NULL) < 0, "no device");
        check(gen == NULL, "nothing was opened");
    }
}

int main(void)
{
    const char *reason;
    struct weir_plan *plan = NULL;
    struct weir_plan_config config = {.flows = 3, .seed = 1};
    if (!rig_open(&reason))
        return check_skip(reason);
    check(weir_mix_parse(&config.mix, "imix", 60, NULL) == 0, "imix");
    check(weir_plan_open(&plan, &config, NULL) == 0, "plan");
    atomic_bool *stop = mmap(NULL, sizeof *stop, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(stop != MAP_FAILED, "shared memory");
    if (check_failed() == 0) {
        unsigned before = check_files_open();
        run_all(plan, stop);
        check(check_files_open() == before, "files are closed");
        (void)munmap(stop, sizeof *stop);
    }
    weir_plan_close(plan);
    weir_gen_close(NULL);
    return check_end();
}

#include "bench/host/bench_args.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>

#include "base/args.h"
#include "base/err.h"
#include "bench/host/find.h"

static_assert(WEIR_BENCH_CPUS_MAX == CPU_SETSIZE, "one CPU set holds a list");

static void from_set(struct weir_bench_cpus *out, const cpu_set_t *set)
{
    out->count = 0;
    for (uint16_t i = 0; i < WEIR_BENCH_CPUS_MAX; i++)
        if (CPU_ISSET(i, set))
            out->cpu[out->count++] = i;
}

static bool has(const struct weir_bench_cpus *cpus, uint16_t cpu)
{
    for (size_t i = 0; i < cpus->count; i++)
        if (cpus->cpu[i] == cpu)
            return true;
    return false;
}

/* Digits at *text, below WEIR_BENCH_CPUS_MAX. */
static bool take_cpu(const char **text, size_t *out)
{
    const char *p = *text;
    size_t n = 0;
    while (*p >= '0' && *p <= '9' && n < WEIR_BENCH_CPUS_MAX)
        n = n * 10 + (size_t)(*p++ - '0');
    bool any = p != *text;
    *text = p;
    *out = n;
    return any && n < WEIR_BENCH_CPUS_MAX;
}

int weir_bench_cpus_parse(struct weir_bench_cpus *out, const char *text)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    const char *p = text;
    do {
        size_t first = 0;
        if (!take_cpu(&p, &first))
            return -EINVAL;
        size_t last = first;
        if (*p == '-') {
            p++;
            if (!take_cpu(&p, &last) || last < first)
                return -EINVAL;
        }
        for (size_t i = first; i <= last; i++)
            CPU_SET(i, &set);
    } while (*p++ == ',');
    if (p[-1] != '\0')
        return -EINVAL;
    from_set(out, &set);
    return 0;
}

int weir_bench_cpus_allowed(struct weir_bench_cpus *out, struct weir_err *err)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return weir_err_sys(err, -errno, "sched_getaffinity");
    from_set(out, &set);
    return 0;
}

void weir_bench_cpus_split(const struct weir_bench_cpus *allowed,
                           struct weir_bench_cpus *recorder,
                           struct weir_bench_cpus *generator)
{
    *recorder = *allowed;
    generator->count = 1;
    generator->cpu[0] = allowed->cpu[allowed->count - 1];
    if (allowed->count > 1)
        recorder->count--;
}

static int take_cpus(struct weir_bench_cpus *out, struct weir_args *args)
{
    struct weir_bench_cpus allowed;
    if (weir_bench_cpus_parse(out, args->value) != 0)
        return weir_err_set(&args->err, -EINVAL, "%s: '%s' is no list of CPUs",
                            args->option, args->value);
    int ret = weir_bench_cpus_allowed(&allowed, &args->err);
    for (size_t i = 0; ret == 0 && i < out->count; i++)
        if (!has(&allowed, out->cpu[i]))
            ret = weir_err_set(&args->err, -EINVAL,
                               "%s: CPU %u is not there for us", args->option,
                               out->cpu[i]);
    return ret;
}

static int take_name(const char **out, struct weir_args *args)
{
    if (args->value[0] == '\0')
        return weir_err_set(&args->err, -EINVAL, "%s: '' names nothing",
                            args->option);
    *out = args->value;
    return 0;
}

int weir_bench_args_take(struct weir_bench_args *bench, struct weir_args *args,
                         int option)
{
    switch (option) {
    case WEIR_BENCH_ARGS_WEIR:
        return take_name(&bench->weir_asked, args);
    case WEIR_BENCH_ARGS_RESULTS:
        return take_name(&bench->results, args);
    case WEIR_BENCH_ARGS_RECORDER_CPUS:
        return take_cpus(&bench->recorder, args);
    case WEIR_BENCH_ARGS_GENERATOR_CPUS:
        return take_cpus(&bench->generator, args);
    default:
        return -EINVAL;
    }
}

int weir_bench_args_read(struct weir_args *args, bool *help,
                         weir_bench_take_fn *take, void *context)
{
    int option;
    while ((option = weir_args_next(args)) != WEIR_ARGS_END) {
        if (option == 'h') {
            *help = true;
            return WEIR_EXIT_OK;
        }
        if (option == WEIR_ARGS_BAD || take(context, args, option) != 0)
            return weir_args_usage(args);
    }
    if (args->words == args->argc)
        return WEIR_EXIT_OK;
    (void)weir_err_set(&args->err, -EINVAL, "'%s': no words are expected here",
                       args->argv[args->words]);
    return weir_args_usage(args);
}

int weir_bench_args_settle(struct weir_bench_args *bench, struct weir_err *err)
{
    struct weir_bench_cpus allowed = {0};
    struct weir_bench_cpus recorder;
    struct weir_bench_cpus generator;
    int ret = weir_find_weir(bench->weir_asked, bench->weir, err);
    if (ret == 0)
        ret = weir_bench_cpus_allowed(&allowed, err);
    if (ret != 0)
        return ret;
    weir_bench_cpus_split(&allowed, &recorder, &generator);
    if (bench->recorder.count == 0)
        bench->recorder = recorder;
    if (bench->generator.count == 0)
        bench->generator = generator;
    bench->shared = false;
    for (size_t i = 0; i < bench->generator.count; i++)
        if (has(&bench->recorder, bench->generator.cpu[i]))
            bench->shared = true;
    return 0;
}

#include "bench/trial/gen_job.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/trial/last_words.h"

/* From its result to its end. */
#define END_TIMEOUT_NS (10 * WEIR_NS_PER_S)

#define RESULT "\"gen\""

struct weir_gen_job {
    struct weir_job *job;
    int hold; /* it sends when this closes */
};

/* An argument vector with the memory of its numbers. */
struct words {
    const char *argv[32];
    size_t count;
    char memory[6][PATH_MAX];
    size_t used;
};

static void word(struct words *words, const char *text)
{
    words->argv[words->count++] = text;
}

static char *memory(struct words *words)
{
    return words->memory[words->used++];
}

static void number(struct words *words, const char *option, uint64_t value)
{
    char *text = memory(words);
    snprintf(text, PATH_MAX, "%" PRIu64, value);
    word(words, option);
    word(words, text);
}

static void duration(struct words *words, int64_t ns)
{
    char *text = memory(words);
    snprintf(text, PATH_MAX, "duration:%" PRId64 ".%06" PRId64,
             ns / WEIR_NS_PER_S, ns % WEIR_NS_PER_S / WEIR_NS_PER_US);
    word(words, "-a");
    word(words, text);
}

/* The program that runs now, also if it was renamed or replaced. */
static int own_path(char out[PATH_MAX], struct weir_err *err)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (n < 0)
        return weir_err_sys(err, -errno, "/proc/self/exe");
    out[n] = '\0';
    return 0;
}

static bool is_xdp(const struct weir_trial_traffic *traffic)
{
    return strcmp(traffic->way, "xdp") == 0;
}

static int command(struct words *words, const struct weir_trial_place *place,
                   const struct weir_trial_traffic *traffic,
                   struct weir_err *err)
{
    const char *bench = traffic->bench;
    const char *device = is_xdp(traffic) ? place->near : place->far;
    if (device == NULL)
        return weir_err_set(err, -EINVAL,
                            "%s: no interface to send from is known",
                            traffic->way);
    if (bench == NULL) {
        char *own = memory(words);
        int ret = own_path(own, err);
        if (ret != 0)
            return ret;
        bench = own;
    }
    word(words, bench);
    word(words, "gen");
    word(words, "-i");
    word(words, device);
    word(words, "--way");
    word(words, traffic->way);
    word(words, "--frame");
    word(words, traffic->frame != NULL ? traffic->frame : "60");
    duration(words, traffic->duration_ns);
    if (traffic->frames > 0)
        number(words, "-c", traffic->frames);
    if (traffic->load_pps > 0)
        number(words, "--rate", traffic->load_pps);
    if (traffic->flows > 0)
        number(words, "--flows", traffic->flows);
    if (traffic->skew != NULL) {
        word(words, "--skew");
        word(words, traffic->skew);
    }
    if (traffic->seed > 0)
        number(words, "--seed", traffic->seed);
    word(words, "--hold");
    word(words, NULL);
    return 0;
}

int weir_gen_job_start(struct weir_gen_job **out,
                       const struct weir_trial_place *place,
                       const struct weir_trial_traffic *traffic,
                       struct weir_err *err)
{
    int hold[2];
    struct words words = {.count = 0};
    int ret = command(&words, place, traffic, err);
    if (ret != 0)
        return weir_err_wrap(err, ret, "generator");
    struct weir_gen_job *gen = calloc(1, sizeof *gen);
    if (gen == NULL)
        return weir_err_sys(err, -ENOMEM, "generator");
    if (pipe2(hold, O_CLOEXEC) != 0) {
        ret = weir_err_sys(err, -errno, "generator: pipe");
        free(gen);
        return ret;
    }
    const struct weir_job_config config = {
        .argv = words.argv,
        .netns_fd = is_xdp(traffic) ? place->near_fd : place->far_fd,
        .cpus = place->generator_cpus,
        .cpus_count = place->generator_cpus_count,
        .input_fd = hold[0],
        .output = "",
    };
    ret = weir_job_start(&gen->job, &config, err);
    close(hold[0]);
    gen->hold = hold[1];
    if (ret != 0) {
        close(gen->hold);
        free(gen);
        return weir_err_wrap(err, ret, "generator");
    }
    *out = gen;
    return 0;
}

static int failed(struct weir_gen_job *gen, struct weir_err *err)
{
    struct weir_job_end end;
    int ret = weir_job_wait(gen->job, END_TIMEOUT_NS, &end, err);
    if (ret == 0)
        ret = weir_last_words(&end, "generator", err);
    return ret;
}

static int until(struct weir_gen_job *gen, const char *text, int64_t timeout_ns,
                 struct weir_err *err)
{
    int ret = weir_job_expect(gen->job, text, timeout_ns, err);
    if (ret == 0)
        return 1;
    if (ret == -ETIMEDOUT)
        return 0;
    return failed(gen, err);
}

int weir_gen_job_ready(struct weir_gen_job *gen, int64_t timeout_ns,
                       struct weir_err *err)
{
    return until(gen, "ready", timeout_ns, err);
}

int weir_gen_job_done(struct weir_gen_job *gen, int64_t timeout_ns,
                      struct weir_err *err)
{
    return until(gen, RESULT, timeout_ns, err);
}

void weir_gen_job_go(struct weir_gen_job *gen)
{
    close(gen->hold);
    gen->hold = -1;
}

int weir_gen_job_finish(struct weir_gen_job *gen, struct weir_trial_sent *out,
                        struct weir_err *err)
{
    struct weir_job_end end;
    int ret = weir_job_wait(gen->job, END_TIMEOUT_NS, &end, err);
    if (ret == 0 && (end.status != 0 || end.timed_out))
        ret = weir_last_words(&end, "generator", err);
    if (ret == 0)
        ret = weir_gen_sent_parse(out, end.output, err);
    return ret;
}

void weir_gen_job_close(struct weir_gen_job *gen)
{
    if (gen == NULL)
        return;
    /* The signal first: else it would begin to send. */
    weir_job_signal(gen->job, SIGTERM);
    if (gen->hold >= 0)
        close(gen->hold);
    weir_job_close(gen->job);
    free(gen);
}

static uint64_t count_of(const json_t *line, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(line, key));
    return value > 0 ? (uint64_t)value : 0;
}

/* All that a result must have; rates are null of too few frames. */
static bool is_result(const json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));
    return type != NULL && strcmp(type, "gen") == 0 &&
           json_is_integer(json_object_get(line, "sent")) &&
           json_is_integer(json_object_get(line, "duration_ns")) &&
           json_is_string(json_object_get(line, "way"));
}

int weir_gen_sent_parse(struct weir_trial_sent *out, const char *text,
                        struct weir_err *err)
{
    for (const char *at = text; at != NULL && *at != '\0';) {
        const char *end = strchrnul(at, '\n');
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        if (is_result(line)) {
            *out = (struct weir_trial_sent){
                .frames = count_of(line, "sent"),
                .refused = count_of(line, "refused"),
                .bytes = count_of(line, "bytes"),
                .duration_ns = (int64_t)count_of(line, "duration_ns"),
                .offered_pps =
                    json_number_value(json_object_get(line, "offered_pps")),
                .offered_bits =
                    json_number_value(json_object_get(line, "offered_bits")),
                .late_frames = count_of(line, "late_frames"),
                .limited = json_is_true(json_object_get(line, "limited")),
            };
            snprintf(out->way, sizeof out->way, "%s",
                     json_string_value(json_object_get(line, "way")));
            json_decref(line);
            return 0;
        }
        json_decref(line);
        at = *end == '\n' ? end + 1 : end;
    }
    return weir_err_set(err, -EPROTO, "generator: it printed no result");
}

#include "tests/cli/command.h"

#include <criterion/criterion.h>

#include <jansson.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct command_result result;

static const char *folder(void)
{
    static char path[PATH_MAX];
    if (path[0] == '\0') {
        const char *top = getenv("TEST_TMPDIR");
        snprintf(path, sizeof path, "%s/command.XXXXXX",
                 top != NULL ? top : "/tmp");
        cr_assert_not_null(mkdtemp(path), "%s", path);
    }
    return path;
}

const char *command_path(const char *name)
{
    static char path[PATH_MAX + 256];
    snprintf(path, sizeof path, "%s/%s", folder(), name);
    return path;
}

static void read_back(const char *name, char *text, size_t size)
{
    FILE *file = fopen(command_path(name), "r");
    cr_assert_not_null(file, "%s", name);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

const struct command_result *command_run(const char *format, ...)
{
    char script[4096];
    char line[PATH_MAX + sizeof script + 256];
    va_list args;
    va_start(args, format);
    vsnprintf(script, sizeof script, format, args);
    va_end(args);
    /* Outputs are hidden, so that `ls` and globs see the test's own. */
    snprintf(line, sizeof line,
             "PATH=\"$PWD/cli:$PATH:/usr/sbin:/sbin\" TZ=UTC; export PATH TZ; "
             "cd '%s' && { %s\n} >.out 2>.err",
             folder(), script);
    int status = system(line); /* NOLINT(cert-env33-c) */
    cr_assert(WIFEXITED(status), "%s", line);
    result.status = WEXITSTATUS(status);
    read_back(".out", result.out, sizeof result.out);
    read_back(".err", result.err, sizeof result.err);
    return &result;
}

int command_lines(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

void command_complains(const char *script, int status, const char *a,
                       const char *b)
{
    const struct command_result *r = command_run("%s", script);
    bool one = command_lines(r->err) == 1 && r->out[0] == '\0';
    bool both = strstr(r->err, a) != NULL && strstr(r->err, b) != NULL;
    cr_expect(r->status == status && one && both, "%s: %d: %s%s", script,
              r->status, r->out, r->err);
}

long command_frames(const char *name)
{
    char why[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    long frames = 0;
    pcap_t *file = pcap_open_offline(command_path(name), why);
    if (file == NULL)
        return -1;
    int ret = pcap_next_ex(file, &header, &data);
    for (; ret == 1; ret = pcap_next_ex(file, &header, &data))
        frames++;
    pcap_close(file);
    return ret == PCAP_ERROR_BREAK ? frames : -1;
}

static json_t *load(const char *report)
{
    json_error_t why;
    json_t *o = json_load_file(command_path(report), 0, &why);
    cr_assert_not_null(o, "%s: %s", report, why.text);
    return o;
}

static uint64_t number_at(const json_t *o, const char *path)
{
    char words[256];
    char *rest = words;
    const json_t *at = o;
    snprintf(words, sizeof words, "%s", path);
    while (rest != NULL)
        at = json_object_get(at, strsep(&rest, "."));
    cr_assert(json_is_integer(at), "%s", path);
    return (uint64_t)json_integer_value(at);
}

uint64_t command_number(const char *report, const char *path)
{
    json_t *o = load(report);
    uint64_t n = number_at(o, path);
    json_decref(o);
    return n;
}

static uint64_t values_of(const json_t *object)
{
    uint64_t sum = 0;
    for (void *i = json_object_iter((json_t *)object); i != NULL;
         i = json_object_iter_next((json_t *)object, i))
        sum += (uint64_t)json_integer_value(json_object_iter_value(i));
    return sum;
}

void command_balances(const char *report)
{
    json_t *o = load(report);
    const json_t *ledger = json_object_get(o, "ledger");
    cr_expect(json_is_true(json_object_get(ledger, "balanced")));
    cr_expect_eq(number_at(ledger, "in_flight"), 0);
    cr_expect_eq(number_at(ledger, "received"),
                 number_at(ledger, "written") +
                     values_of(json_object_get(ledger, "excluded")) +
                     values_of(json_object_get(ledger, "lost")));
    json_decref(o);
}

static uint64_t frames_of(const json_t *o, const char *key)
{
    const json_t *array = json_object_get(o, key);
    uint64_t sum = 0;
    for (size_t i = 0; i < json_array_size(array); i++)
        sum += number_at(json_array_get(array, i), "frames");
    return sum;
}

void command_sums(const char *report, uint64_t frames)
{
    json_t *o = load(report);
    uint64_t talkers = frames_of(o, "talkers");
    if (json_object_get(o, "talkers_other") != NULL)
        talkers += number_at(o, "talkers_other.frames");
    cr_expect_eq(number_at(o, "frames"), frames);
    cr_expect_eq(number_at(o, "ledger.written"), frames);
    cr_expect_eq(frames_of(o, "protocols"), frames);
    cr_expect_eq(frames_of(o, "sizes"), frames);
    cr_expect_eq(talkers, frames);
    json_decref(o);
}

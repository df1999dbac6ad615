#include "bench/results/results.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/printable.h"

/* Enough for any figure of ours, and 0.1 stays "0.1". */
#define DIGITS 12

struct weir_results {
    int fd;
    bool standard;
    char path[];
};

/* A bench that was killed by a full disk or by power leaves half a line; what
 * comes now must not become a part of it. */
static int end_last_line(int fd)
{
    struct stat st;
    char last;
    if (fstat(fd, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return 0;
    ssize_t n = pread(fd, &last, 1, st.st_size - 1);
    if (n < 0)
        return -errno;
    if (n == 1 && last != '\n' && write(fd, "\n", 1) < 0)
        return -errno;
    return 0;
}

int weir_results_open(struct weir_results **out, const char *path,
                      struct weir_err *err)
{
    size_t size = strlen(path) + 1;
    struct weir_results *results = malloc(sizeof *results + size);
    if (results == NULL)
        return weir_err_sys(err, -ENOMEM, "results %s", path);
    memcpy(results->path, path, size);
    results->standard = strcmp(path, "-") == 0;
    results->fd = STDOUT_FILENO;
    if (results->standard) {
        *out = results;
        return 0;
    }

    results->fd =
        open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
    int rc = results->fd < 0 ? -errno : end_last_line(results->fd);
    if (rc == 0) {
        *out = results;
        return 0;
    }
    weir_err_sys(err, rc, "results %s", path);
    if (results->fd >= 0)
        close(results->fd);
    free(results);
    return rc;
}

FILE *weir_results_people(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0 ? stderr : stdout;
}

static int write_line(const struct weir_results *results, const char *line,
                      size_t len)
{
    struct stat before;
    if (results->standard && fflush(stdout) != 0)
        return -errno;
    bool whole_file =
        fstat(results->fd, &before) == 0 && S_ISREG(before.st_mode);
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(results->fd, line + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    if (done == len)
        return 0;
    int rc = -errno;
    if (whole_file && done > 0 && ftruncate(results->fd, before.st_size) != 0)
        rc = -errno;
    return rc;
}

int weir_results_add(struct weir_results *results, json_t *line,
                     struct weir_err *err)
{
    if (line == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for a line of results");
    if (results == NULL) {
        json_decref(line);
        return 0;
    }
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(line);
    size_t len = text == NULL ? 0 : strlen(text);
    char *whole = text == NULL ? NULL : realloc(text, len + 1);
    if (whole == NULL) {
        free(text);
        return weir_err_sys(err, -ENOMEM, "results %s", results->path);
    }
    /* A line's end instead of the string's. */
    whole[len] = '\n';
    int rc = write_line(results, whole, len + 1);
    free(whole);
    if (rc != 0)
        return weir_err_sys(err, rc, "write results %s", results->path);
    return 0;
}

json_t *weir_results_text(const char *text)
{
    if (text == NULL)
        return json_null();
    size_t size = 3 * strlen(text) + 1;
    char *clean = malloc(size);
    json_t *value =
        clean == NULL ? NULL : json_string(weir_utf8(clean, size, text));
    free(clean);
    return value;
}

int weir_results_note(struct weir_results *results, struct weir_err *err,
                      const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        return weir_results_add(results, NULL, err);
    json_t *line = json_pack("{s:s, s:o}", "type", "note", "text",
                             weir_results_text(text));
    free(text);
    return weir_results_add(results, line, err);
}

int weir_results_skip(struct weir_results *results, const char *what,
                      const char *why, struct weir_err *err)
{
    return weir_results_add(results,
                            json_pack("{s:s, s:o, s:o}", "type", "skip", "what",
                                      weir_results_text(what), "why",
                                      weir_results_text(why)),
                            err);
}

static int by_size(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

/* The quotients of those rounds that have one, sorted; how many. */
static size_t quotients(double *out, const double *over, const double *under,
                        size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        double q = over[i] / under[i];
        if (over[i] > 0 && under[i] > 0 && isfinite(q) && q > 0)
            out[n++] = q;
    }
    qsort(out, n, sizeof *out, by_size);
    return n;
}

static json_t *figure(bool there, double value)
{
    return there ? json_real(value) : json_null();
}

int weir_results_ratio(struct weir_results *results, const char *name,
                       const double *over, const double *under, size_t count,
                       const char *better, struct weir_err *err)
{
    double *q = calloc(count + 1, sizeof *q);
    if (q == NULL)
        return weir_results_add(results, NULL, err);
    size_t n = quotients(q, over, under, count);
    double median = (q[n / 2] + q[(n - (n > 0)) / 2]) / 2;
    json_t *line = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:i, s:s}", "type", "ratio", "name",
        weir_results_text(name), "value", figure(n > 0, median), "least",
        figure(n > 0, q[0]), "most", figure(n > 0, q[n > 0 ? n - 1 : 0]),
        "rounds", (int)n, "better", better);
    free(q);
    return weir_results_add(results, line, err);
}

int weir_results_close(struct weir_results *results, struct weir_err *err)
{
    if (results == NULL)
        return 0;
    int rc = 0;
    if (!results->standard && close(results->fd) != 0)
        rc = weir_err_sys(err, -errno, "close results %s", results->path);
    free(results);
    return rc;
}

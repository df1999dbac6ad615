#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/host/job.h"
#include "bench/results/svg.h"

/* What gnuplot reads and writes lies in memory, so that nothing is left
 * whatever ends us; it opens the files as ours in /proc. */
enum file { DATA, SCRIPT, SVG, FILES };

struct files {
    int fd[FILES];
    char path[FILES][64];
};

static void files_close(const struct files *files)
{
    for (size_t i = 0; i < FILES; i++)
        if (files->fd[i] >= 0)
            (void)close(files->fd[i]);
}

static int files_open(struct files *files, struct weir_err *err)
{
    int rc = 0;
    for (size_t i = 0; i < FILES; i++) {
        files->fd[i] = memfd_create("plot", MFD_CLOEXEC);
        if (files->fd[i] < 0)
            rc = -errno;
        (void)snprintf(files->path[i], sizeof files->path[i], "/proc/%ld/fd/%d",
                       (long)getpid(), files->fd[i]);
    }
    if (rc == 0)
        return 0;
    files_close(files);
    return weir_err_sys(err, rc, "temporary file");
}

static int finish(FILE *file, struct weir_err *err)
{
    int rc = ferror(file) ? -EIO : 0;
    if (fclose(file) != 0 && rc == 0)
        rc = -errno;
    return rc == 0 ? 0 : weir_err_sys(err, rc, "temporary file");
}

static int write_input(const struct files *files, const struct weir_plot *plot,
                       bool narrow, struct weir_err *err)
{
    FILE *file = fopen(files->path[DATA], "we");
    if (file == NULL)
        return weir_err_sys(err, -errno, "%s", files->path[DATA]);
    weir_plot_data(plot, file);
    int rc = finish(file, err);
    if (rc != 0)
        return rc;
    file = fopen(files->path[SCRIPT], "we");
    if (file == NULL)
        return weir_err_sys(err, -errno, "%s", files->path[SCRIPT]);
    weir_plot_script(plot, files->path[DATA], files->path[SVG], narrow, file);
    return finish(file, err);
}

/* gnuplot shows the command, then where it went wrong, then why. */
static const char *last_line(char *words)
{
    size_t len = strlen(words);
    while (len > 0 && isspace((unsigned char)words[len - 1]))
        words[--len] = '\0';
    const char *line = strrchr(words, '\n');
    line = line == NULL ? words : line + 1;
    return line + strspn(line, " \t");
}

static int run(const struct files *files, int64_t timeout_ns,
               struct weir_err *err)
{
    /* -d: nothing of the user's own settings. */
    const char *const argv[] = {"gnuplot", "-d", files->path[SCRIPT], NULL};
    const struct weir_job_config config = {
        .argv = argv,
        .netns_fd = -1,
        .input_fd = -1,
    };
    struct weir_job_end end;
    int rc = weir_job_run(&config, timeout_ns, &end, err);
    if (rc != 0)
        return rc;
    if (end.timed_out)
        return weir_err_set(err, -ETIMEDOUT, "gnuplot does not end");
    if (end.signal != 0)
        return weir_err_set(err, -EIO, "gnuplot was ended by signal %d",
                            end.signal);
    if (end.status == 0)
        return 0;
    const char *why = last_line(end.words);
    return weir_err_set(err, -EIO, "gnuplot failed with exit status %d%s%s",
                        end.status, why[0] == '\0' ? "" : ": ", why);
}

static int read_drawing(const struct files *files, char **out,
                        struct weir_err *err)
{
    FILE *file = fopen(files->path[SVG], "re");
    if (file == NULL)
        return weir_err_sys(err, -errno, "%s", files->path[SVG]);
    size_t size = 0;
    ssize_t n = getdelim(out, &size, '\0', file);
    (void)fclose(file);
    if (n > 0)
        return 0;
    free(*out);
    *out = NULL;
    return weir_err_set(err, -EIO, "gnuplot drew nothing");
}

int weir_svg_draw(const struct weir_plot *plot, const char *prefix, bool narrow,
                  int64_t timeout_ns, char **out, struct weir_err *err)
{
    struct files files;
    int rc = files_open(&files, err);
    if (rc != 0)
        return rc;
    char *drawn = NULL;
    rc = write_input(&files, plot, narrow, err);
    if (rc == 0)
        rc = run(&files, timeout_ns, err);
    if (rc == 0)
        rc = read_drawing(&files, &drawn, err);
    files_close(&files);
    if (rc == 0)
        rc = weir_svg_adopt(drawn, prefix, plot->title, out, err);
    free(drawn);
    return rc;
}

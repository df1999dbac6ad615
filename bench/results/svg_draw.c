#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/results/svg.h"

#define DATA   "data"
#define SCRIPT "script"
#define SVG    "svg"

/* A drawing takes 0.1 s. */
#define TIMEOUT_NS (30 * WEIR_NS_PER_S)

struct folder {
    char path[4000];
};

static int folder_open(struct folder *folder, struct weir_err *err)
{
    const char *top = getenv("TMPDIR");
    if (top == NULL || top[0] == '\0')
        top = "/tmp";
    int n =
        snprintf(folder->path, sizeof folder->path, "%s/weir-plot-XXXXXX", top);
    if (n < 0 || (size_t)n >= sizeof folder->path)
        return weir_err_sys(err, -ENAMETOOLONG, "temporary folder");
    if (mkdtemp(folder->path) == NULL)
        return weir_err_sys(err, -errno, "temporary folder %s", folder->path);
    return 0;
}

static char *folder_name(const struct folder *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder->path, name) < 0 ? NULL : path;
}

static void folder_close(const struct folder *folder)
{
    static const char *const names[] = {DATA, SCRIPT, SVG};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = folder_name(folder, names[i]);
        if (path != NULL)
            (void)unlink(path);
        free(path);
    }
    (void)rmdir(folder->path);
}

static FILE *folder_file(const struct folder *folder, const char *name,
                         const char *mode, struct weir_err *err)
{
    char *path = folder_name(folder, name);
    FILE *file = path == NULL ? NULL : fopen(path, mode);
    if (file == NULL)
        (void)weir_err_sys(err, path == NULL ? -ENOMEM : -errno,
                           "temporary file %s", name);
    free(path);
    return file;
}

static int finish(FILE *file, struct weir_err *err)
{
    int rc = ferror(file) ? -EIO : 0;
    if (fclose(file) != 0 && rc == 0)
        rc = -errno;
    return rc == 0 ? 0 : weir_err_sys(err, rc, "temporary file");
}

static int write_input(const struct folder *folder,
                       const struct weir_plot *plot, bool narrow,
                       struct weir_err *err)
{
    FILE *file = folder_file(folder, DATA, "we", err);
    if (file == NULL)
        return -EIO;
    weir_plot_data(plot, file);
    int rc = finish(file, err);
    if (rc != 0)
        return rc;
    file = folder_file(folder, SCRIPT, "we", err);
    if (file == NULL)
        return -EIO;
    weir_plot_script(plot, DATA, SVG, narrow, file);
    return finish(file, err);
}

/* gnuplot shows the command, then where it went wrong, then why. */
static const char *last_line(char *words)
{
    size_t len = strlen(words);
    while (len > 0 && isspace((unsigned char)words[len - 1]))
        words[--len] = '\0';
    const char *line = strrchr(words, '\n');
    return line == NULL ? words : line + 1;
}

static int run(const struct folder *folder, struct weir_err *err)
{
    /* -d: nothing of the user's own settings. */
    const char *const argv[] = {"gnuplot", "-d", SCRIPT, NULL};
    const struct weir_job_config config = {
        .argv = argv,
        .netns_fd = -1,
        .folder = folder->path,
        .input_fd = -1,
    };
    struct weir_job_end end;
    int rc = weir_job_run(&config, TIMEOUT_NS, &end, err);
    if (rc != 0)
        return rc;
    if (end.timed_out)
        return weir_err_set(err, -ETIMEDOUT, "gnuplot does not end");
    if (end.status != 0) {
        return weir_err_set(err, -EIO, "gnuplot failed: %s",
                            last_line(end.words));
    }
    return 0;
}

static int read_drawing(const struct folder *folder, char **out,
                        struct weir_err *err)
{
    FILE *file = folder_file(folder, SVG, "re", err);
    if (file == NULL)
        return -EIO;
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
                  char **out, struct weir_err *err)
{
    struct folder folder;
    int rc = folder_open(&folder, err);
    if (rc != 0)
        return rc;
    char *drawn = NULL;
    rc = write_input(&folder, plot, narrow, err);
    if (rc == 0)
        rc = run(&folder, err);
    if (rc == 0)
        rc = read_drawing(&folder, &drawn, err);
    folder_close(&folder);
    if (rc == 0)
        rc = weir_svg_adopt(drawn, prefix, plot->title, out, err);
    free(drawn);
    return rc;
}

#include "sink/live_line.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/figure.h"
#include "sink/printable.h"

#define PART_MAX   80
#define PARTS_MAX  12
#define FILE_SHOWN 28

/* One part of the line.  Where the line is too long, the part with the
 * highest rank goes first. */
struct part {
    char text[PART_MAX];
    unsigned rank;
};

struct parts {
    struct part at[PARTS_MAX];
    size_t count;
};

static char *add(struct parts *parts, unsigned rank)
{
    struct part *part = &parts->at[parts->count++];
    part->rank = rank;
    return part->text;
}

static uint64_t since(uint64_t now, uint64_t before)
{
    return now < before ? 0 : now - before;
}

static void add_count(struct parts *parts, unsigned rank, uint64_t count,
                      const char *what)
{
    char n[WEIR_FIGURE_MAX];
    if (count > 0)
        snprintf(add(parts, rank), PART_MAX, "%s %s",
                 weir_figure_grouped(n, count), what);
}

static void add_dropped(struct parts *parts, const struct weir_live *now,
                        const struct weir_live *before)
{
    char total[WEIR_FIGURE_MAX];
    char more[WEIR_FIGURE_MAX];
    uint64_t new = since(now->dropped, before->dropped);
    weir_figure_grouped(total, now->dropped);
    if (new == 0)
        snprintf(add(parts, 1), PART_MAX, "%s dropped", total);
    else
        snprintf(add(parts, 1), PART_MAX, "%s dropped (+%s)", total,
                 weir_figure_grouped(more, new));
}

static void add_file(struct parts *parts, const struct weir_live *now)
{
    char n[WEIR_FIGURE_MAX];
    snprintf(add(parts, 4), PART_MAX, "wrote %s",
             weir_figure_scaled(n, (double)now->written_bytes, "B"));
    if (now->file == NULL)
        return;
    const char *slash = strrchr(now->file, '/');
    const char *name = slash == NULL ? now->file : slash + 1;
    if (strcmp(name, "-") == 0)
        name = "standard output";
    weir_printable_end(add(parts, 7), PART_MAX, name, FILE_SHOWN);
}

static void add_frames(struct parts *parts, const struct weir_live *now)
{
    char n[WEIR_FIGURE_MAX];
    char all[WEIR_FIGURE_MAX];
    weir_figure_grouped(n, now->frames);
    if (now->frames_all > 0)
        snprintf(add(parts, 0), PART_MAX, "%s of %s frames", n,
                 weir_figure_grouped(all, now->frames_all));
    else
        snprintf(add(parts, 0), PART_MAX, "%s frame%s", n,
                 now->frames == 1 ? "" : "s");
}

static void fill(struct parts *parts, const struct weir_live *now,
                 const struct weir_live *before)
{
    char n[WEIR_FIGURE_MAX];
    int64_t ns = now->elapsed_ns - before->elapsed_ns;
    uint64_t frames = since(now->frames, before->frames);
    uint64_t bytes = since(now->bytes, before->bytes);
    snprintf(add(parts, 0), PART_MAX, "%s",
             weir_figure_clock(n, now->elapsed_ns));
    add_frames(parts, now);
    snprintf(add(parts, 2), PART_MAX, "%9s",
             weir_figure_scaled(n, weir_figure_rate(frames, ns), "pps"));
    snprintf(add(parts, 3), PART_MAX, "%11s",
             weir_figure_scaled(n, 8 * weir_figure_rate(bytes, ns), "bit/s"));
    if (now->has_kernel)
        add_dropped(parts, now, before);
    add_count(parts, 1, now->lost, "LOST");
    add_count(parts, 1, now->unsent, "not sent");
    if (now->frames_all > 0)
        snprintf(add(parts, 2), PART_MAX, "%s left",
                 weir_figure_clock(n, now->left_ns));
    add_count(parts, 5, now->excluded, "excluded");
    add_count(parts, 6, now->malformed, "malformed");
    if (now->file != NULL)
        add_file(parts, now);
}

/* Characters, not bytes: a name may be UTF-8. */
static size_t width(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static size_t width_all(const struct parts *parts)
{
    size_t n = 0;
    for (size_t i = 0; i < parts->count; i++)
        n += width(parts->at[i].text) + (i > 0 ? 2 : 0);
    return n;
}

static void drop_one(struct parts *parts)
{
    size_t out = 0;
    for (size_t i = 1; i < parts->count; i++)
        if (parts->at[i].rank >= parts->at[out].rank)
            out = i;
    parts->count--;
    memmove(&parts->at[out], &parts->at[out + 1],
            (parts->count - out) * sizeof *parts->at);
}

size_t weir_live_format(char out[WEIR_LIVE_LINE_MAX],
                        const struct weir_live *now,
                        const struct weir_live *before, uint32_t columns)
{
    static_assert(PARTS_MAX * (PART_MAX + 2) <= WEIR_LIVE_LINE_MAX,
                  "all parts must fit");
    struct parts parts = {.count = 0};
    fill(&parts, now, before);
    while (columns > 0 && parts.count > 1 && width_all(&parts) > columns)
        drop_one(&parts);
    size_t len = 0;
    for (size_t i = 0; i < parts.count; i++)
        len += (size_t)snprintf(out + len, WEIR_LIVE_LINE_MAX - len, "%s%s",
                                i > 0 ? "  " : "", parts.at[i].text);
    return len;
}

/* A description of our own can be non-blocking without making the shell's
 * so.  Not for files: it would begin at offset 0. */
static int open_anew(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !(S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void weir_live_line_open(struct weir_live_line *line, int fd)
{
    const char *term = getenv("TERM");
    bool dumb = term != NULL && strcmp(term, "dumb") == 0;
    int own = open_anew(fd);
    *line = (struct weir_live_line){
        .fd = own < 0 ? fd : own,
        .owned = own >= 0,
        .terminal = isatty(fd) == 1 && !dumb,
    };
}

static bool put(struct weir_live_line *line, const char *text, size_t len)
{
    struct pollfd ready = {.fd = line->fd, .events = POLLOUT};
    if (!line->owned &&
        (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0))
        return false;
    ssize_t n;
    do
        n = write(line->fd, text, len);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

static uint32_t terminal_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

bool weir_live_line_show(struct weir_live_line *line,
                         const struct weir_live *now)
{
    char text[WEIR_LIVE_LINE_MAX];
    char whole[WEIR_LIVE_LINE_MAX + 16];
    /* In the last column some terminals go to the next line by themselves. */
    uint32_t columns = line->terminal ? terminal_columns(line->fd) - 1 : 0;
    if (line->terminal && columns == 0)
        columns = 1;
    weir_live_format(text, now, &line->before, columns);
    line->before = *now;
    line->before.file = NULL;
    int len = snprintf(whole, sizeof whole,
                       line->terminal ? "\r%s\033[K" : "%s\n", text);
    bool taken = put(line, whole, (size_t)len);
    line->shown = line->terminal && (line->shown || taken);
    return taken;
}

void weir_live_line_clear(struct weir_live_line *line)
{
    static const char clear[] = "\r\033[K";
    if (line->shown && put(line, clear, sizeof clear - 1))
        line->shown = false;
}

void weir_live_line_close(struct weir_live_line *line)
{
    if (line->shown)
        put(line, "\n", 1);
    if (line->owned)
        close(line->fd);
    *line = (struct weir_live_line){.fd = -1};
}

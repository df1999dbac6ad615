#include "bench/results/page_cmd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/args.h"
#include "base/output.h"
#include "bench/results/doc.h"
#include "bench/results/drawings.h"
#include "bench/results/html.h"
#include "bench/results/lines.h"
#include "bench/results/markdown.h"
#include "bench/results/page.h"
#include "bench/results/whole_file.h"

#define COMMAND "weir bench page"

/* Broken lines that are named one by one. */
#define BROKEN_NAMED 10

struct asked {
    const char *results;
    const char *output;
    const char *markdown;
};

static const char help[] =
    "usage: weir bench page [-o FOLDER|FILE.html] [--markdown FILE] RESULTS\n"
    "\n"
    "Makes a page of tables and plots from the results of a bench; - is the\n"
    "standard input.\n"
    "\n"
    "  -o, --output PATH     an HTML file if it ends with .html, else a\n"
    "                        folder for index.html and tables.md\n"
    "  --markdown FILE       the tables as Markdown; - is the standard output\n"
    "  -h, --help            this text\n"
    "\n"
    "A Markdown file that is there must have the two lines\n"
    "  " WEIR_PAGE_BEGIN "\n"
    "  " WEIR_PAGE_END "\n"
    "and keeps what is not between them; one that is made has them.\n";

static int say(const struct weir_err *err)
{
    fprintf(stderr, COMMAND ": %s\n", err->text);
    return WEIR_EXIT_FAILED;
}

static void say_broken(const struct weir_lines *lines, const char *path)
{
    for (size_t i = 0; i < lines->broken_count && i < BROKEN_NAMED; i++) {
        struct weir_err line;
        (void)weir_err_set(&line, 0, "%s: line %zu is left out: %s", path,
                           lines->broken[i].number, lines->broken[i].why);
        (void)say(&line);
    }
    if (lines->broken_count > BROKEN_NAMED)
        fprintf(stderr, COMMAND ": and %zu more lines\n",
                lines->broken_count - BROKEN_NAMED);
}

static int draw(struct weir_drawings *drawings, const struct weir_doc *doc,
                struct weir_err *err)
{
    int rc = weir_drawings_open(drawings, doc, WEIR_DRAWINGS_TIMEOUT_NS, err);
    if (rc == 0 && drawings->missing > 0)
        fprintf(stderr, COMMAND ": %s: %zu of %zu plots are missing\n",
                drawings->why.text, drawings->missing, drawings->count);
    return rc;
}

static int write_html(const struct weir_doc *doc, const char *path,
                      struct weir_err *err)
{
    struct weir_drawings drawings;
    char *text = NULL;
    size_t size = 0;
    int rc = draw(&drawings, doc, err);
    if (rc != 0)
        return rc;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL) {
        weir_drawings_close(&drawings);
        return weir_err_sys(err, -ENOMEM, "page");
    }
    weir_html_put(doc, drawings.at, drawings.remark, memory);
    weir_drawings_close(&drawings);
    bool failed = ferror(memory) != 0;
    if (fclose(memory) != 0 || failed) {
        free(text);
        return weir_err_sys(err, -ENOMEM, "page");
    }
    rc = weir_whole_file_write(path, text, err);
    free(text);
    return rc;
}

/* Where a line that is exactly this begins, or NULL. */
static char *find_line(char *text, const char *line)
{
    size_t len = strlen(line);
    for (char *at = text; (at = strstr(at, line)) != NULL; at++)
        if ((at == text || at[-1] == '\n') &&
            (at[len] == '\n' || at[len] == '\0'))
            return at;
    return NULL;
}

/* What a Markdown file has around the tables. */
struct frame {
    char *whole;        /* to be freed */
    const char *before; /* NULL: nothing, not even the two lines */
    const char *behind;
    bool part; /* there is text besides the tables */
};

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* The text between the two lines goes. */
static bool frame_take(struct frame *frame, char *text)
{
    char *begin = find_line(text, WEIR_PAGE_BEGIN);
    char *end = begin == NULL ? NULL : find_line(begin, WEIR_PAGE_END);
    if (end == NULL)
        return false;
    frame->behind = end;
    *begin = '\0';
    frame->part = !is_blank(text) || !is_blank(end + strlen(WEIR_PAGE_END));
    *begin = WEIR_PAGE_BEGIN[0];
    begin[strlen(WEIR_PAGE_BEGIN)] = '\0';
    frame->before = text;
    return true;
}

/* Somebody's text is not written over; a file of our own is (own). */
static int frame_open(struct frame *frame, const char *path, bool own,
                      struct weir_err *err)
{
    struct stat st;
    *frame = (struct frame){0};
    if (strcmp(path, "-") == 0)
        return 0;
    bool there = stat(path, &st) == 0;
    if (there && !S_ISREG(st.st_mode))
        return 0;
    frame->before = WEIR_PAGE_BEGIN;
    frame->behind = WEIR_PAGE_END "\n";
    if (!there || st.st_size == 0)
        return 0;
    int rc = weir_whole_file_read(path, &frame->whole, err);
    if (rc == 0 && !frame_take(frame, frame->whole))
        rc = weir_err_set(err, -EEXIST,
                          "%s is left as it is: it has not the two lines that "
                          "the tables go between (see --help)",
                          path);
    if (rc == 0 || own)
        return 0;
    free(frame->whole);
    return rc;
}

static int write_markdown(const struct weir_doc *doc, const char *path,
                          bool own, struct weir_err *err)
{
    struct frame frame;
    char *text = NULL;
    size_t size = 0;
    int rc = frame_open(&frame, path, own, err);
    if (rc != 0)
        return rc;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL) {
        free(frame.whole);
        return weir_err_sys(err, -ENOMEM, "Markdown");
    }
    if (frame.before != NULL)
        (void)fprintf(memory, "%s\n\n", frame.before);
    weir_markdown_put(doc, frame.part, memory);
    if (frame.behind != NULL)
        (void)fputs(frame.behind, memory);
    free(frame.whole);
    bool failed = ferror(memory) != 0;
    if (fclose(memory) != 0 || failed) {
        free(text);
        return weir_err_sys(err, -ENOMEM, "Markdown");
    }
    rc = weir_whole_file_write(path, text, err);
    free(text);
    return rc;
}

static int write_folder(const struct weir_doc *doc, const char *folder,
                        struct weir_err *err)
{
    char *path = NULL;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return weir_err_sys(err, -errno, "folder %s", folder);
    if (asprintf(&path, "%s/index.html", folder) < 0)
        return weir_err_sys(err, -ENOMEM, "folder %s", folder);
    int rc = write_html(doc, path, err);
    free(path);
    if (rc != 0)
        return rc;
    if (asprintf(&path, "%s/tables.md", folder) < 0)
        return weir_err_sys(err, -ENOMEM, "folder %s", folder);
    rc = write_markdown(doc, path, true, err);
    free(path);
    return rc;
}

static bool is_html(const char *path)
{
    size_t len = strlen(path);
    return len > 5 && strcmp(path + len - 5, ".html") == 0;
}

static int make(const struct asked *asked, struct weir_err *err)
{
    struct weir_lines lines;
    struct weir_doc doc;
    int rc = weir_lines_open(&lines, asked->results, err);
    if (rc != 0)
        return rc;
    say_broken(&lines, asked->results);
    weir_doc_open(&doc);
    weir_page_build(&lines, &doc);
    if (weir_doc_failed(&doc))
        rc = weir_err_sys(err, -ENOMEM, "page of %s", asked->results);
    else if (lines.count == 0)
        rc = weir_err_set(err, -EINVAL, "%s: holds no results", asked->results);
    /* First what may be refused. */
    if (rc == 0 && asked->markdown != NULL)
        rc = write_markdown(&doc, asked->markdown, false, err);
    if (rc == 0 && asked->output != NULL)
        rc = is_html(asked->output) ? write_html(&doc, asked->output, err)
                                    : write_folder(&doc, asked->output, err);
    weir_doc_close(&doc);
    weir_lines_close(&lines);
    return rc;
}

int weir_bench_page(int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"markdown", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct weir_args args;
    struct asked asked = {0};
    struct weir_err err;
    int option;
    weir_output_start();
    weir_args_start(&args, COMMAND, argc, argv, "o:h", options);
    while ((option = weir_args_next(&args)) != WEIR_ARGS_END)
        switch (option) {
        case 'o':
            asked.output = args.value;
            break;
        case 'm':
            asked.markdown = args.value;
            break;
        case 'h':
            fputs(help, stdout);
            return weir_output_finish(COMMAND, WEIR_EXIT_OK);
        default:
            return weir_args_usage(&args);
        }
    if (args.words + 1 != argc)
        (void)weir_err_set(&args.err, 0, "one results file is needed");
    else if (asked.output == NULL && asked.markdown == NULL)
        (void)weir_err_set(&args.err, 0,
                           "nothing to make: give -o or --markdown");
    else
        asked.results = argv[args.words];
    if (asked.results == NULL)
        return weir_args_usage(&args);
    if (make(&asked, &err) != 0)
        return say(&err);
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

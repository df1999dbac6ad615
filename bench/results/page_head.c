#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/page_parts.h"

#define GIB (1.0 / (1024.0 * 1024 * 1024))

/* Cards at the top: of limits, of ratios. */
#define LIMIT_CARDS 4
#define RATIO_CARDS 4

static const char *const by_target[] = {"target", "folder", NULL};

/* "AMD EPYC, 2 cores" of a run's host. */
static void host_name(char out[WEIR_PAGE_NAME_MAX], const json_t *host)
{
    const char *cpu = weir_line_text(host, "cpu");
    double cores = weir_line_number(host, "cores");
    int n = snprintf(out, WEIR_PAGE_NAME_MAX, "%.100s",
                     cpu == NULL ? "unknown host" : cpu);
    if (isfinite(cores) && n > 0)
        (void)snprintf(out + n, WEIR_PAGE_NAME_MAX - (size_t)n, ", %.0f core%s",
                       cores, cores > 1 ? "s" : "");
}

static void lead(const json_t *run, struct weir_doc *doc)
{
    const json_t *host = json_object_get(run, "host");
    const char *hypervisor = weir_line_text(host, "hypervisor");
    const char *commit = weir_line_text(run, "commit");
    double memory = weir_line_number(host, "memory_bytes");
    char gib[WEIR_DOC_NUMBER_MAX];
    const char *memory_text = weir_doc_number(gib, memory * GIB, 1);
    weir_doc_add(doc, WEIR_DOC_LEAD, "%s%s%s%s%s%s",
                 weir_page_text(host, "kernel"),
                 memory_text == NULL ? "" : " · ",
                 memory_text == NULL ? "" : memory_text,
                 memory_text == NULL ? "" : " GiB of memory",
                 hypervisor == NULL ? "" : " · virtual machine: ",
                 hypervisor == NULL ? "" : hypervisor);
    weir_doc_add(doc, WEIR_DOC_LEAD, "weir %s · %s%.12s · %s",
                 weir_page_text(run, "weir"),
                 commit == NULL ? "no commit" : "commit ",
                 commit == NULL ? "" : commit, weir_page_text(run, "time"));
}

/* The commands of the lines of a type, one a line. */
static void put_commands(const struct weir_lines *lines, const char *type,
                         FILE *out)
{
    struct weir_rows rows;
    static const char *const by_command[] = {"command", NULL};
    weir_rows_open(&rows, lines, type);
    for (size_t i = 0; i < rows.count; i++) {
        const char *command = weir_line_text(rows.at[i], "command");
        char *text = command != NULL && weir_rows_first(&rows, i, by_command)
                         ? weir_page_command(command)
                         : NULL;
        if (text != NULL && text[0] != '\0')
            (void)fprintf(out, "%s\n", text);
        free(text);
    }
}

static void commands(const struct weir_lines *lines, struct weir_doc *doc)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        return;
    put_commands(lines, "bench", memory);
    if (ftell(memory) > 0)
        (void)fputs("\n# Its parts. In the tree weir is bazel-bin/cli/weir; "
                    "--results FILE\n# keeps what a part finds.\n",
                    memory);
    put_commands(lines, "run", memory);
    if (fclose(memory) == 0 && size > 0) {
        text[size - 1] = '\0'; /* the last line's end */
        weir_doc_add(doc, WEIR_DOC_FOLD, "The commands that repeat it");
        weir_doc_add(doc, WEIR_DOC_CODE, "%s", text);
        weir_doc_add(doc, WEIR_DOC_FOLD_END, "%s", "");
    }
    free(text);
}

/* Runs that are not of the first one's host. */
static size_t other_hosts(const struct weir_lines *lines, const json_t *first)
{
    static const char *const keys[] = {"cpu", "cores", "kernel", "hypervisor",
                                       NULL};
    size_t count = 0;
    size_t at = 0;
    const json_t *run;
    while ((run = weir_lines_next(lines, "run", &at)) != NULL)
        count += !weir_rows_alike(json_object_get(run, "host"),
                                  json_object_get(first, "host"), keys);
    return count;
}

void weir_page_title(const struct weir_lines *lines, struct weir_doc *doc)
{
    char name[WEIR_PAGE_NAME_MAX];
    size_t at = 0;
    const json_t *run = weir_lines_next(lines, "run", &at);
    if (run == NULL) {
        weir_doc_add(doc, WEIR_DOC_TITLE, "weir bench");
        weir_doc_add(doc, WEIR_DOC_LEAD,
                     "The results do not say what was run, nor where.");
        return;
    }
    host_name(name, json_object_get(run, "host"));
    weir_doc_add(doc, WEIR_DOC_TITLE, "weir bench: %s", name);
    lead(run, doc);
    commands(lines, doc);
    size_t others = other_hosts(lines, run);
    if (others > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "Careful: %zu of the runs in this file are of another "
                     "host or kernel. Their figures must not be compared.",
                     others);
}

static void limit_card(const json_t *limit, bool bits, struct weir_doc *doc)
{
    char frame[WEIR_PAGE_NAME_MAX];
    char value[WEIR_PAGE_NAME_MAX];
    char what[4 * WEIR_PAGE_NAME_MAX];
    char remark[4 * WEIR_PAGE_NAME_MAX];
    double rate = weir_line_number(limit, bits ? "ndr_bits" : "ndr_pps");
    double workers = weir_line_number(limit, "workers");
    double cpu = weir_line_number(limit, "cpu_ns");
    double width = weir_line_number(limit, "ndr_width_fraction");
    bool bound = weir_line_bool(limit, "generator_limited");
    char limited[WEIR_PAGE_NAME_MAX];
    char target[WEIR_PAGE_NAME_MAX];
    const char *stage = weir_page_limit(limited, limit);
    (void)snprintf(value, sizeof value, "%s%.2f", bound ? "≥ " : "",
                   rate * (bits ? 1e-9 : 1e-6));
    (void)snprintf(what, sizeof what, "%s frames without loss, %s%.150s",
                   weir_page_frame(frame, limit),
                   strcmp(weir_page_text(limit, "target"), "none") == 0 ? ""
                                                                        : "to ",
                   weir_page_target(target, limit));
    int n = 0;
    if (isfinite(workers))
        n = snprintf(remark, sizeof remark, "%.0f worker%s; ", workers,
                     workers > 1 ? "s" : "");
    if (bound)
        n += snprintf(remark + n, sizeof remark - (size_t)n,
                      "the generator gave no more; ");
    else if (stage != NULL)
        n += snprintf(remark + n, sizeof remark - (size_t)n,
                      "limited by %.100s; ", stage);
    if (isfinite(width) && !bound)
        n += snprintf(remark + n, sizeof remark - (size_t)n,
                      "interval %.1f%%; ", 100 * width);
    if (isfinite(cpu))
        n += snprintf(remark + n, sizeof remark - (size_t)n,
                      "%.0f ns of CPU a frame; ", cpu);
    remark[n >= 2 ? n - 2 : 0] = '\0';
    weir_doc_card(doc, value, bits ? "Gbit/s" : "Mpps", what, remark);
}

/* The row with the greatest figure, of one target or (NULL) of any file. */
static const json_t *greatest(const struct weir_rows *limits,
                              const json_t *target, const char *key)
{
    const json_t *best = NULL;
    for (size_t i = 0; i < limits->count; i++) {
        const json_t *limit = limits->at[i];
        double value = weir_line_number(limit, key);
        if (target != NULL
                ? !weir_rows_alike(limit, target, by_target)
                : strcmp(weir_page_text(limit, "target"), "none") == 0)
            continue;
        if (isfinite(value) &&
            (best == NULL || value > weir_line_number(best, key)))
            best = limit;
    }
    return best;
}

static size_t limit_cards(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows limits;
    size_t cards = 0;
    weir_rows_open(&limits, lines, "limit");
    for (size_t i = 0; i < limits.count && cards < LIMIT_CARDS - 1; i++) {
        const json_t *best = weir_rows_first(&limits, i, by_target)
                                 ? greatest(&limits, limits.at[i], "ndr_pps")
                                 : NULL;
        if (best != NULL) {
            limit_card(best, false, doc);
            cards++;
        }
    }
    const json_t *most = greatest(&limits, NULL, "ndr_bits");
    if (most != NULL) {
        limit_card(most, true, doc);
        cards++;
    }
    return cards;
}

static void ratio_card(const json_t *ratio, struct weir_doc *doc)
{
    char value[WEIR_PAGE_NAME_MAX];
    char remark[WEIR_PAGE_NAME_MAX];
    double least = weir_line_number(ratio, "least");
    double most = weir_line_number(ratio, "most");
    double rounds = weir_line_number(ratio, "rounds");
    (void)snprintf(value, sizeof value, "%.2f×",
                   weir_line_number(ratio, "value"));
    int n = 0;
    if (isfinite(least) && isfinite(most))
        n = snprintf(remark, sizeof remark, "%.2f to %.2f", least, most);
    if (n > 0 && isfinite(rounds))
        n += snprintf(remark + n, sizeof remark - (size_t)n, " in %.0f round%s",
                      rounds, rounds > 1 ? "s" : "");
    (void)snprintf(remark + n, sizeof remark - (size_t)n, "%s%.40s is better%s",
                   n > 0 ? "; " : "", weir_page_text(ratio, "better"),
                   least <= 1 && most >= 1
                       ? "; the spread includes 1: no order shown"
                       : "");
    weir_doc_card(doc, value, "", weir_page_text(ratio, "name"), remark);
}

/* Small frames first: they are what is hard. */
static bool ratio_wanted(const json_t *ratio, size_t pass)
{
    const char *name = weir_page_text(ratio, "name");
    bool first = strncmp(name, "self:", 5) != 0 && strstr(name, "60") != NULL;
    return first == (pass == 0) && strstr(name, "tcpdump") != NULL &&
           isfinite(weir_line_number(ratio, "value"));
}

static size_t ratio_cards(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows ratios;
    size_t cards = 0;
    weir_rows_open(&ratios, lines, "ratio");
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < ratios.count && cards < RATIO_CARDS; i++)
            if (ratio_wanted(ratios.at[i], pass)) {
                ratio_card(ratios.at[i], doc);
                cards++;
            }
    return cards;
}

/* How many counts there are differs: without a file nobody reads one back. */
static void say_agreement(const struct weir_page_audit *audit,
                          struct weir_doc *doc)
{
    char text[4 * WEIR_PAGE_NAME_MAX];
    size_t some = audit->valid - audit->with_file - audit->no_file;
    int n = snprintf(text, sizeof text, "%zu of %zu trial%s %s valid.",
                     audit->valid, audit->trials, audit->trials == 1 ? "" : "s",
                     audit->valid == 1 ? "is" : "are");
    if (audit->with_file > 0)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      " In %zu with a file four independent counts agree, to "
                      "the frame: the sender's, the kernel's, the recorder's "
                      "and that of the file.",
                      audit->with_file);
    if (audit->no_file > 0)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      " In %zu without a file three do: the sender's, the "
                      "kernel's and the recorder's.",
                      audit->no_file);
    if (some > 0)
        (void)snprintf(text + n, sizeof text - (size_t)n,
                       " In %zu some counts are missing.", some);
    weir_doc_add(doc, WEIR_DOC_TEXT, "%s", text);
}

static void say_audit(const struct weir_page_audit *audit, struct weir_doc *doc)
{
    if (audit->broken > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "Of %zu valid trials (of %zu) %zu do not reconcile: these "
                     "results are not to be trusted.",
                     audit->valid, audit->trials, audit->broken);
    else if (audit->valid > 0)
        say_agreement(audit, doc);
    else if (audit->trials > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "Not one of %zu trials is valid: nothing is known of "
                     "loss here. Each says why, under Trials.",
                     audit->trials);
}

void weir_page_headlines(const struct weir_lines *lines, struct weir_doc *doc)
{
    const struct weir_page_audit audit = weir_page_audit(lines);
    size_t before = doc->count;
    weir_doc_add(doc, WEIR_DOC_HEADING, "Headline figures");
    size_t cards = limit_cards(lines, doc);
    cards += ratio_cards(lines, doc);
    say_audit(&audit, doc);
    if (cards == 0 && audit.trials == 0 && doc->count == before + 1)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "There are no limits and no ratios in these results.");
}

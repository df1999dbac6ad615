#include "sink/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sink/figure.h"
#include "sink/printable.h"
#include "sink/report_flows.h"
#include "sink/report_lanes.h"

/* All tables share their columns: a name, frames, their share, and bytes (or
 * a bar).  Within 60 columns with short names, within 80 with any address. */
#define NAME_COLUMNS   24
#define FRAMES_COLUMNS 15
#define SHARE_COLUMNS  8
#define BYTES_COLUMNS  11
#define BAR_MAX        20
#define SOURCE_BYTES   36

struct page {
    const struct weir_report *report;
    FILE *out;
    int columns;
    int name; /* columns of names, at least NAME_COLUMNS */
    struct weir_sum total;
};

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* As tcpdump says it, for people and scripts that look for these lines; it
 * names the interface's drops only if there are any. */
static void print_counts(const struct page *page)
{
    const struct weir_ledger *l = &page->report->ledger;
    uint64_t captured = page->report->delivered.frames;
    fprintf(page->out, "%" PRIu64 " packet%s captured\n", captured,
            plural(captured));
    if (!l->has_kernel)
        return;
    fprintf(page->out, "%" PRIu64 " packet%s received by filter\n",
            l->kernel_seen, plural(l->kernel_seen));
    fprintf(page->out, "%" PRIu64 " packet%s dropped by kernel\n",
            l->kernel_dropped, plural(l->kernel_dropped));
    if (l->interface_dropped > 0)
        fprintf(page->out, "%" PRIu64 " packet%s dropped by interface\n",
                l->interface_dropped, plural(l->interface_dropped));
}

/* The ledger's rows: a sign, a name, a number, and what it means if there
 * is room to say it. */
#define LEDGER_NAME_COLUMNS 15

struct ledger_page {
    const struct page *page;
    int number; /* columns of the widest number */
};

static void print_row(const struct ledger_page *lp, const char *sign,
                      const char *name, uint64_t value, const char *text)
{
    char n[WEIR_FIGURE_MAX];
    int indent = 2 + (int)strlen(sign);
    int used = indent + LEDGER_NAME_COLUMNS + lp->number;
    fprintf(lp->page->out, "  %s%-*s%*s", sign, LEDGER_NAME_COLUMNS, name,
            lp->number, weir_figure_grouped(n, value));
    if (*text != '\0' && used + 2 + (int)strlen(text) <= lp->page->columns)
        fprintf(lp->page->out, "  %s", text);
    fputc('\n', lp->page->out);
}

/* A reason's name, or its text (ring/ledger.h). */
typedef const char *reason_fn(uint32_t reason);

/* One term, and its reasons where there is something to explain.  Reasons
 * stand deeper by two and so their numbers do, which sets them apart. */
static void print_term(const struct ledger_page *lp, const char *name,
                       reason_fn *reason_name, reason_fn *reason_text,
                       const uint64_t *values, uint32_t n, const char *text)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += values[i];
    print_row(lp, "+ ", name, sum, text);
    for (uint32_t i = 0; i < n; i++)
        if (values[i] > 0)
            print_row(lp, "    ", reason_name(i), values[i], reason_text(i));
}

static void print_verdict(const struct ledger_page *lp, const char *name,
                          uint64_t left, uint64_t right)
{
    FILE *out = lp->page->out;
    uint64_t in_flight = lp->page->report->ledger.in_flight;
    char a[WEIR_FIGURE_MAX];
    char b[WEIR_FIGURE_MAX];
    char c[WEIR_FIGURE_MAX];
    if (left != right)
        fprintf(
            out, "    BROKEN: %s %s != %s (difference %s)\n", name,
            weir_figure_grouped(a, left), weir_figure_grouped(b, right),
            weir_figure_grouped(c, left > right ? left - right : right - left));
    else if (in_flight > 0)
        fprintf(out, "    BROKEN: in_flight is %s, not 0, at the end\n",
                weir_figure_grouped(a, in_flight));
    else
        fputs("    balanced\n", out);
}

static int number_columns(const struct weir_ledger *l)
{
    const uint64_t values[] = {
        l->received,
        l->delivered,
        weir_ledger_excluded(l),
        l->in_flight,
        weir_ledger_lost(l),
        l->kernel_seen,
        l->kernel_dropped,
        weir_ledger_discards(l),
    };
    int columns = 8;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char n[WEIR_FIGURE_MAX];
        int len = (int)strlen(weir_figure_grouped(n, values[i]));
        columns = len > columns ? len : columns;
    }
    return columns;
}

static void print_ledger(const struct page *page)
{
    const struct weir_ledger *l = &page->report->ledger;
    struct ledger_page lp = {page, number_columns(l)};
    char source[64];
    weir_printable_end(source, sizeof source, page->report->source,
                       SOURCE_BYTES);
    fprintf(page->out, "\nLedger of %s, in frames\n", source);
    if (l->has_kernel) {
        print_row(&lp, "  ", "kernel_seen", l->kernel_seen, "");
        print_row(&lp, "= ", "received", l->received, "");
        print_row(&lp, "+ ", "kernel_dropped", l->kernel_dropped, "");
        print_term(&lp, "discards", weir_ledger_discard_name,
                   weir_ledger_discard_text, l->discards, WEIR_DISCARD_COUNT,
                   l->kernel_derived ? "derived, not counted" : "");
        print_verdict(&lp, "kernel_seen", l->kernel_seen,
                      l->received + l->kernel_dropped +
                          weir_ledger_discards(l));
        fputc('\n', page->out);
    }
    print_row(&lp, "  ", "received", l->received, "");
    print_row(&lp, "= ", "written", l->delivered,
              page->report->writes ? "" : "there is no file: counted");
    print_term(&lp, "excluded", weir_ledger_excluded_name,
               weir_ledger_excluded_text, l->excluded, WEIR_EXCLUDED_COUNT, "");
    print_term(&lp, "lost", weir_ledger_lost_name, weir_ledger_lost_text,
               l->lost, WEIR_LOST_COUNT, "");
    print_row(&lp, "+ ", "in_flight", l->in_flight, "");
    print_verdict(&lp, "received", l->received,
                  l->delivered + weir_ledger_excluded(l) + weir_ledger_lost(l) +
                      l->in_flight);
}

/* The right edges are those of the tables' frames and bytes. */
static void print_total(const struct page *page, const char *name,
                        const char *value, const char *rate)
{
    const int indented = 2 + 10;
    fprintf(page->out, "  %-10s%*s", name,
            page->name + FRAMES_COLUMNS - indented, value);
    if (*rate != '\0')
        fprintf(page->out, "%*s", SHARE_COLUMNS + BYTES_COLUMNS, rate);
    fputc('\n', page->out);
}

static void print_write(const struct page *page)
{
    const struct weir_report_write *write = &page->report->write;
    char in_place[WEIR_FIGURE_MAX], compacted[WEIR_FIGURE_MAX];
    char copied[WEIR_FIGURE_MAX];
    if (write->mode == NULL)
        return;
    fprintf(
        page->out, "  %-10s %s, blocks: %s in place, %s compacted, %s copied\n",
        "write", write->mode, weir_figure_grouped(in_place, write->in_place),
        weir_figure_grouped(compacted, write->compacted),
        weir_figure_grouped(copied, write->copied));
}

static void print_totals(const struct page *page)
{
    struct weir_sum sum = page->report->delivered;
    int64_t ns = page->report->duration_ns;
    char value[WEIR_FIGURE_MAX];
    char rate[WEIR_FIGURE_MAX] = "";
    fputs("\nTotals\n", page->out);
    print_total(page, "duration", weir_figure_seconds(value, ns), "");
    if (ns > 0)
        weir_figure_scaled(rate, weir_figure_rate(sum.frames, ns), "pps");
    print_total(page, "frames", weir_figure_grouped(value, sum.frames), rate);
    if (ns > 0)
        weir_figure_scaled(rate, 8 * weir_figure_rate(sum.bytes, ns), "bit/s");
    print_total(page, "bytes", weir_figure_grouped(value, sum.bytes), rate);
    if (sum.frames > 0) {
        snprintf(value, sizeof value, "%.1f bytes",
                 (double)sum.bytes / (double)sum.frames);
        print_total(page, "mean size", value, "");
    }
    print_write(page);
}

static void print_head(const struct page *page, const char *title,
                       const char *last)
{
    fprintf(page->out, "\n%-*s%*s%*s%*s\n", page->name, title, FRAMES_COLUMNS,
            "frames", SHARE_COLUMNS, "share", *last == '\0' ? 0 : BYTES_COLUMNS,
            last);
}

/* The name, the frames and the share; the caller ends the line. */
static void print_frames(const struct page *page, int indent, const char *name,
                         uint64_t frames)
{
    char n[WEIR_FIGURE_MAX];
    char share[WEIR_FIGURE_MAX];
    fprintf(page->out, "%*s%-*s%*s%*s", indent, "", page->name - indent, name,
            FRAMES_COLUMNS, weir_figure_grouped(n, frames), SHARE_COLUMNS,
            weir_figure_percent(share, frames, page->total.frames));
}

static void print_sum(const struct page *page, int indent, const char *name,
                      struct weir_sum sum)
{
    char n[WEIR_FIGURE_MAX];
    print_frames(page, indent, name, sum.frames);
    fprintf(page->out, "%*s\n", BYTES_COLUMNS,
            weir_figure_scaled(n, (double)sum.bytes, "B"));
}

static void print_protocols(const struct page *page,
                            const struct weir_proto_tree *tree)
{
    print_head(page, "Protocols", "bytes");
    for (size_t i = 0; i < tree->count; i++)
        print_sum(page, 2 + 2 * (int)tree->rows[i].depth, tree->rows[i].name,
                  tree->rows[i].sum);
}

static void print_size(const struct page *page, uint32_t size_class,
                       uint64_t most)
{
    static const char bar[BAR_MAX + 1] = "####################";
    uint32_t min =
        size_class == 0 ? 0 : weir_size_class_max[size_class - 1] + 1;
    uint32_t max = weir_size_class_max[size_class];
    uint64_t frames =
        weir_summary_size(page->report->summary, size_class).frames;
    char name[32];
    if (size_class == WEIR_SIZE_CLASSES - 1)
        snprintf(name, sizeof name, "%5" PRIu32 " and more", min);
    else
        snprintf(name, sizeof name, "%5" PRIu32 " - %" PRIu32, min, max);
    print_frames(page, 2, name, frames);
    int room = page->columns - page->name - FRAMES_COLUMNS - SHARE_COLUMNS - 2;
    room = room > BAR_MAX ? BAR_MAX : room;
    double part = (double)frames / (double)most * room;
    /* What is there is seen, however little. */
    int len = frames > 0 && part < 1 ? 1 : (int)(part + 0.5);
    if (len > 0 && room > 0)
        fprintf(page->out, "  %.*s", len, bar);
    fputc('\n', page->out);
}

/* From the smallest class that was met to the greatest. */
static void print_sizes(const struct page *page)
{
    uint64_t most = 0;
    uint32_t first = WEIR_SIZE_CLASSES;
    uint32_t last = 0;
    for (uint32_t i = 0; i < WEIR_SIZE_CLASSES; i++) {
        uint64_t n = weir_summary_size(page->report->summary, i).frames;
        if (n == 0)
            continue;
        first = first == WEIR_SIZE_CLASSES ? i : first;
        last = i;
        most = n > most ? n : most;
    }
    print_head(page, "Frame sizes", "");
    for (uint32_t i = first; i <= last; i++)
        print_size(page, i, most);
}

static void print_talkers(const struct page *page,
                          const struct weir_talker *talkers, size_t count,
                          struct weir_sum other)
{
    if (count == 0)
        return;
    print_head(page, "Top talkers", "bytes");
    for (size_t i = 0; i < count; i++) {
        char address[WEIR_TALKER_TEXT_MAX];
        print_sum(page, 2, weir_talker_text(address, &talkers[i]),
                  talkers[i].sum);
    }
    if (other.frames > 0)
        print_sum(page, 2, "others", other);
}

static void print_malformed(const struct page *page)
{
    bool any = false;
    for (uint8_t i = 1; i < WEIR_OUTCOMES_MAX; i++) {
        struct weir_sum sum = weir_summary_outcome(page->report->summary, i);
        char spare[WEIR_TALKER_TEXT_MAX];
        if (sum.frames == 0)
            continue;
        if (!any)
            print_head(page, "Malformed or truncated", "bytes");
        any = true;
        print_sum(page, 2, weir_report_outcome(page->report, i, spare), sum);
    }
}

/* What was recorded is then not what the wire carried. */
static void print_oversized(const struct page *page)
{
    const uint64_t n = page->report->oversized;
    if (n == 0)
        return;
    fprintf(page->out,
            "\n%" PRIu64 " frame%s longer than the interface can send.\n"
            "Its offloads merge frames before they are captured; to\n"
            "record what the wire carries turn them off:\n"
            "  ethtool -K INTERFACE gro off lro off tso off gso off\n",
            n, n == 1 ? " is" : "s are");
}

static void print_copied(const struct page *page)
{
    const struct weir_report *report = page->report;
    char blocks[WEIR_FIGURE_MAX], frames[WEIR_FIGURE_MAX];
    if (report->copied_blocks == 0)
        return;
    fprintf(page->out,
            "\nCopied, as sinks beside the writer held their part of the\n"
            "source's memory: %s block%s, %s frame%s\n",
            weir_figure_grouped(blocks, report->copied_blocks),
            plural(report->copied_blocks),
            weir_figure_grouped(frames, report->copied_frames),
            plural(report->copied_frames));
}

/* A long address makes the column of names wider in every table. */
static int name_columns(const struct weir_talker *talkers, size_t count)
{
    int columns = NAME_COLUMNS;
    for (size_t i = 0; i < count; i++) {
        char address[WEIR_TALKER_TEXT_MAX];
        int len = 2 + (int)strlen(weir_talker_text(address, &talkers[i]));
        columns = len > columns ? len : columns;
    }
    return columns;
}

int weir_report_text(const struct weir_report *report, uint32_t columns,
                     FILE *out, struct weir_err *err)
{
    struct weir_proto_tree tree;
    int rc =
        weir_proto_tree_open(&tree, report->summary, report->proto_name, err);
    if (rc != 0)
        return rc;
    struct weir_talker *talkers = NULL;
    size_t count = 0;
    struct weir_sum other = {0};
    rc = weir_report_talkers(report, &talkers, &count, &other, err);
    if (rc != 0) {
        weir_proto_tree_close(&tree);
        return rc;
    }
    struct page page = {
        .report = report,
        .out = out,
        .columns = columns == 0   ? 80
                   : columns < 60 ? 60
                                  : (int)columns,
        .name = name_columns(talkers, count),
        .total = weir_summary_total(report->summary),
    };
    print_counts(&page);
    print_ledger(&page);
    weir_report_lanes_print(report, out);
    print_totals(&page);
    if (page.total.frames > 0) {
        print_protocols(&page, &tree);
        print_sizes(&page);
        print_talkers(&page, talkers, count, other);
        print_malformed(&page);
        print_oversized(&page);
        print_copied(&page);
    }
    weir_report_flows_print(&report->flows, out);
    free(talkers);
    weir_proto_tree_close(&tree);
    if (fflush(out) != 0 || ferror(out) != 0)
        return weir_err_set(err, -EIO, "write the summary: output error");
    return 0;
}

/* Flows for people: a line each, as wide as need be, and their sums. */

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/flow_report.h"
#include "sink/figure.h"

enum column {
    START,
    DURATION,
    PROTOCOL,
    VLAN,
    FROM,
    WAY,
    TO,
    PACKETS,
    PACKETS_BACK,
    BYTES,
    BYTES_BACK,
    FLAGS,
    FLAGS_BACK,
    COLUMNS
};

/* Years before 1677 and after 2262 are not in 64 bits of nanoseconds. */
#define START_SHAPE "0000-00-00T00:00:00.000Z"

#define CELL_BYTES 64 /* "[", an IPv6 address, "]:", a port */

struct row {
    char cells[COLUMNS][CELL_BYTES];
};

/* A column that is not shown is 0 wide. */
struct layout {
    size_t width[COLUMNS];
};

static const struct row head = {
    .cells = {"start", "seconds", "proto", "vlan", "from", "", "to", "packets",
              "back", "bytes", "back", "flags", "back"},
};

static bool is_left(enum column column)
{
    return column != DURATION && (column < PACKETS || column > BYTES_BACK);
}

/* ISO 8601 in UTC, with milliseconds. */
static void put_start(char out[CELL_BYTES], int64_t ns)
{
    int64_t ms = ns / WEIR_NS_PER_MS - (ns % WEIR_NS_PER_MS < 0);
    time_t seconds = ms / 1000 - (ms % 1000 < 0);
    unsigned part = (unsigned)(ms - seconds * 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm); /* any 64-bit count of ns is a year in range */
    snprintf(out, CELL_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
             tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec, part % 1000);
}

static void put_vlan(char out[CELL_BYTES], const struct weir_flow *f)
{
    unsigned outer = f->tags[0] & WEIR_FLOW_VLAN_ID;
    unsigned inner = f->tags[1] & WEIR_FLOW_VLAN_ID;
    if (f->tags[1] != 0)
        snprintf(out, CELL_BYTES, "%u.%u", outer, inner);
    else if (f->tags[0] != 0)
        snprintf(out, CELL_BYTES, "%u", outer);
    else
        out[0] = '\0';
}

static bool has_ports(uint8_t protocol)
{
    return protocol == 6 || protocol == 17 || protocol == 132 ||
           protocol == 1 || protocol == 58;
}

static void put_end(char out[CELL_BYTES], const struct weir_flow *f,
                    unsigned end)
{
    char address[FLOW_ADDRESS_TEXT];
    flow_address(address, f, end);
    if (!has_ports(f->protocol))
        snprintf(out, CELL_BYTES, "%s", address);
    else if (f->version == 6)
        snprintf(out, CELL_BYTES, "[%s]:%u", address, f->ports[end]);
    else
        snprintf(out, CELL_BYTES, "%s:%u", address, f->ports[end]);
}

_Static_assert(CELL_BYTES >= WEIR_FIGURE_MAX, "any number must fit");

static void put_number(char out[CELL_BYTES], uint64_t n)
{
    (void)weir_figure_grouped(out, n);
}

static void put_protocol(char out[CELL_BYTES], uint8_t protocol)
{
    const char *name = flow_protocol(protocol);
    if (name != NULL)
        snprintf(out, CELL_BYTES, "%s", name);
    else
        snprintf(out, CELL_BYTES, "%u", protocol);
}

/* start: false, where only the widths are asked for. */
static void put_flow(struct row *row, const struct weir_flow *f, bool start)
{
    uint64_t us = ((uint64_t)f->last_ns - (uint64_t)f->first_ns) / 1000;
    if (start)
        put_start(row->cells[START], f->first_ns);
    else
        memcpy(row->cells[START], START_SHAPE, sizeof START_SHAPE);
    snprintf(row->cells[DURATION], CELL_BYTES, "%" PRIu64 ".%03u", us / 1000000,
             (unsigned)(us / 1000 % 1000));
    put_protocol(row->cells[PROTOCOL], f->protocol);
    put_vlan(row->cells[VLAN], f);
    put_end(row->cells[FROM], f, 0);
    snprintf(row->cells[WAY], CELL_BYTES, "%s",
             f->sent[1].frames > 0 ? "<->" : " ->");
    put_end(row->cells[TO], f, 1);
    put_number(row->cells[PACKETS], f->sent[0].frames);
    put_number(row->cells[PACKETS_BACK], f->sent[1].frames);
    put_number(row->cells[BYTES], f->sent[0].bytes);
    put_number(row->cells[BYTES_BACK], f->sent[1].bytes);
    flow_flags(row->cells[FLAGS], f->tcp_flags[0]);
    flow_flags(row->cells[FLAGS_BACK], f->tcp_flags[1]);
}

static void widen(struct layout *layout, const struct row *row)
{
    for (int c = 0; c < COLUMNS; c++) {
        size_t n = strlen(row->cells[c]);
        if (n > layout->width[c])
            layout->width[c] = n;
    }
}

static size_t width_of(const struct layout *layout)
{
    size_t all = 0;
    for (int c = 0; c < COLUMNS; c++)
        all += layout->width[c] > 0 ? layout->width[c] + 1 : 0;
    return all > 0 ? all - 1 : 0;
}

/* Both ends get the room that the others leave, but not less than `least`; one
 * that needs less than its half leaves the rest to the other. */
static void shorten_ends(struct layout *layout, uint32_t columns, size_t least)
{
    size_t *from = &layout->width[FROM], *to = &layout->width[TO];
    size_t all = width_of(layout);
    if (all <= columns)
        return;
    const size_t others = all - *from - *to;
    const size_t room = columns > others ? columns - others : 0;
    size_t half = room / 2 > least ? room / 2 : least;
    if (*from <= half)
        half = room > *from + least ? room - *from : least;
    else if (*to <= half)
        half = room > *to + least ? room - *to : least;
    if (*from > half)
        *from = half;
    if (*to > half)
        *to = half;
}

/* An IPv4 address with its port is whole for as long as can be. */
#define END_LEAST  21
#define END_ELIDED 7 /* "10..443" */

#define SPARE_EARLY 5 /* before ends are shortened at all */
#define SPARE_SOON  7 /* before they are shortened beyond END_LEAST */
#define SPARE       10

/* What goes where there is no room, from the first to the last, which is what
 * the rows are sorted by. */
static const enum column spare[][SPARE] = {
    [FLOW_SORT_BYTES] = {FLAGS_BACK, FLAGS, START, DURATION, PACKETS_BACK,
                         PACKETS, VLAN, BYTES_BACK, PROTOCOL, BYTES},
    [FLOW_SORT_PACKETS] = {FLAGS_BACK, FLAGS, START, DURATION, BYTES_BACK,
                           BYTES, VLAN, PACKETS_BACK, PROTOCOL, PACKETS},
    [FLOW_SORT_DURATION] = {FLAGS_BACK, FLAGS, START, PACKETS_BACK, PACKETS,
                            BYTES_BACK, VLAN, BYTES, PROTOCOL, DURATION},
    [FLOW_SORT_FIRST] = {FLAGS_BACK, FLAGS, DURATION, PACKETS_BACK, PACKETS,
                         BYTES_BACK, VLAN, BYTES, PROTOCOL, START},
};

/* With the shortest ends and nothing else beside. */
static bool fits_alone(const struct layout *layout, uint32_t columns,
                       enum column column)
{
    struct layout alone = {.width = {[FROM] = layout->width[FROM],
                                     [WAY] = layout->width[WAY],
                                     [TO] = layout->width[TO]}};
    alone.width[column] = layout->width[column];
    shorten_ends(&alone, columns, END_ELIDED);
    return width_of(&alone) <= columns;
}

static void narrow(struct layout *layout, uint32_t columns, enum flow_sort sort)
{
    const size_t from = layout->width[FROM], to = layout->width[TO];
    if (columns == 0)
        return;
    /* What cannot stay shall not cost the others their place. */
    if (!fits_alone(layout, columns, spare[sort][SPARE - 1]))
        sort = FLOW_SORT_BYTES;
    for (int i = 0; i < SPARE; i++) {
        if (i == SPARE_EARLY)
            shorten_ends(layout, columns, END_LEAST);
        if (i >= SPARE_SOON) {
            layout->width[FROM] = from;
            layout->width[TO] = to;
            shorten_ends(layout, columns, END_ELIDED);
        }
        if (width_of(layout) > columns)
            layout->width[spare[sort][i]] = 0;
    }
    layout->width[FROM] = from;
    layout->width[TO] = to;
    shorten_ends(layout, columns, END_ELIDED);
}

static void lay_out(struct layout *layout, const struct flow_list *list)
{
    struct layout with_head = {{0}};
    memset(layout, 0, sizeof *layout);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct weir_flow flow;
        struct row row;
        flow_row_get(list, i, &flow);
        put_flow(&row, &flow, false);
        widen(layout, &row);
    }
    with_head = *layout;
    widen(&with_head, &head);
    for (int c = 0; c < COLUMNS; c++)
        if (layout->width[c] > 0)
            layout->width[c] = with_head.width[c];
    narrow(layout, list->report->columns, list->report->options->sort);
}

/* "[2001:db8..5678]:443": of an end that is too long the middle goes. */
static void elide(char *cell, size_t width)
{
    const size_t n = strlen(cell);
    if (n <= width)
        return;
    const size_t tail = (width - 1) / 2;
    memset(cell + width - tail - 2, '.', 2);
    memmove(cell + width - tail, cell + n - tail, tail + 1);
}

static void print_row(const struct layout *layout, const struct row *row,
                      FILE *out)
{
    size_t owed = 0; /* blanks, if something follows */
    for (int c = 0; c < COLUMNS; c++) {
        size_t n = strlen(row->cells[c]);
        size_t pad = layout->width[c] - n;
        if (layout->width[c] == 0)
            continue;
        if (!is_left((enum column)c)) {
            owed += pad;
            pad = 0;
        }
        for (; n > 0 && owed > 0; owed--)
            (void)putc_unlocked(' ', out);
        (void)fwrite(row->cells[c], 1, n, out);
        owed += pad + 1;
    }
    fputc('\n', out);
}

/* A line that is folded between its parts where the terminal would fold it
 * anywhere. */
struct folded {
    FILE *out;
    uint32_t columns; /* 0: never */
    size_t used;
};

static void print_part(struct folded *line, const char *before,
                       const char *text)
{
    const size_t blank = line->used > 0;
    const size_t n = strlen(before) + blank + strlen(text);
    fputs(before, line->out);
    /* What follows a part is on its line. */
    const bool folds = line->columns > 0 && line->used + n >= line->columns;
    if (blank)
        fputc(folds ? '\n' : ' ', line->out);
    fputs(text, line->out);
    line->used = folds ? strlen(text) : line->used + n;
}

static void print_count(struct folded *line, const char *before, uint64_t n,
                        const char *what)
{
    char figure[WEIR_FIGURE_MAX], text[WEIR_FIGURE_MAX + 64];
    snprintf(text, sizeof text, "%s %s", weir_figure_grouped(figure, n), what);
    print_part(line, before, text);
}

static void print_if_any(struct folded *line, uint64_t n, const char *what)
{
    if (n > 0)
        print_count(line, ";", n, what);
}

static void print_end(const struct flow_list *list, FILE *out)
{
    const struct weir_ledger *ledger = list->report->ledger;
    const uint64_t *frames = list->kinds.frames;
    struct folded line = {.out = out, .columns = list->report->columns};
    char listed[64] = "flows";
    if (list->listed < list->count)
        snprintf(listed, sizeof listed, "flows (%" PRIu32 " listed)",
                 list->listed);
    print_count(&line, "", list->count, listed);
    print_count(&line, ",", list->total.frames, "packets");
    print_count(&line, ",", list->total.bytes, "bytes");
    print_if_any(&line, list->evicted_flows, "flows evicted");
    print_if_any(&line, list->evicted.frames, "packets of them");
    print_if_any(&line, frames[WEIR_FLOW_UNTRACKED], "frames untracked");
    print_if_any(&line, frames[WEIR_FLOW_NOT_IP], "frames not IP");
    print_if_any(&line, frames[WEIR_FLOW_MALFORMED], "frames malformed");
    print_if_any(&line, frames[WEIR_FLOW_TRUNCATED], "frames truncated");
    if (ledger->has_kernel)
        print_if_any(&line, ledger->kernel_dropped,
                     "frames dropped by the kernel");
    fputc('\n', out);
}

void flow_table_print(const struct flow_list *list, FILE *out)
{
    struct layout layout;
    lay_out(&layout, list);
    if (list->listed > 0)
        print_row(&layout, &head, out);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct weir_flow flow;
        struct row row;
        flow_row_get(list, i, &flow);
        put_flow(&row, &flow, true);
        elide(row.cells[FROM], layout.width[FROM]);
        elide(row.cells[TO], layout.width[TO]);
        print_row(&layout, &row, out);
    }
    print_end(list, out);
}

#ifndef WEIR_BENCH_LIMIT_REPORT_COUNTS_H
#define WEIR_BENCH_LIMIT_REPORT_COUNTS_H

/* report_counts: what a trial needs of weir's own report (sink/report.h).
 *
 * Threads   any.
 * Errors    -errno with the file's name, -EPROTO for one that is no report
 *           of a recording from an interface. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct weir_report_counts {
    uint64_t kernel_seen;
    uint64_t kernel_dropped;
    uint64_t discards;
    uint64_t received;
    uint64_t written; /* without a file: counted */
    uint64_t excluded;
    uint64_t lost;
    uint64_t lost_in_write;
    uint64_t starved;
    int64_t write_ns;
    char write_mode[16]; /* "direct", "cached"; "" without a file */
    uint64_t in_place;   /* blocks that got to the file so, */
    uint64_t compacted;  /* or so */
    bool balanced;
};

int weir_report_counts_read(struct weir_report_counts *out, const char *path,
                            struct weir_err *err);

/* weir_report_counts_parse: pure. */
int weir_report_counts_parse(struct weir_report_counts *out, const char *text,
                             struct weir_err *err);

#endif

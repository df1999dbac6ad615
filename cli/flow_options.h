#ifndef WEIR_CLI_FLOW_OPTIONS_H
#define WEIR_CLI_FLOW_OPTIONS_H

/* flow_options: what `weir flows`, or `weir record --flows`, is asked about
 * flows.
 *
 * Owner     texts point into argv.
 * Units     bytes, nanoseconds. */

#include <stdbool.h>
#include <stdint.h>

struct weir_args;

enum flow_form { FLOW_FORM_TABLE, FLOW_FORM_JSON, FLOW_FORM_CSV };

/* The greatest first, or of FLOW_SORT_FIRST the earliest. */
enum flow_sort {
    FLOW_SORT_BYTES,
    FLOW_SORT_PACKETS,
    FLOW_SORT_DURATION,
    FLOW_SORT_FIRST,
};

struct flow_options {
    const char *output; /* NULL: no flows are counted; "-": stdout */
    enum flow_form form;
    enum flow_sort sort;
    uint64_t top;          /* 0: all */
    uint64_t memory_bytes; /* 0: not asked for */
    int64_t idle_ns;
    int64_t active_ns; /* 0 until settled: not asked for */
    bool form_given;
    const char *given; /* the last of these options that was given, or NULL */
};

/* The values of these options in a table of weir_args. */
enum flow_option {
    FLOW_OPTION_FIRST = 1024,
    FLOW_OPTION_FLOWS = FLOW_OPTION_FIRST,
    FLOW_OPTION_TOP,
    FLOW_OPTION_SORT,
    FLOW_OPTION_JSON,
    FLOW_OPTION_CSV,
    FLOW_OPTION_MEMORY,
    FLOW_OPTION_IDLE,
    FLOW_OPTION_ACTIVE,
    FLOW_OPTION_END,
};

#define FLOW_LONG_OPTIONS                                                      \
    {"flows", required_argument, NULL, FLOW_OPTION_FLOWS},                     \
        {"top", required_argument, NULL, FLOW_OPTION_TOP},                     \
        {"sort", required_argument, NULL, FLOW_OPTION_SORT},                   \
        {"json", no_argument, NULL, FLOW_OPTION_JSON},                         \
        {"csv", no_argument, NULL, FLOW_OPTION_CSV},                           \
        {"memory", required_argument, NULL, FLOW_OPTION_MEMORY},               \
        {"idle-timeout", required_argument, NULL, FLOW_OPTION_IDLE},           \
    {                                                                          \
        "active-timeout", required_argument, NULL, FLOW_OPTION_ACTIVE          \
    }

void flow_options_start(struct flow_options *o);

/* flow_options_set: an option of these; 0 or -EINVAL, with a text. */
int flow_options_set(struct flow_options *o, struct weir_args *args,
                     int option);

/* flow_options_settle: of `weir flows`, or of `weir record`; checks and fills
 * in what follows.  0 or -EINVAL, with a text. */
int flow_options_settle(struct flow_options *o, struct weir_args *args,
                        bool is_flows);

#endif

#ifndef WEIR_RING_LEDGER_H
#define WEIR_RING_LEDGER_H

/* ledger: where every frame went, and whether the sum holds.
 *
 *   received    = delivered + sum(excluded) + sum(lost) + in_flight
 *   kernel_seen = received + kernel_dropped + sum(discards)   (live sources)
 *
 * Each term is counted where it happens and none is the remainder of the
 * others, so a frame that is lost by mistake breaks an equation.  At the end
 * of a recording in_flight is 0.  kernel_seen starts behind the kernel's
 * filter and includes what the kernel dropped.
 *
 * Both hold at the end.  While it runs each count grows and is right for a
 * moment not long ago, but not all for the same one: of the kernel's they are
 * asked four times a second, so kernel_seen may be less than received.
 *
 * The names below are those of the report and never change; the order is
 * that of the report.
 *
 * Units     frames, 64 bits.
 * Threads   plain data; the functions are pure.
 * Errors    of NULL the sums are 0, and nothing holds. */

#include <stdbool.h>
#include <stdint.h>

/* Frames that were taken out on purpose. */
#define WEIR_EXCLUDED_LIST(X)                                                  \
    X(FILTER, "filter", "not wanted by the filter, tested in weir")            \
    X(SURPLUS, "surplus", "behind a limit (-c, -a) that was reached")          \
    X(LINK_TYPE, "link_type", "of a link type that the file cannot hold")      \
    X(OUTGOING, "outgoing", "the sent copy of a frame that comes again")       \
    X(TAP, "tap", "taken out by a tap")

/* Frames that should have been delivered and were not. */
#define WEIR_LOST_LIST(X)                                                      \
    X(WRITE, "write", "the file could not be written")                         \
    X(ABANDONED, "abandoned", "given up at the second stop signal")

/* Frames that the kernel counted and the source did not take in.  OUTGOING is
 * always 0, and is here because names stay: the copy that a loopback device
 * sends is refused before kernel_seen counts it, or it is received and
 * excluded[OUTGOING]. */
#define WEIR_DISCARD_LIST(X)                                                   \
    X(OUTGOING, "outgoing", "a loopback frame's outgoing copy")                \
    X(UNREAD, "unread", "still in the kernel's ring when it was given up")

#define WEIR_LEDGER_ENUM_EXCLUDED(id, name, text) WEIR_EXCLUDED_##id,
#define WEIR_LEDGER_ENUM_LOST(id, name, text)     WEIR_LOST_##id,
#define WEIR_LEDGER_ENUM_DISCARD(id, name, text)  WEIR_DISCARD_##id,

enum weir_excluded {
    WEIR_EXCLUDED_LIST(WEIR_LEDGER_ENUM_EXCLUDED) WEIR_EXCLUDED_COUNT
};
enum weir_lost { WEIR_LOST_LIST(WEIR_LEDGER_ENUM_LOST) WEIR_LOST_COUNT };
enum weir_discard {
    WEIR_DISCARD_LIST(WEIR_LEDGER_ENUM_DISCARD) WEIR_DISCARD_COUNT
};

/* What reasons are called in the report, and what they mean, for people; by
 * the numbers above.  "" for any other number. */
const char *weir_ledger_excluded_name(uint32_t reason);
const char *weir_ledger_excluded_text(uint32_t reason);
const char *weir_ledger_lost_name(uint32_t reason);
const char *weir_ledger_lost_text(uint32_t reason);
const char *weir_ledger_discard_name(uint32_t reason);
const char *weir_ledger_discard_text(uint32_t reason);

struct weir_ledger {
    uint64_t received;
    uint64_t delivered; /* "written" in the report */
    uint64_t excluded[WEIR_EXCLUDED_COUNT];
    uint64_t lost[WEIR_LOST_COUNT];
    uint64_t in_flight;

    bool has_kernel;     /* the source is live and its kernel counts */
    bool kernel_derived; /* a discard could only be derived, not counted */
    uint64_t kernel_seen;
    uint64_t kernel_dropped;
    uint64_t interface_dropped; /* before the kernel's tap: no term */
    uint64_t discards[WEIR_DISCARD_COUNT];
};

uint64_t weir_ledger_excluded(const struct weir_ledger *ledger);
uint64_t weir_ledger_lost(const struct weir_ledger *ledger);
uint64_t weir_ledger_discards(const struct weir_ledger *ledger);

/* weir_ledger_holds: the first equation.  Of a recording that runs it holds in
 * moments in which no thread has frames in hand, and so may be false: frames
 * of a block that a worker is walking over are in flight no more, and not yet
 * anything else; the more so while a tap takes its time. */
bool weir_ledger_holds(const struct weir_ledger *ledger);

/* weir_ledger_balanced: both equations, and nothing in flight: what must be
 * true at the end, and means nothing before. */
bool weir_ledger_balanced(const struct weir_ledger *ledger);

#endif

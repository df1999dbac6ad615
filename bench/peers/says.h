#ifndef WEIR_BENCH_PEERS_SAYS_H
#define WEIR_BENCH_PEERS_SAYS_H

/* says: what programs tell of their work, in words or in a file.
 *
 * Threads   any.
 * Errors    the words of a program may be any text, a file any bytes: what
 *           is not understood is said to be so, never guessed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_err;

/* weir_says_number: the decimal number next to the last `key` in the text:
 * behind it (before: the key comes before the number), blanks between or not,
 * or right before it.  False if there is none, or one that is too large. */
bool weir_says_number(const char *text, const char *key, bool before,
                      uint64_t *out);

/* weir_says_version: the first "1.2" or "1.2.3" that is a word's beginning;
 * cut off to fit.  False, and "", if there is none. */
bool weir_says_version(const char *text, char *out, size_t size);

/* weir_says_last_line: of a text, without what does not print; cut off. */
char *weir_says_last_line(const char *text, char *out, size_t size);

/* weir_says_argus: frames and flows that argus wrote down.  Its file is a
 * row of records, each of them
 *
 *     type and version 8 | cause 8 | length in 32-bit words 16 | parts
 *
 * and a part begins with type 8 | subtype 8 | qualifier 8 | length 8, the
 * latter in words too.  In network order.  Flows have type 1, the part with
 * the counts 0x10. */
struct weir_says_argus {
    uint64_t frames;
    uint64_t flows;
};

int weir_says_argus(struct weir_says_argus *out, const char *path,
                    struct weir_err *err);

#endif

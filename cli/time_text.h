#ifndef WEIR_CLI_TIME_TEXT_H
#define WEIR_CLI_TIME_TEXT_H

/* time_text: times of frames as text.
 *
 * Each function writes to a buffer of the size named here and returns it.
 * Threads   any; weir_time_local reads the time zone's rules. */

#include <stdint.h>

#define WEIR_TIME_TEXT 32

/* weir_time_epoch: seconds since 1970 with nine decimals, "-0.500000000"
 * before.  weir_time_local: the time of day "HH:MM:SS.ffffff". */
char *weir_time_epoch(char *out, int64_t time_ns);
char *weir_time_local(char *out, int64_t time_ns);

#endif

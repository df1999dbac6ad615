#ifndef WEIR_SINK_JSON_TEXT_H
#define WEIR_SINK_JSON_TEXT_H

/* json_text: a name as a string of JSON, whatever bytes it has.
 *
 * Owner     the caller.
 * Threads   any.
 * Errors    NULL: no memory. */

#include <jansson.h>

/* weir_json_text: as weir_utf8 makes it. */
json_t *weir_json_text(const char *text);

#endif

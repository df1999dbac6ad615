#include "sink/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "sink/printable.h"

json_t *weir_json_text(const char *text)
{
    size_t size = 3 * strlen(text) + 1;
    char *clean = malloc(size);
    json_t *value =
        clean == NULL ? NULL : json_string(weir_utf8(clean, size, text));
    free(clean);
    return value;
}

#include "base/version.h"

#define TEXT_OF(x)            #x
#define VERSION_TEXT(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

_Static_assert(sizeof VERSION_TEXT(WEIR_VERSION_MAJOR, WEIR_VERSION_MINOR,
                                   WEIR_VERSION_PATCH) == sizeof WEIR_VERSION,
               "the version is in two forms");

const char *weir_version(void)
{
    return VERSION_TEXT(WEIR_VERSION_MAJOR, WEIR_VERSION_MINOR,
                        WEIR_VERSION_PATCH);
}

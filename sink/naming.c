#include "sink/naming.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

/* "_NNNNN_YYYYMMDDhhmmss", the longest number, "-NNNNNNNNNN" and the end. */
#define SUFFIX_MAX 64

/* As tcpdump's getWflagChars: the digits of the highest number. */
static int digits_of(uint32_t files)
{
    int digits = 0;
    for (uint32_t last = files > 0 ? files - 1 : 0; last > 0; last /= 10)
        digits++;
    return digits;
}

int weir_naming_open(struct weir_naming *naming, enum weir_naming_manner manner,
                     const char *path, uint32_t files, struct weir_err *err)
{
    size_t len = strlen(path);
    if (len == 0)
        return weir_err_set(err, -EINVAL, "the output has no name");
    if (len + SUFFIX_MAX > sizeof naming->path)
        return weir_err_sys(err, -ENAMETOOLONG, "%.64s...", path);
    naming->manner = manner;
    naming->digits = digits_of(files);
    naming->wrap = manner == WEIR_NAMING_NUMBER ? files : 0;
    snprintf(naming->path, sizeof naming->path, "%s", path);
    /* The time zone's file is read now, not at the first rotation. */
    const time_t any = 0;
    struct tm ignored;
    (void)localtime_r(&any, &ignored);
    return 0;
}

bool weir_naming_shows_time(const struct weir_naming *naming)
{
    return naming->manner != WEIR_NAMING_SINGLE &&
           naming->manner != WEIR_NAMING_NUMBER;
}

size_t weir_naming_bytes_max(const struct weir_naming *naming)
{
    bool expands = naming->manner == WEIR_NAMING_STRFTIME ||
                   naming->manner == WEIR_NAMING_STRFTIME_NUMBER;
    return expands ? PATH_MAX : strlen(naming->path) + SUFFIX_MAX;
}

/* Where the extension of a path begins: at the last dot of its last part,
 * if there is a name before it, else at the end. */
static size_t extension_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *part = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(part, '.');
    return dot != NULL && dot != part ? (size_t)(dot - path) : strlen(path);
}

/* Puts text into path at that offset. */
static int insert(char *path, size_t at, const char *text, struct weir_err *err)
{
    size_t len = strlen(path);
    size_t added = strlen(text);
    if (len + added >= PATH_MAX)
        return weir_err_sys(err, -ENAMETOOLONG, "%.64s...", path);
    memmove(path + at + added, path + at, len - at + 1);
    for (size_t i = 0; i < added; i++)
        path[at + i] = text[i];
    return 0;
}

static int make_number_time(const struct weir_naming *naming, uint64_t number,
                            const struct tm *when, char *out,
                            struct weir_err *err)
{
    char stamp[32];
    if (strftime(stamp, sizeof stamp, "%Y%m%d%H%M%S", when) == 0)
        stamp[0] = '\0';
    char middle[SUFFIX_MAX];
    snprintf(middle, sizeof middle, "_%05" PRIu64 "_%s", number + 1, stamp);
    memcpy(out, naming->path, strlen(naming->path) + 1);
    return insert(out, extension_at(out), middle, err);
}

static int add_number(const struct weir_naming *naming, uint64_t number,
                      char *out, struct weir_err *err)
{
    if (naming->wrap > 0)
        number %= naming->wrap;
    if (number == 0 && naming->digits == 0)
        return 0;
    char suffix[SUFFIX_MAX];
    snprintf(suffix, sizeof suffix, "%0*" PRIu64, naming->digits, number);
    return insert(out, strlen(out), suffix, err);
}

static int make_strftime(const struct weir_naming *naming,
                         const struct tm *when, char *out, struct weir_err *err)
{
    /* strftime does not tell an empty result from one that is too long;
     * neither is a name. */
    if (strftime(out, PATH_MAX - SUFFIX_MAX, naming->path, when) == 0)
        return weir_err_set(err, -EINVAL, "%.64s: names no file as a time",
                            naming->path);
    return 0;
}

int weir_naming_make(const struct weir_naming *naming, uint64_t number,
                     int64_t time_ns, uint32_t twin, char *out,
                     struct weir_err *err)
{
    time_t seconds = (time_t)(time_ns / WEIR_NS_PER_S);
    struct tm when;
    if (localtime_r(&seconds, &when) == NULL)
        return weir_err_sys(err, -errno, "%.64s", naming->path);
    int rc = 0;
    switch (naming->manner) {
    case WEIR_NAMING_SINGLE:
    case WEIR_NAMING_NUMBER:
        memcpy(out, naming->path, strlen(naming->path) + 1);
        break;
    case WEIR_NAMING_NUMBER_TIME:
        rc = make_number_time(naming, number, &when, out, err);
        break;
    case WEIR_NAMING_STRFTIME:
    case WEIR_NAMING_STRFTIME_NUMBER:
        rc = make_strftime(naming, &when, out, err);
        break;
    }
    if (rc == 0 && (naming->manner == WEIR_NAMING_NUMBER ||
                    naming->manner == WEIR_NAMING_STRFTIME_NUMBER))
        rc = add_number(naming, number, out, err);
    if (rc != 0 || twin == 0)
        return rc;
    char suffix[SUFFIX_MAX];
    snprintf(suffix, sizeof suffix, "-%" PRIu32, twin);
    return insert(out, extension_at(out), suffix, err);
}

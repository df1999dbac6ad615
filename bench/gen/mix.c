#include "bench/gen/mix.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"

#define WEIGHT_MAX 1000000000u

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Digits at *text, passed over with the blanks behind them.  A number that
 * is too large saturates. */
static bool take_number(const char **text, uint64_t *out)
{
    const char *p = *text;
    uint64_t n = 0;
    while (*p >= '0' && *p <= '9') {
        n = n * 10 + (uint64_t)(*p++ - '0');
        if (n > UINT32_MAX)
            n = UINT32_MAX;
    }
    bool any = p != *text && (*p == '\0' || is_blank(*p));
    while (is_blank(*p))
        p++;
    *text = p;
    *out = n;
    return any;
}

static int add(struct weir_mix *mix, uint64_t size, uint64_t weight,
               uint32_t size_min, struct weir_err *err)
{
    if (size < size_min)
        return weir_err_set(err, -EINVAL,
                            "a frame of %llu bytes is too short for its "
                            "headers and the mark: at least %u",
                            (unsigned long long)size, size_min);
    if (size > WEIR_MIX_SIZE_MAX)
        return weir_err_set(err, -EINVAL,
                            "too long for a frame: at most %u bytes",
                            WEIR_MIX_SIZE_MAX);
    if (weight < 1 || weight > WEIGHT_MAX)
        return weir_err_set(err, -EINVAL, "a weight is 1 to %u", WEIGHT_MAX);
    if (mix->count == WEIR_MIX_PARTS_MAX)
        return weir_err_set(err, -EINVAL, "more than %d sizes",
                            WEIR_MIX_PARTS_MAX);
    mix->parts[mix->count++] = (struct weir_mix_part){
        .size = (uint32_t)size,
        .weight = (uint32_t)weight,
    };
    return 0;
}

static int parse_line(struct weir_mix *mix, char *line, uint32_t size_min,
                      struct weir_err *err)
{
    uint64_t size;
    uint64_t weight;
    line[strcspn(line, "#")] = '\0';
    const char *p = line;
    while (is_blank(*p))
        p++;
    if (*p == '\0')
        return 0;
    if (!take_number(&p, &size) || !take_number(&p, &weight) || *p != '\0')
        return weir_err_set(err, -EINVAL, "not of the form SIZE WEIGHT");
    return add(mix, size, weight, size_min, err);
}

static int open_file(FILE **out, const char *path, struct weir_err *err)
{
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return weir_err_set(
            err, -EISDIR,
            "'%s' is neither a size, nor imix, nor a file: it is a folder",
            path);
    *out = fopen(path, "re");
    if (*out != NULL)
        return 0;
    return weir_err_sys(err, -errno,
                        "'%s' is neither a size, nor imix, nor a file", path);
}

static int parse_file(struct weir_mix *mix, const char *path, uint32_t size_min,
                      struct weir_err *err)
{
    FILE *file = NULL;
    int ret = open_file(&file, path, err);
    if (ret != 0)
        return ret;
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    while (ret == 0 && getline(&line, &room, file) >= 0) {
        number++;
        ret = parse_line(mix, line, size_min, err);
        if (ret != 0)
            ret = weir_err_wrap(err, ret, "%s:%u", path, number);
    }
    if (ret == 0 && ferror(file) != 0)
        ret = weir_err_sys(err, -EIO, "read %s", path);
    if (ret == 0 && mix->count == 0)
        ret = weir_err_set(err, -EINVAL, "%s: no line SIZE WEIGHT", path);
    free(line);
    (void)fclose(file);
    return ret;
}

int weir_mix_parse(struct weir_mix *out, const char *spec, uint32_t size_min,
                   struct weir_err *err)
{
    struct weir_mix mix = {0};
    const char *p = spec;
    uint64_t size;
    int ret = 0;
    if (size_min < WEIR_MIX_SIZE_MIN)
        size_min = WEIR_MIX_SIZE_MIN;
    if (strcmp(spec, "imix") == 0)
        mix = (struct weir_mix){
            .count = 3,
            .parts = {{size_min, 7}, {590, 4}, {1514, 1}},
        };
    else if (take_number(&p, &size) && *p == '\0')
        ret = add(&mix, size, 1, size_min, err);
    else
        ret = parse_file(&mix, spec, size_min, err);
    if (ret == 0)
        *out = mix;
    return ret;
}

#include "bench/results/lines.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define KEYS 4

/* What a line is about: types with the same key are measured anew together. */
static const struct key {
    const char *type;
    const char *family;
    const char *keys[KEYS];
} keys[] = {
    {"trial", "row", {"frame", "target", "workers", "folder"}},
    {"limit", "row", {"frame", "target", "workers", "folder"}},
    {"stage", "stage", {"stage", "frame", "flows"}},
    {"peer", "peer", {"task", "frame", "peer"}},
    {"ratio", "ratio", {"name", NULL, NULL}},
    {"disk", "disk", {"frame", "folder"}},
    {"target", "target", {"target", "name", "against"}},
};

double weir_line_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const char *weir_line_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

bool weir_line_bool(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

bool weir_line_same(const json_t *a, const json_t *b, const char *key)
{
    const json_t *left = json_object_get(a, key);
    const json_t *right = json_object_get(b, key);
    return left == right || json_equal(left, right);
}

/* What bench/run.sh names its folder for a while. */
#define SCRATCH        "/scratch."
#define SCRATCH_RANDOM 6

/* The folder's bytes at c, or 0 if it is none. */
static size_t scratch_len(const char *c)
{
    size_t start = strlen(SCRATCH);
    if (strncmp(c, SCRATCH, start) != 0)
        return 0;
    for (size_t i = start; i < start + SCRATCH_RANDOM; i++)
        if (!isalnum((unsigned char)c[i]))
            return 0;
    size_t len = start + SCRATCH_RANDOM;
    return isalnum((unsigned char)c[len]) ? 0 : len;
}

char *weir_line_asked(const char *whole)
{
    char *text = malloc(strlen(whole) + 1);
    char *to = text;
    if (text == NULL)
        return NULL;
    while (*whole != '\0') {
        size_t len = scratch_len(whole);
        if (len > 0)
            whole += len;
        else
            *to++ = *whole++;
    }
    *to = '\0';
    return text;
}

const json_t *weir_lines_next(const struct weir_lines *lines, const char *type,
                              size_t *at)
{
    while (*at < lines->count) {
        const struct weir_line *line = &lines->at[(*at)++];
        if (strcmp(line->type, type) == 0)
            return line->object;
    }
    return NULL;
}

/* Room for one more; NULL without memory.  Doubling is cheap enough. */
static void *grow(void *array, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return array;
    return reallocarray(array, count == 0 ? 1 : 2 * count, size);
}

static int broken_add(struct weir_lines *lines, size_t number, const char *why)
{
    struct weir_line_broken *broken =
        grow(lines->broken, lines->broken_count, sizeof *broken);
    if (broken == NULL)
        return -ENOMEM;
    lines->broken = broken;
    struct weir_line_broken *new = &broken[lines->broken_count++];
    new->number = number;
    (void)snprintf(new->why, sizeof new->why, "%s", why);
    return 0;
}

/* Two runs into one folder are of the same one, so what is compared is the
 * one that was asked for. */
static int name_folder(json_t *object)
{
    const char *folder = weir_line_text(object, "folder");
    if (folder == NULL)
        return 0;
    char *asked = weir_line_asked(folder);
    int ret = asked == NULL
                  ? -1
                  : json_object_set_new(object, "folder", json_string(asked));
    free(asked);
    return ret == 0 ? 0 : -ENOMEM;
}

static int line_add(struct weir_lines *lines, json_t *object, size_t number,
                    size_t *run)
{
    const char *type = weir_line_text(object, "type");
    if (type == NULL) {
        json_decref(object);
        return broken_add(lines, number, "no object with a \"type\"");
    }
    struct weir_line *at = grow(lines->at, lines->count, sizeof *at);
    if (at != NULL)
        lines->at = at;
    if (at == NULL || name_folder(object) != 0) {
        json_decref(object);
        return -ENOMEM;
    }
    if (strcmp(type, "run") == 0)
        ++*run;
    at[lines->count++] = (struct weir_line){
        .object = object, .type = type, .number = number, .run = *run};
    return 0;
}

static int line_parse(struct weir_lines *lines, const char *text, size_t len,
                      size_t number, size_t *run)
{
    json_error_t wrong;
    if (len > WEIR_LINE_BYTES_MAX)
        return broken_add(lines, number, "too long");
    if (strspn(text, " \t\r\n") == len)
        return 0;
    json_t *object = json_loadb(text, len, 0, &wrong);
    if (object == NULL)
        return broken_add(lines, number, wrong.text);
    return line_add(lines, object, number, run);
}

/* The next line without its end, at most WEIR_LINE_BYTES_MAX + 1 bytes of
 * it, and a 0; false at the end of the file. */
static bool read_line(FILE *file, char *text, size_t *len)
{
    int c = getc_unlocked(file);
    *len = 0;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(file))
        if (*len <= WEIR_LINE_BYTES_MAX)
            text[(*len)++] = (char)c;
    text[*len] = '\0';
    return true;
}

static int read_all(struct weir_lines *lines, FILE *file)
{
    char *text = malloc(WEIR_LINE_BYTES_MAX + 2);
    if (text == NULL)
        return -ENOMEM;
    size_t len = 0;
    size_t run = 0;
    int rc = 0;
    for (size_t number = 1; rc == 0 && read_line(file, text, &len); number++) {
        if (number > WEIR_LINES_MAX) {
            rc = broken_add(lines, number, "too many lines: the rest is left");
            break;
        }
        rc = line_parse(lines, text, len, number, &run);
    }
    /* A folder opens, and fails at the first read. */
    if (rc == 0 && ferror(file))
        rc = errno != 0 ? -errno : -EIO;
    free(text);
    return rc;
}

/* The line's key as one text: its values as JSON, which holds no bare
 * control character.  NULL if it has none. */
static char *key_of(const struct weir_line *line)
{
    const struct key *key = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i].type, line->type) == 0)
            key = &keys[i];
    if (key == NULL)
        return NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    (void)fputs(key->family, out);
    for (size_t i = 0; i < KEYS && key->keys[i] != NULL; i++) {
        char *part = json_dumps(json_object_get(line->object, key->keys[i]),
                                JSON_ENCODE_ANY | JSON_COMPACT);
        (void)fprintf(out, "\x1f%s", part == NULL ? "" : part);
        free(part);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Leaves of each key only what its last command measured. */
static int replace(struct weir_lines *lines)
{
    json_t *last = json_object();
    if (last == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < lines->count; i++) {
        char *key = key_of(&lines->at[i]);
        if (key != NULL)
            (void)json_object_set_new(
                last, key, json_integer((json_int_t)lines->at[i].run));
        free(key);
    }
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++) {
        struct weir_line line = lines->at[i];
        char *key = key_of(&line);
        const json_t *run = key == NULL ? NULL : json_object_get(last, key);
        free(key);
        if (run != NULL && (size_t)json_integer_value(run) != line.run) {
            json_decref(line.object);
            lines->replaced++;
        } else {
            lines->at[kept++] = line;
        }
    }
    lines->count = kept;
    json_decref(last);
    return 0;
}

int weir_lines_open(struct weir_lines *lines, const char *path,
                    struct weir_err *err)
{
    *lines = (struct weir_lines){0};
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (file == NULL)
        return weir_err_sys(err, -errno, "results %s", path);
    errno = 0;
    int rc = read_all(lines, file);
    if (!standard)
        (void)fclose(file);
    if (rc == 0)
        rc = replace(lines);
    if (rc == 0)
        return 0;
    weir_lines_close(lines);
    return weir_err_sys(err, rc, "read results %s", path);
}

void weir_lines_close(struct weir_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        json_decref(lines->at[i].object);
    free(lines->at);
    free(lines->broken);
    *lines = (struct weir_lines){0};
}

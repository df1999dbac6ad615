#include "cli/same_file.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/outfile.h"

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool look(const char *path, int standard, struct stat *out)
{
    return (is_standard(path) ? fstat(standard, out) : stat(path, out)) == 0;
}

static bool is_one(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Of files that are not there yet. */
static bool will_be_one(const char *a, const char *b)
{
    char folder[PATH_MAX];
    struct stat of_a, of_b;
    return strcmp(last_name(a), last_name(b)) == 0 &&
           stat(weir_outfile_folder(a, folder), &of_a) == 0 &&
           stat(weir_outfile_folder(b, folder), &of_b) == 0 &&
           is_one(&of_a, &of_b);
}

bool weir_same_file(const char *path, const char *other, int other_standard)
{
    struct stat a, b;
    if (path == NULL || other == NULL)
        return false;
    if (strcmp(path, other) == 0 &&
        (!is_standard(path) || other_standard == STDOUT_FILENO))
        return true;
    const bool is_a = look(path, STDOUT_FILENO, &a);
    const bool is_b = look(other, other_standard, &b);
    if (is_a && is_b)
        return S_ISREG(a.st_mode) && is_one(&a, &b);
    return !is_a && !is_b && will_be_one(path, other);
}

#include "tests/support/tree.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"

#define FILES_OPEN 16

void tree_put(const char *root, const char *path, const char *text)
{
    char name[512];
    int n = snprintf(name, sizeof name, "%s/%s", root, path);
    WEIR_ASSERT(n > 0 && (size_t)n < sizeof name);
    for (char *at = name + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        (void)mkdir(name, 0700);
        *at = '/';
    }
    FILE *file = fopen(name, "we");
    WEIR_ASSERT(file != NULL);
    WEIR_ASSERT(fputs(text, file) >= 0);
    WEIR_ASSERT(fclose(file) == 0);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

void tree_remove(const char *root)
{
    WEIR_ASSERT(nftw(root, remove_one, FILES_OPEN, FTW_DEPTH | FTW_PHYS) == 0);
}

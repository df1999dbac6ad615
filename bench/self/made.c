#include "bench/self/made.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define ROOM (1u << 18)

int weir_made_report(const char *path, uint64_t frames, struct weir_err *err)
{
    json_error_t why;
    json_t *report = json_load_file(path, 0, &why);
    if (report == NULL)
        return weir_err_set(err, -EBADMSG, "%s: %s", path, why.text);
    const json_t *ledger = json_object_get(report, "ledger");
    bool balanced = json_is_true(json_object_get(ledger, "balanced"));
    json_int_t written = json_integer_value(json_object_get(ledger, "written"));
    json_decref(report);
    if (!balanced)
        return weir_err_set(err, -EBADMSG, "the ledger does not hold");
    if (written < 0 || (uint64_t)written != frames)
        return weir_err_set(err, -EBADMSG, "%lld frames of %llu were written",
                            (long long)written, (unsigned long long)frames);
    return 0;
}

/* At most len bytes; less only at the file's end. */
static ssize_t read_full(int fd, uint8_t *to, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(fd, to + got, len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

static int compare_bytes(int a, int b, bool *same)
{
    uint8_t *room = malloc((size_t)2 * ROOM);
    ssize_t n = 1;
    if (room == NULL)
        return -ENOMEM;
    *same = true;
    while (*same && n > 0) {
        n = read_full(a, room, ROOM);
        ssize_t m = n < 0 ? n : read_full(b, room + ROOM, ROOM);
        if (m < 0)
            n = m;
        *same = n < 0 || (n == m && memcmp(room, room + ROOM, (size_t)n) == 0);
    }
    free(room);
    return n < 0 ? (int)n : 0;
}

static int compare(int a, int b, bool bytes, bool *same)
{
    struct stat sta, stb;
    if (fstat(a, &sta) != 0 || fstat(b, &stb) != 0)
        return -errno;
    *same = sta.st_size == stb.st_size;
    return *same && bytes ? compare_bytes(a, b, same) : 0;
}

int weir_made_same(const char *path, const char *same, bool bytes,
                   struct weir_err *err)
{
    bool equal = false;
    int ret = 0;
    int a = open(path, O_RDONLY | O_CLOEXEC);
    if (a < 0)
        return weir_err_sys(err, -errno, "%s", path);
    int b = open(same, O_RDONLY | O_CLOEXEC);
    if (b < 0)
        ret = weir_err_sys(err, -errno, "%s", same);
    if (ret == 0) {
        ret = compare(a, b, bytes, &equal);
        if (ret != 0)
            (void)weir_err_sys(err, ret, "%s", path);
        close(b);
    }
    close(a);
    if (ret == 0 && !equal)
        ret =
            weir_err_set(err, -EBADMSG, "%s is not the same as %s", path, same);
    return ret;
}

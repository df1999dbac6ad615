#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/peers/bench.h"

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

int weir_peers_folder_remove(const char *path, struct weir_err *err)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ||
        errno == ENOENT)
        return 0;
    return weir_err_sys(err, -errno, "remove %s", path);
}

static int folder_make(struct weir_err *err, const char *path)
{
    return mkdir(path, 0755) == 0 ? 0 : weir_err_sys(err, -errno, "%s", path);
}

int weir_peers_folder_fresh(const struct weir_peers_bench *bench,
                            const struct weir_peer *peer, char *path,
                            struct weir_err *err)
{
    char inner[PATH_MAX];
    int n = snprintf(path, PATH_MAX, "%s/run", bench->folder);
    if (n < 0 || n > PATH_MAX - 64)
        return weir_err_set(err, -ENAMETOOLONG, "%.64s...", bench->folder);
    int ret = weir_peers_folder_remove(path, err);
    if (ret == 0)
        ret = folder_make(err, path);
    snprintf(inner, sizeof inner, "%.*s/" WEIR_PEER_OUT, n, path);
    if (ret == 0)
        ret = folder_make(err, inner);
    const size_t most = sizeof peer->folders / sizeof peer->folders[0];
    for (size_t i = 0; ret == 0 && i < most && peer->folders[i] != NULL; i++) {
        snprintf(inner, sizeof inner, "%.*s/" WEIR_PEER_OUT "/%.32s", n, path,
                 peer->folders[i]);
        ret = folder_make(err, inner);
    }
    return ret;
}

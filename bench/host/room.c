#include "bench/host/room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/err.h"
#include "base/memory.h"

/* Not in linux/magic.h of every system. */
#define XFS_MAGIC 0x58465342
#define ZFS_MAGIC 0x2fc12fc1

static const struct {
    uint32_t magic;
    const char *name;
} types[] = {
    {TMPFS_MAGIC, "tmpfs"},     {RAMFS_MAGIC, "ramfs"},
    {EXT4_SUPER_MAGIC, "ext4"}, /* and ext2, ext3 */
    {XFS_MAGIC, "xfs"},         {BTRFS_SUPER_MAGIC, "btrfs"},
    {F2FS_SUPER_MAGIC, "f2fs"}, {ZFS_MAGIC, "zfs"},
    {NFS_SUPER_MAGIC, "nfs"},   {OVERLAYFS_SUPER_MAGIC, "overlay"},
};

/* proc_pid_mountinfo(5): the mount's number is the first word; the type
 * follows the one word "-". */
bool weir_room_mount_type(char *out, size_t size, const char *line,
                          uint64_t mount)
{
    static const char mark[] = " - ";
    char *end = NULL;
    uint64_t number = strtoull(line, &end, 10);
    const char *type = strstr(line, mark);
    if (end == line || *end != ' ' || number != mount || type == NULL)
        return false;
    type += strlen(mark);
    snprintf(out, size, "%.*s", (int)strcspn(type, " \n"), type);
    return true;
}

/* What the kernel calls it, if it says so. */
static void ask_type(char *out, size_t size, const char *folder)
{
    struct statx about;
    char *line = NULL;
    size_t room = 0;
    if (statx(AT_FDCWD, folder, 0, STATX_MNT_ID, &about) != 0 ||
        (about.stx_mask & STATX_MNT_ID) == 0)
        return;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (file == NULL)
        return;
    while (getline(&line, &room, file) >= 0 &&
           !weir_room_mount_type(out, size, line, about.stx_mnt_id))
        continue;
    free(line);
    (void)fclose(file);
}

static void name_type(char *out, size_t size, const char *folder,
                      uint32_t magic)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].magic == magic) {
            snprintf(out, size, "%s", types[i].name);
            return;
        }
    snprintf(out, size, "0x%x", magic);
    ask_type(out, size, folder);
}

int weir_room_of(struct weir_room *out, const char *folder,
                 struct weir_err *err)
{
    struct statfs fs;
    struct stat st;
    if (stat(folder, &st) != 0)
        return weir_err_sys(err, -errno, "%s", folder);
    if (!S_ISDIR(st.st_mode))
        return weir_err_sys(err, -ENOTDIR, "%s", folder);
    if (statfs(folder, &fs) != 0)
        return weir_err_sys(err, -errno, "%s", folder);
    uint32_t magic = (uint32_t)fs.f_type;
    name_type(out->type, sizeof out->type, folder, magic);
    out->bytes = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize / 2;
    if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC) {
        uint64_t memory = weir_memory_available("");
        if (memory == UINT64_MAX)
            return weir_err_set(err, -ENODATA,
                                "%s: how much memory there is is not known",
                                folder);
        /* ramfs has no size of its own. */
        if (memory / 2 < out->bytes || magic == RAMFS_MAGIC)
            out->bytes = memory / 2;
    }
    return 0;
}

int64_t weir_room_fit(uint64_t room_bytes, int64_t duration_ns, double pps,
                      double frame_bytes)
{
    double fits_ns = (double)room_bytes / (pps * frame_bytes) * 1e9;
    return fits_ns < (double)duration_ns ? (int64_t)fits_ns : duration_ns;
}

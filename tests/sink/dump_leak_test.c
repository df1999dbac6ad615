/* Every way through a dump, with all memory and files home again: on a small
 * file system of our own, which fills up and then may not be written.
 *
 * A plain main: leaks fail it (a sanitizer's), and a name space of our own
 * asks for a process of one thread. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "sink/dump_impl.h"
#include "tests/check/check.h"
#include "tests/sink/frames.h"

static uint8_t data[1500];
static struct weir_guard guard = WEIR_GUARD_INIT;
static struct weir_dump dump;

/* Calls of the allocator by what is linked into this program. */
static unsigned allocations;

void *real_malloc(size_t bytes) __asm__("__real_malloc");
void *real_calloc(size_t n, size_t bytes) __asm__("__real_calloc");
void *real_realloc(void *old, size_t bytes) __asm__("__real_realloc");
void *wrap_malloc(size_t bytes) __asm__("__wrap_malloc");
void *wrap_calloc(size_t n, size_t bytes) __asm__("__wrap_calloc");
void *wrap_realloc(void *old, size_t bytes) __asm__("__wrap_realloc");

void *wrap_malloc(size_t bytes)
{
    allocations++;
    return real_malloc(bytes);
}

void *wrap_calloc(size_t n, size_t bytes)
{
    allocations++;
    return real_calloc(n, bytes);
}

void *wrap_realloc(void *old, size_t bytes)
{
    allocations++;
    return real_realloc(old, bytes);
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ok;
}

/* It goes away with this process. */
static bool mount_small(void)
{
    char users[32];
    char groups[32];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", users) &&
           write_text("/proc/self/gid_map", groups) &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("weir", test_dir(), "tmpfs", 0, "size=64k") == 0;
}

static uint32_t frames_in(const char *path)
{
    struct test_file file;
    if (!test_file_read(&file, path))
        return 0;
    const uint32_t n = file.records_count;
    test_file_free(&file);
    return n;
}

static void fill(const char *path, enum weir_format format, uint32_t frames,
                 int code)
{
    const struct weir_dump_config config = {.format = format, .sync = true};
    struct weir_err err = {""};
    uint64_t written = 0;
    int rc = weir_dump_open(&dump, path, &config, &err);
    check(rc == 0, err.text);
    if (rc != 0)
        return;
    const unsigned before = allocations;
    for (uint32_t i = 0; rc == 0 && i < frames; i++)
        rc = weir_dump_bytes(&dump, data, i % sizeof data, NULL, &err);
    check(rc == 0, "the buffer has room for all");
    check(weir_dump_flush(&dump, &err) == code, err.text);
    check(code == 0 || strstr(err.text, ": No space left on device") != NULL,
          err.text);
    check(weir_dump_close(&dump, &err) == code, err.text);
    check(allocations == before, "nothing is allocated after open");
    check(weir_dump_count(&dump, NULL, &written, NULL) == 0, "count");
    check(frames_in(path) == written, "what was written is there");
    check(written > 20 && (code == 0) == (written == frames), "not all is");
    remove(path);
}

static void read_only(const char *path)
{
    struct weir_err err = {""};
    if (mount("weir", test_dir(), "tmpfs", MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        printf("SKIPPED: a folder that may not be written\n");
        return;
    }
    check(weir_dump_open(&dump, path, NULL, &err) == -EROFS, err.text);
    check(weir_dump_close(&dump, NULL) == 0, "not open");
}

int main(void)
{
    struct weir_ifaces *ifaces = test_ifaces(1, 0);
    const struct weir_dump_owner owner = {.guard = &guard, .ifaces = ifaces};
    weir_dump_init(&dump, &owner);
    test_dir();
    const bool small = mount_small();
    if (!small)
        printf("SKIPPED: a full disk, no tmpfs may be mounted here\n");
    const unsigned open_before = check_files_open();
    for (int f = WEIR_FORMAT_PCAP; f <= WEIR_FORMAT_PCAPNG; f++) {
        fill(test_path("x"), (enum weir_format)f, 100, 0);
        if (small)
            fill(test_path("x"), (enum weir_format)f, 600, -ENOSPC);
    }
    check(weir_dump_open(&dump, test_path("no/x"), NULL, NULL) < 0,
          "no folder");
    check(weir_dump_open(&dump, test_path("x"), NULL, NULL) == 0, "open");
    check(weir_dump_open(&dump, test_path("y"), NULL, NULL) == -EBUSY, "twice");
    check(weir_dump_fini(&dump, NULL) == 0, "closed by its handle");
    check(weir_dump_fini(&dump, NULL) == 0, "twice");
    if (small)
        read_only(test_path("z"));
    check(check_files_open() == open_before, "no file is left open");
    free(ifaces);
    if (!small)
        test_dir_remove();
    return check_end();
}

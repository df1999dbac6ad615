/* A disk that fills up, and all memory home again: a recording into a small
 * file system of our own, for every format, with and without rotation.
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

#include "base/err.h"
#include "sink/file_sink.h"
#include "tests/check/check.h"
#include "tests/sink/frames.h"

#define FRAMES 600

static uint8_t data[256];
static struct weir_frame frames[FRAMES];
static struct weir_ifaces *ifaces;

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

/* What the files of a run hold together: the first frames of the recording,
 * each once, in order. */
static uint32_t frames_on_disk(void)
{
    static char names[TEST_NAMES_MAX][256];
    uint32_t n = test_names(names, TEST_NAMES_MAX);
    uint32_t total = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct test_file file;
        if (!test_file_read(&file, test_path(names[i])))
            continue;
        for (uint32_t k = 0; k < file.records_count; k++, total++)
            if (file.records[k].time_ns != frames[total].time_ns ||
                file.records[k].caplen != frames[total].caplen)
                check(false, "a frame is not in its place");
        test_file_free(&file);
        remove(test_path(names[i]));
    }
    return total;
}

/* Writes all frames, or until an error, whose code it returns. */
static int record(struct weir_sink *sink, enum weir_format format,
                  uint32_t *total, struct weir_err *err)
{
    unsigned inside = 0;
    int rc = 0;
    *total = 0;
    for (uint32_t i = 0; rc == 0 && i < FRAMES; i += 30) {
        struct weir_batch *batch = test_batch(format, ifaces, frames + i, 30);
        uint32_t taken = 0;
        unsigned before = allocations;
        rc = sink->ops->write(sink, batch, 30, &taken, err);
        inside += allocations - before;
        *total += taken;
        test_batch_free(batch);
    }
    unsigned before = allocations;
    int finished = sink->ops->finish(sink, NULL);
    inside += allocations - before;
    sink->ops->close(sink);
    check(finished == 0, "an error is told once");
    check(inside == 0, "nothing is allocated after open");
    return rc;
}

static void fill(struct weir_file_sink_config config, int code)
{
    struct weir_sink *sink = NULL;
    struct weir_err err = {""};
    int rc = weir_file_sink_open(&sink, &config, &err);
    check(rc == 0, err.text);
    if (rc != 0)
        return;
    uint32_t total;
    rc = record(sink, config.format, &total, &err);
    check(rc == code, err.text);
    check(code == 0 || strstr(err.text, ": No space left on device") != NULL,
          err.text);
    check(frames_on_disk() == total, "what was taken is on the disk");
    check(code == 0 ? total == FRAMES : total > 200 && total < FRAMES,
          "as many as there is room for");
}

int main(void)
{
    ifaces = test_ifaces(1, 0);
    for (uint32_t i = 0; i < FRAMES; i++)
        frames[i] = (struct weir_frame){
            .data = data,
            .time_ns = INT64_C(1700000000000000000) + i * INT64_C(1000000),
            .caplen = i % 256,
            .len = i % 256,
        };
    test_dir();
    bool small = mount_small();
    if (!small)
        printf("SKIPPED: a full disk, no tmpfs may be mounted here\n");
    for (int format = WEIR_FORMAT_PCAP; format <= WEIR_FORMAT_PCAPNG;
         format++) {
        struct weir_file_sink_config config = {
            .path = test_path("out"),
            .format = (enum weir_format)format,
            .ifaces = ifaces,
        };
        fill(config, small ? -ENOSPC : 0);
        config.path = test_path("out");
        config.naming = WEIR_NAMING_NUMBER_TIME;
        config.limits.file_packets = 70;
        fill(config, small ? -ENOSPC : 0);
        /* Their names sort in the order of the files only while these are
         * few, as on the small disk. */
        if (!small)
            continue;
        config.path = test_path("out");
        config.naming = WEIR_NAMING_STRFTIME_NUMBER;
        config.limits.file_bytes = 9000;
        config.limits.duration_ns = 100000000;
        fill(config, small ? -ENOSPC : 0);
    }
    free(ifaces);
    if (!small)
        test_dir_remove();
    return check_end();
}

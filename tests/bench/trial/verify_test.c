#include <criterion/criterion.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/trial/verify.h"
#include "tests/bench/trial/marked.h"

#define MAGIC_US UINT32_C(0xa1b2c3d4)
#define MAGIC_NS UINT32_C(0xa1b23c4d)
#define EPB      6
#define SPB      3
#define PB       2

/* What verify says of the first `size` bytes of a file. */
static struct weir_verify_counts counts_cut(const struct marked_file *file,
                                            size_t size, uint64_t frames_max)
{
    char path[64];
    struct weir_verify *verify = NULL;
    struct weir_err err = {0};
    const int fd = memfd_create("recording", MFD_CLOEXEC);
    cr_assert(fd >= 0 && write(fd, file->bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    cr_assert_eq(weir_verify_open(&verify, frames_max, &err), 0);
    cr_assert_eq(weir_verify_file(verify, path, &err), 0, "%s", err.text);
    const struct weir_verify_counts counts = weir_verify_counts(verify);
    weir_verify_close(verify);
    cr_assert_eq(close(fd), 0);
    cr_expect_eq(counts.bytes, size);
    cr_expect_eq(counts.frames, counts.distinct + counts.repeated +
                                    counts.beyond + counts.foreign);
    return counts;
}

static struct weir_verify_counts counts_of(const struct marked_file *file,
                                           uint64_t frames_max)
{
    return counts_cut(file, file->used, frames_max);
}

/* A whole file of n distinct frames and nothing else. */
static void expect_clean(const struct marked_file *file, uint64_t n)
{
    const struct weir_verify_counts c = counts_of(file, n);
    cr_expect_eq(c.frames, n, "%lu", c.frames);
    cr_expect_eq(c.distinct, n, "%lu", c.distinct);
    cr_expect_eq(c.misplaced + c.torn + c.unknown, 0);
}

static void add_pcap(struct marked_file *file, uint32_t len, int tags, int ip,
                     uint64_t number)
{
    static uint8_t frame[9100];
    (void)marked_frame(frame, len, tags, ip, number);
    marked_pcap_frame(file, frame, len);
}

static void add_ng(struct marked_file *file, uint32_t type, uint32_t len,
                   uint64_t number)
{
    static uint8_t frame[9100];
    (void)marked_frame(frame, len, 0, 4, number);
    marked_ng_frame(file, type, frame, len);
}

Test(verify, pcap_of_both_byte_orders_and_resolutions)
{
    for (int i = 0; i < 4; i++) {
        struct marked_file *file = marked_file_new(i & 1);
        marked_pcap_header(file, (i & 2) != 0 ? MAGIC_NS : MAGIC_US);
        for (uint64_t n = 0; n < 1000; n++)
            add_pcap(file, 60, 0, 4, n);
        expect_clean(file, 1000);
        free(file);
    }
}

/* Sizes and layers that the generator knows, over several reads. */
Test(verify, frames_of_all_kinds)
{
    struct marked_file *file = marked_file_new(false);
    marked_pcap_header(file, MAGIC_US);
    for (uint64_t n = 0; n < 1500; n++)
        add_pcap(file, 100 + (uint32_t)(n * 37 % 8915), (int)(n % 5),
                 n % 2 == 0 ? 4 : 6, n);
    cr_assert_gt(file->used, 4 << 20);
    expect_clean(file, 1500);
    free(file);
}

Test(verify, pcapng_with_all_that_may_lie_between)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct marked_file *file = marked_file_new(swapped);
        marked_ng_section(file);
        add_ng(file, EPB, 60, 0);
        marked_ng_block(file, 5, 12);      /* statistics */
        marked_ng_block(file, 0xbad, 40);  /* custom */
        marked_ng_block(file, 4, 3 << 20); /* greater than a read */
        add_ng(file, SPB, 61, 1);
        add_ng(file, PB, 63, 2);
        file->swapped = !file->swapped;
        marked_ng_section(file);
        for (uint64_t n = 3; n < 1000; n++)
            add_ng(file, EPB, 60 + (uint32_t)n, n);
        expect_clean(file, 1000);
        free(file);
    }
}

Test(verify, blocks_of_a_ring)
{
    struct marked_file *file = marked_file_new(false);
    marked_block(file, 0, 6000, 60);
    marked_block(file, 6000, 0, 60);
    marked_block(file, 6000, 100, 9014);
    marked_block(file, 6100, 1, 1514);
    expect_clean(file, 6101);
    free(file);
}

Test(verify, what_is_wrong_is_counted)
{
    struct marked_file *file = marked_file_new(false);
    static const uint64_t numbers[] = {0, 2, 1, 2, 5, 5, 99, 100, 3};
    uint8_t foreign[60] = {0};
    marked_pcap_header(file, MAGIC_US);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        add_pcap(file, 60, 0, 4, numbers[i]);
    marked_pcap_frame(file, foreign, 60);
    marked_pcap_frame(file, foreign, 0);
    const struct weir_verify_counts c = counts_of(file, 100);
    cr_expect_eq(c.frames, 11);
    cr_expect_eq(c.distinct, 6); /* 0 1 2 3 5 99 */
    cr_expect_eq(c.repeated, 2);
    cr_expect_eq(c.beyond, 1);
    cr_expect_eq(c.foreign, 2);
    cr_expect_eq(c.misplaced, 2); /* 1 and 3 */
    cr_expect_eq(c.torn, 0);
    free(file);
}

Test(verify, no_number_is_ours_without_room)
{
    struct marked_file *file = marked_file_new(false);
    marked_pcap_header(file, MAGIC_US);
    add_pcap(file, 60, 0, 4, 0);
    add_pcap(file, 60, 0, 4, UINT64_MAX);
    const struct weir_verify_counts c = counts_of(file, 0);
    cr_expect_eq(c.beyond, 2);
    cr_expect_eq(c.distinct, 0);
    free(file);
}

/* Cut at each byte: whole records count, and a cut that is not between two
 * of them is told. */
static void expect_cuts(const struct marked_file *file, const size_t *ends,
                        size_t n)
{
    for (size_t size = 0; size <= file->used; size++) {
        const struct weir_verify_counts c = counts_cut(file, size, 100);
        uint64_t whole = 0;
        bool between = false;
        for (size_t i = 0; i < n; i++) {
            whole += i > 0 && size >= ends[i];
            between = between || size == ends[i];
        }
        cr_assert_eq(c.frames, whole, "%zu", size);
        cr_assert_eq(c.distinct, whole, "%zu", size);
        cr_assert_eq(c.torn, between ? 0 : 1, "%zu", size);
        cr_assert_eq(c.unknown, 0, "%zu", size);
    }
}

Test(verify, torn_tails)
{
    size_t ends[4];
    struct marked_file *pcap = marked_file_new(true);
    marked_pcap_header(pcap, MAGIC_NS);
    ends[0] = pcap->used;
    for (uint64_t n = 0; n < 3; n++) {
        add_pcap(pcap, 81 + (uint32_t)n, 0, 6, n);
        ends[n + 1] = pcap->used;
    }
    expect_cuts(pcap, ends, 4);
    free(pcap);
}

Test(verify, torn_tails_of_pcapng)
{
    size_t ends[5];
    struct marked_file *file = marked_file_new(false);
    marked_ng_section(file);
    ends[0] = file->used;
    for (uint64_t n = 0; n < 3; n++) {
        add_ng(file, EPB, 61, n);
        ends[n + 1] = file->used;
    }
    /* Between its two blocks the section's part is whole, too. */
    for (size_t size = 0; size <= file->used; size++) {
        const struct weir_verify_counts c = counts_cut(file, size, 100);
        bool between = size == 28;
        uint64_t whole = 0;
        for (size_t i = 0; i < 4; i++) {
            whole += i > 0 && size >= ends[i];
            between = between || size == ends[i];
        }
        cr_assert_eq(c.distinct, whole, "%zu", size);
        cr_assert_eq(c.torn, between ? 0 : 1, "%zu", size);
    }
    free(file);
}

Test(verify, torn_blocks)
{
    struct marked_file *file = marked_file_new(false);
    marked_block(file, 0, 10, 60);
    marked_block(file, 10, 10, 60);
    struct weir_verify_counts c = counts_cut(file, file->used - 1, 20);
    cr_expect(c.distinct == 10 && c.torn == 1);
    c = counts_cut(file, 1000, 20);
    cr_expect(c.distinct == 0 && c.torn == 1);
    /* A second block that nobody has filled: zeros of a preallocation. */
    memset(file->bytes + ((size_t)1 << 20), 0, (size_t)1 << 20);
    c = counts_of(file, 20);
    cr_expect(c.distinct == 10 && c.torn == 1);
    free(file);
}

/* Numbers that lie, in an otherwise good file. */
Test(verify, damaged_records_end_the_file)
{
    struct marked_file *file = marked_file_new(false);
    const uint32_t huge = UINT32_MAX;
    const uint32_t three = 3;
    marked_pcap_header(file, MAGIC_US);
    add_pcap(file, 60, 0, 4, 0);
    size_t second = file->used;
    add_pcap(file, 60, 0, 4, 1);
    memcpy(file->bytes + second + 8, &huge, 4);
    struct weir_verify_counts c = counts_of(file, 10);
    cr_expect(c.distinct == 1 && c.torn == 1);

    file->used = 0;
    marked_ng_section(file);
    add_ng(file, EPB, 60, 0);
    second = file->used;
    add_ng(file, EPB, 60, 1);
    add_ng(file, EPB, 60, 2);
    const uint32_t good[2] = {6, 104};
    static const uint32_t at[] = {4, 4, 4, 20, 100};
    const uint32_t values[] = {0, huge, three, huge, 0};
    for (size_t i = 0; i < 5; i++) {
        uint32_t kept;
        cr_assert_eq(memcmp(file->bytes + second, good, 8), 0);
        memcpy(&kept, file->bytes + second + at[i], 4);
        memcpy(file->bytes + second + at[i], &values[i], 4);
        c = counts_of(file, 10);
        cr_expect(c.distinct == 1 && c.torn == 1, "%zu", i);
        memcpy(file->bytes + second + at[i], &kept, 4);
    }
    expect_clean(file, 3);
    free(file);
}

static void set_32(struct marked_file *file, size_t at, uint32_t value)
{
    memcpy(file->bytes + at, &value, 4);
}

Test(verify, damaged_blocks_end_the_file)
{
    /* Offsets of num_pkts, the first frame's place, its next one and its
     * length. */
    static const struct {
        size_t at;
        uint32_t value;
        uint64_t distinct;
    } cases[] = {
        {12, 11, 10},        {16, (1 << 20) - 8, 0},
        {16, 1 << 20, 0},    {48, 0, 1},
        {48, 16, 1},         {48, 1 << 20, 1},
        {48, UINT32_MAX, 1}, {60, UINT32_MAX, 0},
        {60, 1 << 20, 0},
    };
    struct marked_file *file = marked_file_new(false);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file->used = 0;
        memset(file->bytes, 0, (size_t)2 << 20);
        marked_block(file, 0, 10, 60);
        marked_block(file, 10, 10, 60);
        set_32(file, cases[i].at, cases[i].value);
        const struct weir_verify_counts c = counts_of(file, 20);
        cr_expect_eq(c.distinct, cases[i].distinct, "%zu: %lu", i, c.distinct);
        cr_expect_eq(c.torn, 1, "%zu", i);
    }
    free(file);
}

Test(verify, other_files_are_unknown)
{
    struct marked_file *file = marked_file_new(false);
    memset(file->bytes, 'x', 5000);
    for (size_t size = 4; size <= 5000; size += 833) {
        const struct weir_verify_counts c = counts_cut(file, size, 10);
        cr_expect(c.unknown == 1 && c.torn == 0 && c.frames == 0);
    }
    const struct weir_verify_counts c = counts_cut(file, 3, 10);
    cr_expect(c.torn == 1);
    free(file);
}

static const char *folder(void)
{
    static char path[PATH_MAX];
    const char *top = getenv("TEST_TMPDIR");
    snprintf(path, sizeof path, "%s/verify.XXXXXX", top != NULL ? top : "/tmp");
    cr_assert_not_null(mkdtemp(path));
    return path;
}

static void store(const char *path, const struct marked_file *file)
{
    FILE *out = fopen(path, "we");
    cr_assert_not_null(out, "%s", path);
    cr_assert_eq(fwrite(file->bytes, 1, file->used, out), file->used);
    cr_assert_eq(fclose(out), 0);
}

/* Each file is in order by itself; links and what is no file are passed. */
Test(verify, a_folder_and_the_folders_in_it)
{
    char path[PATH_MAX + 64];
    const char *top = folder();
    struct weir_verify *verify = NULL;
    struct weir_err err = {0};
    struct marked_file *file = marked_file_new(false);
    marked_pcap_header(file, MAGIC_US);
    add_pcap(file, 60, 0, 4, 7);
    snprintf(path, sizeof path, "%s/a.pcap", top);
    store(path, file);
    file->used = 0;
    marked_ng_section(file);
    add_ng(file, EPB, 60, 3);
    snprintf(path, sizeof path, "%s/sub", top);
    cr_assert_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/sub/.b.pcapng", top);
    store(path, file);
    snprintf(path, sizeof path, "%s/link", top);
    cr_assert_eq(symlink("a.pcap", path), 0);
    snprintf(path, sizeof path, "%s/fifo", top);
    cr_assert_eq(mkfifo(path, 0600), 0);
    memset(file->bytes, 'i', file->used);
    snprintf(path, sizeof path, "%s/index", top);
    store(path, file);

    cr_assert_eq(weir_verify_open(&verify, 10, NULL), 0);
    cr_assert_eq(weir_verify_folder(verify, top, &err), 0, "%s", err.text);
    const struct weir_verify_counts c = weir_verify_counts(verify);
    cr_expect(c.frames == 2 && c.distinct == 2 && c.unknown == 1);
    cr_expect(c.misplaced == 0 && c.torn == 0);
    weir_verify_close(verify);
    free(file);
    static const char *const names[] = {
        "a.pcap", "link", "fifo", "index", "sub/.b.pcapng", "sub", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", top, names[i]);
        cr_expect_eq(remove(path), 0, "%s", path);
    }
}

Test(verify, what_cannot_be_read_is_named)
{
    struct weir_verify *verify = NULL;
    struct weir_err err;
    cr_expect_eq(weir_verify_open(&verify, UINT64_MAX, &err), -EINVAL);
    cr_assert_eq(weir_verify_open(&verify, 10, &err), 0);
    cr_expect_eq(weir_verify_file(verify, "/no/such", &err), -ENOENT);
    cr_expect_str_eq(err.text, "/no/such: No such file or directory");
    cr_expect_eq(weir_verify_folder(verify, "/no/such", &err), -ENOENT);
    cr_expect_str_eq(err.text, "/no/such: No such file or directory");
    cr_expect_eq(weir_verify_file(verify, "/dev/null", &err), -EINVAL);
    cr_expect_str_eq(err.text, "/dev/null: not a regular file");
    /* Readable to nobody, and yet a regular file. */
    cr_expect_eq(weir_verify_file(verify, "/proc/self/mem", &err), -EIO);
    weir_verify_close(verify);
    weir_verify_close(NULL);
}

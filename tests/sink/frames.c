#include "tests/sink/frames.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcap.h"
#include "base/pcapng.h"
#include "ring/iface.h"

#define CHECK(cond) ((cond) ? (void)0 : check_failed(#cond, __FILE__, __LINE__))

static void check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

struct weir_batch *test_batch_with(enum weir_format format,
                                   const struct weir_ifaces *ifaces,
                                   const struct weir_frame *frames, uint32_t n,
                                   uint32_t spare)
{
    struct weir_batch *batch = calloc(1, sizeof *batch);
    CHECK(batch != NULL);
    uint32_t capacity = 0;
    batch->time_min_ns = INT64_MAX;
    batch->time_max_ns = INT64_MIN;
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_frame *f = &frames[i];
        capacity += f->caplen + 48;
        batch->passed_bytes += f->len;
        if (f->flags & WEIR_FRAME_NO_TIME)
            continue;
        if (f->time_ns < batch->time_min_ns)
            batch->time_min_ns = f->time_ns;
        if (f->time_ns > batch->time_max_ns)
            batch->time_max_ns = f->time_ns;
    }
    batch->passed = n;
    batch->ifaces = ifaces;
    batch->ifaces_count = weir_ifaces_count(ifaces);
    uint8_t *room = malloc(capacity > 0 ? capacity : 1);
    CHECK(room != NULL);
    struct weir_chunk chunk = {.buf = room, .capacity = capacity};
    weir_encode(format, ifaces, &chunk, frames, n);
    /* To the byte, so that nobody reads behind it unseen. */
    batch->chunk = chunk;
    void *buf = NULL;
    CHECK(posix_memalign(&buf, WEIR_LEASE_ALIGN, chunk.len + spare) == 0);
    batch->chunk.buf = buf;
    memcpy(batch->chunk.buf, room, chunk.len);
    batch->chunk.bytes = batch->chunk.buf;
    batch->chunk.capacity = chunk.len + spare;
    free(room);
    return batch;
}

struct weir_batch *test_batch(enum weir_format format,
                              const struct weir_ifaces *ifaces,
                              const struct weir_frame *frames, uint32_t n)
{
    return test_batch_with(format, ifaces, frames, n, 0);
}

void test_batch_free(struct weir_batch *batch)
{
    free(batch->chunk.buf);
    free(batch);
}

struct weir_ifaces *test_ifaces(uint32_t n, uint32_t snaplen)
{
    struct weir_ifaces *ifaces = calloc(1, sizeof *ifaces);
    CHECK(ifaces != NULL);
    for (uint32_t i = 0; i < n; i++) {
        struct weir_iface iface = {.linktype = 1, .snaplen = snaplen};
        snprintf(iface.name, sizeof iface.name, "if%u", i);
        CHECK(weir_ifaces_add(ifaces, &iface) == (int)i);
    }
    return ifaces;
}

static struct test_record *add_record(struct test_file *file)
{
    uint32_t n = file->records_count;
    /* Room is doubled when it is full. */
    if ((n & (n - 1)) == 0)
        file->records = realloc(file->records, (n > 0 ? 2 * (size_t)n : 1) *
                                                   sizeof *file->records);
    CHECK(file->records != NULL);
    struct test_record *r = &file->records[file->records_count++];
    *r = (struct test_record){0};
    return r;
}

static void parse_pcap(struct test_file *file)
{
    CHECK(file->size >= 24);
    CHECK(weir_load_16(file->bytes + 4) == 2);
    CHECK(weir_load_16(file->bytes + 6) == 4);
    CHECK(weir_load_64(file->bytes + 8) == 0);
    file->snaplen = weir_load_32(file->bytes + 16);
    file->network = weir_load_32(file->bytes + 20);
    uint64_t at = 24;
    while (at < file->size) {
        CHECK(file->size - at >= 16);
        const uint8_t *p = file->bytes + at;
        int64_t unit = file->magic == WEIR_PCAP_MAGIC_NS ? 1 : 1000;
        struct test_record *r = add_record(file);
        r->offset = at;
        r->time_ns = (int64_t)weir_load_32(p) * 1000000000 +
                     (int64_t)weir_load_32(p + 4) * unit;
        r->caplen = weir_load_32(p + 8);
        r->len = weir_load_32(p + 12);
        r->data = p + 16;
        r->bytes = 16 + r->caplen;
        at += r->bytes;
        CHECK(at <= file->size);
    }
}

/* Copies option `code` out of a block's options; returns its length, or
 * UINT32_MAX. */
static uint32_t option(const uint8_t *at, const uint8_t *end, uint16_t code,
                       void *to, uint32_t max)
{
    while (end - at >= 4) {
        uint32_t len = weir_load_16(at + 2);
        uint32_t padded = (len + 3) & ~3U;
        CHECK(end - at >= (ptrdiff_t)(4 + padded));
        for (uint32_t i = len; i < padded; i++)
            CHECK(at[4 + i] == 0);
        if (weir_load_16(at) == 0) {
            CHECK(len == 0 && end - at == 4);
            return UINT32_MAX;
        }
        if (weir_load_16(at) == code) {
            memcpy(to, at + 4, len < max ? len : max);
            return len;
        }
        at += 4 + padded;
    }
    CHECK(at == end);
    return UINT32_MAX;
}

static void parse_isb(struct test_file *file, const uint8_t *p, uint32_t total)
{
    CHECK(weir_load_32(p + 8) == file->trailers);
    CHECK(file->trailers < file->ifaces);
    file->trailers++;
    const uint8_t *end = p + total - 4;
    if (option(p + 20, end, 8, &file->usrdeliv, 8) == UINT32_MAX)
        file->usrdeliv = UINT64_MAX;
    if (option(p + 20, end, 7, &file->osdrop, 8) == UINT32_MAX)
        file->osdrop = UINT64_MAX;
    if (option(p + 20, end, 4, &file->ifrecv, 8) == UINT32_MAX)
        file->ifrecv = UINT64_MAX;
    uint32_t iface = weir_load_32(p + 8);
    CHECK(iface == file->trailers - 1);
    if (iface < 4) {
        file->own[iface].usrdeliv = file->usrdeliv;
        file->own[iface].osdrop = file->osdrop;
    }
}

static void parse_idb(struct test_file *file, const uint8_t *p, uint32_t total)
{
    const uint8_t *end = p + total - 4;
    uint8_t resolution = 6;
    CHECK(option(p + 16, end, 9, &resolution, 1) == 1);
    CHECK(resolution == 9);
    if (file->ifaces++ > 0)
        return;
    file->snaplen = weir_load_32(p + 12);
    file->network = weir_load_16(p + 8);
    option(p + 16, end, 2, file->name, sizeof file->name - 1);
    char filter[64] = "";
    if (option(p + 16, end, 11, filter, sizeof filter - 1) != UINT32_MAX) {
        CHECK(filter[0] == 0);
        memcpy(file->filter, filter + 1, sizeof filter - 1);
    }
}

static void parse_epb(struct test_file *file, const uint8_t *p, uint32_t total)
{
    struct test_record *r = add_record(file);
    r->iface = weir_load_32(p + 8);
    r->time_ns =
        (int64_t)((uint64_t)weir_load_32(p + 12) << 32 | weir_load_32(p + 16));
    r->caplen = weir_load_32(p + 20);
    r->len = weir_load_32(p + 24);
    r->data = p + 28;
    uint32_t padded = (r->caplen + 3) & ~3U;
    CHECK(total >= 32 + padded);
    for (uint32_t i = r->caplen; i < padded; i++)
        CHECK(r->data[i] == 0);
    option(r->data + padded, p + total - 4, 2, &r->flags, 4);
    option(r->data + padded, p + total - 4, 4, &r->dropcount, 8);
    CHECK(r->iface < file->ifaces);
}

static void parse_spb(struct test_file *file, const uint8_t *p, uint32_t total)
{
    struct test_record *r = add_record(file);
    r->simple = true;
    r->len = weir_load_32(p + 8);
    r->caplen = r->len;
    if (file->snaplen != 0 && file->snaplen < r->len)
        r->caplen = file->snaplen;
    r->data = p + 12;
    CHECK(total == 16 + ((r->caplen + 3) & ~3U));
    CHECK(file->ifaces > 0);
}

/* Behind it there are statistics and paddings only. */
static bool is_trailer(const struct test_file *file, uint64_t at)
{
    while (at < file->size) {
        uint32_t type = weir_load_32(file->bytes + at);
        if (type != WEIR_PCAPNG_ISB && type != WEIR_PCAPNG_LOCAL)
            return false;
        at += weir_load_32(file->bytes + at + 4);
    }
    return true;
}

static void parse_pcapng(struct test_file *file)
{
    uint64_t at = 0;
    file->pcapng = true;
    file->usrdeliv = UINT64_MAX;
    while (at < file->size) {
        CHECK(file->size - at >= 12);
        const uint8_t *p = file->bytes + at;
        uint32_t total = weir_load_32(p + 4);
        CHECK(total >= 12 && total % 4 == 0 && total <= file->size - at);
        CHECK(weir_load_32(p + total - 4) == total);
        uint32_t type = weir_load_32(p);
        CHECK((type == WEIR_PCAPNG_SHB) == (at == 0));
        CHECK(file->trailers == 0 || type == WEIR_PCAPNG_ISB ||
              type == WEIR_PCAPNG_LOCAL);
        uint32_t count = file->records_count;
        if (type == WEIR_PCAPNG_SHB) {
            CHECK(weir_load_32(p + 8) == WEIR_PCAPNG_BYTE_ORDER_MAGIC);
            CHECK(weir_load_16(p + 12) == 1 && weir_load_16(p + 14) == 0);
            CHECK(weir_load_64(p + 16) == UINT64_MAX);
            const uint8_t *end = p + total - 4;
            option(p + 24, end, 3, file->os, sizeof file->os - 1);
            option(p + 24, end, 4, file->userappl, sizeof file->userappl - 1);
        } else if (type == WEIR_PCAPNG_IDB) {
            parse_idb(file, p, total);
        } else if (type == WEIR_PCAPNG_ISB) {
            if (is_trailer(file, at))
                parse_isb(file, p, total);
            else
                file->reports++;
        } else if (type == WEIR_PCAPNG_LOCAL) {
            CHECK(total >= 16 && weir_load_32(p + 8) == WEIR_PCAPNG_PEN);
            file->paddings++;
        } else if (type == WEIR_PCAPNG_EPB) {
            parse_epb(file, p, total);
        } else {
            CHECK(type == WEIR_PCAPNG_SPB);
            parse_spb(file, p, total);
        }
        if (file->records_count > count) {
            file->records[count].offset = at;
            file->records[count].bytes = total;
        }
        at += total;
    }
}

void test_file_parse(struct test_file *file, uint8_t *bytes, uint64_t size)
{
    *file = (struct test_file){.bytes = bytes, .size = size};
    CHECK(size >= 4);
    file->magic = weir_load_32(bytes);
    if (file->magic == WEIR_PCAPNG_SHB)
        parse_pcapng(file);
    else {
        CHECK(file->magic == WEIR_PCAP_MAGIC_US ||
              file->magic == WEIR_PCAP_MAGIC_NS);
        parse_pcap(file);
    }
}

bool test_file_read(struct test_file *file, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    uint8_t *bytes = malloc((size_t)st.st_size + 1);
    CHECK(bytes != NULL);
    CHECK(read(fd, bytes, (size_t)st.st_size + 1) == st.st_size);
    close(fd);
    test_file_parse(file, bytes, (uint64_t)st.st_size);
    return true;
}

void test_file_free(struct test_file *file)
{
    free(file->records);
    free(file->bytes);
    *file = (struct test_file){0};
}

static char dir[PATH_MAX];

const char *test_dir(void)
{
    if (dir[0] == '\0') {
        const char *base = getenv("TEST_TMPDIR");
        snprintf(dir, sizeof dir, "%.3000s/sinkXXXXXX",
                 base != NULL ? base : "/tmp");
        CHECK(mkdtemp(dir) != NULL);
    }
    return dir;
}

const char *test_path(const char *name)
{
    static char paths[8][PATH_MAX];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, PATH_MAX, "%.3500s/%.255s", test_dir(), name);
    return path;
}

static int by_name(const void *a, const void *b)
{
    return strverscmp(a, b); /* out-10 behind out-9 */
}

uint32_t test_names(char names[][256], uint32_t max)
{
    DIR *d = opendir(test_dir());
    CHECK(d != NULL);
    uint32_t n = 0;
    struct dirent *entry;
    while ((entry = readdir(d)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        CHECK(n < max);
        size_t bytes = strlen(entry->d_name) + 1;
        CHECK(bytes <= sizeof names[0]);
        memcpy(names[n++], entry->d_name, bytes);
    }
    closedir(d);
    qsort(names, n, 256, by_name);
    return n;
}

void test_dir_remove(void)
{
    if (dir[0] == '\0')
        return;
    static char names[TEST_NAMES_MAX][256];
    uint32_t n = test_names(names, TEST_NAMES_MAX);
    for (uint32_t i = 0; i < n; i++)
        CHECK(remove(test_path(names[i])) == 0);
    CHECK(rmdir(dir) == 0);
    dir[0] = '\0';
}

#include "base/pages.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SMALL ((size_t)4096)
#define HUGE  ((size_t)2 << 20)

/* linux/mman.h: the size's logarithm; the default size may be 1 GiB. */
#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB (21 << 26)
#endif

/* Since Linux 5.14. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Where nodes are numbered higher the policy stays the kernel's. */
#define NODES_MAX 1024

static size_t round_up(size_t bytes, size_t to)
{
    return (bytes + to - 1) / to * to;
}

/* Touches every page now: later there might be none. */
static int populate(uint8_t *base, size_t bytes)
{
    if (madvise(base, bytes, MADV_POPULATE_WRITE) == 0)
        return 0;
    if (errno != EINVAL)
        return -ENOMEM;
    memset(base, 0, bytes);
    return 0;
}

static int map_huge(struct weir_pages *out, size_t bytes)
{
    bytes = round_up(bytes, HUGE);
    void *map =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
    if (map == MAP_FAILED)
        return -ENOMEM;
    /* They may be set aside and yet not be ours to touch (cpusets): a touch
     * would be SIGBUS, this is an error. */
    if (madvise(map, bytes, MADV_POPULATE_WRITE) != 0) {
        munmap(map, bytes);
        return -ENOMEM;
    }
    *out = (struct weir_pages){
        .base = map, .bytes = bytes, .kind = WEIR_PAGES_HUGE};
    return 0;
}

/* Memory that begins where a huge page can. */
static uint8_t *map_aligned(size_t bytes)
{
    uint8_t *map = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    size_t before = (0 - (uintptr_t)map) % HUGE;
    if (before > 0)
        munmap(map, before);
    munmap(map + before + bytes, HUGE - before);
    return map + before;
}

/* "always [madvise] never": the system's choice is in brackets. */
static bool has_transparent(void)
{
    char text[64] = "";
    char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool read = fgets(text, sizeof text, file) != NULL;
    (void)fclose(file);
    return read && strstr(text, "[never]") == NULL;
}

static int map_small(struct weir_pages *out, size_t bytes)
{
    bytes = round_up(bytes, SMALL);
    uint8_t *base = map_aligned(bytes);
    if (base == NULL)
        return -ENOMEM;
    *out = (struct weir_pages){.base = base, .bytes = bytes};
    if (bytes >= HUGE && has_transparent() &&
        madvise(base, bytes, MADV_HUGEPAGE) == 0)
        out->kind = WEIR_PAGES_TRANSPARENT;
    if (populate(base, bytes) == 0)
        return 0;
    weir_pages_unmap(out);
    return -ENOMEM;
}

int weir_pages_map(struct weir_pages *out, size_t bytes)
{
    if (bytes >= HUGE && map_huge(out, bytes) == 0)
        return 0;
    return map_small(out, bytes);
}

void weir_pages_unmap(struct weir_pages *pages)
{
    if (pages->base != NULL)
        munmap(pages->base, pages->bytes);
    *pages = (struct weir_pages){0};
}

const char *weir_pages_text(enum weir_pages_kind kind)
{
    switch (kind) {
    case WEIR_PAGES_HUGE:
        return "huge pages";
    case WEIR_PAGES_TRANSPARENT:
        return "transparent huge pages";
    default:
        return "small pages";
    }
}

void weir_pages_prefer(int node)
{
    enum { BITS = 8 * sizeof(unsigned long) };
    unsigned long nodes[NODES_MAX / BITS] = {0};
    if (node < 0 || node >= NODES_MAX) {
        (void)syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
        return;
    }
    nodes[node / BITS] = 1UL << (node % BITS);
    /* A system without memory nodes refuses, and has nothing to prefer. */
    (void)syscall(SYS_set_mempolicy, MPOL_PREFERRED, nodes, NODES_MAX);
}

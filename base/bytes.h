#ifndef WEIR_BASE_BYTES_H
#define WEIR_BASE_BYTES_H

/* bytes: integers at any address, in either byte order.
 *
 * Every load and store is by memcpy, so no alignment is asked for; gcc and
 * clang make one instruction of each.
 * Threads   any. */

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t weir_load_be16(const void *from)
{
    uint16_t v;
    memcpy(&v, from, sizeof v);
    return be16toh(v);
}

static inline uint32_t weir_load_be32(const void *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return be32toh(v);
}

static inline uint16_t weir_load_le16(const void *from)
{
    uint16_t v;
    memcpy(&v, from, sizeof v);
    return le16toh(v);
}

static inline uint32_t weir_load_le32(const void *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return le32toh(v);
}

static inline uint64_t weir_load_le64(const void *from)
{
    uint64_t v;
    memcpy(&v, from, sizeof v);
    return le64toh(v);
}

/* weir_load_16, weir_load_32, weir_load_64: in the host's byte order. */
static inline uint16_t weir_load_16(const void *from)
{
    uint16_t v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline uint32_t weir_load_32(const void *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline uint64_t weir_load_64(const void *from)
{
    uint64_t v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void weir_store_16(void *to, uint16_t v)
{
    memcpy(to, &v, sizeof v);
}

static inline void weir_store_32(void *to, uint32_t v)
{
    memcpy(to, &v, sizeof v);
}

static inline void weir_store_64(void *to, uint64_t v)
{
    memcpy(to, &v, sizeof v);
}

#endif

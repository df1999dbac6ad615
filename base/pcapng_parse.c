#include "base/pcapng_parse.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"

#define IDB_OPTIONS       16 /* where they begin */
#define TSRESOL_DEFAULT   6
#define TSRESOL_BINARY    0x80
#define TSRESOL_NS        9
#define POW10_DIVISOR_MAX 19 /* 10^19 < 2^64 */

int weir_pcapng_section_parse(struct weir_pcapng_section *out,
                              const uint8_t *bytes)
{
    *out = (struct weir_pcapng_section){0};
    if (weir_load_32(bytes) != WEIR_PCAPNG_SHB)
        return -EINVAL;
    uint32_t magic = weir_load_32(bytes + 8);
    if (magic != WEIR_PCAPNG_BYTE_ORDER_MAGIC) {
        if (__builtin_bswap32(magic) != WEIR_PCAPNG_BYTE_ORDER_MAGIC)
            return -EINVAL;
        out->swapped = true;
    }
    out->version_major = weir_pcapng_load_16(out->swapped, bytes + 12);
    out->version_minor = weir_pcapng_load_16(out->swapped, bytes + 14);
    /* 1.2 is 1.0: draft-ietf-opsawg-pcapng, "Section Header Block". */
    if (out->version_major != 1 ||
        (out->version_minor != 0 && out->version_minor != 2))
        return -ENOTSUP;
    return 0;
}

static uint64_t pow10_of(unsigned n)
{
    uint64_t v = 1;
    while (n-- > 0)
        v *= 10;
    return v;
}

struct weir_pcapng_clock weir_pcapng_clock_make(uint8_t tsresol,
                                                int64_t offset_s)
{
    struct weir_pcapng_clock clock = {.offset_s = offset_s};
    unsigned n = tsresol & (TSRESOL_BINARY - 1u);
    if ((tsresol & TSRESOL_BINARY) != 0 && n > 0)
        clock.shift = (uint8_t)n;
    else if ((tsresol & TSRESOL_BINARY) != 0)
        clock.factor = (uint64_t)WEIR_NS_PER_S; /* 2^-0: seconds */
    else if (n <= TSRESOL_NS)
        clock.factor = pow10_of(TSRESOL_NS - n);
    else if (n - TSRESOL_NS <= POW10_DIVISOR_MAX)
        clock.divisor = pow10_of(n - TSRESOL_NS);
    /* Else both are 0: 2^64 such units are less than a nanosecond. */
    return clock;
}

int64_t weir_pcapng_clock_slow_ns(const struct weir_pcapng_clock *clock,
                                  uint64_t stamp)
{
    /* At most 2^64 * 2^30 and 2^63 * 2^30: no overflow in 128 bits. */
    __extension__ __int128 ns = 0;
    if (clock->shift != 0) {
        ns = stamp;
        ns = (ns * WEIR_NS_PER_S) >> clock->shift;
    } else if (clock->factor != 0) {
        ns = stamp;
        ns *= clock->factor;
    } else if (clock->divisor != 0) {
        ns = stamp / clock->divisor;
    }
    __extension__ __int128 offset = clock->offset_s;
    ns += offset * WEIR_NS_PER_S;
    if (ns > INT64_MAX)
        return INT64_MAX;
    if (ns < INT64_MIN)
        return INT64_MIN;
    return (int64_t)ns;
}

struct option {
    uint16_t code;
    uint16_t bytes;
    const uint8_t *value;
};

/* Takes the next option off the list.  Returns 1, 0 at the end of the list
 * (which needs no end mark), or -EINVAL if it is longer than what is left. */
static int option_next(bool swapped, const uint8_t **list, uint32_t *left,
                       struct option *out)
{
    if (*left < 4)
        return *left == 0 ? 0 : -EINVAL;
    out->code = weir_pcapng_load_16(swapped, *list);
    out->bytes = weir_pcapng_load_16(swapped, *list + 2);
    out->value = *list + 4;
    if (out->code == WEIR_PCAPNG_OPT_END)
        return 0;
    uint32_t padded = 4 + ((out->bytes + 3u) & ~3u);
    if (padded > *left)
        return -EINVAL;
    *list += padded;
    *left -= padded;
    return 1;
}

static void copy_name(char *out, const struct option *option)
{
    size_t n = 0;
    while (n < option->bytes && option->value[n] != '\0') {
        if (n == WEIR_PCAPNG_IFACE_NAME_MAX - 1) {
            /* Back to where a UTF-8 character begins. */
            while (n > 0 && (option->value[n] & 0xc0) == 0x80)
                n--;
            break;
        }
        uint8_t c = option->value[n];
        out[n++] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
    }
    memset(out + n, 0, WEIR_PCAPNG_IFACE_NAME_MAX - n);
}

static uint64_t load_64(bool swapped, const uint8_t *from)
{
    uint64_t v = weir_load_64(from);
    return swapped ? __builtin_bswap64(v) : v;
}

int weir_pcapng_iface_parse(struct weir_pcapng_iface *out, bool swapped,
                            const uint8_t *block, uint32_t bytes,
                            const char **why)
{
    *out = (struct weir_pcapng_iface){.tsresol = TSRESOL_DEFAULT};
    if (bytes < IDB_OPTIONS + 4) {
        *why = "it is too short";
        return -EINVAL;
    }
    out->linktype = weir_pcapng_load_16(swapped, block + 8);
    out->snaplen = weir_pcapng_load_32(swapped, block + 12);

    int64_t offset_s = 0;
    const uint8_t *list = block + IDB_OPTIONS;
    uint32_t left = bytes - 4 - IDB_OPTIONS;
    struct option option;
    int more;
    while ((more = option_next(swapped, &list, &left, &option)) == 1) {
        if (option.code == WEIR_PCAPNG_IF_NAME) {
            copy_name(out->name, &option);
        } else if (option.code == WEIR_PCAPNG_IF_TSRESOL) {
            if (option.bytes != 1) {
                *why = "its if_tsresol has a wrong length";
                return -EINVAL;
            }
            out->tsresol = option.value[0];
        } else if (option.code == WEIR_PCAPNG_IF_TSOFFSET) {
            if (option.bytes != 8) {
                *why = "its if_tsoffset has a wrong length";
                return -EINVAL;
            }
            offset_s = (int64_t)load_64(swapped, option.value);
        } else if (option.code == WEIR_PCAPNG_IF_FCSLEN && option.bytes == 1) {
            out->fcs_bytes = option.value[0];
        }
    }
    if (more < 0) {
        *why = "an option is longer than the block";
        return -EINVAL;
    }
    out->clock = weir_pcapng_clock_make(out->tsresol, offset_s);
    return 0;
}

uint32_t weir_pcapng_packet_flags(bool swapped, const uint8_t *options,
                                  uint32_t bytes)
{
    struct option option;
    while (option_next(swapped, &options, &bytes, &option) == 1)
        if (option.code == WEIR_PCAPNG_EPB_FLAGS && option.bytes == 4)
            return weir_pcapng_load_32(swapped, option.value);
    return 0;
}

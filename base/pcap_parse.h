#ifndef WEIR_BASE_PCAP_PARSE_H
#define WEIR_BASE_PCAP_PARSE_H

/* pcap_parse: what a classic capture file says, taken from its bytes.
 *
 * Read is what libpcap 1.10 reads (sf-pcap.c): both byte orders, stamps in
 * micro- or nanoseconds, versions 2.0 to 2.4 and 543.0 with their orders of
 * the two lengths, and the longer record headers of the "modified" format.
 *
 * Threads   any; pure functions of their arguments.
 * Units     bytes; nanoseconds since 1970.
 * Errors    nothing is trusted and nothing but the named bytes is read; a
 *           record's caplen is what the file says: the caller checks it. */

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/pcap.h"

/* How the records of a file lie. */
struct weir_pcap_form {
    bool swapped;         /* not in this machine's byte order */
    bool nanoseconds;     /* else microseconds */
    uint8_t header_bytes; /* of a record */
    uint8_t lengths;      /* enum weir_pcap_lengths */
};

/* Version 2.3 put caplen before len; some of its files still have them the
 * other way round, and then the first is the greater one. */
enum weir_pcap_lengths {
    WEIR_PCAP_LENGTHS_CAPLEN_FIRST,
    WEIR_PCAP_LENGTHS_LEN_FIRST,
    WEIR_PCAP_LENGTHS_SMALLER_FIRST,
};

struct weir_pcap_header {
    struct weir_pcap_form form;
    uint16_t version_major;
    uint16_t version_minor;
    uint32_t snaplen; /* as the file says: 0 and huge occur */
    uint16_t linktype;
    uint8_t fcs_bytes;
};

/* weir_pcap_is: the 4 bytes begin a pcap file. */
bool weir_pcap_is(const uint8_t *bytes);

/* weir_pcap_header_parse: reads WEIR_PCAP_FILE_HEADER_BYTES.  Returns 0,
 * -EINVAL (not a pcap file) or -ENOTSUP (*out has only the version). */
int weir_pcap_header_parse(struct weir_pcap_header *out, const uint8_t *bytes);

/* weir_pcap_caplen_max: what libpcap takes as a frame of this link type; a
 * longer one means a damaged file. */
uint32_t weir_pcap_caplen_max(uint16_t linktype);

struct weir_pcap_record {
    int64_t time_ns;
    uint32_t caplen;
    uint32_t len;
};

static inline uint32_t weir_pcap_load_32(const struct weir_pcap_form *form,
                                         const uint8_t *from)
{
    uint32_t v = weir_load_32(from);
    return form->swapped ? __builtin_bswap32(v) : v;
}

/* weir_pcap_lengths_parse: a record's two lengths; bytes is its header. */
static inline void weir_pcap_lengths_parse(const struct weir_pcap_form *form,
                                           const uint8_t *bytes,
                                           uint32_t *caplen, uint32_t *len)
{
    uint32_t first = weir_pcap_load_32(form, bytes + 8);
    uint32_t second = weir_pcap_load_32(form, bytes + 12);
    bool swap =
        form->lengths != WEIR_PCAP_LENGTHS_CAPLEN_FIRST &&
        (form->lengths == WEIR_PCAP_LENGTHS_LEN_FIRST || first > second);
    *caplen = swap ? second : first;
    *len = swap ? first : second;
}

/* weir_pcap_record_parse: all of a record's header; form->header_bytes are
 * readable.  Seconds count without a sign (they end in 2106), and a fraction
 * of more than a second is added as it is. */
static inline void weir_pcap_record_parse(const struct weir_pcap_form *form,
                                          const uint8_t *bytes,
                                          struct weir_pcap_record *out)
{
    weir_pcap_lengths_parse(form, bytes, &out->caplen, &out->len);
    int64_t fraction = weir_pcap_load_32(form, bytes + 4);
    out->time_ns = weir_pcap_load_32(form, bytes) * WEIR_NS_PER_S +
                   (form->nanoseconds ? fraction : fraction * WEIR_NS_PER_US);
}

#endif

#include "capture/synth_frame.h"

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

#define ETH_BYTES   14u
#define IPV4_BYTES  20u
#define IPV6_BYTES  40u
#define FLOW_BITS   24
#define FLOW_MASK   (WEIR_SYNTH_FLOWS_MAX - 1)
#define NUMBER_SIZE 8

static_assert(WEIR_SYNTH_FLOWS_MAX == 1u << FLOW_BITS, "flows have 24 bits");

struct l4_form {
    uint8_t protocol; /* IANA's number */
    uint8_t header;   /* bytes */
    uint8_t checksum; /* offset; 0: none */
    bool ipv6;
};

static const struct l4_form forms[SYNTH_TEMPLATES] = {
    [WEIR_SYNTH_UDP] = {17, 8, 6, false},
    [WEIR_SYNTH_TCP] = {6, 20, 16, false},
    [WEIR_SYNTH_ICMP] = {1, 8, 2, false},
    /* The common header, and a COOKIE ECHO chunk (RFC 9260, 3.3.11), which
     * may be as short as its header. */
    [WEIR_SYNTH_SCTP] = {132, 16, 0, false},
    [WEIR_SYNTH_UDP6] = {17, 8, 6, true},
    [WEIR_SYNTH_TCP6] = {6, 20, 16, true},
    [WEIR_SYNTH_ICMP6] = {58, 8, 2, true},
};

static_assert(ETH_BYTES + IPV6_BYTES + 20 + NUMBER_SIZE <= SYNTH_HEAD_BYTES,
              "what changes is in the head");

/* Of sixteen flows of a mix. */
static const uint8_t mix[16] = {
    WEIR_SYNTH_TCP,  WEIR_SYNTH_TCP,  WEIR_SYNTH_TCP,  WEIR_SYNTH_TCP,
    WEIR_SYNTH_TCP,  WEIR_SYNTH_TCP,  WEIR_SYNTH_UDP,  WEIR_SYNTH_UDP,
    WEIR_SYNTH_UDP,  WEIR_SYNTH_UDP,  WEIR_SYNTH_ICMP, WEIR_SYNTH_SCTP,
    WEIR_SYNTH_TCP6, WEIR_SYNTH_TCP6, WEIR_SYNTH_UDP6, WEIR_SYNTH_ICMP6,
};

static uint32_t headers(enum weir_synth_proto proto)
{
    const struct l4_form *form = &forms[proto];
    return ETH_BYTES + (form->ipv6 ? IPV6_BYTES : IPV4_BYTES) +
           (uint32_t)form->header;
}

uint32_t synth_size_min(enum weir_synth_proto proto)
{
    if (proto != WEIR_SYNTH_MIX)
        return headers(proto);
    uint32_t most = 0;
    for (unsigned i = 0; i < SYNTH_TEMPLATES; i++)
        if (headers((enum weir_synth_proto)i) > most)
            most = headers((enum weir_synth_proto)i);
    return most;
}

static uint64_t mix64(uint64_t x)
{
    x = (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 32;
}

/* The Internet checksum (RFC 1071) of words in the host's order is the same
 * number in the host's order. */
static uint32_t sum_words(const uint8_t *bytes, uint32_t n)
{
    uint32_t sum = 0;
    for (; n >= 2; n -= 2, bytes += 2)
        sum += weir_load_16(bytes);
    if (n == 1) {
        const uint8_t last[2] = {bytes[0], 0};
        sum += weir_load_16(last);
    }
    return sum;
}

static inline uint32_t sum_32(uint32_t v)
{
    return (v & 0xffff) + (v >> 16);
}

static inline uint16_t checksum_of(uint32_t sum)
{
    sum = sum_32(sum);
    return (uint16_t)~sum_32(sum);
}

static void put_be16(uint8_t *to, uint32_t v)
{
    weir_store_16(to, htobe16((uint16_t)v));
}

static void template_ip(struct synth_template *t, uint32_t ip_payload)
{
    const struct l4_form *form = &forms[t->proto];
    uint8_t *ip = t->bytes + ETH_BYTES;
    const uint8_t pseudo[2] = {0, form->protocol};
    uint8_t length[2];
    put_be16(length, ip_payload);
    t->l4_sum = (uint32_t)weir_load_16(pseudo) + weir_load_16(length);
    if (form->ipv6) {
        static const uint8_t prefix[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1};
        put_be16(t->bytes + 12, 0x86dd);
        ip[0] = 0x60;
        put_be16(ip + 4, ip_payload);
        ip[6] = form->protocol;
        ip[7] = 64;
        memcpy(ip + 8, prefix, sizeof prefix);
        memcpy(ip + 24, prefix, sizeof prefix);
        ip[24 + 7] = 2;
        t->l4_sum += sum_words(ip + 8, 32);
        return;
    }
    put_be16(t->bytes + 12, 0x0800);
    ip[0] = 0x45;
    put_be16(ip + 2, IPV4_BYTES + ip_payload);
    ip[8] = 64;
    ip[9] = form->protocol;
    t->ip_sum = sum_words(ip, IPV4_BYTES);
}

static void template_l4(struct synth_template *t, uint32_t ip_payload)
{
    uint8_t *l4 = t->bytes + t->l4;
    switch (t->proto) {
    case WEIR_SYNTH_UDP:
    case WEIR_SYNTH_UDP6:
        put_be16(l4 + 4, ip_payload);
        break;
    case WEIR_SYNTH_TCP:
    case WEIR_SYNTH_TCP6:
        l4[12] = 5 << 4;
        l4[13] = 0x18; /* PSH, ACK */
        put_be16(l4 + 14, 0xffff);
        break;
    case WEIR_SYNTH_ICMP:
        l4[0] = 8; /* echo request */
        break;
    case WEIR_SYNTH_ICMP6:
        l4[0] = 128;
        break;
    case WEIR_SYNTH_SCTP:
        l4[12] = 10; /* COOKIE ECHO */
        put_be16(l4 + 14, ip_payload - 12);
        break;
    case WEIR_SYNTH_MIX:
        break;
    }
}

static void template_init(struct synth_template *t, enum weir_synth_proto proto,
                          uint32_t size, uint64_t key)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    const struct l4_form *form = &forms[proto];
    uint32_t head = headers(proto);
    *t = (struct synth_template){.proto = proto};
    t->l4 = (uint16_t)(head - form->header);
    if (form->checksum != 0)
        t->checksum = (uint16_t)(t->l4 + form->checksum);
    uint32_t ip_payload = size - t->l4;
    if (proto == WEIR_SYNTH_SCTP)
        ip_payload &= ~3u;
    uint32_t end = t->l4 + ip_payload;
    if (end - head >= NUMBER_SIZE)
        t->number = (uint16_t)head;
    memcpy(t->bytes, macs, sizeof macs);
    template_ip(t, ip_payload);
    template_l4(t, ip_payload);
    for (uint32_t i = t->number ? head + NUMBER_SIZE : head; i < end; i++)
        t->bytes[i] = (uint8_t)mix64(key + i);
    /* ICMP over IPv4 alone has no pseudo header (RFC 792). */
    if (proto == WEIR_SYNTH_ICMP)
        t->l4_sum = 0;
    t->l4_sum += sum_words(t->bytes + t->l4, ip_payload);
}

void synth_frames_init(struct synth_frames *frames,
                       const struct weir_synth_config *config)
{
    frames->size = config->size;
    frames->proto = config->proto;
    frames->key = mix64(config->seed + UINT64_C(0x9e3779b97f4a7c15));
    frames->odd[0] = (uint32_t)frames->key | 1;
    frames->odd[1] = (uint32_t)(frames->key >> 32) | 1;
    for (unsigned i = 0; i < SYNTH_TEMPLATES; i++) {
        enum weir_synth_proto proto = (enum weir_synth_proto)i;
        if (config->proto == proto || config->proto == WEIR_SYNTH_MIX)
            template_init(&frames->templates[i], proto, config->size,
                          frames->key);
    }
}

/* One to one among 24 bits: each step can be undone. */
static inline uint32_t host_of(const struct synth_frames *frames, uint32_t flow)
{
    uint32_t x = flow * frames->odd[0] & FLOW_MASK;
    x ^= x >> (FLOW_BITS / 2);
    x = x * frames->odd[1] & FLOW_MASK;
    return x ^ x >> (FLOW_BITS / 2);
}

/* Each of these writes a field and gives what it adds to a sum. */
static inline uint32_t patch_16(uint8_t *to, uint32_t v)
{
    put_be16(to, v);
    return weir_load_16(to);
}

static inline uint32_t patch_32(uint8_t *to, uint32_t v)
{
    v = htobe32(v);
    weir_store_32(to, v);
    return sum_32(v);
}

static inline uint32_t patch_addresses(const struct synth_template *t,
                                       uint8_t *out, uint64_t n, uint32_t host,
                                       uint32_t peer)
{
    uint8_t *ip = out + ETH_BYTES;
    if (forms[t->proto].ipv6)
        return patch_32(ip + 20, host) + patch_32(ip + 36, peer);
    uint32_t sum = patch_32(ip + 12, UINT32_C(0x0a000000) | host) +
                   patch_32(ip + 16, UINT32_C(0xac100000) | peer);
    uint32_t id = patch_16(ip + 4, (uint32_t)n & 0xffff);
    weir_store_16(ip + 10, checksum_of(t->ip_sum + id + sum));
    return t->proto == WEIR_SYNTH_ICMP ? 0 : sum;
}

static inline void patch(const struct synth_template *t, uint8_t *out,
                         uint64_t n, uint32_t host, uint64_t h)
{
    uint8_t *l4 = out + t->l4;
    uint32_t sum =
        t->l4_sum + patch_addresses(t, out, n, host, (uint32_t)h & 0xffff);
    if (t->proto == WEIR_SYNTH_ICMP || t->proto == WEIR_SYNTH_ICMP6) {
        sum += patch_16(l4 + 4, (uint32_t)(h >> 48));
        sum += patch_16(l4 + 6, (uint32_t)n & 0xffff);
    } else {
        /* From the dynamic ports (RFC 6335) to others without a service. */
        sum += patch_16(l4, 49152 + (uint32_t)(h >> 50));
        sum += patch_16(l4 + 2, 20000 + (uint32_t)(h >> 16 & 0xfff));
        if (t->proto == WEIR_SYNTH_TCP || t->proto == WEIR_SYNTH_TCP6)
            sum += patch_32(l4 + 4, (uint32_t)n);
    }
    if (t->number != 0) {
        sum += patch_32(out + t->number, (uint32_t)(n >> 32));
        sum += patch_32(out + t->number + 4, (uint32_t)n);
    }
    if (t->checksum == 0)
        return;
    uint16_t checksum = checksum_of(sum);
    /* UDP writes 0 as its complement: 0 means none (RFC 768). */
    if (checksum == 0 && forms[t->proto].protocol == 17)
        checksum = 0xffff;
    weir_store_16(out + t->checksum, checksum);
}

void synth_frame_make(const struct synth_frames *frames, uint64_t n,
                      uint32_t flow, uint8_t *out, uint32_t caplen)
{
    uint32_t host = host_of(frames, flow);
    uint64_t h = mix64(flow + frames->key);
    enum weir_synth_proto proto = frames->proto;
    if (proto == WEIR_SYNTH_MIX)
        proto = (enum weir_synth_proto)mix[h >> 32 & 15];
    const struct synth_template *t = &frames->templates[proto];
    if (caplen >= frames->size || caplen >= SYNTH_HEAD_BYTES) {
        memcpy(out, t->bytes, caplen);
        patch(t, out, n, host, h);
        return;
    }
    uint8_t head[SYNTH_HEAD_BYTES];
    memcpy(head, t->bytes, sizeof head);
    patch(t, head, n, host, h);
    memcpy(out, head, caplen);
}

#ifndef WEIR_CAPTURE_SOURCE_SYNTH_H
#define WEIR_CAPTURE_SOURCE_SYNTH_H

/* source_synth: frames that are made, the same for the same configuration.
 *
 * Frame n belongs to flow n mod flows, is stamped WEIR_SYNTH_EPOCH_NS + n
 * microseconds, and is the same whatever blocks it is laid into.  Each flow
 * has a source address of its own (10.0.0.0/8 or 2001:db8:0:1::/64), an
 * address in 172.16.0.0/16 or 2001:db8:0:2::/64 that it talks to, and ports
 * or an ICMP identifier.  Lengths are right and so are all checksums but
 * SCTP's, which is 0.  The first eight bytes of payload are n, big-endian,
 * if there is room; an SCTP packet ends on a multiple of four bytes and may
 * leave up to three bytes of Ethernet padding.
 *
 * Frames come cut to config.snaplen, unless a filter is to see them: then
 * whoever runs the filter cuts what is left.
 *
 * Owner     as in source.h; the configuration is read at open only, but for
 *           the filter's text.
 * Threads   as in source.h; the parser is pure.
 * Units     bytes of a frame without its check sequence.
 * Progress  memory is fixed at open; next never waits. */

#include "capture/source.h"

#define WEIR_SYNTH_EPOCH_NS  INT64_C(1700000000000000000)
#define WEIR_SYNTH_SPACE_NS  INT64_C(1000)
#define WEIR_SYNTH_SIZE_MAX  9216
#define WEIR_SYNTH_FLOWS_MAX (UINT32_C(1) << 24)

enum weir_synth_proto {
    WEIR_SYNTH_UDP,
    WEIR_SYNTH_TCP,
    WEIR_SYNTH_ICMP,
    WEIR_SYNTH_SCTP,
    WEIR_SYNTH_UDP6, /* over IPv6 from here on */
    WEIR_SYNTH_TCP6,
    WEIR_SYNTH_ICMP6,
    WEIR_SYNTH_MIX, /* flows of each of the others, a quarter over IPv6 */
};

struct weir_synth_config {
    uint64_t frames; /* 0: no end */
    uint64_t seed;
    uint32_t size;  /* what the headers need, to WEIR_SYNTH_SIZE_MAX */
    uint32_t flows; /* 1 to WEIR_SYNTH_FLOWS_MAX */
    enum weir_synth_proto proto;
    /* One of several sources that share the frames: it makes those whose
     * number modulo `lanes` is `lane`.  Both 0: it makes all. */
    uint32_t lane;
    uint32_t lanes;
};

/* weir_synth_parse: text is "KEY=VALUE,..." with the keys frames, size,
 * flows, seed and proto (udp, tcp, icmp, sctp, udp6, tcp6, icmp6, mix), each
 * at most once; frames is 1 at least.  Without them: no end, 60 bytes or what
 * the headers need, 1000 flows, seed 1, udp.  Returns 0 or -EINVAL and what is
 * wrong. */
int weir_synth_parse(const char *text, struct weir_synth_config *out,
                     struct weir_err *err);

/* weir_synth_source_open: returns 0, -EINVAL or -ENOMEM; *out is set only
 * on 0. */
int weir_synth_source_open(struct weir_source **out,
                           const struct weir_synth_config *synth,
                           const struct weir_source_config *config,
                           struct weir_err *err);

#endif

#ifndef WEIR_CAPTURE_FILTER_H
#define WEIR_CAPTURE_FILTER_H

/* filter: a compiled BPF program that is run in weir, not in the kernel.
 *
 * For sources that no kernel filters for: files and synth.  Immutable after
 * compile.
 *
 * Progress  compile may ask the resolver for the names in the text; match
 *           neither allocates nor sleeps.
 * Threads   compile and free: [1] per filter.  match: any number at once. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;
struct weir_filter;

/* weir_filter_compile: text in libpcap's language, for frames of a
 * LINKTYPE_ value; a blank text takes all.  snaplen 0 or too large is
 * WEIR_SNAPLEN_MAX.  Returns 0, -EINVAL (the text is wrong, or asks for what
 * the link type does not have; err: "filter 'tcp prot 80': syntax error"),
 * -ENOTSUP (it asks for what is not in the frame, and only the kernel knows:
 * the direction, or the interface) or -ENOMEM; *out is set only on 0.
 * weir_filter_compile_any: also what only the kernel can run, and
 * weir_filter_match would never take: to be shown. */
int weir_filter_compile(struct weir_filter **out, const char *text,
                        uint16_t linktype, uint32_t snaplen,
                        struct weir_err *err);
int weir_filter_compile_any(struct weir_filter **out, const char *text,
                            uint16_t linktype, uint32_t snaplen,
                            struct weir_err *err);

/* weir_filter_compile_on: as weir_filter_compile, for a device whose IPv4
 * network has this mask, as pcap_lookupnet gives it: `ip broadcast` needs to
 * know. */
int weir_filter_compile_on(struct weir_filter **out, const char *text,
                           uint16_t linktype, uint32_t snaplen,
                           uint32_t netmask, struct weir_err *err);

/* weir_filter_wrong: that line, for a text that libpcap does not take for
 * this reason.  Returns -EINVAL. */
int weir_filter_wrong(const char *text, const char *reason,
                      struct weir_err *err);

/* weir_filter_is_blank: the text takes all frames; NULL does, too. */
bool weir_filter_is_blank(const char *text);

/* weir_filter_match: reads nothing but data[0 .. caplen). */
bool weir_filter_match(const struct weir_filter *filter, const uint8_t *data,
                       uint32_t caplen, uint32_t len);

/* weir_filter_line: instruction `index` of the program as tcpdump -d prints
 * it, in line[WEIR_FILTER_LINE_MAX].  Returns false behind the last.  Threads:
 * one at a time in the process, as libpcap formats in a static buffer. */
#define WEIR_FILTER_LINE_MAX 256
bool weir_filter_line(const struct weir_filter *filter, uint32_t index,
                      char *line);

/* weir_filter_free: accepts NULL. */
void weir_filter_free(struct weir_filter *filter);

#endif

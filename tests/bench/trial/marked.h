#ifndef WEIR_TESTS_BENCH_TRIAL_MARKED_H
#define WEIR_TESTS_BENCH_TRIAL_MARKED_H

/* marked: frames as the generator makes them, and recordings of them, byte by
 * byte: written down from the formats' specifications and not by the code
 * under test. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* marked_frame: `len` bytes with `tags` VLAN tags, IPv4 or IPv6 (4, 6), UDP
 * and the mark of this number.  Returns where the UDP header is. */
size_t marked_frame(uint8_t *out, size_t len, int tags, int ip,
                    uint64_t number);

/* A file under construction; at most MARKED_FILE_MAX bytes. */
#define MARKED_FILE_MAX ((size_t)8 << 20)

struct marked_file {
    bool swapped; /* written in the other byte order */
    size_t used;
    uint8_t bytes[MARKED_FILE_MAX];
};

/* marked_file_new: empty, in memory that lasts for the test. */
struct marked_file *marked_file_new(bool swapped);

void marked_pcap_header(struct marked_file *file, uint32_t magic);
void marked_pcap_frame(struct marked_file *file, const uint8_t *frame,
                       uint32_t caplen);

/* A section with one Ethernet interface. */
void marked_ng_section(struct marked_file *file);

/* Of any type but a frame's; the body is zeros. */
void marked_ng_block(struct marked_file *file, uint32_t type, uint32_t body);

/* type: of an Enhanced (6), Simple (3) or obsolete (2) Packet Block.  An
 * Enhanced one has a flags option. */
void marked_ng_frame(struct marked_file *file, uint32_t type,
                     const uint8_t *frame, uint32_t caplen);

/* A block of a TPACKET_V3 ring with n frames of len bytes from number. */
void marked_block(struct marked_file *file, uint64_t number, uint32_t n,
                  uint32_t len);

#endif

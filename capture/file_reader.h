#ifndef WEIR_CAPTURE_FILE_READER_H
#define WEIR_CAPTURE_FILE_READER_H

/* file_reader: what the parts of the file source share; for them only.
 *
 *                 start        pos            have       capacity
 *     block: | gone | records of | bytes not yet | room to read into |
 *            |      | the lease  | scanned       |                   |
 *
 * A block may carry several leases; it is free when it is not the current
 * one and all of them are home.  So is a section.  One block and one section
 * more than leases is enough: each lease holds one of each.
 *
 * Threads   [c] the capture thread alone; a section is read by workers as
 *           long as a lease with it is out, and does not change. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/pcap_parse.h"
#include "base/pcapng_parse.h"
#include "capture/blocks.h"
#include "capture/source.h"

struct weir_filter;

/* An interface of the current section, as frames refer to it. */
struct file_section_iface {
    struct weir_pcapng_clock clock;
    uint32_t snaplen;
    uint16_t number; /* of the recording */
};

/* section: what a walk needs besides the bytes. */
struct file_section {
    bool swapped;
    uint32_t count;
    struct file_section_iface at[WEIR_IFACES_MAX];
};

struct file_block {
    uint8_t *base;
    uint32_t leases; /* that are out */
};

struct file_section_slot {
    struct file_section section;
    uint32_t leases;
};

/* loan: what lease.owner points to. */
struct file_loan {
    struct file_block *block;
    struct file_section_slot *slot; /* NULL: pcap */
};

enum file_scan_result {
    FILE_SCAN_MORE = 1, /* the record at file->record is not whole */
    FILE_SCAN_CUT = 2,  /* the lease ends at pos; it has frames */
};

struct file_source {
    struct weir_source source;
    struct weir_ifaces ifaces;
    uint32_t iface_section[WEIR_IFACES_MAX]; /* that last declared it */
    char *name;
    const char *filter; /* NULL: none */

    int fd;
    bool own_fd;
    bool waits;                   /* a stream: poll before reading */
    const struct weir_stop *stop; /* ends a wait; NULL: nothing does */
    bool eof;
    bool cut;
    dev_t device;
    ino_t inode;

    struct weir_blocks *blocks;
    struct file_block *block_set;
    struct file_section_slot *slots; /* NULL: pcap */
    struct file_loan *loans;
    struct file_loan **free_loans;
    uint32_t leases;
    uint32_t leases_home;

    /* The current block. */
    struct file_block *block;
    uint32_t capacity;
    uint32_t start;
    uint32_t pos;
    uint32_t have;
    uint32_t frames;      /* between start and pos */
    uint64_t base_offset; /* of the block's first byte in the file */
    uint64_t frames_before;
    uint32_t read_max; /* bytes at a time */

    /* What weir_file_source_frames walks. */
    bool own_lease;
    struct weir_lease lease;
    struct weir_walk walk;

    /* Where the scan stopped for MORE, and the bytes that are needed for
     * that record to be whole, as far as is known. */
    uint64_t record;
    uint64_t need;

    int (*scan)(struct file_source *file, struct weir_err *err);

    struct weir_pcap_form form; /* pcap */
    uint32_t caplen_max;

    struct file_section_slot *slot; /* pcapng: the current section */
    uint32_t sections;
    bool skipping;       /* in a block that is not looked at */
    uint32_t skip_left;  /* before its last 4 bytes */
    uint32_t skip_total; /* what those have to say */
};

/* file_fail: -EBADMSG with the name, the text, and where: the record at pos
 * in the file, and the number of the frame that it is or comes before. */
int file_fail(const struct file_source *file, struct weir_err *err,
              const char *format, ...) __attribute__((format(printf, 3, 4)));

/* file_iface_add: finds or adds an interface (its filter is made here) and
 * sets *number.  Returns 0 or -errno.  file_ifaces_free: the filters. */
int file_iface_add(struct file_source *file, const struct weir_iface *iface,
                   uint16_t *number, struct weir_err *err);
void file_ifaces_free(struct file_source *file);

/* file_input_open: opens fd and says what it is.  _close accepts anything
 * that open left. */
int file_input_open(struct file_source *file, const char *path,
                    struct weir_err *err);
void file_input_close(struct file_source *file);

/* file_input_read: reads into the current block's room, which is not 0.
 * Returns 1 (something is there), 0 (end of file: eof is set), -EAGAIN (a
 * stream has nothing now; never if may_wait), or -errno with a text, of which
 * -ECANCELED is the stop's. */
int file_input_read(struct file_source *file, bool may_wait,
                    struct weir_err *err);

/* file_end: WEIR_SOURCE_END, or what is missing of the last record. */
int file_end(const struct file_source *file, struct weir_err *err);

/* file_room_make: makes room to read into.  There are no frames between
 * start and pos. */
void file_room_make(struct file_source *file);

/* The two formats.  open: the file's first bytes are in the block.  scan:
 * walks whole records from pos on and counts their frames, until the lease
 * has to be cut or more bytes are needed.  Returns enum file_scan_result or
 * -errno; a fault is found again by the next call. */
int file_pcap_open(struct file_source *file, struct weir_err *err);
int file_pcapng_open(struct file_source *file, struct weir_err *err);

uint32_t file_pcap_walk(const struct weir_lease *lease, struct weir_walk *walk,
                        struct weir_frame *out, uint32_t max);
uint32_t file_pcapng_walk(const struct weir_lease *lease,
                          struct weir_walk *walk, struct weir_frame *out,
                          uint32_t max);

#endif

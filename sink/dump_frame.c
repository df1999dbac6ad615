/* What is asked of a frame before it is in the buffer. */

#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/pcap_encode.h"
#include "base/pcap_parse.h"
#include "sink/dump_impl.h"
#include "sink/encode.h"

/* With it a record of any frame fits into the empty buffer. */
#define CAPLEN_MAX (DUMP_BUFFER_BYTES - 4096)

static int check_length(const struct weir_dump *dump,
                        const struct weir_frame *frame, struct weir_err *err)
{
    const struct weir_section *section = &dump->section;
    const bool as_read = dump->owner.as_read;
    uint32_t most = CAPLEN_MAX;
    if (!as_read || section->head.format != WEIR_FORMAT_PCAPNG) {
        const uint16_t linktype =
            section->head.ifaces->at[frame->iface].linktype;
        const uint32_t of_linktype = weir_pcap_caplen_max(linktype);
        most = of_linktype < most ? of_linktype : most;
    }
    if (frame->caplen > most)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: a frame of %" PRIu32 " bytes: %" PRIu32
                            " are the most",
                            dump->out.name, frame->caplen, most);
    most = as_read ? dump->snaplen
                   : weir_head_snaplen(&section->head, frame->iface);
    if (most != 0 && frame->caplen > most)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: a frame of %" PRIu32 " bytes: the file's "
                            "snapshot length is %" PRIu32,
                            dump->out.name, frame->caplen, most);
    if (!as_read && frame->caplen > frame->len)
        return weir_err_set(err, -EINVAL,
                            "%s: a frame of %" PRIu32 " captured bytes had "
                            "%" PRIu32 " on the wire",
                            dump->out.name, frame->caplen, frame->len);
    return 0;
}

/* Interfaces that are new are declared; a pcap declares one. */
static int check_iface(struct weir_dump *dump, const struct weir_frame *frame,
                       struct weir_err *err)
{
    const struct weir_ifaces *ifaces = dump->owner.ifaces;
    const uint32_t count = weir_ifaces_count(ifaces);
    if (frame->iface >= count)
        return weir_err_set(err, -EINVAL,
                            "%s: a frame of interface %u: its handle has %u",
                            dump->out.name, frame->iface, count);
    if (dump->section.head.format != WEIR_FORMAT_PCAPNG &&
        ifaces->at[frame->iface].linktype != ifaces->at[0].linktype)
        return weir_err_set(err, -EINVAL,
                            "%s: a frame of link type %u: a pcap has one, and "
                            "this is of %u",
                            dump->out.name, ifaces->at[frame->iface].linktype,
                            ifaces->at[0].linktype);
    return frame->iface < dump->section.declared
               ? 0
               : dump_put_out(dump, true, err);
}

/* Whether the file can have the time as it is. */
static bool fits(const struct weir_dump *dump, uint16_t iface, int64_t time_ns)
{
    int64_t rest;
    if (dump->section.head.format != WEIR_FORMAT_PCAPNG)
        return weir_pcap_clamp_ns(time_ns) == time_ns;
    return !__builtin_sub_overflow(
               time_ns, dump->owner.ifaces->at[iface].epoch_ns, &rest) &&
           rest >= 0;
}

/* Of a time that is told as seconds, perhaps before 1970, and what is to be
 * added to them. */
static int no_such_time(const struct weir_dump *dump, int64_t seconds,
                        int64_t fraction, struct weir_err *err)
{
    uint64_t whole = (uint64_t)seconds;
    if (seconds < 0) {
        whole = 0 - whole - (fraction > 0);
        fraction = fraction > 0 ? WEIR_NS_PER_S - fraction : 0;
    }
    return weir_err_set(
        err, -ERANGE,
        "%s: the file's format has no time of %s%" PRIu64 ".%09" PRId64 " s",
        dump->out.name, seconds < 0 ? "-" : "", whole, fraction);
}

static int set_time(const struct weir_dump *dump, struct weir_frame *frame,
                    const struct weir_dump_time *time, struct weir_err *err)
{
    int64_t seconds = frame->time_ns / WEIR_NS_PER_S;
    int64_t fraction = frame->time_ns % WEIR_NS_PER_S;
    if (fraction < 0) {
        seconds--;
        fraction += WEIR_NS_PER_S;
    }
    if (time->has_fraction) {
        if (time->fraction_ns >= WEIR_NS_PER_S)
            return weir_err_set(err, -EINVAL,
                                "%s: a fraction of %" PRIu32
                                " ns is a second or more",
                                dump->out.name, time->fraction_ns);
        fraction = time->fraction_ns;
    }
    if (time->has_seconds)
        seconds = time->seconds;
    int64_t time_ns;
    if (__builtin_mul_overflow(seconds, WEIR_NS_PER_S, &time_ns) ||
        __builtin_add_overflow(time_ns, fraction, &time_ns) ||
        !fits(dump, frame->iface, time_ns))
        return no_such_time(dump, seconds, fraction, err);
    frame->time_ns = time_ns;
    frame->flags &= (uint16_t)~WEIR_FRAME_NO_TIME;
    return 0;
}

static int put(struct weir_dump *dump, const struct weir_frame *given,
               const struct weir_dump_time *time, struct weir_err *err)
{
    struct weir_chunk *chunk = &dump->chunk;
    struct weir_frame frame = *given;
    int rc = check_iface(dump, &frame, err);
    if (rc == 0)
        rc = check_length(dump, &frame, err);
    if (rc == 0 && time != NULL && (time->has_seconds || time->has_fraction))
        rc = set_time(dump, &frame, time, err);
    if (rc == 0 && chunk->capacity - chunk->len <
                       frame.caplen + (DUMP_BUFFER_BYTES - CAPLEN_MAX))
        rc = dump_put_out(dump, false, err);
    if (rc == 0)
        weir_encode(dump->section.head.format, dump->owner.ifaces, chunk,
                    &frame, 1);
    return rc;
}

int weir_dump_frame(struct weir_dump *dump, const struct weir_frame *frame,
                    const struct weir_dump_time *time, struct weir_err *err)
{
    int rc = dump_enter(dump, err);
    if (rc != 0)
        return rc;
    rc = dump_check(dump, err);
    if (rc != 0)
        return dump_leave(dump, rc);
    if (frame == NULL || (frame->data == NULL && frame->caplen > 0))
        rc =
            weir_err_set(err, -EINVAL, "%s: no frame is given", dump->out.name);
    else
        rc = put(dump, frame, time, err);
    return dump_leave(dump, rc);
}

int weir_dump_bytes(struct weir_dump *dump, const void *bytes, size_t len,
                    const struct weir_dump_time *time, struct weir_err *err)
{
    if (len > UINT32_MAX)
        return weir_err_set(err, -EMSGSIZE, "dump: a frame of %zu bytes", len);
    const struct weir_frame frame = {
        .data = bytes,
        .time_ns = weir_clock_real_ns(),
        .caplen = (uint32_t)len,
        .len = (uint32_t)len,
    };
    return weir_dump_frame(dump, &frame, time, err);
}

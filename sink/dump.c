#include "sink/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ring/event_stop.h"
#include "sink/dump_impl.h"
#include "sink/encode.h"
#include "sink/sigpipe.h"

void weir_dump_init(struct weir_dump *dump, const struct weir_dump_owner *owner)
{
    *dump = (struct weir_dump){.owner = *owner, .out = {.fd = -1}};
}

int dump_enter(struct weir_dump *dump, struct weir_err *err)
{
    if (dump == NULL)
        return weir_err_set(err, -EINVAL, "dump: NULL is none");
    if (!weir_guard_enter(dump->owner.guard))
        return weir_err_set(err, -EBUSY,
                            "dump: its handle is in use by another thread");
    return 0;
}

int dump_leave(struct weir_dump *dump, int rc)
{
    weir_guard_leave(dump->owner.guard);
    return rc;
}

static int no_file(struct weir_err *err)
{
    return weir_err_set(err, -EBADF, "dump: no file is open");
}

static int failed_before(const struct weir_dump *dump, struct weir_err *err)
{
    return weir_err_sys(err, dump->failed,
                        "%s: an earlier write failed, its end is not whole",
                        dump->out.name);
}

int dump_check(const struct weir_dump *dump, struct weir_err *err)
{
    if (!dump->open)
        return no_file(err);
    return dump->failed != 0 ? failed_before(dump, err) : 0;
}

/* Drops those records from the buffer's front that end in its first
 * `written` bytes, and returns where they end. */
static uint32_t drop_written(struct weir_dump *dump, uint32_t written)
{
    struct weir_chunk *chunk = &dump->chunk;
    uint32_t whole = 0;
    while (whole < written) {
        struct weir_encoded record;
        weir_encoded_read(dump->section.head.format, chunk->buf + whole,
                          &record);
        if (record.bytes > written - whole)
            break;
        whole += record.bytes;
        chunk->frames--;
        dump->written++;
    }
    chunk->len -= whole;
    memmove(chunk->buf, chunk->buf + whole, chunk->len);
    return whole;
}

static int put_records(struct weir_dump *dump, struct weir_err *err)
{
    struct weir_err why = {.text = ""};
    const uint64_t start = dump->out.bytes;
    uint32_t written = 0;
    if (dump->chunk.len == 0)
        return 0;
    const int rc = weir_outfile_write(&dump->out, dump->chunk.buf,
                                      dump->chunk.len, &written, &why);
    if (rc == 0) {
        dump->written += dump->chunk.frames;
        dump->chunk.frames = 0;
        dump->chunk.len = 0;
        return 0;
    }
    const uint32_t whole = drop_written(dump, written);
    weir_outfile_cut(&dump->out, start + whole);
    if (dump->out.torn) {
        dump->failed = rc;
        return weir_err_set(err, rc, "%s: its end is not whole", why.text);
    }
    return weir_err_set(err, rc, "%s: it has %" PRIu64 " whole frame%s",
                        why.text, dump->written, dump->written == 1 ? "" : "s");
}

/* The section's writes leave the file as it was when they fail, so they can
 * be tried again. */
static int declare(struct weir_dump *dump, struct weir_err *err)
{
    const uint32_t declared = dump->section.declared;
    int rc = put_records(dump, err);
    if (rc != 0)
        return rc;
    rc = weir_section_declare(&dump->section, &dump->out,
                              weir_ifaces_count(dump->owner.ifaces), err);
    if (rc == 0)
        return 0;
    dump->section.declared = declared;
    dump->failed = dump->out.torn ? rc : 0;
    return rc;
}

int dump_put_out(struct weir_dump *dump, bool declares, struct weir_err *err)
{
    struct weir_sigpipe held;
    if (!dump->out.regular)
        weir_sigpipe_hold(&held);
    const int rc = declares ? declare(dump, err) : put_records(dump, err);
    if (!dump->out.regular)
        weir_sigpipe_release(&held, rc == -EPIPE);
    return rc;
}

static enum weir_format format_of(const char *path, enum weir_format format)
{
    static const char end[] = ".pcapng";
    const size_t len = strlen(path);
    if (format != WEIR_FORMAT_NONE)
        return format;
    return len >= sizeof end - 1 &&
                   strcmp(path + len - (sizeof end - 1), end) == 0
               ? WEIR_FORMAT_PCAPNG
               : WEIR_FORMAT_PCAP;
}

/* The lesser of two limits, of which 0 is none. */
static uint32_t lesser(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

static int open_file(struct weir_dump *dump, const char *path,
                     struct weir_err *err)
{
    struct weir_sigpipe held;
    const uint32_t count = weir_ifaces_count(dump->owner.ifaces);
    int rc = strcmp(path, "-") == 0
                 ? weir_outfile_open_stdout(&dump->out, &dump->owner.input, err)
                 : weir_outfile_open_named(&dump->out, path, &dump->owner.input,
                                           err);
    if (rc != 0)
        return rc;
    weir_sigpipe_hold(&held);
    rc = weir_section_begin(&dump->section, &dump->out, count, err);
    weir_sigpipe_release(&held, rc == -EPIPE);
    if (rc != 0)
        weir_outfile_remove(&dump->out);
    return rc;
}

static int open_dump(struct weir_dump *dump, const char *path,
                     const struct weir_dump_config *config,
                     struct weir_err *err)
{
    const enum weir_format format = format_of(path, config->format);
    dump->sync = config->sync;
    dump->snaplen = config->snaplen;
    dump->failed = 0;
    dump->written = 0;
    dump->out.abandon = config->stop != NULL ? &config->stop->stop : NULL;
    dump->chunk = (struct weir_chunk){
        .buf = malloc(DUMP_BUFFER_BYTES),
        .capacity = DUMP_BUFFER_BYTES,
    };
    if (dump->chunk.buf == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", path);
    int rc = weir_section_open(&dump->section, format, dump->owner.ifaces,
                               lesser(config->snaplen, dump->owner.snaplen),
                               dump->owner.live, err);
    if (rc == 0)
        rc = open_file(dump, path, err);
    if (rc == 0) {
        dump->open = true;
        return 0;
    }
    weir_section_close(&dump->section);
    free(dump->chunk.buf);
    dump->chunk.buf = NULL;
    return rc;
}

int weir_dump_open(struct weir_dump *dump, const char *path,
                   const struct weir_dump_config *config, struct weir_err *err)
{
    static const struct weir_dump_config defaults;
    int rc = dump_enter(dump, err);
    if (rc != 0)
        return rc;
    if (config == NULL)
        config = &defaults;
    if (path == NULL)
        rc = weir_err_set(err, -EINVAL, "dump: no path is given");
    else if (path[0] == '\0')
        rc = weir_err_set(err, -ENOENT, "dump: the path is empty");
    else if (dump->open)
        rc = weir_err_set(err, -EBUSY, "%s: not opened: the dump writes %s",
                          path, dump->out.name);
    else if ((unsigned)config->format > WEIR_FORMAT_PCAPNG)
        rc = weir_err_set(err, -EINVAL, "%s: %u is no file format", path,
                          (unsigned)config->format);
    else
        rc = open_dump(dump, path, config, err);
    return dump_leave(dump, rc);
}

int weir_dump_flush(struct weir_dump *dump, struct weir_err *err)
{
    int rc = dump_enter(dump, err);
    if (rc != 0)
        return rc;
    rc = dump_check(dump, err);
    if (rc == 0)
        rc = dump_put_out(dump, false, err);
    return dump_leave(dump, rc);
}

int weir_dump_is_open(struct weir_dump *dump, struct weir_err *err)
{
    const int rc = dump_enter(dump, err);
    return rc != 0 ? rc : dump_leave(dump, dump->open);
}

int weir_dump_count(struct weir_dump *dump, uint64_t *frames, uint64_t *written,
                    struct weir_err *err)
{
    const int rc = dump_enter(dump, err);
    if (rc != 0)
        return rc;
    if (frames != NULL)
        *frames = dump->written + dump->chunk.frames;
    if (written != NULL)
        *written = dump->written;
    return dump_leave(dump, 0);
}

/* Of several errors the first is told; what is lost by it is told last. */
int weir_dump_fini(struct weir_dump *dump, struct weir_err *err)
{
    struct weir_err why = {.text = ""};
    if (!dump->open)
        return 0;
    int rc = dump->failed != 0 ? failed_before(dump, &why)
                               : dump_put_out(dump, true, &why);
    const uint32_t lost = dump->chunk.frames;
    const int closed = weir_outfile_close(&dump->out, dump->sync && rc == 0,
                                          rc == 0 ? &why : NULL);
    rc = rc != 0 ? rc : closed;
    weir_section_close(&dump->section);
    free(dump->chunk.buf);
    dump->chunk.buf = NULL;
    dump->open = false;
    if (rc == 0 || lost == 0)
        return rc == 0 ? 0 : weir_err_set(err, rc, "%s", why.text);
    return weir_err_set(err, rc, "%s: %" PRIu32 " frame%s not in it", why.text,
                        lost, lost == 1 ? " is" : "s are");
}

int weir_dump_close(struct weir_dump *dump, struct weir_err *err)
{
    if (dump == NULL)
        return 0;
    const int rc = dump_enter(dump, err);
    return rc != 0 ? rc : dump_leave(dump, weir_dump_fini(dump, err));
}

#ifndef WEIR_SINK_OUTFILE_H
#define WEIR_SINK_OUTFILE_H

/* outfile: one file, pipe or device that is being written.
 *
 * What a regular file of ours holds after a failed write is what the caller
 * says was whole (weir_outfile_cut): nothing torn stays behind.  As long as it
 * is open it is locked (flock(2)), where its file system has locks.
 *
 * Threads   one at a time.
 * Progress  a regular file's write is the disk's business; a pipe whose
 *           reader is stuck can be abandoned by setting the stop event that
 *           open was given.  No allocation.
 * Errors    -errno with a text that begins with the file's name; -EPIPE the
 *           reader closed the pipe, -ECANCELED abandoned. */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct weir_err;
struct weir_stop;

/* How the bytes get to the disk. */
enum weir_write_mode {
    WEIR_WRITE_CACHED = 0, /* through the page cache, where they stay */
    WEIR_WRITE_DONTCACHE,  /* through it, and out of it again at once */
    WEIR_WRITE_DIRECT,     /* past it */
};

struct weir_outfile {
    int fd; /* -1: not open */
    bool regular;
    bool fresh; /* empty when it was opened, and nobody else's */
    bool made;  /* under its name by us: ours to remove */
    bool torn;  /* its end is not whole, nothing may follow */
    enum weir_write_mode mode;
    bool was_direct;    /* its last bytes apart, after a cut */
    uint32_t write_max; /* bytes at a time */
    uint64_t base;      /* where in the file our first byte is */
    uint64_t bytes;     /* ours, whole and written or being written */
    uint64_t allocated; /* the disk's room is taken up to there */
    const struct weir_stop *abandon; /* NULL: wait for ever */
    char name[PATH_MAX];
};

/* A regular file that must not be written: the input. */
struct weir_outfile_not {
    bool set;
    dev_t dev;
    ino_t ino;
};

/* weir_outfile_open_new: a file that must not exist yet, mode 0600.  -EEXIST
 * is for the caller to try another name, and so is -EBUSY: another recording
 * was about to replace it; they too have a text. */
int weir_outfile_open_new(struct weir_outfile *out, const char *path,
                          struct weir_err *err);

/* weir_outfile_open_unnamed: a file in that folder that nobody sees yet, and
 * that goes away with its descriptor; -EOPNOTSUPP and others where there is
 * no such thing.
 * weir_outfile_name: it is seen under that name from now on, which must not
 * exist yet, as open_new's.  weir_outfile_folder: of a path, to
 * folder[PATH_MAX]. */
int weir_outfile_open_unnamed(struct weir_outfile *out, const char *folder,
                              struct weir_err *err);
int weir_outfile_name(struct weir_outfile *out, const char *path,
                      struct weir_err *err);
char *weir_outfile_folder(const char *path, char *folder);

/* weir_outfile_open_named: the one file of that name.  A regular file there
 * is replaced by a new one (a symbolic link is followed first), unless another
 * recording writes it: -EBUSY; a FIFO or a device is opened as it is. */
int weir_outfile_open_named(struct weir_outfile *out, const char *path,
                            const struct weir_outfile_not *input,
                            struct weir_err *err);

/* weir_outfile_check_named, weir_outfile_check_stdout: whether the open of
 * that name would fail now; makes nothing, and waits for nobody.
 * weir_outfile_check_folder: whether a file can be made where path says. */
int weir_outfile_check_named(const char *path,
                             const struct weir_outfile_not *input,
                             struct weir_err *err);
int weir_outfile_check_stdout(const struct weir_outfile_not *input,
                              struct weir_err *err);
int weir_outfile_check_folder(const char *path, struct weir_err *err);

/* weir_outfile_open_stdout: fd 1, by a descriptor of our own. */
int weir_outfile_open_stdout(struct weir_outfile *out,
                             const struct weir_outfile_not *input,
                             struct weir_err *err);

/* weir_outfile_set_mode: of a file that is still empty.  Returns what it is
 * now: WEIR_WRITE_DIRECT asks for a new file and a file system that can do it,
 * and is WEIR_WRITE_DONTCACHE elsewhere; both are WEIR_WRITE_CACHED where
 * there is no disk (but with `memory`) or no regular file.  Whether the
 * kernel knows WEIR_WRITE_DONTCACHE is found out by the first write. */
enum weir_write_mode weir_outfile_set_mode(struct weir_outfile *out,
                                           enum weir_write_mode mode,
                                           bool memory);

/* weir_outfile_write: all len bytes, or an error and *written < len of them;
 * the file is torn then, and the caller calls weir_outfile_cut.  out->bytes
 * moves by *written.  In a direct file bytes and len are aligned (direct.h),
 * and nothing is in flight (flight.h); what a short write leaves goes through
 * the page cache. */
int weir_outfile_write(struct weir_outfile *out, const uint8_t *bytes,
                       uint32_t len, uint32_t *written, struct weir_err *err);

/* weir_outfile_write_run: the same for `len` bytes of whole pcapng blocks
 * that lie anywhere in a page-aligned buffer: they are moved down to the
 * next page boundary, over what lies before them, and padded.  *run is where
 * they are then.  For direct files only. */
int weir_outfile_write_run(struct weir_outfile *out, uint8_t **run,
                           uint32_t len, uint32_t *written,
                           struct weir_err *err);

/* weir_outfile_cut: takes back all but our first `bytes` bytes, where the
 * file can do that.  A direct file is none any more: its end is anywhere. */
void weir_outfile_cut(struct weir_outfile *out, uint64_t bytes);

/* weir_outfile_give_back: room that was taken ahead and not used, behind the
 * end; nothing may be written any more.
 * weir_outfile_close: does that first; with sync a regular file is on the disk
 * before.
 * weir_outfile_remove: closes, and unlinks a file that we made; for one that
 * did not even get its head. */
int weir_outfile_give_back(struct weir_outfile *out, struct weir_err *err);
int weir_outfile_close(struct weir_outfile *out, bool sync,
                       struct weir_err *err);
void weir_outfile_remove(struct weir_outfile *out);

#endif

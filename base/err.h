#ifndef WEIR_BASE_ERR_H
#define WEIR_BASE_ERR_H

/* err: why a cold call failed, in words, in the caller's memory.
 *
 * A function that can fail returns 0 or a negative errno value, and writes
 * its text here.  Each caller on the way up may put its own context before
 * it: "open eth0: PACKET_RX_RING: Cannot allocate memory".  The text has no
 * line feed and no full stop; control characters in it (file names are
 * anybody's) are replaced by '?'.
 *
 * Owner     the caller; a NULL struct weir_err is accepted everywhere, and a
 *           NULL format is "(no text)".
 * Threads   one at a time per struct.
 * Progress  never allocates; a text that is too long is cut off.  What is
 *           formatted must not lie in the same struct weir_err. */

#define WEIR_ERR_TEXT_MAX 512

struct weir_err {
    char text[WEIR_ERR_TEXT_MAX];
};

/* weir_err_set: replaces the text.  Returns code, so that a caller can say
 * `return weir_err_set(err, -EINVAL, ...)`.  weir_err_sys appends ": " and
 * what strerror says of -code. */
int weir_err_set(struct weir_err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int weir_err_sys(struct weir_err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* weir_err_wrap: puts the formatted text and ": " before what is there.
 * Returns code. */
int weir_err_wrap(struct weir_err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

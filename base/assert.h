#ifndef WEIR_BASE_ASSERT_H
#define WEIR_BASE_ASSERT_H

/* assert: what must hold in our own code.
 *
 * WEIR_ASSERT is always on: cold code, and once per batch.  WEIR_DCHECK is
 * on in debug, sanitizer and fuzz builds: once per frame.  Neither is ever
 * applied to the bytes of a frame or to a reply of the kernel: those are
 * data, and what is wrong with them is an outcome to count.
 *
 * Threads   any.
 * Errors    a failed assertion prints one line and aborts. */

_Noreturn void weir_assert_failed(const char *what, const char *file, int line);

#define WEIR_ASSERT(cond)                                                      \
    ((cond) ? (void)0 : weir_assert_failed(#cond, __FILE__, __LINE__))

#ifdef WEIR_DEBUG
#define WEIR_DCHECK(cond) WEIR_ASSERT(cond)
#else
#define WEIR_DCHECK(cond) ((void)(0 && (cond)))
#endif

#endif

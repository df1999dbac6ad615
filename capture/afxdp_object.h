#ifndef WEIR_CAPTURE_AFXDP_OBJECT_H
#define WEIR_CAPTURE_AFXDP_OBJECT_H

/* afxdp_object: afxdp.bpf.c as clang compiled it, an ELF file; made by a rule
 * of BUILD.
 *
 * Threads   any; constants. */

#include <stddef.h>

extern const unsigned char weir_afxdp_object[];
extern const size_t weir_afxdp_object_bytes;

#endif

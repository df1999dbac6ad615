#ifndef WEIR_BENCH_GEN_GEN_XDP_OBJECT_H
#define WEIR_BENCH_GEN_GEN_XDP_OBJECT_H

/* gen_xdp_object: gen_xdp.bpf.c as clang compiled it, an ELF file; made by a
 * rule of BUILD. */

#include <stddef.h>

extern const unsigned char weir_gen_xdp_object[];
extern const size_t weir_gen_xdp_object_bytes;

#endif

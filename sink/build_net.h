#ifndef WEIR_SINK_BUILD_NET_H
#define WEIR_SINK_BUILD_NET_H

/* build_net: headers laid out by libnet, in libnet's own memory.
 *
 *     open -> { clear? -> lay* -> copy }* -> close
 *
 * Layers are laid from the last to the first, each of them once for a frame.
 * If there was no clear in between, they are those of the frame before, and
 * take its memory.
 *
 * Threads   one at a time per handle: libnet's contexts have no locks.
 * Errors    -ENOMEM, or -EINVAL for what libnet refuses, with its words.
 *           After one, clear. */

#include <stddef.h>
#include <stdint.h>

struct weir_build_layer;
struct weir_build_net;
struct weir_err;

int weir_build_net_open(struct weir_build_net **out, struct weir_err *err);

/* weir_build_net_clear: forgets all layers. */
void weir_build_net_clear(struct weir_build_net *net);

/* weir_build_net_lay: layer `at` has all its values; payload is that of a
 * payload. */
int weir_build_net_lay(struct weir_build_net *net, uint32_t at,
                       const struct weir_build_layer *layer,
                       const uint8_t *payload, struct weir_err *err);

/* weir_build_net_copy: the frame, which has `size` bytes, to `to`. */
int weir_build_net_copy(struct weir_build_net *net, uint8_t *to, uint32_t size,
                        struct weir_err *err);

/* weir_build_net_close: accepts NULL. */
void weir_build_net_close(struct weir_build_net *net);

#endif

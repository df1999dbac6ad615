#ifndef WEIR_TESTS_CAPTURE_AFXDP_RIG_H
#define WEIR_TESTS_CAPTURE_AFXDP_RIG_H

/* afxdp_rig: what the tests of the AF_XDP source on a real veth pair share,
 * beside live_rig.
 *
 * Threads   the test's one. */

#include <stdbool.h>

#include "capture/source_afxdp.h"

/* afxdp_config: what the tests have in common; of RIG_RIGHT.  _open and
 * _open_config start the source, too. */
struct weir_afxdp_config afxdp_config(void);
struct weir_source *afxdp_open_config(const struct weir_afxdp_config *config);
struct weir_source *afxdp_open(void);

/* afxdp_tap: a packet socket that stands for the host behind RIG_RIGHT;
 * afxdp_tapped: how many frames it has been given since the last call. */
int afxdp_tap(void);
uint32_t afxdp_tapped(int tap);

/* afxdp_push_tags: what leaves RIG_LEFT from now on has this VLAN tag, and not
 * in its bytes but beside them, as hardware leaves it.  False where the kernel
 * cannot. */
bool afxdp_push_tags(uint16_t vlan);

#endif

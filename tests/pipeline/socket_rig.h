#ifndef WEIR_TESTS_PIPELINE_SOCKET_RIG_H
#define WEIR_TESTS_PIPELINE_SOCKET_RIG_H

/* socket_rig: a weir_socket on a network interface of the test's own.  For
 * Criterion tests: what should not be asserts.
 *
 * Threads   the test's one. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/socket.h"
#include "tests/capture/net_rig.h"

/* rig_way: the way that SOCKET_WAY in the environment says: "afpacket" or
 * "libpcap". */
enum weir_socket_way rig_way(void);

/* rig_need: opens net_rig, or skips the test aloud. */
void rig_need(void);

/* rig_config: of the right side of the pair, with what the tests have in
 * common.  rig_socket: opens that; rig_socket_on: what the test has made of
 * it. */
struct weir_socket_config rig_config(const char *filter);
struct weir_socket *rig_socket(const char *filter);
struct weir_socket *rig_socket_on(const struct weir_socket_config *config);

/* rig_next: the next frame, which must come.  rig_expect: next answers so, and
 * with no frame. */
struct weir_frame rig_next(struct weir_socket *socket);
void rig_expect(struct weir_socket *socket, int answer);

/* rig_promiscuity: how many want promiscuous mode of the interface. */
uint32_t rig_promiscuity(const char *interface);

/* rig_close: the counts are whole, and close closes. */
struct weir_socket_stats rig_stats(struct weir_socket *socket);
void rig_close(struct weir_socket *socket);

#endif

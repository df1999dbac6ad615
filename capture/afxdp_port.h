#ifndef WEIR_CAPTURE_AFXDP_PORT_H
#define WEIR_CAPTURE_AFXDP_PORT_H

/* afxdp_port: all that the AF_XDP source asks of the kernel while it runs,
 * besides the rings.
 *
 * There is one of an interface (source_afxdp_open.c), and tests have their own,
 * which plays the kernel; source and rings then run as they are.
 *
 * Owner     the source closes the port, and after it the UMEM.
 * Threads   [c], close: [1].
 * Progress  none of them sleeps, but `settle`, which is called once. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afxdp_program.h"
#include "capture/afxdp_socket.h"
#include "capture/netif.h"
#include "capture/source.h"

struct weir_afxdp_port {
    /* Whether frames go to the rings. */
    void (*intake)(struct weir_afxdp_port *port, bool on);
    /* After the intake is off: every frame that was under way is where the
     * counts say. */
    void (*settle)(struct weir_afxdp_port *port);
    void (*look)(struct weir_afxdp_port *port,
                 struct weir_afxdp_program_facts *out);
    void (*losses)(struct weir_afxdp_port *port, struct weir_afxdp_losses *out);
    void (*wake)(struct weir_afxdp_port *port);
    enum weir_netif_state (*link)(struct weir_afxdp_port *port);
    /* Frames that the device had no room for, since it is there. */
    uint64_t (*missed)(struct weir_afxdp_port *port);
    void (*close)(struct weir_afxdp_port *port);
    int fd; /* readable when the receive ring has something */
};

struct weir_afxdp_source_config {
    const char *name;  /* the device's; borrowed until close */
    const char *label; /* as in weir_source_config */
    const char *text;  /* copied */
    bool beside;       /* as in weir_source; and counts what all queues miss */
    uint32_t frame_max;
    uint32_t snaplen;
    uint32_t hold_ms;
    bool zero_copy;
    bool takes_tags; /* the device does, so the driver must give them back */
    struct weir_ifaces *ifaces; /* as in struct weir_source_config */
    const char *filter_text;
    struct weir_filter *filter; /* taken */
};

/* weir_afxdp_source_make: a source over this port and this UMEM, both of which
 * it takes if the answer is 0. */
int weir_afxdp_source_make(struct weir_source **out,
                           const struct weir_afxdp_source_config *config,
                           struct weir_afxdp_port *port,
                           struct weir_afxdp_umem *umem, struct weir_err *err);

/* weir_afxdp_source_port: what it was made over. */
struct weir_afxdp_port *
weir_afxdp_source_port(const struct weir_source *source);

#endif

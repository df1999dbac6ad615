#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/afxdp_device.h"
#include "capture/afxdp_port.h"
#include "capture/afxdp_program.h"
#include "capture/afxdp_socket.h"
#include "capture/afxdp_umem.h"
#include "capture/filter.h"
#include "capture/kernel_filter.h"
#include "capture/source_afxdp.h"

/* The port of an interface. */
struct line {
    struct weir_afxdp_port port; /* first: what the source sees */
    struct weir_afxdp_device device;
    struct weir_afxdp_socket *socket;
    struct weir_afxdp_program *program;
    uint32_t queue;
};

static struct line *line_of(struct weir_afxdp_port *port)
{
    return (struct line *)port;
}

static void line_intake(struct weir_afxdp_port *port, bool on)
{
    weir_afxdp_program_intake(line_of(port)->program, line_of(port)->queue, on);
}

/* A driver's poll runs its programs and hands the frames to the sockets
 * within one RCU reader (net/core/filter.c, xdp_do_flush). */
static void line_settle(struct weir_afxdp_port *port)
{
    (void)port;
    weir_kernel_filter_settle();
}

static void line_look(struct weir_afxdp_port *port,
                      struct weir_afxdp_program_facts *out)
{
    weir_afxdp_program_look(line_of(port)->program, line_of(port)->queue, out);
}

static void line_losses(struct weir_afxdp_port *port,
                        struct weir_afxdp_losses *out)
{
    weir_afxdp_socket_losses(line_of(port)->socket, out);
}

static void line_wake(struct weir_afxdp_port *port)
{
    weir_afxdp_socket_wake(line_of(port)->socket);
}

static enum weir_netif_state line_link(struct weir_afxdp_port *port)
{
    return weir_afxdp_device_state(&line_of(port)->device);
}

static uint64_t line_missed(struct weir_afxdp_port *port)
{
    return weir_afxdp_device_missed(&line_of(port)->device);
}

/* The program first: no frame may be on its way to a socket that is not. */
static void line_close(struct weir_afxdp_port *port)
{
    struct line *line = line_of(port);
    weir_afxdp_program_close(line->program);
    weir_afxdp_socket_close(line->socket);
    weir_afxdp_device_close(&line->device);
    free(line);
}

static int open_umem(struct weir_afxdp_umem **out, const struct line *line,
                     const struct weir_afxdp_config *config,
                     struct weir_err *err)
{
    const uint32_t small = 2048;
    const uint32_t frame_max = line->device.frame_max;
    if (frame_max > WEIR_AFXDP_FRAME_MAX)
        return weir_err_set(err, -EMSGSIZE,
                            "AF_XDP takes frames of up to %u bytes, and the "
                            "interface's MTU allows %u with VLAN tags",
                            WEIR_AFXDP_FRAME_MAX, frame_max);
    const struct weir_afxdp_umem_config umem = {
        .bytes = config->buffer_bytes != 0 ? config->buffer_bytes
                                           : WEIR_AFXDP_BUFFER_BYTES,
        .chunk_bytes =
            frame_max <= small - WEIR_AFXDP_HEADROOM ? small : 2 * small,
        .loans = config->source.leases,
        .loan_bytes = config->source.block_bytes,
    };
    return weir_afxdp_umem_open(out, &umem, err);
}

static int open_queue(const struct line *line,
                      const struct weir_afxdp_config *config,
                      struct weir_err *err)
{
    const uint32_t queues = line->device.queues;
    if (config->queue < queues)
        return 0;
    if (queues == 1)
        return weir_err_set(err, -EINVAL, "no queue %u: it has one, queue 0",
                            config->queue);
    return weir_err_set(err, -EINVAL, "no queue %u: it has 0 to %u",
                        config->queue, queues - 1);
}

static int open_program(struct line *line,
                        const struct weir_afxdp_config *config,
                        struct weir_err *err)
{
    if (config->beside == NULL)
        return weir_afxdp_program_open(&line->program, line->device.ifindex,
                                       line->device.queues, err);
    const struct line *beside = line_of(weir_afxdp_source_port(config->beside));
    if (beside->device.ifindex != line->device.ifindex ||
        beside->device.queues != line->device.queues)
        return weir_err_set(err, -ENODEV, "the interface has been changed");
    line->program = weir_afxdp_program_share(beside->program);
    return 0;
}

static int open_line(struct line *line, struct weir_afxdp_umem **umem,
                     const struct weir_afxdp_config *config,
                     struct weir_err *err)
{
    int rc = open_queue(line, config, err);
    if (rc == 0)
        rc = open_umem(umem, line, config, err);
    if (rc == 0)
        rc = weir_afxdp_socket_open(&line->socket, config->device,
                                    config->queue, *umem, err);
    if (rc == 0)
        rc = open_program(line, config, err);
    if (rc == 0)
        rc = weir_afxdp_program_join(line->program, config->queue,
                                     weir_afxdp_socket_fd(line->socket), err);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s", config->device);
    line->port.fd = weir_afxdp_socket_fd(line->socket);
    return 0;
}

static void describe(const struct line *line,
                     const struct weir_afxdp_config *config,
                     struct weir_err *text)
{
    struct weir_afxdp_program_facts facts;
    weir_afxdp_program_look(line->program, line->queue, &facts);
    const char *mode = !facts.native ? "generic XDP, copy mode"
                       : weir_afxdp_socket_zero_copy(line->socket)
                           ? "native XDP, zero copy"
                           : "native XDP, copy mode";
    if (line->device.queues == 1)
        weir_err_set(text, 0,
                     "AF_XDP takes what %s receives away from the host (%s)",
                     config->device, mode);
    else
        weir_err_set(text, 0,
                     "AF_XDP takes what %s receives on queue %u of its %u away "
                     "from the host (%s)",
                     config->device, config->queue, line->device.queues, mode);
}

static uint32_t snaplen(const struct weir_afxdp_config *config)
{
    const uint32_t asked = config->source.snaplen;
    return asked == 0 || asked > WEIR_SNAPLEN_MAX ? WEIR_SNAPLEN_MAX : asked;
}

static int make(struct weir_source **out, struct line *line,
                struct weir_afxdp_umem *umem, struct weir_filter *filter,
                const struct weir_afxdp_config *config, struct weir_err *err)
{
    struct weir_err text;
    describe(line, config, &text);
    struct weir_afxdp_layout layout;
    weir_afxdp_umem_layout(umem, &layout);
    struct weir_afxdp_source_config source = {
        .name = config->device,
        .label = config->source.label,
        .text = text.text,
        .beside = config->beside != NULL,
        .frame_max = layout.chunk_bytes - WEIR_AFXDP_HEADROOM,
        .snaplen = snaplen(config),
        .hold_ms = config->hold_ms,
        .zero_copy = weir_afxdp_socket_zero_copy(line->socket),
        .takes_tags = line->device.takes_tags,
        .ifaces = config->source.ifaces,
        .filter_text = weir_source_filter_text(&config->source),
        .filter = filter,
    };
    return weir_afxdp_source_make(out, &source, &line->port, umem, err);
}

static int compile(struct weir_filter **out,
                   const struct weir_afxdp_config *config, struct weir_err *err)
{
    const char *text = config->source.filter;
    if (text == NULL || text[0] == '\0')
        return 0;
    return weir_filter_compile(out, text, WEIR_LINKTYPE_ETHERNET,
                               snaplen(config), err);
}

int weir_afxdp_source_open(struct weir_source **out,
                           const struct weir_afxdp_config *config,
                           struct weir_err *err)
{
    struct weir_afxdp_umem *umem = NULL;
    struct weir_filter *filter = NULL;
    struct line *line = calloc(1, sizeof *line);
    if (line == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    line->port = (struct weir_afxdp_port){
        .intake = line_intake,
        .settle = line_settle,
        .look = line_look,
        .losses = line_losses,
        .wake = line_wake,
        .link = line_link,
        .missed = line_missed,
        .close = line_close,
        .fd = -1,
    };
    line->queue = config->queue;
    int rc = weir_afxdp_device_open(&line->device, config->device,
                                    config->promisc, err);
    /* The interface is left alone until all else is right: many drivers stop
     * for a while when they get a program. */
    if (rc == 0)
        rc = compile(&filter, config, err);
    if (rc == 0)
        rc = open_line(line, &umem, config, err);
    if (rc == 0)
        rc = make(out, line, umem, filter, config, err);
    if (rc != 0) {
        weir_filter_free(filter);
        line_close(&line->port);
        weir_afxdp_umem_close(umem);
        return rc;
    }
    return 0;
}

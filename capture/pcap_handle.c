#include "capture/pcap_handle.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/err.h"
#include "capture/filter.h"
#include "capture/netif.h"

/* What pcap_activate said, in one line that names the device. */
static int activate_error(pcap_t *pcap, const char *device, int status,
                          struct weir_err *err)
{
    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return weir_netif_refused(err, -ENODEV, device);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return weir_netif_refused(err, -EPERM, device);
    case PCAP_ERROR_IFACE_NOT_UP:
        return weir_netif_refused(err, -ENETDOWN, device);
    default:
        break;
    }
    const char *text = pcap_geterr(pcap);
    if (text[0] == '\0')
        text = pcap_statustostr(status);
    return weir_err_set(err, -EIO, "%s: %s", device, text);
}

static void configure(pcap_t *pcap,
                      const struct weir_pcap_handle_config *config)
{
    /* These fail on an active handle only, and it is not; the precision is
     * asked for, and what came of it is seen in the handle. */
    (void)pcap_set_snaplen(pcap, (int)config->snaplen);
    (void)pcap_set_promisc(pcap, config->promisc &&
                                     strcmp(config->device, "any") != 0);
    (void)pcap_set_buffer_size(pcap, config->buffer_bytes > INT_MAX
                                         ? INT_MAX
                                         : (int)config->buffer_bytes);
    (void)pcap_set_timeout(pcap, (int)config->timeout_ms);
    (void)pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
}

int weir_pcap_handle_open(pcap_t **out,
                          const struct weir_pcap_handle_config *config,
                          struct weir_err *warning, struct weir_err *err)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    warning->text[0] = '\0';
    pcap_t *pcap = pcap_create(config->device, text);
    if (pcap == NULL)
        return weir_err_set(err, -EIO, "%s: %s", config->device, text);
    configure(pcap, config);
    if (config->adapter_stamps &&
        pcap_set_tstamp_type(pcap, PCAP_TSTAMP_ADAPTER) != 0) {
        pcap_close(pcap);
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: the adapter cannot stamp frames; the host can",
                            config->device);
    }
    const int status = pcap_activate(pcap);
    if (status < 0) {
        const int rc = activate_error(pcap, config->device, status, err);
        pcap_close(pcap);
        return rc;
    }
    if (status > 0) {
        const char *reason = pcap_geterr(pcap);
        weir_err_set(warning, 0, "%s: %s", config->device,
                     reason[0] != '\0' ? reason : pcap_statustostr(status));
    }
    if (pcap_setnonblock(pcap, 1, text) != 0) {
        pcap_close(pcap);
        return weir_err_set(err, -EIO, "%s: %s", config->device, text);
    }
    /* The cooked header that names the interface, where libpcap offers it:
     * on `any`, but not on single devices with a header unknown to it. */
    if (pcap_datalink(pcap) == DLT_LINUX_SLL)
        (void)pcap_set_datalink(pcap, DLT_LINUX_SLL2);
    *out = pcap;
    return 0;
}

int weir_pcap_handle_compile(pcap_t *pcap, struct bpf_program *out,
                             const char *device, const char *text,
                             struct weir_err *err)
{
    char ignored[PCAP_ERRBUF_SIZE];
    bpf_u_int32 net = 0;
    bpf_u_int32 mask = PCAP_NETMASK_UNKNOWN;
    if (pcap_lookupnet(device, &net, &mask, ignored) != 0)
        mask = PCAP_NETMASK_UNKNOWN;
    if (text == NULL)
        text = "";
    if (pcap_compile(pcap, out, text, 1, mask) != 0)
        return weir_filter_wrong(text, pcap_geterr(pcap), err);
    return 0;
}

bool weir_pcap_handle_link_error(pcap_t *pcap)
{
    /* libpcap 1.10.3, pcap-linux.c, pcap_wait_for_frames_mmap */
    const char *text = pcap_geterr(pcap);
    return strcmp(text, "The interface disappeared") == 0 ||
           strstr(text, "Can't get flags") != NULL;
}

#ifndef WEIR_CAPTURE_PCAP_HANDLE_H
#define WEIR_CAPTURE_PCAP_HANDLE_H

/* pcap_handle: a live handle of libpcap, opened, with one clear line for
 * each way in which that fails.
 *
 * Owner     the caller; pcap_close.
 * Threads   open and compile: [1] per handle. */

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct weir_pcap_handle_config {
    const char *device;
    bool promisc;
    bool adapter_stamps;
    uint32_t snaplen; /* 1 to WEIR_SNAPLEN_MAX */
    uint32_t buffer_bytes;
    uint32_t timeout_ms;
};

/* weir_pcap_handle_open: an active handle with time stamps in nanoseconds
 * where there are any (pcap_get_tstamp_precision tells), never blocking.
 * Returns 0 or -errno; *warning is what libpcap warns of, "" if nothing. */
int weir_pcap_handle_open(pcap_t **out,
                          const struct weir_pcap_handle_config *config,
                          struct weir_err *warning, struct weir_err *err);

/* weir_pcap_handle_compile: text (may be NULL or "") for this handle.
 * Returns 0 or -EINVAL; pcap_freecode after use. */
int weir_pcap_handle_compile(pcap_t *pcap, struct bpf_program *out,
                             const char *device, const char *text,
                             struct weir_err *err);

/* weir_pcap_handle_link_error: after a call that failed: libpcap believes
 * that the interface is gone.  It says so also of one that is down and was
 * renamed; netif.h knows better. */
bool weir_pcap_handle_link_error(pcap_t *pcap);

#endif

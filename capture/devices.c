#include "capture/devices.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/pcap_handle.h"

/* Names are anybody's who may create interfaces: nothing in them may reach a
 * terminal as a command.  Bytes above 0x7f are left: names may be UTF-8. */
static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from != NULL ? from : "");
    for (char *c = to; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

static uint32_t flags_of(bpf_u_int32 from)
{
    uint32_t flags = 0;
    if ((from & PCAP_IF_UP) != 0)
        flags |= WEIR_DEVICE_UP;
    if ((from & PCAP_IF_RUNNING) != 0)
        flags |= WEIR_DEVICE_RUNNING;
    if ((from & PCAP_IF_LOOPBACK) != 0)
        flags |= WEIR_DEVICE_LOOPBACK;
    if ((from & PCAP_IF_WIRELESS) != 0)
        flags |= WEIR_DEVICE_WIRELESS;
    const bpf_u_int32 status = from & PCAP_IF_CONNECTION_STATUS;
    if (status == PCAP_IF_CONNECTION_STATUS_CONNECTED)
        flags |= WEIR_DEVICE_CONNECTED;
    if (status == PCAP_IF_CONNECTION_STATUS_DISCONNECTED)
        flags |= WEIR_DEVICE_DISCONNECTED;
    return flags;
}

int weir_devices_list(struct weir_device **out, size_t *count,
                      struct weir_err *err)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, text) != 0)
        return weir_err_set(err, -EIO, "list of devices: %s", text);
    size_t n = 0;
    for (const pcap_if_t *one = all; one != NULL; one = one->next)
        n++;
    struct weir_device *list = calloc(n + 1, sizeof *list);
    if (list == NULL) {
        pcap_freealldevs(all);
        return weir_err_sys(err, -ENOMEM, "list of devices");
    }
    struct weir_device *device = list;
    for (const pcap_if_t *one = all; one != NULL; one = one->next) {
        copy_text(device->name, sizeof device->name, one->name);
        copy_text(device->description, sizeof device->description,
                  one->description);
        device->flags = flags_of(one->flags);
        device++;
    }
    pcap_freealldevs(all);
    *out = list;
    *count = n;
    return 0;
}

void weir_devices_free(struct weir_device *list)
{
    free(list);
}

static void describe(struct weir_device_linktype *out, int dlt)
{
    out->linktype = weir_linktype_from_dlt(dlt);
    copy_text(out->name, sizeof out->name, pcap_datalink_val_to_name(dlt));
    copy_text(out->description, sizeof out->description,
              pcap_datalink_val_to_description(dlt));
}

/* Ours first, then the others in libpcap's order. */
static int make_linktypes(pcap_t *pcap, struct weir_device_linktype **out,
                          size_t *count)
{
    int *dlts = NULL;
    const int n = pcap_list_datalinks(pcap, &dlts);
    if (n <= 0)
        return -EIO;
    struct weir_device_linktype *list = calloc((size_t)n + 1, sizeof *list);
    if (list == NULL) {
        pcap_free_datalinks(dlts);
        return -ENOMEM;
    }
    const int ours = pcap_datalink(pcap);
    describe(&list[0], ours);
    *count = 1;
    for (int i = 0; i < n; i++)
        if (dlts[i] != ours)
            describe(&list[(*count)++], dlts[i]);
    pcap_free_datalinks(dlts);
    *out = list;
    return 0;
}

int weir_device_linktypes(const char *device, struct weir_device_linktype **out,
                          size_t *count, struct weir_err *err)
{
    const struct weir_pcap_handle_config config = {
        .device = device,
        .snaplen = 64,
        .buffer_bytes = 1,
        .timeout_ms = 100,
    };
    struct weir_err warning;
    pcap_t *pcap = NULL;
    int rc = weir_pcap_handle_open(&pcap, &config, &warning, err);
    if (rc != 0)
        return rc;
    rc = make_linktypes(pcap, out, count);
    pcap_close(pcap);
    return rc == 0 ? 0 : weir_err_sys(err, rc, "%s: link types", device);
}

void weir_device_linktypes_free(struct weir_device_linktype *list)
{
    free(list);
}

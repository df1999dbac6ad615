#ifndef WEIR_CAPTURE_DEVICES_H
#define WEIR_CAPTURE_DEVICES_H

/* devices: what there is to capture from, and under which link types.
 *
 * Owner     the caller; lists are freed with the call beside them.
 * Threads   any.
 * Errors    0 or -errno, with a text. */

#include <stddef.h>
#include <stdint.h>

struct weir_err;

#define WEIR_DEVICE_UP           0x01u
#define WEIR_DEVICE_RUNNING      0x02u
#define WEIR_DEVICE_LOOPBACK     0x04u
#define WEIR_DEVICE_WIRELESS     0x08u
#define WEIR_DEVICE_CONNECTED    0x10u /* neither: not known, or no sense */
#define WEIR_DEVICE_DISCONNECTED 0x20u

struct weir_device {
    char name[64];
    char description[128]; /* "" if there is none */
    uint32_t flags;        /* WEIR_DEVICE_* */
};

struct weir_device_linktype {
    uint16_t linktype; /* LINKTYPE_ value */
    char name[32];     /* libpcap's, as -y takes it: "EN10MB" */
    char description[96];
};

/* weir_devices_list: all devices that can be opened, the likeliest first; an
 * empty list if this user may open none.  Control characters in names and
 * descriptions are replaced by '?'. */
int weir_devices_list(struct weir_device **out, size_t *count,
                      struct weir_err *err);
void weir_devices_free(struct weir_device *list);

/* weir_device_linktypes: opens the device for a moment, so the privilege to
 * capture is needed.  The first is the one that a capture uses. */
int weir_device_linktypes(const char *device, struct weir_device_linktype **out,
                          size_t *count, struct weir_err *err);
void weir_device_linktypes_free(struct weir_device_linktype *list);

#endif

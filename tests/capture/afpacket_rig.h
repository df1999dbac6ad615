#ifndef WEIR_TESTS_CAPTURE_AFPACKET_RIG_H
#define WEIR_TESTS_CAPTURE_AFPACKET_RIG_H

/* afpacket_rig: random frames into a fake kernel, and what a lease of them
 * should give.
 *
 * Threads   the test's one. */

#include "ring/lease.h"
#include "tests/capture/fake_kernel.h"
#include "tests/support/random.h"

#define RIG_LEN_MAX 4000

/* A frame as it should come out. */
struct rig_sent {
    uint32_t len;
    uint32_t caplen;
    int64_t time_ns;
    uint16_t flags;
    uint8_t *data;
};

struct rig_list {
    struct rig_sent *at;
    uint32_t count;
    uint32_t room;
};

struct rig_mix {
    uint32_t len_min;
    uint32_t len_max;      /* at most RIG_LEN_MAX */
    uint32_t vlan_percent; /* have a tag that the kernel takes out */
    uint32_t sent_percent; /* are outgoing */
    bool copies;           /* see struct weir_afpacket_device */
};

/* rig_receive: one random frame; kept in *list if it was accepted. */
bool rig_receive(struct fake_kernel *k, struct random *random,
                 const struct rig_mix *mix, struct rig_list *list);
void rig_list_free(struct rig_list *list);

/* rig_lease: of the kernel's block 0, which is closed. */
struct weir_lease rig_lease(const struct fake_kernel *k,
                            const struct weir_afpacket_device *device);

/* rig_differs: walks the lease in vectors of `vector` frames; NULL if it gives
 * list->at[first ..] for all of its frames, else what is wrong. */
const char *rig_differs(const struct weir_lease *lease,
                        const struct rig_list *list, uint32_t first,
                        uint32_t vector);

#endif

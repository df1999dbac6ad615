#include "tests/capture/afxdp_fake.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"
#include "capture/afxdp_shared.h"

enum { FILL_MADE, FILL_TAKEN, FILL_FLAGS, RX_MADE, RX_TAKEN, RX_FLAGS };

static struct fake *fake_of(struct weir_afxdp_port *port)
{
    return (struct fake *)port;
}

static struct fake *hold(struct weir_afxdp_port *port)
{
    struct fake *fake = (struct fake *)port;
    WEIR_ASSERT(pthread_mutex_lock(&fake->lock) == 0);
    return fake;
}

static void release(struct fake *fake)
{
    WEIR_ASSERT(pthread_mutex_unlock(&fake->lock) == 0);
}

static void port_intake(struct weir_afxdp_port *port, bool on)
{
    struct fake *fake = hold(port);
    fake->intake = on;
    release(fake);
}

/* What is under way arrives. */
static void port_settle(struct weir_afxdp_port *port)
{
    struct fake *fake = hold(port);
    WEIR_ASSERT(!fake->intake);
    fake_flush(fake);
    fake->settled++;
    release(fake);
}

static void port_look(struct weir_afxdp_port *port,
                      struct weir_afxdp_program_facts *out)
{
    struct fake *fake = hold(port);
    uint64_t count = 0;
    fake->facts.stamped = !fake->unstamped;
    *out = fake->facts;
    /* Whoever looks has just taken what there was. */
    (void)!read(fake->port.fd, &count, sizeof count);
    release(fake);
}

static void port_losses(struct weir_afxdp_port *port,
                        struct weir_afxdp_losses *out)
{
    struct fake *fake = hold(port);
    *out = fake->losses;
    release(fake);
}

static void port_wake(struct weir_afxdp_port *port)
{
    fake_of(port)->wakes++;
}

static enum weir_netif_state port_link(struct weir_afxdp_port *port)
{
    return fake_of(port)->state;
}

static uint64_t port_missed(struct weir_afxdp_port *port)
{
    return fake_of(port)->missed;
}

static void port_close(struct weir_afxdp_port *port)
{
    WEIR_ASSERT(!fake_of(port)->closed);
    fake_of(port)->closed = true;
}

static void lay_rings(struct fake *fake)
{
    const uint32_t size = fake->layout.ring_size;
    fake->fill = calloc(size, sizeof fake->fill[0]);
    fake->rx = calloc(size, sizeof fake->rx[0]);
    WEIR_ASSERT(fake->fill != NULL && fake->rx != NULL);
    *fake->layout.fill = (struct xsk_ring_prod){
        .cached_cons = size,
        .mask = size - 1,
        .size = size,
        .producer = &fake->words[FILL_MADE],
        .consumer = &fake->words[FILL_TAKEN],
        .ring = fake->fill,
        .flags = &fake->words[FILL_FLAGS],
    };
    *fake->layout.rx = (struct xsk_ring_cons){
        .mask = size - 1,
        .size = size,
        .producer = &fake->words[RX_MADE],
        .consumer = &fake->words[RX_TAKEN],
        .ring = fake->rx,
        .flags = &fake->words[RX_FLAGS],
    };
}

struct fake *fake_open(uint32_t chunks, uint32_t loans, uint32_t loan_bytes)
{
    const struct weir_afxdp_umem_config config = {
        .bytes = chunks * 2048,
        .chunk_bytes = 2048,
        .loans = loans,
        .loan_bytes = loan_bytes,
    };
    struct fake *fake = calloc(1, sizeof *fake);
    WEIR_ASSERT(fake != NULL);
    WEIR_ASSERT(weir_afxdp_umem_open(&fake->umem, &config, NULL) == 0);
    weir_afxdp_umem_layout(fake->umem, &fake->layout);
    lay_rings(fake);
    weir_afxdp_umem_offer(fake->umem);
    fake->port = (struct weir_afxdp_port){
        .intake = port_intake,
        .settle = port_settle,
        .look = port_look,
        .losses = port_losses,
        .wake = port_wake,
        .link = port_link,
        .missed = port_missed,
        .close = port_close,
        .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    };
    WEIR_ASSERT(fake->port.fd >= 0);
    WEIR_ASSERT(pthread_mutex_init(&fake->lock, NULL) == 0);
    return fake;
}

void fake_frame(struct fake *fake, uint32_t len)
{
    const uint32_t size = fake->layout.ring_size;
    const uint64_t number = fake->number++;
    if (!fake->intake)
        return;
    fake->facts.redirected++;
    if (len > fake->layout.chunk_bytes - FAKE_DATA_OFFSET) {
        fake->losses.dropped++;
        return;
    }
    /* Pairs with the release in libxdp's submit. */
    if (__atomic_load_n(&fake->words[FILL_MADE], __ATOMIC_ACQUIRE) ==
        fake->fill_taken) {
        fake->losses.dropped++;
        fake->losses.chunks_none++;
        return;
    }
    const uint32_t taken =
        __atomic_load_n(&fake->words[RX_TAKEN], __ATOMIC_ACQUIRE);
    if (fake->rx_made - taken == size) {
        fake->losses.ring_full++;
        return;
    }
    const uint64_t chunk = fake->fill[fake->fill_taken++ % size];
    WEIR_ASSERT(chunk % fake->layout.chunk_bytes == 0 &&
                chunk < fake->layout.bytes);
    uint8_t *data = fake->layout.area + chunk + FAKE_DATA_OFFSET;
    const weir_afxdp_stamp stamp = 2 * number;
    memset(data, (int)(number & 0xff), len);
    if (!fake->unstamped)
        memcpy(data - sizeof stamp, &stamp, sizeof stamp);
    memcpy(data, &number, len < sizeof number ? len : sizeof number);
    fake->rx[fake->rx_made++ % size] = (struct xdp_desc){
        .addr = chunk + FAKE_DATA_OFFSET,
        .len = len,
    };
}

void fake_flush(struct fake *fake)
{
    /* Pair with the acquires in libxdp's peek and reserve. */
    __atomic_store_n(&fake->words[RX_MADE], fake->rx_made, __ATOMIC_RELEASE);
    __atomic_store_n(&fake->words[FILL_TAKEN], fake->fill_taken,
                     __ATOMIC_RELEASE);
}

void fake_free(struct fake *fake)
{
    if (!fake->closed)
        weir_afxdp_umem_close(fake->umem);
    (void)pthread_mutex_destroy(&fake->lock);
    (void)close(fake->port.fd);
    free(fake->fill);
    free(fake->rx);
    free(fake);
}

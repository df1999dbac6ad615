#include "tests/sink/dump_rig.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/linktype.h"

void dump_rig_open(struct dump_rig *rig, const uint16_t *linktypes, uint32_t n)
{
    memset(rig, 0, sizeof *rig);
    atomic_flag_clear(&rig->guard.in);
    rig->ifaces = calloc(1, sizeof *rig->ifaces);
    cr_assert_not_null(rig->ifaces);
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_iface iface = {.linktype = linktypes[i]};
        (void)dump_rig_iface(rig, &iface);
    }
    const struct weir_dump_owner owner = {
        .guard = &rig->guard,
        .ifaces = rig->ifaces,
    };
    weir_dump_init(&rig->dump, &owner);
}

void dump_rig_ethernet(struct dump_rig *rig)
{
    static const uint16_t ethernet = WEIR_LINKTYPE_ETHERNET;
    test_dir();
    dump_rig_open(rig, &ethernet, 1);
}

void dump_rig_close(struct dump_rig *rig)
{
    cr_assert_eq(weir_dump_close(&rig->dump, &rig->err), 0, "%s",
                 rig->err.text);
    free(rig->ifaces);
    rig->ifaces = NULL;
}

uint16_t dump_rig_iface(struct dump_rig *rig, const struct weir_iface *iface)
{
    const int n = weir_ifaces_add(rig->ifaces, iface);
    cr_assert_geq(n, 0);
    return (uint16_t)n;
}

struct weir_frame dump_rig_frame(uint32_t i)
{
    static uint8_t data[4096];
    const uint32_t caplen = i * 7 % 2000;
    for (uint32_t k = 0; k < 32; k++)
        data[k] = (uint8_t)(i * 31 + k);
    return (struct weir_frame){
        .data = data,
        .time_ns = INT64_C(1700000000123456789) + i * INT64_C(1000001001),
        .caplen = caplen,
        .len = caplen + i % 3,
    };
}

void dump_rig_same(const char *path, uint32_t n, int64_t unit_ns)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(
        path, PCAP_TSTAMP_PRECISION_NANO, why);
    cr_assert_not_null(pcap, "%s", why);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_frame frame = dump_rig_frame(i);
        cr_assert_eq(pcap_next_ex(pcap, &header, &bytes), 1, "%s: frame %u: %s",
                     path, i, pcap_geterr(pcap));
        const int64_t time_ns =
            header->ts.tv_sec * WEIR_NS_PER_S + header->ts.tv_usec;
        cr_assert_eq(time_ns, frame.time_ns / unit_ns * unit_ns);
        cr_assert_eq(header->caplen, frame.caplen);
        cr_assert_eq(header->len, frame.len);
        cr_assert(memcmp(bytes, frame.data, frame.caplen) == 0);
    }
    cr_assert_eq(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
    pcap_close(pcap);
}

int dump_rig_open_as(struct dump_rig *rig, const char *name,
                     enum weir_format format)
{
    const struct weir_dump_config config = {.format = format};
    return weir_dump_open(&rig->dump, test_path(name), &config, &rig->err);
}

int dump_rig_try(struct dump_rig *rig, const struct weir_frame *frame,
                 const struct weir_dump_time *time)
{
    return weir_dump_frame(&rig->dump, frame, time, &rig->err);
}

void dump_rig_start(struct dump_rig *rig, const char *name,
                    enum weir_format format)
{
    cr_assert_eq(dump_rig_open_as(rig, name, format), 0, "%s", rig->err.text);
}

void dump_rig_put(struct dump_rig *rig, const struct weir_frame *frame,
                  const struct weir_dump_time *time)
{
    cr_assert_eq(dump_rig_try(rig, frame, time), 0, "%s", rig->err.text);
}

void dump_rig_end(struct dump_rig *rig)
{
    cr_assert_eq(weir_dump_close(&rig->dump, &rig->err), 0, "%s",
                 rig->err.text);
}

struct test_file dump_rig_read(const char *name)
{
    struct test_file file;
    cr_assert(test_file_read(&file, test_path(name)));
    return file;
}

#include "tests/sink/report_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static struct weir_summary *the_summary;

static const char *proto_name(uint8_t number)
{
    static const char *const names[] = {"",    "eth", "vlan", "ip",  "ipv6",
                                        "tcp", "udp", "arp",  "sll", "sll"};
    return number < sizeof names / sizeof *names ? names[number] : "";
}

static const char *outcome_name(uint8_t number)
{
    static const char *const names[] = {"ok", "truncated", "bad_total_length"};
    return number < sizeof names / sizeof *names ? names[number] : "";
}

weir_path fixture_path(const uint8_t *protos)
{
    weir_path path = 0;
    for (unsigned i = 0; i < 8 && protos[i] != 0; i++)
        path |= (weir_path)protos[i] << (8 * i);
    return path;
}

void fixture_count(struct weir_summary *summary, weir_path path, uint32_t len,
                   uint32_t n, uint8_t host, uint8_t outcome)
{
    const uint8_t address[4] = {10, 0, 0, host};
    struct weir_tally tally = {
        .path = path,
        .address = address,
        .len = len,
        .kind = host == 0 ? 0 : 4,
        .outcome = outcome,
    };
    for (uint32_t i = 0; i < n; i++)
        weir_summary_count(summary, &tally, 1);
}

void fixture_open(struct weir_report *report)
{
    struct weir_summary_config config = {.talkers = 64, .seed = 1};
    WEIR_ASSERT(weir_summary_open(&the_summary, &config, NULL) == 0);
    *report = (struct weir_report){
        .version = "1.2.3",
        .source = "eth0",
        .summary = the_summary,
        .proto_name = proto_name,
        .outcome_name = outcome_name,
        .writes = true,
    };
}

struct weir_summary *fixture_summary(const struct weir_report *report)
{
    WEIR_ASSERT(report->summary == the_summary);
    return the_summary;
}

void fixture_fill(struct weir_report *report)
{
    static const uint8_t tcp[] = {ETH, IP, TCP, 0};
    static const uint8_t udp[] = {ETH, IP, UDP, 0};
    static const uint8_t udp6[] = {ETH, VLAN, IPV6, UDP, 0};
    static const uint8_t arp[] = {ETH, ARP, 0};
    static const uint8_t cut[] = {ETH, IP, 0};
    struct weir_summary *s = fixture_summary(report);
    fixture_count(s, fixture_path(tcp), 1514, 2000, 1, OK);
    fixture_count(s, fixture_path(tcp), 60, 900, 2, OK);
    fixture_count(s, fixture_path(udp), 100, 300, 3, OK);
    fixture_count(s, fixture_path(udp6), 90, 20, 0, OK);
    fixture_count(s, fixture_path(arp), 42, 4, 0, OK);
    fixture_count(s, fixture_path(cut), 34, 7, 4, BAD_TOTAL_LENGTH);
    fixture_count(s, fixture_path(cut), 1000, 2, 4, TRUNCATED);
    report->delivered = weir_summary_total(s);
    report->duration_ns = INT64_C(2500000000);
    report->ledger = (struct weir_ledger){
        .received = report->delivered.frames + 1050,
        .delivered = report->delivered.frames,
        .excluded =
            {[WEIR_EXCLUDED_FILTER] = 1000, [WEIR_EXCLUDED_SURPLUS] = 50},
        .has_kernel = true,
        .kernel_seen = report->delivered.frames + 1050 + 12,
        .kernel_dropped = 12,
    };
}

void fixture_close(struct weir_report *report)
{
    weir_summary_close(fixture_summary(report));
    the_summary = NULL;
}

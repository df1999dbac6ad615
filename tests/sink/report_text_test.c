#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sink/report_fixture.h"

static struct weir_report report;

static void setup(void)
{
    fixture_open(&report);
}

static void teardown(void)
{
    fixture_close(&report);
}

TestSuite(report_text, .init = setup, .fini = teardown);

static char *print(uint32_t columns)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    cr_assert_eq(weir_report_text(&report, columns, out, NULL), 0);
    fclose(out);
    return text;
}

static void expect_line(const char *text, const char *line)
{
    cr_assert_not_null(strstr(text, line), "no \"%s\" in:\n%s", line, text);
}

static void expect_width(const char *text, size_t columns)
{
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        cr_assert_leq(len, columns, "%.*s", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

static const char golden[] =

    "3233 packets captured\n"
    "4295 packets received by filter\n"
    "12 packets dropped by kernel\n"
    "\n"
    "Ledger of eth0, in frames\n"
    "    kernel_seen       4,295\n"
    "  = received          4,283\n"
    "  + kernel_dropped       12\n"
    "  + discards              0\n"
    "    balanced\n"
    "\n"
    "    received          4,283\n"
    "  = written           3,233\n"
    "  + excluded          1,050\n"
    "      filter            1,000  not wanted by the filter, tested in weir\n"
    "      surplus              50  behind a limit (-c, -a) that was reached\n"
    "  + lost                  0\n"
    "  + in_flight             0\n"
    "    balanced\n"
    "\n"
    "Totals\n"
    "  duration                      2.500 s\n"
    "  frames                          3,233          1.29 kpps\n"
    "  bytes                       3,116,206        9.97 Mbit/s\n"
    "  mean size                 963.9 bytes\n"
    "\n"
    "Protocols                        frames   share      bytes\n"
    "  eth                             3,233  100.0%    3.12 MB\n"
    "    ip                            3,209   99.3%    3.11 MB\n"
    "      tcp                         2,900   89.7%    3.08 MB\n"
    "      udp                           300    9.3%    30.0 kB\n"
    "    vlan                             20    0.6%    1.80 kB\n"
    "      ipv6                           20    0.6%    1.80 kB\n"
    "        udp                          20    0.6%    1.80 kB\n"
    "    arp                               4    0.1%      168 B\n"
    "\n"
    "Frame sizes                      frames   share\n"
    "      0 - 63                        911   28.2%  #########\n"
    "     64 - 127                       320    9.9%  ###\n"
    "    128 - 255                         0    0.0%\n"
    "    256 - 511                         0    0.0%\n"
    "    512 - 1023                        2    0.1%  #\n"
    "   1024 - 1518                    2,000   61.9%  ####################\n"
    "\n"
    "Top talkers                      frames   share      bytes\n"
    "  10.0.0.1                        2,000   61.9%    3.03 MB\n"
    "  10.0.0.2                          900   27.8%    54.0 kB\n"
    "  10.0.0.3                          300    9.3%    30.0 kB\n"
    "  10.0.0.4                            9    0.3%    2.24 kB\n"
    "\n"
    "Malformed or truncated           frames   share      bytes\n"
    "  truncated                           2    0.1%    2.00 kB\n"
    "  bad_total_length                    7    0.2%      238 B\n";

Test(report_text, is_as_it_always_was)
{
    fixture_fill(&report);
    char *text = print(0);
    cr_assert_str_eq(text, golden, "%s", text);
    free(text);
}

Test(report_text, warns_of_merged_frames)
{
    fixture_fill(&report);
    report.oversized = 12;
    char *text = print(0);
    expect_line(text, "12 frames are longer than the interface can send.");
    expect_line(text, "  ethtool -K INTERFACE gro off lro off tso off gso off");
    free(text);
}

Test(report_text, tells_what_other_sinks_cost)
{
    fixture_fill(&report);
    report.copied_blocks = 1;
    report.copied_frames = 4000;
    char *text = print(0);
    expect_line(text, "source's memory: 1 block, 4,000 frames\n");
    free(text);
}

Test(report_text, fits_its_columns)
{
    fixture_fill(&report);
    report.oversized = 1;
    report.copied_blocks = 12345678;
    report.copied_frames = 12345678901;
    for (uint32_t columns = 60; columns <= 120; columns += 20) {
        char *text = print(columns);
        expect_width(text, columns);
        free(text);
    }
}

Test(report_text, the_longest_address_fits_80_columns)
{
    uint8_t address[16];
    memset(address, 0xfe, sizeof address);
    struct weir_tally tally = {.address = address, .len = 70000, .kind = 6};
    weir_summary_count(fixture_summary(&report), &tally, 1);
    fixture_fill(&report);
    char *text = print(80);
    expect_line(text, "  fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe  ");
    expect_line(text, "   9217 and more  ");
    expect_width(text, 80);
    free(text);
}

Test(report_text, nothing_at_all)
{
    report.writes = false;
    char *text = print(80);
    cr_assert_str_eq(text, "0 packets captured\n"
                           "\n"
                           "Ledger of eth0, in frames\n"
                           "    received              0\n"
                           "  = written               0"
                           "  there is no file: counted\n"
                           "  + excluded              0\n"
                           "  + lost                  0\n"
                           "  + in_flight             0\n"
                           "    balanced\n"
                           "\n"
                           "Totals\n"
                           "  duration                      0.000 s\n"
                           "  frames                              0\n"
                           "  bytes                               0\n");
    free(text);
}

Test(report_text, one_packet_is_singular)
{
    static const uint8_t path[] = {ETH, 0};
    fixture_count(fixture_summary(&report), fixture_path(path), 60, 1, 0, OK);
    report.delivered = (struct weir_sum){1, 60};
    report.ledger = (struct weir_ledger){
        .received = 1,
        .delivered = 1,
        .has_kernel = true,
        .kernel_seen = 2,
        .kernel_dropped = 1,
        .interface_dropped = 1,
    };
    char *text = print(80);
    static const char expected[] = "1 packet captured\n"
                                   "2 packets received by filter\n"
                                   "1 packet dropped by kernel\n"
                                   "1 packet dropped by interface\n"
                                   "\n";
    cr_assert_eq(strncmp(text, expected, sizeof expected - 1), 0, "%s", text);
    free(text);
}

Test(report_text, a_broken_equation_is_shown_with_its_numbers)
{
    report.ledger.received = 10;
    report.ledger.delivered = 9;
    char *text = print(80);
    expect_line(text, "\n    BROKEN: received 10 != 9 (difference 1)\n");
    cr_assert_null(strstr(text, "balanced"));
    free(text);
}

Test(report_text, each_equation_has_its_own_verdict)
{
    report.ledger.has_kernel = true;
    report.ledger.kernel_seen = 7;
    report.ledger.discards[WEIR_DISCARD_UNREAD] = 1009;
    char *text = print(80);
    expect_line(text, "    BROKEN: kernel_seen 7 != 1,009"
                      " (difference 1,002)\n");
    expect_line(text, "    balanced\n");
    expect_line(text, "      unread            1,009  still in the kernel");
    free(text);
}

Test(report_text, what_is_in_flight_at_the_end_is_an_error)
{
    report.ledger.received = 10;
    report.ledger.delivered = 7;
    report.ledger.in_flight = 3;
    char *text = print(80);
    expect_line(text, "    BROKEN: in_flight is 3, not 0, at the end\n");
    free(text);
}

Test(report_text, hostile_source_names_do_not_reach_the_terminal)
{
    report.source = "\033]0;owned\a\n\xff\xc2\x9b"
                    "eth0";
    char *text = print(80);
    expect_line(text, "\nLedger of ?]0;owned????eth0, in frames\n");
    for (const char *c = text; *c != '\0'; c++)
        cr_assert(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
    free(text);
}

Test(report_text, of_a_long_path_the_end_is_shown)
{
    report.source = "/a/path/that/is/longer/than/any/line/should/be/and/then/"
                    "some/more/of/it/capture_00017_20261122040000.pcapng";
    char *text = print(60);
    expect_line(text,
                "\nLedger of .../capture_00017_20261122040000.pcapng, in");
    expect_width(text, 60);
    free(text);
}

Test(report_text, numbers_of_64_bits)
{
    report.delivered = (struct weir_sum){UINT64_MAX, UINT64_MAX};
    report.duration_ns = INT64_MAX;
    report.ledger.received = UINT64_MAX;
    report.ledger.delivered = UINT64_MAX;
    report.ledger.has_kernel = true;
    report.ledger.kernel_seen = UINT64_MAX;
    char *text = print(80);
    expect_line(text, "18446744073709551615 packets captured\n");
    expect_line(text, "  = written        18,446,744,073,709,551,615\n");
    expect_line(text, "2.00 Gpps");
    expect_width(text, 80);
    free(text);
}

Test(report_text, an_output_that_fails_is_an_error)
{
    FILE *full = fopen("/dev/full", "w");
    cr_assert_not_null(full);
    cr_assert_eq(weir_report_text(&report, 80, full, NULL), -EIO);
    fclose(full);
}

Test(report_text, several_lanes_have_a_row_each)
{
    struct weir_report_lane lanes[] = {
        {.name = "eth0",
         .ledger = {.received = 1234567,
                    .delivered = 1234567,
                    .has_kernel = true,
                    .kernel_seen = 1234577,
                    .kernel_dropped = 10}},
        {.name = "a-name-that-is-long 3", .ledger = {.received = 5}},
    };
    fixture_fill(&report);
    report.lanes = lanes;
    report.lanes_count = 2;
    report.late = 12345;
    report.late_ns = INT64_C(10003000000);
    char *text = print(60);
    expect_width(text, 60 + strlen("  BROKEN"));
    expect_line(text, "\nLanes                     received  kernel_dropped"
                      "      lost\n"
                      "  eth0                   1,234,567              10"
                      "         0\n");
    expect_line(text, "               -         0  BROKEN\n");
    expect_line(text,
                "\n  late: 12,345 blocks overlap those before by 10.003 s\n");
    free(text);
    report.lanes_count = 1;
    text = print(60);
    cr_assert_null(strstr(text, "Lanes"));
    free(text);
}

Test(report_text, flows_without_room_have_a_row_each)
{
    fixture_fill(&report);
    char *text = print(60);
    cr_assert_null(strstr(text, "Flows"));
    free(text);
    report.flows.counted = true;
    report.flows.count = 21833;
    text = print(60);
    expect_line(text, "\n\nFlows: 21,833\n");
    cr_assert_null(strstr(text, "Without room"));
    free(text);
    report.flows.evicted = 78167;
    report.flows.evicted_packets = 156334;
    report.flows.untracked = 12;
    text = print(60);
    expect_width(text, 60);
    expect_line(text, "\n\nFlows: 21,833\n"
                      "\nWithout room                 flows         packets\n"
                      "  evicted                   78,167         156,334\n"
                      "  untracked                      -              12\n");
    free(text);
}

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/sink/report_fixture.h"

static struct weir_report report;
static char folder[] = "/tmp/weir_report_XXXXXX";
static char path[64];

static void setup(void)
{
    fixture_open(&report);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report.json", folder);
}

static void teardown(void)
{
    fixture_close(&report);
    unlink(path);
    rmdir(folder);
}

TestSuite(report_json, .init = setup, .fini = teardown);

static json_t *parse(void)
{
    char *text = NULL;
    json_error_t error;
    int rc = weir_report_json(&report, &text, NULL);
    json_t *json =
        rc != 0 ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(json);
    free(text);
    return json;
}

/* The keys of an object in their order, with a space behind each. */
static void expect_keys(json_t *object, const char *expected)
{
    char keys[512] = "";
    size_t len = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        len += (size_t)snprintf(keys + len, sizeof keys - len, "%s ", key);
    }
    cr_assert_str_eq(keys, expected);
}

static json_int_t number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    cr_assert(json_is_integer(value), "%s", key);
    return json_integer_value(value);
}

Test(report_json, names_and_their_order_never_change)
{
    fixture_fill(&report);
    json_t *json = parse();
    expect_keys(json, "version source duration_ns frames bytes ledger "
                      "protocols sizes talkers malformed oversized write "
                      "starved freezes write_ns threads late late_ns "
                      "hurried copied_for_sinks flows ");
    json_t *ledger = json_object_get(json, "ledger");
    expect_keys(ledger, "received written excluded lost in_flight kernel_seen "
                        "kernel_dropped discards balanced ");
    expect_keys(json_object_get(ledger, "excluded"),
                "filter surplus link_type outgoing tap ");
    expect_keys(json_object_get(ledger, "lost"), "write abandoned ");
    expect_keys(json_object_get(ledger, "discards"), "outgoing unread ");
    expect_keys(json_object_get(json, "malformed"),
                "truncated bad_total_length ");
    json_decref(json);
}

Test(report_json, numbers_are_those_of_the_recording)
{
    fixture_fill(&report);
    json_t *json = parse();
    cr_assert_eq(number(json, "frames"), 3233);
    cr_assert_eq(number(json, "bytes"), 3116206);
    cr_assert_eq(number(json, "duration_ns"), 2500000000);
    json_t *ledger = json_object_get(json, "ledger");
    cr_assert_eq(number(ledger, "received"), 4283);
    cr_assert_eq(number(ledger, "written"), 3233);
    cr_assert_eq(number(ledger, "kernel_seen"), 4295);
    cr_assert_eq(number(ledger, "kernel_dropped"), 12);
    cr_assert_eq(number(json_object_get(ledger, "excluded"), "filter"), 1000);
    cr_assert(json_is_true(json_object_get(ledger, "balanced")));
    json_t *malformed = json_object_get(json, "malformed");
    cr_assert_eq(number(malformed, "truncated"), 2);
    cr_assert_eq(number(malformed, "bad_total_length"), 7);
    json_decref(json);
}

Test(report_json, says_what_held_up_the_threads)
{
    const struct weir_report_thread threads[] = {{"weir-capture", 12},
                                                 {"weir-write", 345678901234}};
    report.oversized = 17;
    report.starved = 3;
    report.freezes = 2;
    report.write_ns = 5000000000;
    report.copied_blocks = 4;
    report.copied_frames = 4000;
    report.threads = threads;
    report.threads_count = 2;
    json_t *json = parse();
    cr_assert_eq(number(json, "oversized"), 17);
    cr_assert_eq(number(json, "starved"), 3);
    cr_assert_eq(number(json, "freezes"), 2);
    cr_assert_eq(number(json, "write_ns"), 5000000000);
    json_t *copied = json_object_get(json, "copied_for_sinks");
    expect_keys(copied, "blocks frames ");
    cr_assert_eq(number(copied, "blocks"), 4);
    cr_assert_eq(number(copied, "frames"), 4000);
    json_t *list = json_object_get(json, "threads");
    cr_assert_eq(json_array_size(list), 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *thread = json_array_get(list, i);
        expect_keys(thread, "name cpu_ns ");
        cr_assert_str_eq(json_string_value(json_object_get(thread, "name")),
                         threads[i].name);
        cr_assert_eq(number(thread, "cpu_ns"), threads[i].cpu_ns);
    }
    json_decref(json);
}

Test(report_json, flows_are_told_where_they_are_counted)
{
    fixture_fill(&report);
    json_t *json = parse();
    cr_assert(json_is_null(json_object_get(json, "flows")));
    json_decref(json);
    report.flows = (struct weir_report_flows){
        .counted = true,
        .count = 1,
        .evicted = 2,
        .evicted_packets = 3,
        .evicted_bytes = 4,
        .evicted_wire_bytes = 5,
        .untracked = 6,
        .untracked_wire_bytes = 7,
        .not_ip = 8,
        .malformed = 9,
        .truncated = 10,
    };
    json = parse();
    json_t *flows = json_object_get(json, "flows");
    expect_keys(flows, "count evicted untracked not_ip malformed truncated ");
    json_t *evicted = json_object_get(flows, "evicted");
    expect_keys(evicted, "flows packets bytes wire_bytes ");
    json_t *untracked = json_object_get(flows, "untracked");
    expect_keys(untracked, "packets wire_bytes ");
    cr_assert_eq(number(flows, "count"), 1);
    cr_assert_eq(number(evicted, "flows"), 2);
    cr_assert_eq(number(evicted, "packets"), 3);
    cr_assert_eq(number(evicted, "bytes"), 4);
    cr_assert_eq(number(evicted, "wire_bytes"), 5);
    cr_assert_eq(number(untracked, "packets"), 6);
    cr_assert_eq(number(untracked, "wire_bytes"), 7);
    cr_assert_eq(number(flows, "not_ip"), 8);
    cr_assert_eq(number(flows, "malformed"), 9);
    cr_assert_eq(number(flows, "truncated"), 10);
    json_decref(json);
}

Test(report_json, protocols_are_a_tree)
{
    fixture_fill(&report);
    json_t *json = parse();
    json_t *roots = json_object_get(json, "protocols");
    cr_assert_eq(json_array_size(roots), 1);
    json_t *eth = json_array_get(roots, 0);
    expect_keys(eth, "name frames bytes children ");
    cr_assert_eq(number(eth, "frames"), 3233);
    json_t *under = json_object_get(eth, "children");
    const char *const names[] = {"ip", "vlan", "arp"};
    cr_assert_eq(json_array_size(under), 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert_str_eq(json_string_value(
                             json_object_get(json_array_get(under, i), "name")),
                         names[i]);
    json_t *ip = json_array_get(under, 0);
    cr_assert_eq(number(ip, "frames"), 3209);
    json_t *tcp = json_array_get(json_object_get(ip, "children"), 0);
    cr_assert_eq(number(tcp, "bytes"), 2000 * 1514 + 900 * 60);
    json_decref(json);
}

Test(report_json, sizes_cover_every_length_and_add_up)
{
    fixture_fill(&report);
    json_t *json = parse();
    json_t *sizes = json_object_get(json, "sizes");
    cr_assert_eq(json_array_size(sizes), WEIR_SIZE_CLASSES);
    json_int_t next = 0;
    json_int_t frames = 0;
    json_int_t bytes = 0;
    for (size_t i = 0; i < WEIR_SIZE_CLASSES; i++) {
        json_t *one = json_array_get(sizes, i);
        cr_assert_eq(number(one, "min"), next);
        next = number(one, "max") + 1;
        frames += number(one, "frames");
        bytes += number(one, "bytes");
    }
    cr_assert_eq(next, INT64_C(1) << 32);
    cr_assert_eq(frames, number(json, "frames"));
    cr_assert_eq(bytes, number(json, "bytes"));
    json_decref(json);
}

Test(report_json, talkers_are_the_greatest_and_the_rest)
{
    fixture_fill(&report);
    report.talkers = 2;
    json_t *json = parse();
    json_t *talkers = json_object_get(json, "talkers");
    cr_assert_eq(json_array_size(talkers), 2);
    json_t *first = json_array_get(talkers, 0);
    expect_keys(first, "address frames bytes ");
    cr_assert_str_eq(json_string_value(json_object_get(first, "address")),
                     "10.0.0.1");
    json_t *other = json_object_get(json, "talkers_other");
    cr_assert_eq(number(other, "frames"), 309);
    json_decref(json);
}

Test(report_json, a_source_without_a_kernel_has_nulls)
{
    json_t *json = parse();
    json_t *ledger = json_object_get(json, "ledger");
    cr_assert(json_is_null(json_object_get(ledger, "kernel_seen")));
    cr_assert(json_is_null(json_object_get(ledger, "kernel_dropped")));
    cr_assert(json_is_true(json_object_get(ledger, "balanced")));
    cr_assert_eq(json_array_size(json_object_get(json, "protocols")), 0);
    cr_assert_eq(json_array_size(json_object_get(json, "talkers")), 0);
    cr_assert_eq(json_object_size(json_object_get(json, "malformed")), 0);
    json_decref(json);
}

Test(report_json, what_is_derived_or_dropped_earlier_is_said)
{
    report.ledger.has_kernel = true;
    report.ledger.kernel_derived = true;
    report.ledger.interface_dropped = 3;
    json_t *json = parse();
    json_t *ledger = json_object_get(json, "ledger");
    cr_assert_eq(number(ledger, "interface_dropped"), 3);
    cr_assert(json_is_true(json_object_get(ledger, "kernel_derived")));
    json_decref(json);
}

Test(report_json, a_broken_ledger_is_not_balanced)
{
    report.ledger.received = 10;
    report.ledger.delivered = 9;
    json_t *json = parse();
    cr_assert(json_is_false(
        json_object_get(json_object_get(json, "ledger"), "balanced")));
    json_decref(json);
}

Test(report_json, hostile_names_are_valid_json)
{
    report.source = "a\033\"\\\n\xff\xed\xa0\x80";
    json_t *json = parse();
    cr_assert_str_eq(json_string_value(json_object_get(json, "source")),
                     "a\033\"\\\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                     "\xef\xbf\xbd");
    json_decref(json);
}

Test(report_json, numbers_of_64_bits)
{
    report.delivered = (struct weir_sum){UINT64_MAX, INT64_MAX};
    report.duration_ns = INT64_MIN;
    json_t *json = parse();
    cr_assert(json_is_real(json_object_get(json, "frames")));
    cr_assert_eq(number(json, "bytes"), INT64_MAX);
    cr_assert_eq(number(json, "duration_ns"), INT64_MIN);
    json_decref(json);
}

Test(report_json, deep_paths_and_unknown_numbers)
{
    static const uint8_t deep[] = {ETH,  VLAN, VLAN, VLAN,
                                   VLAN, VLAN, VLAN, VLAN};
    static const uint8_t unknown[] = {200, 0};
    struct weir_summary *s = fixture_summary(&report);
    fixture_count(s, fixture_path(deep), 60, 1, 0, UNNAMED);
    fixture_count(s, fixture_path(unknown), 60, 2, 0, OK);
    fixture_count(s, 0, 60, 4, 0, OK);
    json_t *json = parse();
    json_t *roots = json_object_get(json, "protocols");
    json_t *first = json_array_get(roots, 0);
    cr_assert_str_eq(json_string_value(json_object_get(first, "name")),
                     "unknown");
    cr_assert_eq(number(first, "frames"), 6);
    json_t *at = json_array_get(roots, 1);
    for (unsigned depth = 1; depth < 8; depth++)
        at = json_array_get(json_object_get(at, "children"), 0);
    cr_assert_eq(number(at, "frames"), 1);
    cr_assert_eq(json_array_size(json_object_get(at, "children")), 0);
    cr_assert_eq(number(json_object_get(json, "malformed"), "outcome_3"), 1);
    json_decref(json);
}

Test(report_json, two_protocols_of_one_name_are_one_row)
{
    static const uint8_t sll[] = {SLL, IP, 0};
    static const uint8_t sll2[] = {SLL2, IP, 0};
    struct weir_summary *s = fixture_summary(&report);
    fixture_count(s, fixture_path(sll), 60, 1, 0, OK);
    fixture_count(s, fixture_path(sll2), 60, 2, 0, OK);
    json_t *json = parse();
    json_t *roots = json_object_get(json, "protocols");
    cr_assert_eq(json_array_size(roots), 1);
    cr_assert_eq(number(json_array_get(roots, 0), "frames"), 3);
    json_decref(json);
}

Test(report_json, the_file_is_private_and_replaces_the_old_one)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "old", 3), 3);
    close(fd);
    cr_assert_eq(weir_report_json_write(&report, path, NULL), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
    json_t *json = json_load_file(path, 0, NULL);
    cr_assert_not_null(json);
    json_decref(json);
    /* Nothing else stays in the folder, or it could not be removed. */
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(rmdir(folder), 0);
    cr_assert_eq(mkdir(folder, 0700), 0);
}

Test(report_json, a_link_is_followed_and_stays_a_link)
{
    char link[80];
    struct stat st;
    snprintf(link, sizeof link, "%s.link", path);
    cr_assert_eq(weir_report_json_write(&report, path, NULL), 0);
    cr_assert_eq(truncate(path, 0), 0);
    cr_assert_eq(symlink(path, link), 0);
    cr_assert_eq(weir_report_json_write(&report, link, NULL), 0);
    cr_assert_eq(lstat(link, &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
    unlink(link);
    json_t *json = json_load_file(path, 0, NULL);
    cr_assert_not_null(json);
    json_decref(json);
}

Test(report_json, a_pipe_is_written_in_place)
{
    struct stat st;
    char text[16] = "";
    cr_assert_eq(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    cr_assert_geq(fd, 0);
    cr_assert_eq(weir_report_json_write(&report, path, NULL), 0);
    cr_assert_eq(read(fd, text, 12), 12);
    cr_assert_str_eq(text, "{\n  \"version");
    close(fd);
    cr_assert_eq(lstat(path, &st), 0);
    cr_assert(S_ISFIFO(st.st_mode));
}

/* Only ever through a link: who runs this as root keeps their devices even if
 * it fails. */
Test(report_json, a_device_is_written_in_place)
{
    struct weir_err err;
    char expected[128];
    cr_assert_eq(symlink("/dev/full", path), 0);
    cr_assert_eq(weir_report_json_write(&report, path, &err), -ENOSPC);
    snprintf(expected, sizeof expected,
             "write report %s: No space left on device", path);
    cr_assert_str_eq(err.text, expected);
}

Test(report_json, errors_name_the_file)
{
    struct weir_err err;
    char missing[96];
    snprintf(missing, sizeof missing, "%s/no\nfolder/r.json", folder);
    cr_assert_eq(weir_report_json_write(&report, missing, &err), -ENOENT);
    cr_assert_not_null(strstr(err.text, "/no?folder/r.json: No such file"));
    cr_assert_eq(weir_report_json_write(&report, folder, &err), -EISDIR);
}

Test(report_json, several_lanes_have_a_ledger_each)
{
    const struct weir_report_lane lanes[] = {
        {.name = "eth0 0", .interface = "eth0", .ledger = {.received = 7}},
        {.name = "eth1",
         .interface = "eth1",
         .ledger = {.received = 5,
                    .delivered = 5,
                    .has_kernel = true,
                    .kernel_seen = 8,
                    .kernel_dropped = 3},
         .starved = 9,
         .freezes = 4},
    };
    report.late = 2;
    report.late_ns = 3000;
    report.hurried = 1;
    report.lanes = lanes;
    report.lanes_count = 1;
    json_t *json = parse();
    cr_assert_null(json_object_get(json, "lanes"));
    json_decref(json);
    report.lanes_count = 2;
    json = parse();
    cr_assert_eq(number(json, "late"), 2);
    cr_assert_eq(number(json, "late_ns"), 3000);
    cr_assert_eq(number(json, "hurried"), 1);
    json_t *list = json_object_get(json, "lanes");
    cr_assert_eq(json_array_size(list), 2);
    json_t *lane = json_array_get(list, 1);
    expect_keys(lane, "name interface ledger starved freezes ");
    cr_assert_str_eq(json_string_value(json_object_get(lane, "name")), "eth1");
    cr_assert_eq(number(lane, "starved"), 9);
    cr_assert_eq(number(lane, "freezes"), 4);
    json_t *ledger = json_object_get(lane, "ledger");
    cr_assert_eq(number(ledger, "kernel_dropped"), 3);
    cr_assert(json_is_true(json_object_get(ledger, "balanced")));
    ledger = json_object_get(json_array_get(list, 0), "ledger");
    cr_assert(json_is_false(json_object_get(ledger, "balanced")));
    json_decref(json);
}

/* weir record with several lanes and several interfaces: every frame exactly
 * once, in the file and under the interface where it belongs. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "capture/source_file.h"
#include "tests/capture/net_rig.h"
#include "tests/cli/command.h"
#include "tests/live/rec.h"

/* A second pair beside the rig's. */
#define LEFT2  "wleft2"
#define RIGHT2 "wright2"

#define FRAMES 6000
#define FLOWS  64

static void need_two(void)
{
    rec_need();
    (void)rig_ip("link del " LEFT2 " 2>/dev/null");
    cr_assert(rig_ip("link add " LEFT2 " type veth peer name " RIGHT2));
    static const char *const names[] = {LEFT2, RIGHT2};
    for (int i = 0; i < 2; i++) {
        char text[128];
        snprintf(text, sizeof text, "link set %s addrgenmode none", names[i]);
        cr_assert(rig_ip(text));
        snprintf(text, sizeof text, "link set %s up arp off", names[i]);
        cr_assert(rig_ip(text));
    }
}

/* Frames [from, to): of 64 flows; the odd ones on the second pair if there
 * are two. */
static void send_frames(uint32_t from, uint32_t to, int pairs)
{
    static uint8_t frame[1514];
    for (uint32_t i = from; i < to; i++) {
        size_t len = 60 + i * 7 % 1400;
        rig_udp(frame, len, (uint16_t)(2000 + i / 2 % FLOWS), i, 0);
        rig_send(pairs == 2 && i % 2 == 1 ? LEFT2 : RIG_LEFT, frame, len);
    }
}

/* What is known of the frames that were found. */
struct found {
    uint32_t frames;
    uint32_t descents; /* frames that are older than the one before them */
    int64_t time_ns;   /* of the last one */
    uint8_t seen[FRAMES];
    uint8_t files[FLOWS]; /* bits: the files that a flow is in */
};

static void note(struct found *found, const struct weir_source *source,
                 const struct weir_frame *frame, int file)
{
    const char *name = source->ifaces->at[frame->iface].name;
    uint32_t number = rig_number(frame->data, 14);
    cr_assert_lt(number, FRAMES);
    bool second = strcmp(name, RIGHT2) == 0;
    cr_assert(second || strcmp(name, RIG_RIGHT) == 0, "%s", name);
    if (second)
        cr_assert_eq(number % 2, 1);
    found->seen[number]++;
    found->files[number / 2 % FLOWS] |= (uint8_t)(1 << file);
    if (found->frames++ > 0)
        found->descents += frame->time_ns < found->time_ns;
    found->time_ns = frame->time_ns;
}

static void read_file(struct found *found, const char *name, int file)
{
    const struct weir_source_config config = {.leases = 1,
                                              .block_bytes = 1 << 20};
    struct weir_source *source;
    struct weir_err err;
    struct weir_lease lease;
    cr_assert_eq(
        weir_file_source_open(&source, command_path(name), &config, &err), 0,
        "%s", err.text);
    while (source->ops->next(source, &lease, &err) == WEIR_SOURCE_LEASE) {
        struct weir_walk walk = {0};
        struct weir_frame frame;
        while (lease.walk(&lease, &walk, &frame, 1) > 0)
            note(found, source, &frame, file);
        source->ops->reclaim(source, &lease);
    }
    source->ops->close(source);
}

static void each_once(const struct found *found)
{
    cr_assert_eq(found->frames, FRAMES);
    for (uint32_t i = 0; i < FRAMES; i++)
        cr_assert_eq(found->seen[i], 1, "frame %u: %u times", i,
                     found->seen[i]);
}

/* The frames that a file says were delivered of an interface, by the last of
 * its Interface Statistics Blocks; pcapng, section 4.6. */
static uint64_t delivered(const char *name, uint32_t iface)
{
    uint64_t value = UINT64_MAX;
    uint32_t head[3];
    FILE *file = fopen(command_path(name), "rb");
    cr_assert_not_null(file);
    while (fread(head, 4, 2, file) == 2) {
        uint32_t body = head[1] - 8;
        uint8_t *bytes = malloc(body);
        cr_assert_eq(fread(bytes, 1, body, file), body);
        uint32_t at = 12; /* behind the interface's number and the time */
        while (head[0] == 5 && weir_load_32(bytes) == iface && at + 4 < body) {
            uint16_t code = weir_load_16(bytes + at);
            uint32_t len = weir_load_16(bytes + at + 2);
            if (code == 8 && len == 8) /* isb_usrdeliv */
                value = weir_load_64(bytes + at + 4);
            at += 4 + (len + 3) / 4 * 4;
        }
        free(bytes);
    }
    fclose(file);
    return value;
}

Test(record_lanes, of_two_interfaces_are_in_one_file_in_the_order_of_blocks)
{
    static struct found found;
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 2");
    send_frames(0, FRAMES, 2);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcapng", FRAMES);
    read_file(&found, "x.pcapng", 0);
    each_once(&found);
    cr_expect_leq(found.descents, command_number("r.json", "late"));
    cr_expect_eq(delivered("x.pcapng", 0), FRAMES / 2);
    cr_expect_eq(delivered("x.pcapng", 1), FRAMES / 2);
    const struct command_result *r = command_run(
        "grep -c '\"balanced\": true' r.json; grep -o '\"name\": \"wright.*\"' "
        "r.json | tr '\\n' ' '");
    cr_expect_str_eq(r->out,
                     "5\n\"name\": \"wright 0\" \"name\": \"wright 1\" "
                     "\"name\": \"wright2 0\" \"name\": \"wright2 1\" ");
}

/* Also when most of the time all lanes but one are silent. */
Test(record_lanes, a_silent_lane_holds_up_nothing)
{
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 2");
    for (uint32_t i = 0; i < 10; i++) {
        send_frames(i, i + 1, 1);
        rec_wait_for_frames("x.pcapng", (long)i + 1);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcapng", 10);
    cr_expect_eq(command_number("r.json", "hurried"), 0);
    cr_expect_eq(command_number("r.json", "late"), 0);
}

Test(record_lanes, a_file_for_each_has_whole_flows)
{
    static struct found found;
    rec_need();
    rec_start("-w x.pcapng --lanes 3 --lane-files");
    send_frames(0, FRAMES, 1);
    rec_signal_it("INT");
    rec_expect_end(0);
    read_file(&found, "x_lane0.pcapng", 0);
    read_file(&found, "x_lane1.pcapng", 1);
    read_file(&found, "x_lane2.pcapng", 2);
    each_once(&found);
    for (int i = 0; i < FLOWS; i++)
        cr_expect_eq(found.files[i] & (found.files[i] - 1), 0);
    cr_expect_eq(command_number("r.json", "late"), 0);
    command_balances("r.json");
    command_sums("r.json", FRAMES);
}

Test(record_lanes, a_count_is_of_all_lanes)
{
    rec_need();
    rec_start("-w x.pcapng --lanes 3 --lane-files -c 500");
    send_frames(0, FRAMES, 1);
    rec_expect_end(0);
    cr_expect_eq(command_frames("x_lane0.pcapng") +
                     command_frames("x_lane1.pcapng") +
                     command_frames("x_lane2.pcapng"),
                 500);
    command_balances("r.json");
    command_sums("r.json", 500);
}

static void check_removed(const char *options)
{
    static struct found found;
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, options);
    send_frames(0, FRAMES / 2, 2);
    cr_assert(rig_ip("link del " LEFT2));
    rec_wait_until("grep -q '" RIGHT2 ".*removed.*goes on' log");
    send_frames(FRAMES / 2, FRAMES, 1);
    rec_signal_it("INT");
    rec_expect_end(1);
    rec_expect_all("x.pcapng", FRAMES);
    read_file(&found, "x.pcapng", 0);
    each_once(&found);
}

Test(record_lanes, an_interface_that_is_removed_ends_its_part_alone)
{
    check_removed("-w x.pcapng");
}

Test(record_lanes, of_an_interface_that_is_removed_give_all_their_frames)
{
    check_removed("-w x.pcapng --lanes 2");
}

/* Right behind a burst: what the kernel had taken in is in the file. */
Test(record_lanes, of_interfaces_that_are_all_removed_give_all_and_end)
{
    static struct found found;
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 2");
    send_frames(0, FRAMES, 2);
    cr_assert(rig_ip("link del " LEFT2));
    cr_assert(rig_ip("link del " RIG_LEFT));
    rec_expect_end(1);
    rec_expect_all("x.pcapng", FRAMES);
    read_file(&found, "x.pcapng", 0);
    each_once(&found);
    rec_expect_in_log("weir record: " RIGHT2 ": the interface was removed\n");
    rec_expect_in_log("weir record: " RIG_RIGHT
                      ": the interface was removed\n");
    /* The last one that goes leaves nothing that goes on. */
    cr_expect_eq(command_run("test $(grep -c 'goes on' log) -le 1")->status, 0);
}

/* The other interface's frames are recorded while one is waited for. */
Test(record_lanes, an_interface_that_goes_down_is_waited_out)
{
    static struct found found;
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 2");
    send_frames(0, FRAMES / 3, 2);
    rec_wait_for_frames("x.pcapng", FRAMES / 3);
    cr_assert(rig_ip("link set " RIGHT2 " down"));
    rec_wait_until("grep -q '" RIGHT2 " is down' log");
    send_frames(FRAMES / 3, FRAMES / 3 * 2, 1);
    rec_wait_for_frames("x.pcapng", FRAMES * 2L / 3);
    cr_assert(rig_ip("link set " RIGHT2 " up"));
    rec_wait_until("grep -q '" RIGHT2 " is up again' log");
    cr_assert(rig_carries(LEFT2));
    send_frames(FRAMES / 3 * 2, FRAMES, 2);
    rec_signal_it("INT");
    rec_expect_end(0);
    rec_expect_all("x.pcapng", FRAMES);
    read_file(&found, "x.pcapng", 0);
    each_once(&found);
}

static void expect_once(const char *text)
{
    const struct command_result *r = command_run("grep -c '%s' log", text);
    cr_expect_str_eq(r->out, "1\n", "%s: %s", text,
                     command_run("cat log")->out);
}

/* Each lane notices; the operator hears it once. */
Test(record_lanes, what_is_so_of_an_interface_is_said_once)
{
    need_two();
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 3");
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    rec_wait_until("grep -q 'is down' log");
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    rec_wait_until("grep -q 'is up again' log");
    cr_assert(rig_ip("link del " LEFT2));
    rec_wait_until("grep -q '" RIGHT2 ".*removed.*goes on' log");
    rec_signal_it("INT");
    rec_expect_end(1);
    expect_once(RIG_RIGHT " is down");
    expect_once(RIG_RIGHT " is up again");
    expect_once(RIGHT2 ": the interface was removed; what else");
    expect_once(RIGHT2 ": the interface was removed$");
    command_balances("r.json");
}

/* Two flows, so that more than one lane has got such a frame. */
Test(record_lanes, merged_frames_are_told_once_of_each_interface)
{
    static uint8_t frame[3000];
    need_two();
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 3000"));
    cr_assert(rig_ip("link set " LEFT2 " mtu 3000"));
    rec_start_on(RIG_RIGHT " -i " RIGHT2, "-w x.pcapng --lanes 3");
    /* What is merged before it is captured comes so. */
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 3000"));
    cr_assert(rig_ip("link set " RIGHT2 " mtu 3000"));
    for (uint32_t i = 0; i < 40; i++) {
        rig_udp(frame, sizeof frame, (uint16_t)(2000 + i), i, 0);
        rig_send(i % 2 == 0 ? RIG_LEFT : LEFT2, frame, sizeof frame);
    }
    rec_signal_it("INT");
    rec_expect_end(0);
    cr_expect_eq(command_number("r.json", "oversized"), 40);
    expect_once("record: " RIG_RIGHT ": frames come merged");
    expect_once("record: " RIGHT2 ": frames come merged");
}

/* Nothing goes on beside the lanes of the only interface. */
Test(record_lanes, of_the_only_interface_end_with_it)
{
    need_two();
    rec_start_on(RIGHT2, "-w x.pcapng --lanes 3");
    cr_assert(rig_ip("link del " LEFT2));
    rec_expect_end(1);
    expect_once("removed");
    command_balances("r.json");
}

Test(record_lanes, interfaces_of_two_link_types_need_a_pcapng)
{
    rec_need();
    const int tun = rig_tun(65534); /* ARPHRD_NONE: raw IP */
    if (tun < 0)
        cr_skip_test("SKIPPED: no tun device");
    command_complains("weir record -i " RIG_RIGHT " -i " RIG_TUN
                      " -w x.pcap; s=$?; test ! -e x.pcap && exit $s",
                      1, "a pcap holds one link type", "--format pcapng");
}

Test(record_lanes, any_beside_another_is_told)
{
    rec_need();
    const struct command_result *r =
        command_run("weir record -i any -i " RIG_RIGHT " -a duration:0.1 2>&1");
    cr_expect_eq(r->status, 0, "%s", r->out);
    cr_expect_not_null(strstr(r->out, "weir: -i any has the frames of the "
                                      "other interfaces, too: they are "
                                      "recorded twice\n"),
                       "%s", r->out);
    r = command_run("weir record -i any -a duration:0.1 2>&1");
    cr_expect_null(strstr(r->out, "twice"), "%s", r->out);
}

Test(record_lanes, one_interface_under_two_names_is_refused)
{
    rec_need();
    if (!rig_ip("link property add dev " RIG_LEFT " altname wleft-by-name"))
        cr_skip_test("SKIPPED: no other names for interfaces");
    command_complains("weir record -i " RIG_LEFT " -i wleft-by-name", 2,
                      "-i wleft-by-name: that is the interface " RIG_LEFT,
                      "named already");
}

/* Both directions of a flow are in one lane, and all lanes in one table. */
Test(record_lanes, of_weir_flows_are_one_table)
{
    rec_need();
    (void)command_run(
        "(weir flows -i " RIG_RIGHT " --source afpacket --lanes 3 -B 8 "
        "--memory 200M -c 6000 -a duration:60 --csv >flows.csv 2>log; "
        "touch status) >/dev/null 2>&1 &");
    rec_wait_until("grep -q listening log");
    send_frames(0, FRAMES, 1);
    rec_wait_until("test -e status");
    const struct command_result *r = command_run(
        "awk -F, 'NR > 1 { rows++; n += $11 + $12 } END { print rows, n }' "
        "flows.csv; cat log >&2");
    cr_expect_str_eq(r->out, "64 6000\n", "%s%s", r->out, r->err);
}

Test(record_lanes, a_dry_run_shows_them)
{
    rec_need();
    const struct command_result *r = command_run(
        "weir record --dry-run -i " RIG_RIGHT " -i lo --lanes 2 --workers 1 "
        "--cpus auto -w x.pcapng");
    cr_expect_eq(r->status, 0, "%s", r->err);
    static const char *const lines[] = {
        "source   wright (live)\n",
        "source   lo (live)\n",
        "capture  afpacket, ring of 65536 KiB for each lane: ",
        "lanes    4, 2 of each source, by flow; one file\n",
        "weir-capture-3   ",
        "weir-work-3-0    ",
        "weir-write       ",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        cr_expect_not_null(strstr(r->out, lines[i]), "%s in %s", lines[i],
                           r->out);
}

/* weir flows and weir record --flows: what they print, and that it is what
 * the frames were. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/command.h"

#define MADE "--synth frames=20000,proto=mix,flows=70,seed=4,size=120 "

/* Little memory, as all of it is taken at the start of each command. */
static const struct command_result *good(const char *script)
{
    const struct command_result *r = command_run(
        "flows() { weir flows -q --memory 40M \"$@\"; }; %s", script);
    cr_assert_eq(r->status, 0, "%s: %s%s", script, r->out, r->err);
    return r;
}

static uint64_t number(const char *path)
{
    return command_number("f.json", path);
}

/* Every delivered frame is of a flow or in a counter. */
static void adds_up(uint64_t frames)
{
    cr_assert_eq(number("totals.packets") + number("evicted.packets") +
                     number("untracked.packets") + number("not_ip") +
                     number("malformed") + number("truncated"),
                 frames);
    cr_assert_eq(number("ledger.written"), frames);
}

Test(flows, json)
{
    good("flows " MADE "--json >f.json");
    adds_up(20000);
    cr_assert_eq(number("flows_count"), 70);
    cr_assert_eq(number("flows_listed"), 70);
    cr_assert_eq(number("totals.wire_bytes"), 2400000);
    cr_assert_eq(number("idle_timeout_ns"), 60000000000);
    cr_assert_eq(number("active_timeout_ns"), 1800000000000);
}

Test(flows, csv_has_the_same_rows_whatever_the_threads)
{
    good("weir record -q " MADE "-w in.pcapng; "
         "flows -r in.pcapng --csv --sort first >1.csv; "
         "test $(wc -l <1.csv) = 71; "
         "for w in 2 3 4; do flows -r in.pcapng --csv --sort first "
         "--workers $w | cmp - 1.csv || exit 1; done; "
         "weir record -q -r in.pcapng -w out.pcap --flows x.csv --sort first; "
         "cmp x.csv 1.csv; "
         "weir record -q -r in.pcapng --flows - --sort first >t; "
         "flows -r in.pcapng --sort first | cmp - t");
}

/* Whichever of them is the first to have a frame. */
Test(flows, of_lanes_are_cut_alike)
{
    good("for i in 1 2 3 4 5 6 7 8; do "
         "test $(flows --synth frames=50000,flows=10 --lanes 4 --workers 1 "
         "--csv | wc -l) = 11 || exit 1; done");
}

/* Many rows, of which many are the same but for their ends: each order is the
 * one that it says, and the first of it are the same rows. */
Test(flows, sorted)
{
    good("mine() { flows --synth frames=30000,proto=mix,flows=9000,seed=2 "
         "--csv --workers 1 \"$@\"; }; "
         "for by in bytes packets duration first; do "
         "mine --sort $by >all.csv; test $(wc -l <all.csv) = 9001; "
         "for n in 1 7 5000; do mine --sort $by --top $n >some.csv; "
         "head -n $((n + 1)) all.csv | cmp - some.csv || exit 1; done; "
         "sort -u all.csv | wc -l | grep -qx 9001 || exit 1; "
         "awk -F, -v by=$by 'NR > 1 { "
         "at = substr($1, 6) + 0; "
         "key = by == \"bytes\" ? $13 + $14 : by == \"packets\" ? $11 + $12 : "
         "by == \"first\" ? 0 : substr($2, 6) - at; "
         "if (NR > 2 && (key > was || (key == was && at < began))) exit 1; "
         "was = key; began = at }' all.csv || exit 1; done");
}

/* All of one flow, then all of the next: what a limit cuts off matters. */
Test(flows, a_count_is_exact)
{
    good("weir record -q " MADE "-w in.pcap; "
         "for f in '' tcp; do for n in 1 65 777; do "
         "weir record -q -r in.pcap -c $n -w cut.pcap $f; "
         "flows -r cut.pcap --csv --sort first >a.csv; "
         "for w in 1 3; do flows -r in.pcap -c $n --csv --sort first "
         "--workers $w $f | cmp - a.csv || exit 1; done; done; done");
    good("flows -r in.pcap -c 777 --json >f.json");
    adds_up(777);
}

/* Talkers of flows are counted by flows, and are the same. */
Test(flows, talkers_are_the_same)
{
    good("talkers() { sed -n '/\"talkers\"/,/\"malformed\"/p' \"$@\"; }; "
         "for p in mix tcp6; do for n in '' '-c 1' '-c 7777'; do "
         "for w in 1 3; do "
         "run=\"weir record -q --synth frames=20000,flows=900,proto=$p,seed=4 "
         "--workers $w $n\"; "
         "$run --report a.json; "
         "$run --report b.json --flows f.csv --memory 40M; "
         "talkers a.json >a; talkers b.json >b; "
         "test $(wc -l <a) -gt 2 && cmp a b || exit 1; done; done; done");
}

static void put_frame(FILE *file, const uint8_t *frame, size_t len)
{
    const uint32_t head[4] = {1700000000, 0, (uint32_t)len, (uint32_t)len};
    cr_assert_eq(fwrite(head, sizeof head, 1, file), 1);
    cr_assert_eq(fwrite(frame, 1, len, file), len);
}

/* Flows of UDP with two tags, and the longest addresses of both versions. */
static void make_wide(const char *name)
{
    static const uint32_t head[6] = {0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1};
    static const uint8_t tags[] = {0x81, 0, 0x0f, 0xa1, 0x81, 0, 1, 0x2c};
    static const uint8_t ipv4[] = {
        8, 0,   0x45, 0,   0,   28,  0,  0,   0,   0,    64,   17, 0,
        0, 192, 168,  100, 200, 172, 16, 254, 254, 0xd4, 0x31, 1,  0xbb};
    static const uint8_t ipv6[] = {0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17, 64};
    static const uint8_t udp[] = {0xd4, 0x31, 1, 0xbb, 0, 8};
    uint8_t v4[50] = {0}, v6[70] = {0};
    FILE *file = fopen(command_path(name), "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(head, sizeof head, 1, file), 1);
    memcpy(v4 + 12, tags, sizeof tags);
    memcpy(v6 + 12, tags, sizeof tags);
    memcpy(v4 + 20, ipv4, sizeof ipv4);
    memcpy(v6 + 20, ipv6, sizeof ipv6);
    memset(v6 + 30, 0xab, 32);
    v6[45] = 0xcd;
    memcpy(v6 + 62, udp, sizeof udp);
    put_frame(file, v4, sizeof v4);
    put_frame(file, v6, sizeof v6);
    cr_assert_eq(fclose(file), 0);
}

/* No line is folded by the terminal, and what the rows are sorted by is there;
 * elsewhere nothing is left out. */
Test(flows, a_table_is_as_wide_as_the_terminal)
{
    make_wide("wide.pcap");
    good("weir flows -q -r wide.pcap >all; "
         "grep -q '4001.300.*abab:abcd]:54321 .*abab]:443' all; "
         "for by in bytes packets duration first; do "
         "for n in 25 31 40 60 80 100 140 200; do "
         "script -qec \"stty cols $n; weir flows -q -r wide.pcap "
         "--sort $by\" /dev/null | tr -d '\\r' >t; "
         "test $(wc -l <t) -lt 6 && awk -v n=$n 'length($0) > n { exit 1 }' t "
         "&& "
         "grep -q 443 t || exit 1; "
         "case $by in bytes | packets) c=\" $by\";; duration) c=seconds;; "
         "*) c=start;; esac; "
         "test $by = first -a $n -lt 44 || grep -q \"$c\" t || "
         "test $n = 25 || exit 1; done; done; cmp t all");
    good("script -qec 'stty cols 31; weir flows -q -r wide.pcap "
         "--sort first' /dev/null | head -n 1 | grep -q '^proto .* bytes'");
    good("script -qec 'stty cols 44; weir flows -q -r wide.pcap "
         "--sort first' /dev/null | head -n 1 | "
         "grep -q '^start  *from  *to.\\?$'");
    good("script -qec 'stty cols 19; weir flows -q -r wide.pcap' /dev/null | "
         "head -n 3 | tr -d '\\r' | awk 'length($0) > 19 { exit 1 }'");
    good("script -qec 'stty cols 60; weir flows -q -r wide.pcap' /dev/null | "
         "grep -q '\\[abab:.*\\.\\..*\\]:443'");
    good("script -qec 'stty cols 24; weir flows -q -r wide.pcap' /dev/null | "
         "tail -n 2 | tr -d '\\r' | tr '\\n' / | "
         "grep -qx '2 flows, 2 packets,/76 bytes/'");
}

Test(flows, timeouts_split)
{
    good("flows --synth frames=10000,flows=1 --idle-timeout 1ms "
         "--active-timeout 1ms --json >f.json");
    adds_up(10000);
    cr_assert_eq(number("flows_count"), 10);
    /* Frames of 2000 flows are 2 ms apart. */
    good("flows --synth frames=10000,flows=2000 --idle-timeout 1ms "
         "--active-timeout 1s --json >f.json");
    cr_assert_eq(number("flows_count"), 10000);
    good("flows --synth frames=10000,flows=2000 --idle-timeout 2ms "
         "--active-timeout 1s --json >f.json");
    cr_assert_eq(number("flows_count"), 2000);
    good("flows --synth frames=10000,flows=1 --idle-timeout 1ms --json "
         ">f.json");
    cr_assert_eq(number("flows_count"), 1);
    cr_assert_eq(number("active_timeout_ns"), 1000000000);
}

Test(flows, memory_is_bounded_and_what_goes_is_counted)
{
    good("weir flows -q --synth frames=300000,flows=300000 --workers 1 "
         "--memory 17M --top 3 --json >f.json");
    adds_up(300000);
    cr_assert_gt(number("evicted.flows"), 200000);
    cr_assert_eq(number("evicted.flows") + number("flows_count"), 300000);
    cr_assert_eq(number("flows_listed"), 3);
    cr_assert_eq(number("untracked.packets"), 0);
}

/* Of 100,000 flows those that are missing are told, whatever the form, and
 * once; nothing is where all have room. */
Test(flows, what_had_no_room_is_said)
{
    static const char *const commands[] = {
        "weir flows -q --csv --report r.json --top 9",
        "weir flows -q --top 9 --report r.json",
        "weir record -q --flows f.csv --report r.json",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command_result *r = command_run(
            "%s --synth frames=200000,flows=100000 --workers 1 --memory 17M",
            commands[i]);
        char line[160];
        cr_assert_eq(r->status, 0, "%s", r->err);
        const uint64_t evicted =
            command_number("r.json", "flows.evicted.flows");
        const uint64_t packets =
            command_number("r.json", "flows.evicted.packets");
        cr_assert_gt(evicted, 10000);
        snprintf(line, sizeof line,
                 "weir %s: no room for all flows: %ju evicted, with %ju "
                 "packets (a larger --memory holds more)\n",
                 i < 2 ? "flows" : "record", (uintmax_t)evicted,
                 (uintmax_t)packets);
        cr_assert_str_eq(r->err, line);
        cr_assert_eq(command_number("r.json", "flows.untracked.packets"), 0);
    }
    good("test $(($(wc -l <f.csv) - 1)) = "
         "$(grep -A 1 '\"flows\": {' r.json | grep -o '[0-9][0-9]*')");
    good("weir record --synth frames=200000,flows=100000 --workers 1 "
         "--memory 17M --flows f.csv 2>&1 | grep -A 1 '^Without room  ' | "
         "grep -q '^  evicted  '");
    const struct command_result *r = good("flows " MADE "--csv >f.csv");
    cr_assert_str_empty(r->err);
}

Test(flows, table)
{
    const struct command_result *r =
        good("flows --synth frames=30,flows=3 --top 2");
    cr_assert_not_null(strstr(r->out, "start "));
    cr_assert_not_null(strstr(r->out, "2023-11-14T22:13:20.000Z   0.000 udp"));
    cr_assert_not_null(strstr(r->out, " -> 172.16.46.12:23223 "));
    cr_assert_not_null(strstr(r->out, "3 flows (2 listed), 30 packets"));
    cr_assert_str_empty(r->err);
    r = good("flows --synth frames=30,flows=3 arp");
    cr_assert_str_eq(r->out, "0 flows, 0 packets, 0 bytes\n");
}

Test(flows, file_appears_when_it_is_whole)
{
    good("echo old >f.json; weir record -q " MADE "--flows f.json; "
         "test $(stat -c %a f.json) = 600; test -z \"$(ls f.json.*)\"");
    adds_up(20000);
    command_complains("weir record -q " MADE "--flows no/f.json", 1,
                      "write flows no/f.json", "No such file");
    command_complains("weir flows -q " MADE " >/dev/full", 1, "write flows",
                      "No space left");
    good("flows " MADE "--csv | head -n 1 | grep -q first_ns");
}

/* Simple Packet Blocks have none, and a limit makes none either. */
Test(flows, of_frames_without_a_time_are_at_0)
{
    good("printf '"
         "\\012\\015\\015\\012\\034\\000\\000\\000\\115\\074\\053\\032\\001"
         "\\000\\000\\000\\377\\377\\377\\377\\377\\377\\377\\377\\034\\000"
         "\\000\\000\\001\\000\\000\\000\\024\\000\\000\\000\\001\\000\\000"
         "\\000\\000\\000\\000\\000\\024\\000\\000\\000"
         "' >spb.pcapng; "
         "for i in $(seq 1000); do printf '"
         "\\003\\000\\000\\000\\074\\000\\000\\000\\052\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\010\\000"
         "\\105\\000\\000\\034\\000\\000\\000\\000\\100\\021\\000\\000\\001"
         "\\002\\003\\004\\005\\006\\007\\010\\000\\020\\000\\040\\000\\010"
         "\\000\\000\\000\\000\\074\\000\\000\\000"
         "'; done >>spb.pcapng; "
         "weir record -q -r spb.pcapng -w o.pcapng -a filesize:40 "
         "--flows f.json");
    cr_assert_gt(number("totals.packets"), 0);
    cr_assert_lt(number("totals.packets"), 1000);
    good("grep -q '\"first_ns\": 0, \"last_ns\": 0,' f.json");
}

Test(flows, wrong_usage)
{
    command_complains("weir flows", 2, "weir flows: where from?", "-r FILE");
    command_complains("weir flows -r x -w y", 2, "-w goes with weir record",
                      "");
    command_complains("weir flows -r x --flows y", 2,
                      "--flows goes with weir record", "");
    command_complains("weir flows -r x --json --csv", 2, "one of them", "");
    command_complains("weir flows -r x --sort size", 2, "--sort", "size");
    command_complains("weir flows -r x --active-timeout 60001", 2,
                      "--active-timeout: 60001 s is more than 1000 times", "");
    command_complains("weir flows -r x --top 0", 2, "--top", "0");
    command_complains("weir record -r x --top 3", 2, "--top goes with --flows",
                      "");
    command_complains("weir record -r x --csv --flows y", 2,
                      "--csv goes with weir flows", "FILE.csv");
    command_complains("weir record -r x -w y --flows y", 2,
                      "that is what -w names", "");
    command_complains("weir flows -r x --report -", 2, "the flows go there",
                      "");
    command_complains("weir flows --synth frames=1 --memory 1", 2,
                      "--memory: 1 MiB is too small", "at least");
    good("weir flows --help | grep -q -- --active-timeout; "
         "weir --help | grep -q 'weir flows'");
}

/* nfpcapd counts one way, no VLAN, each ICMP message as a flow, and no ports
 * of SCTP; on the rest we agree. */
Test(flows, as_nfpcapd_counts)
{
    if (command_run("command -v nfpcapd && command -v nfdump")->status != 0)
        cr_skip_test("nfpcapd is not installed");
    static const char *const protos[] = {"udp", "tcp", "udp6", "tcp6"};
    for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++) {
        const struct command_result *r = command_run(
            "weir record -q --synth "
            "frames=50000,flows=%d,seed=9,size=90,proto=%s -w in.pcap; "
            "rm -rf nf; mkdir nf; "
            "nfpcapd -r in.pcap -w nf >/dev/null 2>&1; "
            "nfdump -R nf -I >i || exit 1; "
            "for k in Flows Packets Bytes; do sed -n \"s/^$k: //p\" i; done "
            ">theirs; "
            "weir flows -q -r in.pcap --json >f.json; cat theirs",
            i % 2 == 0 ? 1 : 20000, protos[i]);
        cr_assert_eq(r->status, 0, "%s", r->err);
        char *at;
        uint64_t flows = strtoul(r->out, &at, 10);
        uint64_t packets = strtoul(at, &at, 10);
        uint64_t bytes = strtoul(at, &at, 10);
        cr_assert_str_eq(at, "\n", "%s", r->out);
        cr_assert_eq(number("flows_count"), flows, "%s", protos[i]);
        cr_assert_eq(number("totals.packets"), packets, "%s", protos[i]);
        cr_assert_eq(number("totals.bytes"), bytes, "%s", protos[i]);
    }
}

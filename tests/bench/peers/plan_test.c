#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "bench/peers/options.h"
#include "bench/peers/plan.h"

#define ROOM (UINT64_C(20) << 30)

static struct weir_peers_options options;
static struct weir_peers_row rows[64];

static int parse(char **argv)
{
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    /* What it says of a bad line is not to be seen here. */
    int kept = dup(2);
    cr_assert_not_null(freopen("/dev/null", "w", stderr));
    int status = weir_peers_options_parse(&options, argc, argv);
    (void)fflush(stderr);
    dup2(kept, 2);
    close(kept);
    return status;
}

#define PARSE(...) parse((char *[]){(char *)"peers", __VA_ARGS__, NULL})

Test(plan, defaults)
{
    cr_assert_eq(PARSE(NULL), WEIR_EXIT_OK);
    size_t n = weir_peers_plan(rows, 64, &options, ROOM);
    cr_assert_eq(n, 10);
    cr_assert_eq(rows[0].task, WEIR_PEER_COPY);
    cr_assert_eq(rows[0].size, 60);
    cr_assert_eq(rows[0].frames, 5000000);
    cr_assert_eq(rows[2].frames, 2000000);
    cr_assert_str_eq(rows[6].name, "live, 300 kpps");
    cr_assert_str_eq(rows[7].name, "live, full speed");
    cr_assert_eq(rows[7].load_pps, 0);
    cr_assert_gt(rows[7].duration_ns, rows[6].duration_ns);
    cr_assert_eq(weir_peers_rounds(&options, WEIR_PEER_LIVE), 3);
    cr_assert_eq(weir_peers_rounds(&options, WEIR_PEER_COPY), 5);
    int64_t ns = 0;
    for (size_t i = 0; i < n; i++)
        ns += weir_peers_plan_ns(&options, &rows[i]);
    cr_assert_leq(ns, INT64_C(600000000000), "%lld", (long long)ns);
}

Test(plan, large_frames_are_fewer)
{
    cr_assert_eq(PARSE((char *)"--task", (char *)"copy", (char *)"--frame",
                       (char *)"60,1514"),
                 WEIR_EXIT_OK);
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 2);
    cr_assert_leq(rows[1].frames * (1514 + 16), WEIR_PEERS_FILE_MAX);
    cr_assert_gt(rows[1].frames * (1514 + 17), WEIR_PEERS_FILE_MAX);
}

Test(plan, little_room_means_fewer_frames)
{
    const uint64_t room = UINT64_C(100) << 20;
    cr_assert_eq(PARSE(NULL), WEIR_EXIT_OK);
    size_t n = weir_peers_plan(rows, 64, &options, room);
    for (size_t i = 0; i < n; i++) {
        uint64_t files = rows[i].task == WEIR_PEER_LIVE
                             ? rows[i].frames * (rows[i].size + 96)
                             : 2 * rows[i].frames * (rows[i].size + 16);
        cr_assert_leq(files, room);
        cr_assert_gt(rows[i].frames, 0);
    }
    (void)weir_peers_plan(rows, 64, &options, 1);
    cr_assert_eq(rows[0].frames, 1);
}

Test(plan, a_list_that_is_too_small_is_filled_as_far_as_it_goes)
{
    cr_assert_eq(PARSE(NULL), WEIR_EXIT_OK);
    memset(rows, 0, sizeof rows);
    cr_assert_eq(weir_peers_plan(rows, 3, &options, ROOM), 10);
    cr_assert_eq(rows[3].frames, 0);
    cr_assert_eq(weir_peers_plan(NULL, 0, &options, ROOM), 10);
}

Test(plan, loads_in_bits)
{
    cr_assert_eq(PARSE((char *)"--task", (char *)"live", (char *)"--frame",
                       (char *)"1514", (char *)"--rate", (char *)"1Gbit,1500"),
                 WEIR_EXIT_OK);
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 2);
    cr_assert_eq(rows[0].load_pps, 1000000000 / 8 / 1538);
    cr_assert_str_eq(rows[0].name, "live, 81.274 kpps");
    cr_assert_str_eq(rows[1].name, "live, 1.500 kpps");
}

/* It must not become 0, which is full speed. */
Test(plan, a_load_of_few_bits_is_one_frame)
{
    cr_assert_eq(PARSE((char *)"--task", (char *)"live", (char *)"--frame",
                       (char *)"1514", (char *)"--rate", (char *)"12kbit,full"),
                 WEIR_EXIT_OK);
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 2);
    cr_assert_eq(rows[0].load_pps, 1);
    cr_assert_eq(rows[1].load_pps, 0);
}

Test(plan, peers_by_name_and_always_weir)
{
    cr_assert_eq(PARSE((char *)"--peer", (char *)"tcpdump,argus", (char *)"-w",
                       (char *)"/x", (char *)"--rounds", (char *)"7"),
                 WEIR_EXIT_OK);
    cr_assert_str_eq(options.folder, "/x");
    cr_assert_eq(weir_peers_rounds(&options, WEIR_PEER_LIVE), 7);
    for (size_t i = 0; i < weir_peers_count; i++) {
        const char *name = weir_peers[i].name;
        bool wanted = strcmp(name, "tcpdump") == 0 ||
                      strcmp(name, "argus") == 0 || strcmp(name, "weir") == 0;
        cr_assert_eq(weir_peers_wanted(&options, &weir_peers[i]), wanted, "%s",
                     name);
    }
}

Test(plan, a_mix_is_a_size)
{
    cr_assert_eq(PARSE((char *)"--frame", (char *)"imix", (char *)"--rate",
                       (char *)"1k"),
                 WEIR_EXIT_OK);
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 4);
    cr_assert_str_eq(rows[0].frame, "imix");
    cr_assert_str_eq(rows[0].title, "IMIX");
    cr_assert_eq(rows[0].size, WEIR_PEERS_IMIX_BYTES);
    cr_assert_leq(rows[0].frames * (rows[0].size + 16), WEIR_PEERS_FILE_MAX);
    cr_assert_str_eq(rows[3].frame, "imix");
    cr_assert_eq(rows[3].load_pps, 1000);
}

Test(plan, flows_are_found_in_as_many_frames_as_are_asked_for)
{
    cr_assert_eq(PARSE((char *)"--task", (char *)"flows", (char *)"--frame",
                       (char *)"60", (char *)"--frames", (char *)"10000000"),
                 WEIR_EXIT_OK);
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 1);
    cr_assert_eq(rows[0].frames, 10000000);
    cr_assert_str_eq(rows[0].title, "60 bytes");
}

Test(plan, a_disk_is_named)
{
    cr_assert_eq(PARSE((char *)"--task", (char *)"live", (char *)"--frame",
                       (char *)"60"),
                 WEIR_EXIT_OK);
    snprintf(options.target, sizeof options.target, "ext4");
    cr_assert_eq(weir_peers_plan(rows, 64, &options, ROOM), 2);
    cr_assert_str_eq(rows[0].name, "live, 300 kpps, to ext4");
    cr_assert_str_eq(rows[1].name, "live, full speed, to ext4");
}

Test(plan, bad_lines_are_refused)
{
    static const char *const bad[][2] = {
        {"--task", "copy,fly"}, {"--peer", "tcpdum"},     {"--peer", ""},
        {"--frames", "999"},    {"--rounds", "0"},        {"--rounds", "101"},
        {"--frame", "59"},      {"--frame", "60,,70"},    {"--rate", "fast"},
        {"--seconds", "0"},     {"--way", "pigeon"},      {"--task", ""},
        {"--frame", "IMIX"},    {"--rate", "300k,full,"}, {"-q", "x"},
        {"word", "other"},      {"--patience", "0"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(PARSE((char *)bad[i][0], (char *)bad[i][1]),
                     WEIR_EXIT_USAGE, "%s %s", bad[i][0], bad[i][1]);
    char many[3 * (WEIR_PEERS_LIST_MAX + 1) + 1];
    for (size_t i = 0; i <= WEIR_PEERS_LIST_MAX; i++)
        memcpy(many + 3 * i, "60,", 4);
    many[sizeof many - 2] = '\0';
    cr_assert_eq(PARSE((char *)"--frame", many), WEIR_EXIT_USAGE);
    cr_assert_eq(PARSE((char *)"--rate", many), WEIR_EXIT_USAGE);
}

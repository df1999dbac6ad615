#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/peers/peer.h"

static const struct weir_peer_fill fill = {
    .weir = "/x/weir", .device = "veth9", .in = "../in.pcap", .out = "out"};

static struct weir_peer_argv argv;

Test(peer, words_in_braces_are_filled_in)
{
    static const char *const words[] = {
        "{weir}", "-i{device}", "pcapfile:{in}", "{out}/a{out}", "{other}",
        "{",      NULL};
    cr_assert_eq(weir_peer_argv_make(&argv, words, &fill, NULL), 0);
    cr_assert_str_eq(argv.words[0], "/x/weir");
    cr_assert_str_eq(argv.words[1], "-iveth9");
    cr_assert_str_eq(argv.words[2], "pcapfile:../in.pcap");
    cr_assert_str_eq(argv.words[3], "out/aout");
    cr_assert_str_eq(argv.words[4], "{other}");
    cr_assert_str_eq(argv.words[5], "{");
    cr_assert_null(argv.words[6]);
}

Test(peer, a_line_that_is_too_long_is_refused)
{
    const size_t size = sizeof argv.bytes;
    char *word = malloc(size + 1);
    memset(word, 'x', size);
    word[size] = '\0';
    const char *words[] = {"a", word, NULL};
    struct weir_err err = {0};
    cr_assert_eq(weir_peer_argv_make(&argv, words, &fill, &err), -ENAMETOOLONG);
    cr_assert_not_null(strstr(err.text, "too long"));
    /* "a" with its end, and this one with its end: just so. */
    word[size - 3] = '\0';
    cr_assert_eq(weir_peer_argv_make(&argv, words, &fill, &err), 0);
    cr_assert_eq(strlen(argv.words[1]), size - 3);
    const char *braces[] = {"{in}", NULL};
    const struct weir_peer_fill huge = {.in = word};
    memset(word, 'y', size);
    cr_assert_eq(weir_peer_argv_make(&argv, braces, &huge, &err),
                 -ENAMETOOLONG);
    free(word);
}

Test(peer, the_line_is_shown_as_it_would_be_typed)
{
    static const char *const words[] = {"a", "b c", "", "d", NULL};
    char text[64];
    cr_assert_eq(weir_peer_argv_make(&argv, words, &fill, NULL), 0);
    cr_assert_str_eq(weir_peer_argv_text(text, sizeof text, &argv),
                     "a 'b c' '' d");
    cr_assert_str_eq(weir_peer_argv_text(text, 5, &argv), "a 'b");
}

/* What the table must have for the bench to use it. */
Test(peer, the_table_is_whole)
{
    for (size_t i = 0; i < weir_peers_count; i++) {
        const struct weir_peer *peer = &weir_peers[i];
        const char *name = peer->name;
        cr_assert_eq(weir_peer_argv_make(&argv, peer->argv, &fill, NULL), 0);
        cr_assert_not_null(argv.words[0], "%s", name);
        cr_assert_not_null(peer->does, "%s", name);
        cr_assert_not_null(peer->flags, "%s", name);
        cr_assert_gt(peer->usual_ns, 0, "%s", name);
        cr_assert_eq(peer->needs[0] == NULL, peer->lacks == NULL, "%s", name);
        cr_assert_eq(peer->proof == WEIR_PEER_MARKS,
                     peer->task == WEIR_PEER_LIVE, "%s", name);
        cr_assert(peer->proof != WEIR_PEER_SAYS || peer->says != NULL, "%s",
                  name);
        if (weir_peer_is_weir(peer)) {
            cr_assert_str_eq(argv.words[0], "/x/weir");
            continue;
        }
        cr_assert_not_null(weir_peer_program(peer), "%s", name);
        cr_assert_not_null(peer->package, "%s", name);
    }
}

Test(peer, names_in_a_list)
{
    cr_assert(weir_peer_in("cp", "cp"));
    cr_assert(weir_peer_in("a,cp,b", "cp"));
    cr_assert(weir_peer_in("a,cp", "cp"));
    cr_assert_not(weir_peer_in("cpx,xcp", "cp"));
    cr_assert_not(weir_peer_in("c", "cp"));
    cr_assert_not(weir_peer_in("", "cp"));
    cr_assert_not(weir_peer_in(NULL, "cp"));
}

/* Whom it is compared with is there, in its task. */
Test(peer, weir_with_other_options_is_weir)
{
    static const struct weir_peer mine = {.name = "weir-pcap"};
    static const struct weir_peer other = {.name = "weird"};
    cr_assert(weir_peer_is_weir(&mine));
    cr_assert_not(weir_peer_is_self(&mine));
    cr_assert_null(weir_peer_program(&mine));
    cr_assert_not(weir_peer_is_weir(&other));
    for (size_t i = 0; i < weir_peers_count; i++) {
        const struct weir_peer *peer = &weir_peers[i];
        size_t found = 0;
        for (size_t k = 0; k < weir_peers_count; k++)
            found += weir_peers[k].task == peer->task &&
                     weir_peer_in(peer->over, weir_peers[k].name);
        size_t names = peer->over != NULL;
        for (const char *c = peer->over; c != NULL && *c != '\0'; c++)
            names += *c == ',';
        cr_assert_eq(found, names, "%s", peer->name);
    }
}

Test(peer, weir_is_the_last_of_each_task)
{
    for (size_t i = 0; i < weir_peers_count; i++) {
        bool last = i + 1 == weir_peers_count ||
                    weir_peers[i + 1].task != weir_peers[i].task;
        cr_assert_eq(weir_peer_is_self(&weir_peers[i]), last, "%zu", i);
    }
}

Test(peer, a_word_more_where_frames_are_small)
{
    const struct weir_peer peer = {.argv = {"a", "{in}"}, .small = "-m"};
    cr_assert_eq(weir_peer_argv_of(&argv, &peer, 512, &fill, NULL), 0);
    cr_assert_str_eq(argv.words[2], "-m");
    cr_assert_null(argv.words[3]);
    cr_assert_eq(weir_peer_argv_of(&argv, &peer, 513, &fill, NULL), 0);
    cr_assert_str_eq(argv.words[1], "../in.pcap");
    cr_assert_null(argv.words[2]);
}

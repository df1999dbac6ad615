#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "bench/peers/peer.h"
#include "bench/peers/proof.h"
#include "tests/support/tree.h"

static char folder[] = "/tmp/weir-proof-XXXXXX";
static char out[64];
static char input[64];
static struct weir_err err;
static struct weir_proof_flows found;

static void setup(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(input, sizeof input, "%s/in", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    cr_assert_eq(mkdir(out, 0700), 0);
}

static void teardown(void)
{
    tree_remove(folder);
}

TestSuite(proof, .init = setup, .fini = teardown);

static void put(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, len, file), len);
    cr_assert_eq(fclose(file), 0);
}

static void put_out(const char *name, const void *bytes, size_t len)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", out, name);
    put(path, bytes, len);
}

static int prove(enum weir_peer_proof proof, uint64_t frames, const char *said)
{
    const struct weir_peer peer = {
        .name = "x", .proof = proof, .says = "n=", .says_before = true};
    memset(&err, 0, sizeof err);
    memset(&found, 0, sizeof found);
    return weir_proof(&peer, frames, input, said, out, &found, &err);
}

Test(proof, words_must_have_the_number)
{
    cr_assert_eq(prove(WEIR_PEER_SAYS, 5, "n=5"), 0);
    cr_assert_eq(prove(WEIR_PEER_SAYS, 5, "n=4"), -EBADMSG);
    cr_assert_str_eq(err.text, "it says that it took 4 of 5 frames");
    cr_assert_eq(prove(WEIR_PEER_SAYS, 5, "hello"), -EBADMSG);
    cr_assert_str_eq(err.text, "it does not say 'n='");
}

Test(proof, a_copy_must_be_the_same)
{
    put(input, "abc", 3);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "it left 0 files instead of one");
    put_out("copy", "abc", 3);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), 0);
    put_out("copy", "abd", 3);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), -EBADMSG);
    put_out("copy", "ab", 2);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), -EBADMSG);
    put_out("copy", "abcd", 4);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), -EBADMSG);
    put_out("second", "abc", 3);
    cr_assert_eq(prove(WEIR_PEER_SAME, 1, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "it left 2 files instead of one");
    cr_assert_eq(weir_proof_same(input, "/nonexistent/x", &err), -ENOENT);
    cr_assert_eq(weir_proof_same("/nonexistent/x", input, &err), -ENOENT);
}

/* A pcap with two frames of four bytes. */
static const uint8_t two[] = {
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* */
    0,    0,    4,    0,    1, 0, 0, 0,                         /* */
    1,    0,    0,    0,    0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0,
    1,    2,    3,    4, /* */
    2,    0,    0,    0,    0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0,
    5,    6,    7,    8,
};

Test(proof, a_copy_must_have_as_many_records)
{
    put_out("copy.pcap", two, sizeof two);
    cr_assert_eq(prove(WEIR_PEER_RECORDS, 2, ""), 0, "%s", err.text);
    cr_assert_eq(prove(WEIR_PEER_RECORDS, 3, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "its copy has 2 of 3 frames");
    put_out("copy.pcap", two, sizeof two - 1);
    cr_assert_eq(prove(WEIR_PEER_RECORDS, 2, ""), -EBADMSG);
}

Test(proof, flows_must_have_the_frames)
{
    static const uint8_t flow[] = {0x13, 0x10, 0, 3, 0x10, 1, 6, 2, 0, 4, 0, 0};
    put_out("argus.out", flow, sizeof flow);
    cr_assert_eq(prove(WEIR_PEER_ARGUS, 4, ""), 0, "%s", err.text);
    cr_assert_eq(prove(WEIR_PEER_ARGUS, 5, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "its flows have 4 of 5 frames");
}

/* nfdump is a script that says so. */
Test(proof, flows_are_read_by_nfdump)
{
    static const char script[] =
        "#!/bin/sh\n"
        "[ \"$1 $3\" = '-R -I' ] && [ -d \"$2\" ] || exit 1\n"
        "printf 'Ident: none\\nFlows: 3\\nFlows_udp: 2\\nPackets: 40\\n'\n"
        "printf 'Packets_udp: 9\\nBytes: 1840\\nBytes_udp: 7\\n'\n";
    char path[128];
    snprintf(path, sizeof path, "%s/nfdump", folder);
    put(path, script, sizeof script - 1);
    cr_assert_eq(chmod(path, 0700), 0);
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
    cr_assert_eq(setenv("PATH", path, 1), 0);
    cr_assert_eq(prove(WEIR_PEER_NFDUMP, 40, ""), 0, "%s", err.text);
    cr_assert_eq(found.flows, 3);
    cr_assert_eq(found.frames, 40);
    cr_assert_eq(found.bytes, 1840);
    cr_assert_eq(prove(WEIR_PEER_NFDUMP, 41, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "its flows have 40 of 41 frames");
    snprintf(path, sizeof path, "%s/nfdump", folder);
    put(path, "#!/bin/sh\n", 10);
    cr_assert_eq(prove(WEIR_PEER_NFDUMP, 40, ""), -EBADMSG);
    cr_assert_str_eq(err.text, "nfdump does not read its flows");
}

Test(proof, flows_of_weir_are_in_its_words)
{
    static const char said[] =
        "{\"flows_count\": 3, \"totals\": {\"packets\": 40, \"bytes\": 1840,"
        " \"wire_bytes\": 2400}, \"untracked\": {\"packets\": 7}}\n"
        "weir: reading from in.pcap\n";
    cr_assert_eq(prove(WEIR_PEER_TOTALS, 40, said), 0, "%s", err.text);
    cr_assert_eq(found.flows, 3);
    cr_assert_eq(found.bytes, 1840);
    cr_assert_eq(prove(WEIR_PEER_TOTALS, 47, said), -EBADMSG);
    cr_assert_eq(prove(WEIR_PEER_TOTALS, 1, "{}"), -EBADMSG);
    cr_assert_str_eq(err.text, "it does not tell its flows");
    cr_assert_eq(prove(WEIR_PEER_TOTALS, 1, "no JSON"), -EBADMSG);
    static const char file[] =
        "{\"flows_count\": 5, \"totals\": {\"packets\": 9, \"bytes\": 414}}";
    put_out("flows.json", file, sizeof file - 1);
    cr_assert_eq(prove(WEIR_PEER_TOTALS, 9, said), 0, "%s", err.text);
    cr_assert_eq(found.flows, 5);
    cr_assert_eq(found.bytes, 414);
}

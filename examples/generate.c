/* generate: a capture file of frames that nobody sent.
 *
 *     generate FILE [COUNT]
 *
 * COUNT queries for the address of example.com, one a millisecond from noon
 * of 2026-01-01.  No device is opened, and no privilege is needed. */

#include <stdio.h>
#include <stdlib.h>

#include <weir.h>

/* A question of RFC 1035, section 4. */
static const uint8_t query[] = {
    0x12, 0x34, 1,   0,   0,   1, 0,   0,   0,   0, 0, 0, 7, 'e', 'x',
    'a',  'm',  'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1};

static const struct weir_build_eth eth = {
    .dst = {2, 0, 0, 0, 0, 2},
    .src = {2, 0, 0, 0, 0, 1},
};
static const struct weir_build_ipv4 ip = {
    .src = {192, 0, 2, 1},
    .dst = {192, 0, 2, 53},
};

/* Each query comes from a port of its own. */
static int generate(struct weir_build *build, struct weir_dump *dump,
                    uint32_t count, struct weir_err *err)
{
    struct weir_build_udp udp = {.srcport = 1024, .dstport = 53};
    int rc = weir_build_add_eth(build, &eth, err);
    rc = rc < 0 ? rc : weir_build_add_ipv4(build, &ip, err);
    int layer = rc < 0 ? rc : weir_build_add_udp(build, &udp, err);
    rc = layer < 0 ? layer
                   : weir_build_add_payload(build, query, sizeof query, err);

    for (uint32_t i = 0; i < count && rc >= 0; i++) {
        const struct weir_dump_time time = {
            .has_seconds = true,
            .has_fraction = true,
            .seconds = 1767268800 + i / 1000,
            .fraction_ns = i % 1000 * 1000000,
        };
        uint8_t frame[128];
        udp.srcport = (uint16_t)(1024 + i % 60000);
        rc = weir_build_set_udp(build, (uint32_t)layer, &udp, err);
        rc = rc < 0 ? rc : weir_build_bytes(build, frame, sizeof frame, err);
        rc = rc < 0 ? rc : weir_dump_bytes(dump, frame, (size_t)rc, &time, err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: generate FILE [COUNT]\n");
        return 2;
    }
    uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000;
    const struct weir_writer_config config = {
        .linktype = WEIR_LINKTYPE_ETHERNET,
        .path = argv[1],
    };
    struct weir_writer *writer = NULL;
    struct weir_build *build = NULL;
    struct weir_err err;

    int rc = weir_writer_open(&writer, &config, &err);
    rc = rc < 0 ? rc : weir_build_open(&build, &err);
    rc = rc < 0 ? rc : generate(build, weir_writer_dump(writer), count, &err);
    weir_build_close(&build, NULL);
    int closed = weir_writer_close(&writer, rc < 0 ? NULL : &err);
    if (rc < 0 || closed < 0)
        fprintf(stderr, "generate: %s\n", err.text);
    return rc < 0 || closed < 0;
}

#include "tests/capture/synth_rig.h"

#include <criterion/criterion.h>

#include "base/err.h"

const char *const synth_protos[WEIR_SYNTH_MIX + 1] = {
    "udp", "tcp", "icmp", "sctp", "udp6", "tcp6", "icmp6", "mix",
};
const uint32_t synth_least[WEIR_SYNTH_MIX + 1] = {42, 54, 42, 50,
                                                  62, 74, 62, 74};

struct weir_source *synth_opened(const struct weir_synth_config *synth,
                                 uint32_t block_bytes, uint32_t snaplen,
                                 const char *filter)
{
    const struct weir_source_config config = {
        .leases = 2,
        .block_bytes = block_bytes,
        .snaplen = snaplen,
        .filter = filter,
    };
    struct weir_source *source = NULL;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_synth_source_open(&source, synth, &config, &err), 0, "%s",
                 err.text);
    return source;
}

uint64_t synth_run(struct weir_source *source, synth_frame_fn *fn,
                   void *context)
{
    uint64_t frames = 0;
    struct weir_lease lease;
    int ret;
    while ((ret = source->ops->next(source, &lease, NULL)) ==
           WEIR_SOURCE_LEASE) {
        struct weir_walk walk = {0};
        struct weir_frame v[256];
        uint32_t n;
        uint32_t walked = 0;
        cr_assert_leq(lease.frames, WEIR_LEASE_FRAMES_MAX);
        while ((n = lease.walk(&lease, &walk, v, 256)) > 0) {
            for (uint32_t i = 0; i < n; i++)
                fn(context, &v[i]);
            walked += n;
        }
        cr_assert_eq(walked, lease.frames);
        cr_assert_gt(walked, 0);
        frames += walked;
        source->ops->reclaim(source, &lease);
    }
    cr_assert_eq(ret, WEIR_SOURCE_END);
    cr_assert_eq(source->ops->next(source, &lease, NULL), WEIR_SOURCE_END);
    source->ops->close(source);
    return frames;
}

struct weir_synth_config synth_parsed(const char *text)
{
    struct weir_synth_config config;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_synth_parse(text, &config, &err), 0, "%s", err.text);
    return config;
}

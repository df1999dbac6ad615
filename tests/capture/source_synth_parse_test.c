#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "capture/source_synth.h"
#include "tests/capture/synth_rig.h"

Test(source_synth_parse, knows_every_key)
{
    struct weir_synth_config c =
        synth_parsed("proto=tcp,frames=18,size=99,flows=16777216,"
                     "seed=18446744073709551615");
    cr_assert_eq(c.proto, WEIR_SYNTH_TCP);
    cr_assert_eq(c.frames, 18);
    cr_assert_eq(c.size, 99);
    cr_assert_eq(c.flows, 16777216);
    cr_assert_eq(c.seed, UINT64_MAX);
    c = synth_parsed("");
    cr_assert_eq(c.proto, WEIR_SYNTH_UDP);
    cr_assert_eq(c.frames, 0);
    cr_assert_eq(c.size, 60);
    cr_assert_eq(c.flows, 1000);
    cr_assert_eq(c.seed, 1);
}

Test(source_synth_parse, knows_every_protocol_and_its_shortest_frame)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[64];
        snprintf(text, sizeof text, "proto=%s", synth_protos[p]);
        cr_assert_eq(synth_parsed(text).proto, p);
        cr_assert_eq(synth_parsed(text).size,
                     synth_least[p] > 60 ? synth_least[p] : 60);
        snprintf(text, sizeof text, "size=%u,proto=%s", synth_least[p],
                 synth_protos[p]);
        cr_assert_eq(synth_parsed(text).size, synth_least[p]);
        struct weir_synth_config config;
        snprintf(text, sizeof text, "size=%u,proto=%s", synth_least[p] - 1,
                 synth_protos[p]);
        cr_assert_eq(weir_synth_parse(text, &config, NULL), -EINVAL);
    }
}

Test(source_synth_parse, says_what_is_wrong)
{
    static const struct {
        const char *text;
        const char *says;
    } bad[] = {
        {"frame=1", "no key 'frame'"},
        {"=1", "no key ''"},
        {"frames", "'frames' is not KEY=VALUE"},
        {",", "'' is not KEY=VALUE"},
        {"frames=1,", "nothing behind the ','"},
        {"frames=1,,size=60", "'' is not KEY=VALUE"},
        {"frames=1 ", "frames='1 ' is not a number"},
        {"frames=-1", "frames='-1' is not a number"},
        {"frames=0x10", "frames='0x10' is not a number"},
        {"frames=", "frames='' is not a number"},
        {"frames=0", "frames=0 is too small: at least 1"},
        {"seed=18446744073709551616", "seed=18446744073709551616 is too great"},
        {"seed=99999999999999999999", "is too great"},
        {"frames=18446744073709551615", "is more than"},
        {"size=41", "size=41 is too small: the headers need 42 bytes"},
        {"size=0", "size=0 is too small"},
        {"size=60,proto=mix", "the headers need 74 bytes"},
        {"size=9217", "size=9217 is more than 9216"},
        {"size=4294967356", "is more than 9216"},
        {"flows=0", "flows=0 is not between 1 and 16777216"},
        {"flows=16777217", "flows=16777217 is more than 16777216"},
        {"proto=", "proto='' is none of udp"},
        {"proto=UDP", "proto='UDP' is none of udp"},
        {"seed=1,seed=1", "seed is there twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weir_synth_config config = {.frames = 77};
        struct weir_err err = {{0}};
        cr_assert_eq(weir_synth_parse(bad[i].text, &config, &err), -EINVAL,
                     "%s", bad[i].text);
        cr_assert_not_null(strstr(err.text, bad[i].says), "%s: %s", bad[i].text,
                           err.text);
        cr_assert_eq(config.frames, 77);
    }
}

/* Every prefix of a text, in an exact-size copy. */
Test(source_synth_parse, stays_inside_the_text)
{
    static const char text[] = "frames=12,size=1514,flows=7,seed=3,proto=icmp6";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = strndup(text, n);
        cr_assert_not_null(copy);
        struct weir_synth_config config;
        (void)weir_synth_parse(copy, &config, NULL);
        free(copy);
    }
}

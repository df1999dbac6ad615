#include "capture/screen.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"

/* Ethernet, IPv4 10.0.0.1 > 10.0.0.2, UDP 53 > 4660. */
static const uint8_t udp_frame[60] = {
    2, 0, 0,  0,  0, 2, 2,  0, 0, 0, 0,  1, 8, 0, 0x45, 0,  0,    46,   0, 1,
    0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0,    53, 0x12, 0x34, 0, 26,
};

static struct weir_screen *make(const char *text, const uint16_t *linktypes,
                                uint32_t count)
{
    struct weir_err err = {""};
    struct weir_screen *screen = NULL;
    const struct weir_screen_config config = {
        .text = text,
        .linktypes = linktypes,
        .linktype_count = count,
    };
    cr_assert_eq(weir_screen_make(&screen, &config, &err), 0, "%s", err.text);
    return screen;
}

static bool match(const struct weir_screen *screen, uint16_t linktype,
                  uint32_t skip, uint32_t caplen)
{
    /* An exact copy, so that a read behind caplen is seen. */
    uint8_t *copy = malloc(caplen > 0 ? caplen : 1);
    memcpy(copy, udp_frame + skip, caplen);
    const struct weir_frame frame = {
        .data = copy,
        .caplen = caplen,
        .len = sizeof udp_frame - skip,
    };
    const bool matches = weir_screen_match(screen, linktype, &frame);
    free(copy);
    return matches;
}

Test(screen, no_text_takes_all)
{
    static const char *const none[] = {NULL, "", " \t"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct weir_screen *screen = make(none[i], NULL, 0);
        cr_assert_null(weir_screen_text(screen));
        cr_assert_eq(weir_screen_snaplen(screen), WEIR_SNAPLEN_MAX);
        cr_assert(match(screen, WEIR_LINKTYPE_ETHERNET, 0, 60));
        cr_assert(match(screen, 9999, 0, 0));
        weir_screen_free(screen);
    }
}

Test(screen, tests_each_link_type_by_its_own_program)
{
    struct weir_screen *screen = make("udp port 53", NULL, 0);
    cr_assert_str_eq(weir_screen_text(screen), "udp port 53");
    cr_assert(match(screen, WEIR_LINKTYPE_ETHERNET, 0, 60));
    cr_assert(match(screen, WEIR_LINKTYPE_RAW, 14, 46));
    cr_assert(match(screen, WEIR_LINKTYPE_IPV4, 14, 46));
    cr_assert_not(match(screen, WEIR_LINKTYPE_RAW, 0, 60));
    cr_assert_not(match(screen, WEIR_LINKTYPE_ETHERNET, 0, 20));
    weir_screen_free(screen);
}

Test(screen, takes_nothing_of_a_link_type_that_does_not_have_the_text)
{
    const uint16_t ethernet = WEIR_LINKTYPE_ETHERNET;
    struct weir_screen *screen = make("ether[0] = 2", &ethernet, 1);
    cr_assert(match(screen, WEIR_LINKTYPE_ETHERNET, 0, 60));
    struct weir_screen *vlan = make("ether host 2:0:0:0:0:2", NULL, 0);
    cr_assert(match(vlan, WEIR_LINKTYPE_ETHERNET, 0, 60));
    cr_assert_not(match(vlan, WEIR_LINKTYPE_RAW, 14, 46));
    cr_assert_not(match(vlan, WEIR_LINKTYPE_RAW, 14, 46));
    weir_screen_free(vlan);
    weir_screen_free(screen);
}

Test(screen, a_wrong_text_is_told_at_once)
{
    struct weir_err err = {""};
    struct weir_screen *screen = NULL;
    const uint16_t raw = WEIR_LINKTYPE_RAW;
    struct weir_screen_config config = {.text = "tcp prot 80"};
    cr_assert_eq(weir_screen_make(&screen, &config, &err), -EINVAL);
    cr_assert_str_eq(err.text, "filter 'tcp prot 80': syntax error");
    config = (struct weir_screen_config){.text = "ether host 2:0:0:0:0:2",
                                         .linktypes = &raw,
                                         .linktype_count = 1};
    cr_assert_eq(weir_screen_make(&screen, &config, &err), -EINVAL);
    config = (struct weir_screen_config){.text = "inbound"};
    cr_assert_eq(weir_screen_make(&screen, &config, &err), -ENOTSUP);
    cr_assert_null(screen);
}

/* Ethernet, which is asked first, does not have it. */
Test(screen, a_success_has_no_text)
{
    struct weir_err err = {""};
    struct weir_screen *screen = NULL;
    const struct weir_screen_config config = {.text = "wlan type mgt"};
    cr_assert_eq(weir_screen_make(&screen, &config, &err), 0, "%s", err.text);
    cr_assert_str_eq(err.text, "");
    weir_screen_free(screen);
}

Test(screen, the_snapshot_length_is_kept_in_its_range)
{
    static const uint32_t asked[] = {0, 1, 68, WEIR_SNAPLEN_MAX, UINT32_MAX};
    static const uint32_t got[] = {WEIR_SNAPLEN_MAX, 1, 68, WEIR_SNAPLEN_MAX,
                                   WEIR_SNAPLEN_MAX};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct weir_screen *screen = NULL;
        const struct weir_screen_config config = {.snaplen = asked[i]};
        cr_assert_eq(weir_screen_make(&screen, &config, NULL), 0);
        cr_assert_eq(weir_screen_snaplen(screen), got[i]);
        weir_screen_free(screen);
    }
}

static void *meets(void *context)
{
    const struct weir_screen *screen = context;
    const struct weir_frame frame = {
        .data = udp_frame + 14, .caplen = 46, .len = 46};
    uint64_t taken = 0;
    for (uint16_t linktype = 0; linktype < 300; linktype++)
        taken += weir_screen_match(screen, linktype, &frame);
    return (void *)(uintptr_t)taken;
}

/* Several at once meet what none has met before. */
Test(screen, link_types_may_be_met_by_several_threads)
{
    pthread_t threads[4];
    struct weir_screen *screen = make("udp", NULL, 0);
    void *first;
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, meets, screen), 0);
    cr_assert_eq(pthread_join(threads[0], &first), 0);
    cr_assert_gt((uintptr_t)first, 1);
    for (int i = 1; i < 4; i++) {
        void *taken;
        cr_assert_eq(pthread_join(threads[i], &taken), 0);
        cr_assert_eq(taken, first);
    }
    weir_screen_free(screen);
}

#include "capture/filter.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"

/* Ethernet, IPv4 10.0.0.1 > 10.0.0.2, UDP 53 > 4660. */
static const uint8_t udp_frame[60] = {
    2, 0, 0,  0,  0, 2, 2,  0, 0, 0, 0,  1, 8, 0, 0x45, 0,  0,    46,   0, 1,
    0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0,    53, 0x12, 0x34, 0, 26,
};

static struct weir_filter *compile(const char *text, uint16_t linktype)
{
    struct weir_err err = {{0}};
    struct weir_filter *filter = NULL;
    int rc = weir_filter_compile(&filter, text, linktype, 0, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    return filter;
}

static bool matches(const char *text, uint16_t linktype, const uint8_t *data,
                    uint32_t caplen, uint32_t len)
{
    struct weir_filter *filter = compile(text, linktype);
    /* An exact copy, so that a read behind caplen is seen. */
    uint8_t *copy = malloc(caplen > 0 ? caplen : 1);
    memcpy(copy, data, caplen);
    bool match = weir_filter_match(filter, copy, caplen, len);
    free(copy);
    weir_filter_free(filter);
    return match;
}

static void expect_error(const char *text, uint16_t linktype, const char *said)
{
    struct weir_err err = {{0}};
    struct weir_filter *filter = NULL;
    int rc = weir_filter_compile(&filter, text, linktype, 65535, &err);
    cr_assert_eq(rc, -EINVAL);
    cr_assert_null(filter);
    cr_assert_str_eq(err.text, said);
}

Test(filter, takes_what_the_text_says)
{
    cr_assert(matches("udp port 53", 1, udp_frame, 60, 60));
    cr_assert(matches("ip src 10.0.0.1", 1, udp_frame, 60, 60));
    cr_assert(!matches("tcp", 1, udp_frame, 60, 60));
    cr_assert(matches("greater 60", 1, udp_frame, 40, 60));
    cr_assert(!matches("greater 60", 1, udp_frame, 40, 59));
}

Test(filter, a_blank_text_takes_all)
{
    cr_assert(matches("", 1, udp_frame, 0, 0));
    cr_assert(matches(" \t\n", 300, udp_frame, 1, 1));
}

Test(filter, reads_only_what_was_captured)
{
    for (uint32_t caplen = 0; caplen <= 60; caplen++) {
        bool match = matches("udp dst port 4660", 1, udp_frame, caplen, 60);
        cr_assert_eq(match, caplen >= 38, "caplen %u", caplen);
    }
}

/* The files' numbers, not libpcap's: RAW is 101 in files and 12 there. */
Test(filter, link_types_are_those_of_files)
{
    const uint8_t *ip = udp_frame + 14;
    cr_assert(matches("udp port 53", WEIR_LINKTYPE_RAW, ip, 46, 46));
    cr_assert(matches("udp port 53", WEIR_LINKTYPE_IPV4, ip, 46, 46));
    static const uint16_t with_ip[] = {0,   1,   50,  100, 101, 102,
                                       103, 104, 106, 108, 113, 276};
    for (size_t i = 0; i < sizeof with_ip / sizeof with_ip[0]; i++)
        weir_filter_free(compile("ip", with_ip[i]));
}

Test(filter, errors_are_one_line_that_names_the_text)
{
    expect_error("tcp prot 80", 1, "filter 'tcp prot 80': syntax error");
    expect_error("tcp\nprot\t80", 1, "filter 'tcp prot 80': syntax error");
    expect_error("net 1.2.3.4/99", 1,
                 "filter 'net 1.2.3.4/99': mask length must be <= 32");
    struct weir_err err;
    struct weir_filter *filter = NULL;
    char text[2000];
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_assert_eq(weir_filter_compile(&filter, text, 1, 0, &err), -EINVAL);
    cr_assert_not_null(strstr(err.text, "(...': "));
    cr_assert_eq(weir_filter_compile(&filter, text, 1, 0, NULL), -EINVAL);
}

/* Only a cooked header has the direction and the interface in the frame. */
Test(filter, what_only_the_kernel_knows_is_refused)
{
    static const char *const texts[] = {"inbound", "outbound", "ifindex 1",
                                        "udp or not inbound",
                                        "tcp port 80 and outbound"};
    const uint16_t cooked = WEIR_LINKTYPE_LINUX_SLL2;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct weir_filter *filter = NULL;
        struct weir_err err;
        char line[WEIR_FILTER_LINE_MAX];
        cr_assert_eq(weir_filter_compile(&filter, texts[i], 1, 0, &err),
                     -ENOTSUP, "%s", texts[i]);
        cr_assert_null(filter);
        cr_assert_not_null(strstr(err.text, texts[i]), "%s", err.text);
        cr_assert_not_null(strstr(err.text, "only the kernel"), "%s", err.text);
        cr_assert_eq(weir_filter_compile_any(&filter, texts[i], 1, 0, &err), 0);
        cr_assert(weir_filter_line(filter, 0, line));
        weir_filter_free(filter);
        cr_assert_eq(weir_filter_compile(&filter, texts[i], cooked, 0, &err), 0,
                     "%s", err.text);
        weir_filter_free(filter);
    }
}

Test(filter, no_snapshot_length_is_not_none)
{
    struct weir_filter *filter = NULL;
    static const uint32_t snaplens[] = {0, 1, 68, 262144, UINT32_MAX};
    for (size_t i = 0; i < sizeof snaplens / sizeof snaplens[0]; i++) {
        cr_assert_eq(weir_filter_compile(&filter, "udp", 1, snaplens[i], NULL),
                     0);
        cr_assert(weir_filter_match(filter, udp_frame, 60, 60));
        weir_filter_free(filter);
    }
}

Test(filter, free_accepts_null)
{
    weir_filter_free(NULL);
}

Test(filter, shows_its_program_line_by_line)
{
    struct weir_filter *filter;
    char line[WEIR_FILTER_LINE_MAX];
    cr_assert_eq(weir_filter_compile(&filter, "arp", 1, 96, NULL), 0);
    cr_assert(weir_filter_line(filter, 0, line));
    cr_assert_str_eq(line, "(000) ldh      [12]");
    cr_assert(weir_filter_line(filter, 3, line));
    cr_assert_not(weir_filter_line(filter, 4, line));
    weir_filter_free(filter);
    cr_assert_eq(weir_filter_compile(&filter, " ", 1, 96, NULL), 0);
    cr_assert(weir_filter_line(filter, 0, line));
    cr_assert_str_eq(line, "(000) ret      #96");
    cr_assert_not(weir_filter_line(filter, 1, line));
    weir_filter_free(filter);
}

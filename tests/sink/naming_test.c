#include "sink/naming.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"

/* 2023-11-14 22:13:20 UTC. */
#define WHEN INT64_C(1700000000999999999)

static struct weir_err err;

static void setup(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
}

TestSuite(naming, .init = setup);

static void assert_name(enum weir_naming_manner manner, const char *path,
                        uint32_t files, uint64_t number, uint32_t twin,
                        const char *want)
{
    struct weir_naming naming;
    char name[PATH_MAX];
    cr_assert_eq(weir_naming_open(&naming, manner, path, files, &err), 0, "%s",
                 err.text);
    cr_assert_eq(weir_naming_make(&naming, number, WHEN, twin, name, &err), 0,
                 "%s", err.text);
    cr_assert_str_eq(name, want);
    cr_assert_lt(strlen(name), weir_naming_bytes_max(&naming));
}

Test(naming, single_is_as_given)
{
    assert_name(WEIR_NAMING_SINGLE, "a/b.pcap", 0, 0, 0, "a/b.pcap");
    assert_name(WEIR_NAMING_SINGLE, "a/b%d.pcap", 0, 7, 0, "a/b%d.pcap");
}

Test(naming, number_and_time_as_dumpcap)
{
    enum weir_naming_manner m = WEIR_NAMING_NUMBER_TIME;
    assert_name(m, "b.pcapng", 0, 0, 0, "b_00001_20231114221320.pcapng");
    assert_name(m, "d.x/b", 0, 41, 0, "d.x/b_00042_20231114221320");
    assert_name(m, "d/b.c.pcap", 5, 99999, 0,
                "d/b.c_100000_20231114221320.pcap");
    assert_name(m, ".hidden", 0, 0, 0, ".hidden_00001_20231114221320");
    assert_name(m, "b.pcap", 0, UINT64_MAX - 1, 4000000000,
                "b_18446744073709551615_20231114221320-4000000000.pcap");
}

Test(naming, number_as_tcpdump_with_size)
{
    enum weir_naming_manner m = WEIR_NAMING_NUMBER;
    assert_name(m, "o.pcap", 0, 0, 0, "o.pcap");
    assert_name(m, "o.pcap", 0, 1, 0, "o.pcap1");
    assert_name(m, "o.pcap", 0, 12, 0, "o.pcap12");
    /* -W: digits of the highest number, and begins anew at 0. */
    assert_name(m, "o.pcap", 1, 3, 0, "o.pcap");
    assert_name(m, "o.pcap", 10, 0, 0, "o.pcap0");
    assert_name(m, "o.pcap", 10, 19, 0, "o.pcap9");
    assert_name(m, "o.pcap", 11, 0, 0, "o.pcap00");
    assert_name(m, "o.pcap", 101, 100, 0, "o.pcap100");
    assert_name(m, "o.pcap", 101, 101, 0, "o.pcap000");
}

Test(naming, strftime_as_tcpdump_with_time)
{
    enum weir_naming_manner m = WEIR_NAMING_STRFTIME;
    assert_name(m, "o-%Y%m%d%H%M%S.pcap", 0, 5, 0, "o-20231114221320.pcap");
    assert_name(m, "o-%s.pcap", 3, 5, 0, "o-1700000000.pcap");
    m = WEIR_NAMING_STRFTIME_NUMBER;
    assert_name(m, "o-%H.pcap", 0, 0, 0, "o-22.pcap");
    assert_name(m, "o-%H.pcap", 0, 2, 0, "o-22.pcap2");
    assert_name(m, "o-%H.pcap", 20, 2, 0, "o-22.pcap02");
    /* Without a ring behind it, -W shapes the name only. */
    assert_name(m, "o-%H.pcap", 20, 20, 0, "o-22.pcap20");
}

Test(naming, twins_go_before_the_extension)
{
    assert_name(WEIR_NAMING_SINGLE, "a.b/c.pcap", 0, 0, 1, "a.b/c-1.pcap");
    assert_name(WEIR_NAMING_SINGLE, "a.b/c", 0, 0, 12, "a.b/c-12");
    assert_name(WEIR_NAMING_SINGLE, "a/.c", 0, 0, 2, "a/.c-2");
    assert_name(WEIR_NAMING_STRFTIME, "%H.pcap", 0, 0, 3, "22-3.pcap");
}

Test(naming, names_that_cannot_be_are_refused)
{
    struct weir_naming naming;
    char name[PATH_MAX];
    cr_assert_eq(weir_naming_open(&naming, WEIR_NAMING_SINGLE, "", 0, &err),
                 -EINVAL);
    char path[PATH_MAX + 1];
    memset(path, 'x', PATH_MAX);
    path[PATH_MAX] = '\0';
    cr_assert_eq(weir_naming_open(&naming, WEIR_NAMING_SINGLE, path, 0, &err),
                 -ENAMETOOLONG);
    path[PATH_MAX - 1] = '\0';
    cr_assert_eq(weir_naming_open(&naming, WEIR_NAMING_SINGLE, path, 0, &err),
                 -ENAMETOOLONG);
    /* Expands to more than a path may have. */
    memset(path, '%', 4000);
    for (int i = 1; i < 4000; i += 2)
        path[i] = 'c';
    path[4000] = '\0';
    cr_assert_eq(weir_naming_open(&naming, WEIR_NAMING_STRFTIME, path, 0, &err),
                 0);
    cr_assert_eq(weir_naming_make(&naming, 0, WHEN, 0, name, &err), -EINVAL);
}

Test(naming, tells_whether_names_show_the_time)
{
    struct weir_naming naming;
    bool want[] = {false, true, false, true, true};
    for (int m = WEIR_NAMING_SINGLE; m <= WEIR_NAMING_STRFTIME_NUMBER; m++) {
        cr_assert_eq(
            weir_naming_open(&naming, (enum weir_naming_manner)m, "x", 0, &err),
            0);
        cr_assert_eq(weir_naming_shows_time(&naming), want[m]);
    }
}

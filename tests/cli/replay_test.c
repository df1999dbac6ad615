/* weir replay: what is wrong with a command line is said in one line. */

#include <criterion/criterion.h>

#include <string.h>

#include "tests/cli/command.h"

Test(replay, wrong_usage_is_told_in_a_line)
{
    static const char *const cases[][2] = {
        {"weir replay", "FILE is missing"},
        {"weir replay -i lo", "FILE is missing"},
        {"weir replay x.pcap", "-i DEVICE is missing"},
        {"weir replay '' -i lo", "FILE is missing"},
        {"weir replay x.pcap -i ''", "is no name"},
        {"weir replay x.pcap -i lo -i eth0", "Only one of them can be"},
        {"weir replay x.pcap -i lo -x 0", "-x 0: not a factor"},
        {"weir replay x.pcap -i lo --speed fast", "--speed fast: not a factor"},
        {"weir replay x.pcap -i lo -x 1000001", "not a factor"},
        {"weir replay x.pcap -i lo -p 0", "-p"},
        {"weir replay x.pcap -i lo -p 1Gbit", "see --rate"},
        {"weir replay x.pcap -i lo --rate 1GB", "is not a rate"},
        {"weir replay x.pcap -i lo --rate ''", "is not a rate"},
        {"weir replay x.pcap -i lo -p 10 -t", "-p and -t exclude each other"},
        {"weir replay x.pcap -i lo --rate 10 --pps 10",
         "--rate and --pps exclude each other"},
        {"weir replay x.pcap -i lo -t --speed 2",
         "-t and --speed exclude each other"},
        {"weir replay x.pcap -i lo -t --max-gap 1", "--max-gap is for"},
        {"weir replay x.pcap -i lo --max-gap -1", "--max-gap"},
        {"weir replay x.pcap -i lo --loop -1", "--loop"},
        {"weir replay x.pcap -i lo -L 0", "-L"},
        {"weir replay x.pcap -i lo --qdisc-path --qdisc-bypass",
         "exclude each other"},
        {"weir replay x.pcap -i lo --nonsense", "--nonsense"},
        {"weir replay x.pcap -i", "-i"},
        {"weir replay x.pcap -i lo --report x.pcap",
         "--report x.pcap: that is the file to be sent"},
        {"touch y; ln -sf y z; weir replay z -i lo --report ./y",
         "--report ./y: that is the file to be sent"},
        {"weir replay - -i lo --report y <y", "that is the file to be sent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        command_complains(cases[i][0], 2, "weir replay: ", cases[i][1]);
}

Test(replay, an_interface_that_is_not_there_is_named)
{
    command_complains("weir replay x.pcap -i nowhere", 1,
                      "weir replay: ", "nowhere: no such interface");
    command_complains("weir replay x.pcap -i a-name-that-is-far-too-long", 1,
                      "weir replay: ", "name has 1 to 15 bytes");
    command_complains("weir replay x.pcap -i lo --report /no/such/folder/r", 1,
                      "weir replay: ", "/no/such/folder/r");
}

Test(replay, help_is_help)
{
    const struct command_result *r = command_run("weir replay --help");
    cr_assert_eq(r->status, 0);
    cr_assert_not_null(strstr(r->out, "usage: weir replay FILE -i DEVICE"));
    cr_assert_str_empty(r->err);
    r = command_run("weir --help | grep '^  weir replay '");
    cr_assert_eq(r->status, 0);
}

/* The command line, without privilege. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/bench/gen/gen_rig.h"

TestSuite(gen_cmd, .timeout = 40);

Test(gen_cmd, wrong_usage)
{
    static const struct {
        const char *arguments;
        const char *words;
    } cases[] = {
        {"-c 1", "-i DEVICE is needed"},
        {"-i lo", "-c FRAMES or -a duration:SECONDS is needed"},
        {"-i lo -c 0", "-c: '0' is too small"},
        {"-i lo -c x", "-c: 'x' is not a number"},
        {"-i lo -a 5", "-a: '5' is not of the form key:value"},
        {"-i lo -a time:5", "is none of duration"},
        {"-i lo -a duration:0", "-a duration: '0' is too small"},
        {"-i lo -c 1 --way fast", "is none of auto, xdp, txring, mmsg"},
        {"-i lo -c 1 --frame 59", "too short for its headers and the mark"},
        {"-i lo -c 1 --frame 9015", "at most 9014"},
        {"-i lo -c 1 --frame 79 --ip 6", "at least 80"},
        {"-i lo -c 1 --frame 83 --ip 6 --vlan 0", "at least 84"},
        {"-i lo -c 1 --frame /nowhere", "neither a size, nor imix, nor a"},
        {"-i lo -c 1 --frame 3001 --way xdp", "xdp sends at most 3000"},
        {"-i lo -c 1 --flows 0", "--flows: '0' is too small"},
        {"-i lo -c 1 --flows 65537", "--flows: '65537' is too large"},
        {"-i lo -c 1 --skew x", "--skew: 'x' is not a number"},
        {"-i lo -c 1 --skew -1", "--skew: '-1' is not a number"},
        {"-i lo -c 1 --skew 1.1.1", "--skew: '1.1.1' is not a number"},
        {"-i lo -c 1 --skew nan", "--skew: 'nan' is not a number"},
        {"-i lo -c 1 --skew 11", "--skew: '11' is too large"},
        {"-i lo -c 1 --rate 5x", "--rate: '5x' is not a rate"},
        {"-i lo -c 1 --rate 0", "--rate: '0' is too small"},
        {"-i lo -c 1 --burst 2", "--burst: needs --rate"},
        {"-i lo -c 1 --burst 2 --rate none", "--burst: needs --rate"},
        {"-i lo -c 1 --burst 2 --rate 1 --rate none", "--burst: needs --rate"},
        {"-i lo -c 1 --burst 0 --rate 1", "--burst: '0' is too small"},
        {"-i lo -c 1 --vlan 4096", "--vlan: '4096' is too large"},
        {"-i lo -c 1 --ip 5", "--ip: '5' is none of 4, 6"},
        {"-i lo -c 1 --seed x", "--seed: 'x' is not a number"},
        {"-i lo -c 1 more", "'more': no such word is known"},
        {"-i lo -c 1 --what", "--what: no such option"},
        {"-i", "-i: needs a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        gen_complains(cases[i].arguments, 2, cases[i].words);
}

Test(gen_cmd, help_names_every_option)
{
    static const char *const options[] = {
        "-i DEVICE", "--way",  "-c FRAMES", "-a duration", "--frame",
        "--flows",   "--skew", "--rate",    "--burst",     "--vlan",
        "--ip",      "--seed", "--hold"};
    struct gen_run run;
    gen_start(&run, "--help");
    gen_finish(&run);
    cr_assert_eq(run.status, 0);
    cr_assert_str_empty(run.words);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        cr_assert_not_null(strstr(run.text, options[i]), "%s", options[i]);
}

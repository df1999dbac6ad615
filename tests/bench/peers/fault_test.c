/* What the command does with peers that crash, hang, lie or are not there.
 * The peers are shell scripts, which PATH names first; weir is the real one.
 * Nothing here needs privilege. */

#include <criterion/criterion.h>

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BENCH "bench/weir-bench"
#define WEIR  "cli/weir"

static char folder[] = "/tmp/weir-peers-XXXXXX";
static char results[64];
static const char *patience = "60";

static void setup(void)
{
    char path[4096];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(results, sizeof results, "%s/results", folder);
    snprintf(path, sizeof path, "%s:%s", folder, getenv("PATH"));
    cr_assert_eq(setenv("PATH", path, 1), 0);
}

static void teardown(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(fault, .init = setup, .fini = teardown, .timeout = 120);

/* A program of that name; --version is answered by all. */
static void fake(const char *name, const char *script)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fprintf(file,
            "#!/bin/sh\ncase \"$*\" in --version) echo 9.8.7; exit;; "
            "esac\n%s\n",
            script);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, 0755), 0);
}

static pid_t start(const char *task, const char *peers)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        cr_assert_not_null(freopen("/dev/null", "w", stdout));
        execl(BENCH, BENCH, "peers", "--task", task, "--peer", peers,
              "--frames", "1000", "--rounds", "2", "--frame", "60",
              "--patience", patience, "-w", folder, "--results", results,
              "--weir", WEIR, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int finish(pid_t pid)
{
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* How many lines of that type have that text in that key. */
static int lines(const char *type, const char *key, const char *text)
{
    char line[65536];
    int n = 0;
    FILE *file = fopen(results, "re");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        json_t *object = json_loads(line, 0, NULL);
        cr_assert_not_null(object, "%s", line);
        const char *is = json_string_value(json_object_get(object, "type"));
        const char *value = json_string_value(json_object_get(object, key));
        n += strcmp(is, type) == 0 && value != NULL &&
             strstr(value, text) != NULL;
        json_decref(object);
    }
    (void)fclose(file);
    return n;
}

/* Nothing but the fakes and the results is left in the folder. */
static void nothing_is_left(void)
{
    char command[128];
    snprintf(command, sizeof command,
             "test -z \"$(ls -d %s/weir-bench-* 2>&-)\"", folder);
    cr_assert_eq(system(command), 0);
}

Test(fault, right_result)
{
    fake("capinfos", "echo Number of packets: 1000");
    cr_assert_eq(finish(start("count", "capinfos")), 0);
    cr_assert_eq(lines("peer", "peer", "capinfos"), 1);
    cr_assert_eq(lines("peer", "version", "9.8.7"), 1);
    cr_assert_eq(lines("peer", "peer", "weir"), 1);
    cr_assert_eq(lines("ratio", "name", "weir over capinfos, rate"), 1);
    cr_assert_eq(lines("skip", "why", ""), 0);
    nothing_is_left();
}

Test(fault, wrong_count_is_void_and_named)
{
    fake("capinfos", "echo Number of packets: 999");
    cr_assert_eq(finish(start("count", "capinfos")), 0);
    cr_assert_eq(lines("skip", "why", "it says that it took 999 of 1000"), 2);
    cr_assert_eq(lines("skip", "what", "count, 60 bytes: capinfos, round 2"),
                 1);
    cr_assert_eq(lines("peer", "peer", "capinfos"), 0);
    cr_assert_eq(lines("ratio", "name", ""), 0);
    cr_assert_eq(lines("peer", "peer", "weir"), 1);
}

Test(fault, crash_and_exit_status_are_named)
{
    fake("capinfos", "kill -SEGV $$");
    fake("tcpstat", "echo first >&2; echo last words >&2; exit 3");
    cr_assert_eq(finish(start("count", "capinfos,tcpstat")), 0);
    cr_assert_eq(lines("skip", "why", "it crashed: signal 11"), 2);
    cr_assert_eq(lines("skip", "why", "exit status 3: last words"), 2);
    cr_assert_eq(lines("peer", "peer", "weir"), 1);
    nothing_is_left();
}

Test(fault, copy_that_differs_is_void)
{
    fake("tcpdump", "while [ \"$1\" != -r ]; do shift; done\n"
                    "head -c 5000 \"$2\" >\"$4\"");
    fake("editcap", ":");
    cr_assert_eq(finish(start("copy", "tcpdump,editcap")), 0);
    cr_assert_eq(lines("skip", "why", "its copy differs"), 2);
    cr_assert_eq(lines("skip", "why", "its copy has 0 of 1000 frames"), 2);
    cr_assert_eq(lines("peer", "peer", "weir"), 1);
}

Test(fault, copy_that_is_right_but_came_with_more_files)
{
    fake("tcpdump", "while [ \"$1\" != -r ]; do shift; done\n"
                    "cp \"$2\" \"$4\"; cp \"$2\" \"$4.second\"");
    cr_assert_eq(finish(start("copy", "tcpdump")), 0);
    cr_assert_eq(lines("skip", "why", "it left 2 files instead of one"), 2);
}

Test(fault, missing_peer_is_named)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", getenv("PATH"));
    cr_assert_eq(setenv("PATH", "/nonexistent", 1), 0);
    cr_assert_eq(finish(start("count", "capinfos")), 0);
    cr_assert_eq(setenv("PATH", path, 1), 0);
    cr_assert_eq(lines("skip", "what", "count, 60 bytes: capinfos"), 1);
    cr_assert_eq(lines("skip", "why",
                       "capinfos is not installed (Debian's package "
                       "wireshark-common)"),
                 1);
    cr_assert_eq(lines("peer", "peer", "weir"), 1);
}

/* Once is enough: it is left out from then on. */
Test(fault, hang_is_ended_and_named)
{
    patience = "300ms";
    fake("tcpstat", "sleep 300");
    fake("capinfos", "echo Number of packets: 1000");
    cr_assert_eq(finish(start("count", "tcpstat,capinfos")), 0);
    cr_assert_eq(lines("skip", "why", "it hung: ended after"), 1);
    cr_assert_eq(lines("skip", "what", "tcpstat, round 1"), 1);
    cr_assert_eq(lines("peer", "peer", "capinfos"), 1);
    nothing_is_left();
}

static void nap(void)
{
    const struct timespec time = {.tv_nsec = 20000000};
    (void)nanosleep(&time, NULL);
}

/* Hangs for longer than any test, and would write after its end. */
Test(fault, interrupt_while_a_peer_hangs)
{
    char ran[64];
    char late[64];
    char script[256];
    snprintf(ran, sizeof ran, "%s/ran", folder);
    snprintf(late, sizeof late, "%s/late", folder);
    snprintf(script, sizeof script, "trap '' INT\n: >%s\nsleep 300\n: >%s", ran,
             late);
    fake("tcpstat", script);
    pid_t pid = start("count", "tcpstat");
    while (access(ran, F_OK) != 0)
        nap();
    cr_assert_eq(kill(pid, SIGINT), 0);
    cr_assert_eq(finish(pid), 1);
    cr_assert_neq(access(late, F_OK), 0);
    nothing_is_left();
}

/* The bench is killed: its folder goes all the same. */
Test(fault, kill_leaves_nothing)
{
    char ran[64];
    char script[256];
    snprintf(ran, sizeof ran, "%s/ran", folder);
    snprintf(script, sizeof script, ": >%s\nsleep 300", ran);
    fake("tcpstat", script);
    pid_t pid = start("count", "tcpstat");
    while (access(ran, F_OK) != 0)
        nap();
    cr_assert_eq(kill(pid, SIGKILL), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    char command[128];
    snprintf(command, sizeof command,
             "while ls -d %s/weir-bench-* >/dev/null 2>&1; do sleep 0.02; done",
             folder);
    cr_assert_eq(system(command), 0);
}

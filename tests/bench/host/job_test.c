/* Jobs are shells here: what they do is in the words of the test. */

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"

/* Long enough for the slowest machine; no test waits for it. */
#define PATIENCE_NS (60 * WEIR_NS_PER_S)

static struct weir_job_config shell(const char *script)
{
    static const char *argv[4] = {"sh", "-c"};
    argv[2] = script;
    return (struct weir_job_config){
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
}

static struct weir_job_end run(const char *script, int64_t timeout_ns)
{
    const struct weir_job_config config = shell(script);
    struct weir_job_end end;
    struct weir_err err = {0};
    int ret = weir_job_run(&config, timeout_ns, &end, &err);
    cr_assert_eq(ret, 0, "%s", err.text);
    return end;
}

static struct weir_job *start(const char *script)
{
    const struct weir_job_config config = shell(script);
    struct weir_job *job = NULL;
    struct weir_err err = {0};
    cr_assert_eq(weir_job_start(&job, &config, &err), 0, "%s", err.text);
    return job;
}

static bool is_there(pid_t pid)
{
    return kill(pid, 0) == 0;
}

Test(job, tells_exit_status_and_words)
{
    struct weir_job_end end =
        run("echo out; echo warning >&2; exit 7", PATIENCE_NS);
    cr_expect_eq(end.status, 7);
    cr_expect_eq(end.signal, 0);
    cr_expect_not(end.timed_out);
    cr_expect_str_eq(end.output, "out\n");
    cr_expect_str_eq(end.words, "warning\n");
    cr_expect_gt(end.wall_ns, 0);
    cr_expect_gt(end.user_ns + end.system_ns, 0);
}

Test(job, tells_the_signal_that_killed_it)
{
    struct weir_job_end end = run("kill -SEGV $$", PATIENCE_NS);
    cr_expect_eq(end.status, -1);
    cr_expect_eq(end.signal, SIGSEGV);
    cr_expect_not(end.timed_out);
}

Test(job, starts_with_the_usual_signals)
{
    (void)signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    (void)sigfillset(&set);
    (void)sigprocmask(SIG_SETMASK, &set, NULL);
    struct weir_job_end end =
        run("grep -E '^Sig(Blk|Ign)' /proc/self/status", PATIENCE_NS);
    unsigned long long blocked = 0;
    unsigned long long ignored = 0;
    const char *at = strstr(end.output, "SigIgn:");
    cr_assert(strncmp(end.output, "SigBlk:", 7) == 0 && at != NULL);
    blocked = strtoull(end.output + 7, NULL, 16);
    ignored = strtoull(at + 7, NULL, 16);
    /* Signals 32 and up are the C library's, or of no consequence. */
    cr_expect_eq(blocked & 0x7fffffff, 0, "%llx", blocked);
    cr_expect_eq(ignored & 0x7fffffff, 0, "%llx", ignored);
}

Test(job, is_ended_after_its_time)
{
    struct weir_job_end end = run("sleep 600 & sleep 600", 50 * WEIR_NS_PER_MS);
    cr_expect(end.timed_out);
    cr_expect_eq(end.signal, SIGTERM);
}

Test(job, may_end_well_when_told_to)
{
    struct weir_job *job =
        start("trap 'echo bye; exit 3' TERM; echo ready; while :; do "
              "sleep 0.01; done");
    cr_assert_eq(weir_job_expect(job, "ready", PATIENCE_NS, NULL), 0);
    cr_expect(weir_job_running(job));
    weir_job_signal(job, SIGTERM);
    struct weir_job_end end;
    cr_assert_eq(weir_job_wait(job, PATIENCE_NS, &end, NULL), 0);
    cr_expect_eq(end.status, 3);
    cr_expect_not(end.timed_out);
    cr_expect_str_eq(end.output, "ready\nbye\n");
    cr_expect_not(weir_job_running(job));
    cr_expect_eq(weir_job_pid(job), 0);
    cr_expect_eq(weir_job_threads(job, &(struct weir_job_thread){0}, 1), 0);
    cr_assert_eq(weir_job_wait(job, 0, &end, NULL), 0);
    cr_expect_eq(end.status, 3);
    weir_job_close(job);
}

Test(job, takes_what_it_started_with_it)
{
    struct weir_job_end end = run("sleep 600 & echo $!; exit 0", PATIENCE_NS);
    cr_expect_eq(end.status, 0);
    pid_t left = (pid_t)strtol(end.output, NULL, 10);
    cr_assert_gt(left, 1);
    /* Killed, but whoever adopts it may not have buried it yet. */
    char path[64];
    char state[512] = "";
    for (int i = 0; i < 60000 && is_there(left); i++) {
        snprintf(path, sizeof path, "/proc/%d/stat", (int)left);
        FILE *file = fopen(path, "re");
        if (file == NULL)
            break;
        bool dead = fgets(state, sizeof state, file) == NULL ||
                    strstr(state, ") Z") != NULL;
        (void)fclose(file);
        if (dead)
            break;
        (void)usleep(1000);
    }
    cr_expect(!is_there(left) || strstr(state, ") Z") != NULL);
}

Test(job, that_floods_keeps_the_tail)
{
    struct weir_job_end end = run("head -c 1000000 /dev/zero >&2; echo end >&2;"
                                  "yes 0123456 | head -c 1000000; echo last",
                                  PATIENCE_NS);
    cr_expect_eq(end.status, 0);
    cr_expect_eq(strlen(end.words), WEIR_JOB_WORDS_MAX - 1);
    cr_expect_str_eq(end.words + WEIR_JOB_WORDS_MAX - 1 - 5, "?end\n");
    cr_expect_eq(strlen(end.output), WEIR_JOB_WORDS_MAX - 1);
    cr_expect_str_eq(end.output + WEIR_JOB_WORDS_MAX - 1 - 13,
                     "0123456\nlast\n");
}

Test(job, expect_ends_with_the_program)
{
    struct weir_err err;
    struct weir_job *job = start("echo other >&2");
    cr_expect_eq(weir_job_expect(job, "ready", PATIENCE_NS, &err), -ESRCH);
    cr_expect_str_eq(err.text, "sh: ended before it said 'ready'");
    cr_expect_eq(weir_job_expect(job, "other", PATIENCE_NS, &err), 0);
    weir_job_close(job);
}

Test(job, expect_gives_up)
{
    struct weir_err err;
    struct weir_job *job = start("sleep 600");
    const pid_t pid = weir_job_pid(job);
    cr_expect_eq(weir_job_expect(job, "ready", WEIR_NS_PER_MS, &err),
                 -ETIMEDOUT);
    cr_expect(weir_job_running(job));
    weir_job_close(job);
    cr_expect_not(is_there(pid));
}

Test(job, that_cannot_be_executed_is_named)
{
    struct weir_err err;
    struct weir_job *job = NULL;
    struct weir_job_config config = shell("exit 0");
    const char *const missing[] = {"no-such-program", NULL};
    const char *const folder[] = {"/", NULL};
    const uint16_t cpu = 1023;

    config.argv = missing;
    cr_expect_eq(weir_job_start(&job, &config, &err), -ENOENT);
    cr_expect_str_eq(err.text, "no-such-program: not found");
    config.argv = folder;
    cr_expect_eq(weir_job_start(&job, &config, &err), -EACCES);
    cr_expect_str_eq(err.text, "/: Permission denied");

    config = shell("exit 0");
    config.folder = "/no/such/folder";
    cr_expect_eq(weir_job_start(&job, &config, &err), -ENOENT);
    cr_expect_str_eq(err.text,
                     "sh: /no/such/folder: No such file or directory");
    config = shell("exit 0");
    config.output = "/no/such/file";
    cr_expect_eq(weir_job_start(&job, &config, &err), -ENOENT);
    cr_expect_str_eq(err.text, "sh: /no/such/file: No such file or directory");
    config = shell("exit 0");
    config.cpus = &cpu;
    config.cpus_count = 1;
    cr_expect_eq(weir_job_start(&job, &config, &err), -EINVAL);
    config = shell("exit 0");
    config.netns_fd = STDERR_FILENO;
    cr_expect_lt(weir_job_start(&job, &config, &err), 0);
    cr_expect(strstr(err.text, "sh: network namespace") == err.text);
    cr_expect_null(job);
}

static uint16_t a_cpu(void)
{
    cpu_set_t set;
    uint16_t cpu = 0;
    cr_assert_eq(sched_getaffinity(0, sizeof set, &set), 0);
    while (!CPU_ISSET(cpu, &set))
        cpu++;
    return cpu;
}

Test(job, runs_where_it_is_told_to)
{
    char expected[64];
    char folder[] = "/tmp/job_test.XXXXXX";
    char file[64];
    struct weir_job_end end;
    struct weir_job_config config = shell(
        "pwd; grep Cpus_allowed_list /proc/self/status | cut -f 2; read line;"
        "echo $line");
    const uint16_t cpu = a_cpu();
    int input[2];
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(pipe2(input, O_CLOEXEC), 0);
    cr_assert_eq(write(input[1], "hello\n", 6), 6);
    config.folder = folder;
    config.cpus = &cpu;
    config.cpus_count = 1;
    config.input_fd = input[0];
    snprintf(expected, sizeof expected, "%s\n%u\nhello\n", folder, cpu);
    cr_assert_eq(weir_job_run(&config, PATIENCE_NS, &end, NULL), 0);
    cr_expect_str_eq(end.output, expected);

    config = shell("echo in a file");
    snprintf(file, sizeof file, "%s/out", folder);
    config.output = file;
    cr_assert_eq(weir_job_run(&config, PATIENCE_NS, &end, NULL), 0);
    cr_expect_str_eq(end.output, "");
    struct stat about;
    cr_assert_eq(stat(file, &about), 0);
    cr_expect_eq(about.st_size, 10);
    (void)unlink(file);
    (void)rmdir(folder);
}

Test(job, inherits_no_file)
{
    /* Without O_CLOEXEC. */
    const int open_fd = dup(STDERR_FILENO);
    cr_assert_gt(open_fd, 2);
    struct weir_job_end end =
        run("cd /proc/self/fd && echo *; test -t 0 || readlink 0", PATIENCE_NS);
    /* 3, and dash's 10, are those of the shell itself. */
    cr_expect(strncmp(end.output, "0 1 2", 5) == 0, "%s", end.output);
    char others[64];
    snprintf(others, sizeof others, "/proc/self/fd/%d", open_fd);
    cr_expect(strstr(end.output, "/dev/null\n") != NULL, "%s", end.output);
    const struct weir_job_config config = {
        .argv = (const char *const[]){"readlink", others, NULL},
        .netns_fd = -1,
        .input_fd = -1,
        .output = ""};
    cr_assert_eq(weir_job_run(&config, PATIENCE_NS, &end, NULL), 0);
    cr_expect_str_eq(end.output, "");
}

Test(job, dies_with_its_bench)
{
    int said[2];
    pid_t pid = 0;
    cr_assert_eq(pipe2(said, O_CLOEXEC), 0);
    const pid_t bench = fork();
    if (bench == 0) {
        struct weir_job *job = start("sleep 600");
        pid = weir_job_pid(job);
        (void)!write(said[1], &pid, sizeof pid);
        _exit(0);
    }
    cr_assert_gt(bench, 0);
    cr_assert_eq(read(said[0], &pid, sizeof pid), (ssize_t)sizeof pid);
    cr_assert_eq(waitpid(bench, NULL, 0), bench);
    /* It is somebody else's child now; it is gone when that one has seen
     * it, or stays a zombie where nobody looks. */
    char path[64];
    char text[64] = "sleep";
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    for (int i = 0; i < 60000 && text[0] != '\0'; i++) {
        FILE *file = fopen(path, "re");
        if (file == NULL || fgets(text, sizeof text, file) == NULL)
            text[0] = '\0';
        if (file != NULL)
            (void)fclose(file);
        (void)usleep(1000);
    }
    cr_expect_str_eq(text, "");
}

/* A program's memory is its own, not that of the bench at the fork. */
Test(job, memory_is_the_program_s)
{
    const size_t bytes = (size_t)256 << 20;
    char *much = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    cr_assert(much != MAP_FAILED);
    struct weir_job_end end = run("sleep 0.2", PATIENCE_NS);
    cr_expect_gt(end.memory_bytes, 100000);
    cr_expect_lt(end.memory_bytes, 64 << 20);
    cr_assert_eq(munmap(much, bytes), 0);
}

Test(job, tells_its_threads)
{
    struct weir_job_thread threads[4];
    struct weir_job *job = start("echo ready; while :; do :; done");
    cr_assert_eq(weir_job_expect(job, "ready", PATIENCE_NS, NULL), 0);
    cr_assert_eq(weir_job_threads(job, threads, 4), 1);
    cr_expect_eq(threads[0].id, weir_job_pid(job));
    cr_expect_str_eq(threads[0].name, "sh");
    cr_expect_geq(threads[0].waiting_ns, 0);
    const int64_t before_ns = threads[0].busy_ns;
    int64_t after_ns = before_ns;
    /* The kernel accounts at its ticks. */
    for (int i = 0;
         i < 60000 && (after_ns == before_ns || weir_job_cpu_ns(job) == 0);
         i++) {
        (void)usleep(1000);
        cr_assert_eq(weir_job_threads(job, threads, 4), 1);
        after_ns = threads[0].busy_ns;
    }
    cr_expect_gt(after_ns, before_ns);
    cr_expect_gt(weir_job_cpu_ns(job), 0);
    cr_expect_eq(weir_job_threads(job, threads, 0), 0);
    weir_job_close(job);
}

/* The many threads are perl's or python's where there is one; what counts is
 * that no more than `max` are told. */
Test(job, tells_no_more_threads_than_there_is_room_for)
{
    struct weir_job_thread threads[8];
    const char *const argv[] = {
        "python3", "-c",
        "import threading, time\n"
        "for i in range(40):\n"
        "    threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "print('ready', flush=True)\n",
        NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job *job = NULL;
    int ret = weir_job_start(&job, &config, NULL);
    if (ret == -ENOENT)
        cr_skip_test("no python3");
    cr_assert_eq(ret, 0);
    cr_assert_eq(weir_job_expect(job, "ready", PATIENCE_NS, NULL), 0);
    cr_expect_eq(weir_job_threads(job, threads, 8), 8);
    struct weir_job_thread all[64];
    cr_expect_eq(weir_job_threads(job, all, 64), 41);
    weir_job_close(job);
}

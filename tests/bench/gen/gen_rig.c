#include "tests/bench/gen/gen_rig.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define PROGRAM "bench/weir-bench"

bool gen_privileged(void)
{
    const int bytes = 1 << 20;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool may = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
                                     sizeof bytes) == 0;
    if (fd >= 0)
        (void)close(fd);
    return may;
}

/* BPF_PROG_TEST_RUN with a flag that the kernel does not know. */
static void forbid_live_frames(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_TEST_RUN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {
        .len = sizeof steps / sizeof steps[0],
        .filter = steps,
    };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        _exit(125);
}

static void lose(enum gen_lack lack)
{
    bool all = lack == GEN_LACKS_CAPABILITIES;
    /* A capability that may not be had is not had after exec, by root
     * either. */
    for (unsigned long cap = 0; cap < 64; cap++)
        if (all || (lack == GEN_LACKS_BPF && cap != CAP_NET_RAW))
            (void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    if (lack == GEN_LACKS_LIVE_FRAMES)
        forbid_live_frames();
}

static _Noreturn void become(const char *arguments, enum gen_lack lack)
{
    char text[512];
    char *argv[40] = {"weir-bench", "gen"};
    size_t n = 2;
    char *rest = text;
    snprintf(text, sizeof text, "%s", arguments);
    while (rest != NULL && n + 1 < sizeof argv / sizeof argv[0]) {
        char *word = strsep(&rest, " ");
        if (word[0] != '\0')
            argv[n++] = word;
    }
    lose(lack);
    (void)execv(PROGRAM, argv);
    _exit(126);
}

void gen_start_without(struct gen_run *run, enum gen_lack lack,
                       const char *arguments)
{
    int in[2];
    int out[2];
    int err[2];
    memset(run, 0, sizeof *run);
    cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(err, O_CLOEXEC), 0);
    run->pid = fork();
    cr_assert_geq(run->pid, 0);
    if (run->pid == 0) {
        /* A test that fails leaves nothing that sends on. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
            dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) > 0 &&
            dup2(err[1], STDERR_FILENO) > 0)
            become(arguments, lack);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    run->in = in[1];
    run->out = out[0];
    run->err = err[0];
}

void gen_start(struct gen_run *run, const char *arguments)
{
    gen_start_without(run, GEN_LACKS_NOTHING, arguments);
}

bool gen_line(struct gen_run *run, char *line, size_t size)
{
    size_t n = 0;
    char c;
    while (n + 1 < size && read(run->out, &c, 1) == 1 && c != '\n')
        line[n++] = c;
    line[n] = '\0';
    return n != 0;
}

static void read_all(int fd, char *text, size_t size)
{
    size_t n = 0;
    ssize_t got;
    while (n + 1 < size && (got = read(fd, text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    (void)close(fd);
}

void gen_finish(struct gen_run *run)
{
    int status = 0;
    if (run->in >= 0)
        (void)close(run->in);
    run->in = -1;
    read_all(run->out, run->text, sizeof run->text);
    read_all(run->err, run->words, sizeof run->words);
    cr_assert_eq(waitpid(run->pid, &status, 0), run->pid);
    cr_assert(WIFEXITED(status), "%x %s", (unsigned)status, run->words);
    run->status = WEXITSTATUS(status);
}

void gen_complains(const char *arguments, int status, const char *words)
{
    struct gen_run run;
    gen_start(&run, arguments);
    gen_finish(&run);
    const char *end = strchr(run.words, '\n');
    cr_assert_eq(run.status, status, "%s: %d %s", arguments, run.status,
                 run.words);
    cr_assert_str_empty(run.text);
    cr_assert(end != NULL && end[1] == '\0', "%s: %s", arguments, run.words);
    cr_assert_not_null(strstr(run.words, words), "%s: %s", arguments,
                       run.words);
}

static json_t *value_of(const struct gen_run *run, const char *key)
{
    json_error_t why;
    json_t *line = json_loads(run->text, 0, &why);
    cr_assert_not_null(line, "%s: %s %s", run->text, why.text, run->words);
    json_t *value = json_incref(json_object_get(line, key));
    json_decref(line);
    cr_assert_not_null(value, "%s", key);
    return value;
}

uint64_t gen_number(const struct gen_run *run, const char *key)
{
    json_t *value = value_of(run, key);
    cr_assert(json_is_integer(value), "%s: %s", key, run->text);
    uint64_t n = (uint64_t)json_integer_value(value);
    json_decref(value);
    return n;
}

bool gen_is(const struct gen_run *run, const char *key, const char *value)
{
    json_t *found = value_of(run, key);
    bool is = json_is_string(found)
                  ? strcmp(json_string_value(found), value) == 0
                  : strcmp(json_is_true(found) ? "true" : "false", value) == 0;
    json_decref(found);
    return is;
}

void gen_tap_open(struct gen_tap *tap, const char *interface)
{
    const int bytes = 256 << 20;
    const int yes = 1;
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htobe16(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(interface),
    };
    memset(tap, 0, sizeof *tap);
    tap->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    cr_assert_geq(tap->fd, 0);
    if (gen_privileged())
        cr_assert_eq(setsockopt(tap->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
                                sizeof bytes),
                     0);
    cr_assert_eq(
        setsockopt(tap->fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof yes), 0);
    cr_assert_eq(
        bind(tap->fd, (const struct sockaddr *)&address, sizeof address), 0);
}

/* A frame as it was sent: the kernel has taken a tag out of it. */
static size_t receive(struct gen_tap *tap, uint8_t *frame, size_t room)
{
    _Alignas(struct cmsghdr) char control[256];
    struct iovec vector = {frame + 4, room - 4};
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    ssize_t n = recvmsg(tap->fd, &message, MSG_DONTWAIT);
    if (n < 0)
        return 0;
    struct tpacket_auxdata aux = {0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL;
         c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
            memcpy(&aux, CMSG_DATA(c), sizeof aux);
    if ((aux.tp_status & TP_STATUS_VLAN_VALID) == 0) {
        memmove(frame, frame + 4, (size_t)n);
        return (size_t)n;
    }
    memmove(frame, frame + 4, 12);
    weir_store_16(frame + 12, htobe16(ETH_P_8021Q));
    weir_store_16(frame + 14, htobe16(aux.tp_vlan_tci));
    return (size_t)n + 4;
}

bool gen_tap_take(struct gen_tap *tap, const struct weir_plan *plan,
                  int timeout_ms)
{
    static uint8_t frame[WEIR_MIX_SIZE_MAX + 64];
    static uint8_t want[WEIR_MIX_SIZE_MAX];
    struct pollfd wait = {.fd = tap->fd, .events = POLLIN};
    if (poll(&wait, 1, timeout_ms) != 1)
        return false;
    size_t size = receive(tap, frame, sizeof frame);
    if (size == 0)
        return false;
    const uint8_t *mark = frame + plan->layout.mark;
    uint64_t number = be64toh(weir_load_64(mark + WEIR_MARK_AT_NUMBER));
    uint64_t stamp = be64toh(weir_load_64(mark + WEIR_MARK_AT_STAMP));
    if (number != tap->frames)
        cr_assert_fail("frame %llu came for %llu", (unsigned long long)number,
                       (unsigned long long)tap->frames);
    if (stamp < tap->stamp_ns || stamp > (uint64_t)weir_clock_mono_ns())
        cr_assert_fail("frame %llu: stamp %llu", (unsigned long long)number,
                       (unsigned long long)stamp);
    memcpy(want, plan->longest, plan->size_max);
    uint32_t row = plan->rows[number % plan->rows_count];
    uint32_t want_size =
        weir_plan_write(plan, row, number, (int64_t)stamp, want);
    if (size != want_size || memcmp(frame, want, size) != 0)
        cr_assert_fail("frame %llu of %zu bytes is not as planned",
                       (unsigned long long)number, size);
    if (tap->frames++ == 0)
        tap->first_ns = stamp;
    tap->stamp_ns = stamp;
    tap->bytes += size;
    return true;
}

void gen_tap_drain(struct gen_tap *tap, const struct weir_plan *plan,
                   struct gen_run *run)
{
    /* Its standard output ends when it does. */
    struct pollfd wait[2] = {{.fd = tap->fd, .events = POLLIN},
                             {.fd = run->out, .events = POLLIN}};
    while (wait[1].revents == 0) {
        (void)poll(wait, 2, -1);
        while (gen_tap_take(tap, plan, 0))
            continue;
    }
    gen_finish(run);
    while (gen_tap_take(tap, plan, 0))
        continue;
}

void gen_tap_close(struct gen_tap *tap)
{
    (void)close(tap->fd);
}

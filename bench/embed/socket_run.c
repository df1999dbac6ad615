#include "bench/embed/socket_run.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/embed/alone.h"
#include "bench/host/rig.h"
#include "bench/trial/gen_job.h"
#include "pipeline/socket.h"

#define BUFFER_BYTES WEIR_SOCKET_BUFFER_BYTES
#define TIMEOUT_MS   100
#define SNAPLEN      262144

/* Nothing has come so many times, behind the generator's end: a frame waits for
 * the timeout at most. */
#define QUIET_MIN 3

#define PATIENCE_NS (20 * WEIR_NS_PER_S)

struct run {
    const struct weir_socket_run_config *config;
    struct weir_socket_found *found; /* shared with the bench */
    struct weir_gen_job *gen;
    uint32_t quiet;
    struct weir_err *err;
};

static const char *const names[] = {
    [WEIR_BY_NEXT_BATCH] = "weir_socket_next_batch",
    [WEIR_BY_NEXT] = "weir_socket_next",
    [WEIR_BY_PCAP_DISPATCH] = "pcap_dispatch",
    [WEIR_BY_PCAP_NEXT_EX] = "pcap_next_ex",
};

const char *weir_socket_way_name(enum weir_socket_way_of by)
{
    return names[by];
}

/* The timeout passed with nothing: 1 to go on, 0 at the end, or -errno. */
static int nothing(struct run *r)
{
    const int done = weir_gen_job_done(r->gen, WEIR_NS_PER_MS, r->err);
    if (done < 0)
        return done;
    r->quiet = done == 1 ? r->quiet + 1 : 0;
    return r->quiet < QUIET_MIN;
}

static int by_next_batch(struct run *r, struct weir_socket *socket)
{
    struct weir_socket_found *found = r->found;
    const struct weir_frame *frames;
    uint32_t count;
    int go = 1;
    while (go == 1) {
        const int rc = weir_socket_next_batch(socket, &frames, &count, r->err);
        if (rc < 0)
            return rc;
        if (rc != WEIR_NEXT_FRAME) {
            go = nothing(r);
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            found->sum += frames[i].caplen + frames[i].data[0];
        found->frames += count;
    }
    return go;
}

static int by_next(struct run *r, struct weir_socket *socket)
{
    struct weir_socket_found *found = r->found;
    const struct weir_frame *frame;
    int go = 1;
    while (go == 1) {
        const int rc = weir_socket_next(socket, &frame, r->err);
        if (rc < 0)
            return rc;
        if (rc != WEIR_NEXT_FRAME) {
            go = nothing(r);
            continue;
        }
        found->sum += frame->caplen + frame->data[0];
        found->frames++;
    }
    return go;
}

static int run_socket(struct run *r)
{
    const struct weir_socket_config config = {
        .device = r->config->place.near,
        .timeout_ms = TIMEOUT_MS,
        .buffer_bytes = BUFFER_BYTES,
    };
    struct weir_socket *socket = NULL;
    struct weir_socket_stats stats;
    int rc = weir_socket_open(&socket, &config, r->err);
    if (rc != 0)
        return rc;
    const int64_t cpu_ns = weir_alone_cpu_ns();
    weir_gen_job_go(r->gen);
    rc = r->config->by == WEIR_BY_NEXT ? by_next(r, socket)
                                       : by_next_batch(r, socket);
    r->found->cpu_ns = weir_alone_cpu_ns() - cpu_ns;
    if (rc == 0)
        rc = weir_socket_stats(socket, &stats, r->err);
    if (rc == 0)
        r->found->dropped = stats.dropped;
    const int closed = weir_socket_close(&socket, rc == 0 ? r->err : NULL);
    return rc != 0 ? rc : closed;
}

static void take_frame(u_char *user, const struct pcap_pkthdr *header,
                       const u_char *bytes)
{
    struct weir_socket_found *found = (struct weir_socket_found *)(void *)user;
    found->sum += header->caplen + bytes[0];
    found->frames++;
}

static int pcap_failed(struct run *r, pcap_t *pcap)
{
    return weir_err_set(r->err, -EIO, "%s: %s", r->config->place.near,
                        pcap_geterr(pcap));
}

/* libpcap's timeout does not end a wait on an idle link (pcap-linux.c,
 * set_poll_timeout): what does is asked for ten times a second. */
static pcap_t *waiting;

static void break_wait(int signal)
{
    (void)signal;
    pcap_breakloop(waiting);
}

static int break_each(pcap_t *pcap, int ms)
{
    const struct sigaction action = {.sa_handler = break_wait};
    const struct itimerval each = {
        .it_interval.tv_usec = ms * 1000L,
        .it_value.tv_usec = ms * 1000L,
    };
    waiting = pcap;
    return sigaction(SIGALRM, &action, NULL) == 0 &&
                   setitimer(ITIMER_REAL, &each, NULL) == 0
               ? 0
               : -errno;
}

/* A wait was ended: 1 to go on, 0 at the end, or -errno. */
static int broken(struct run *r, uint64_t *before)
{
    const bool some = r->found->frames > *before;
    *before = r->found->frames;
    return some ? 1 : nothing(r);
}

static int by_dispatch(struct run *r, pcap_t *pcap)
{
    uint64_t before = 0;
    int go = 1;
    while (go == 1) {
        const int n = pcap_dispatch(pcap, -1, take_frame, (u_char *)r->found);
        if (n == PCAP_ERROR)
            return pcap_failed(r, pcap);
        if (n == PCAP_ERROR_BREAK)
            go = broken(r, &before);
    }
    return go;
}

static int by_next_ex(struct run *r, pcap_t *pcap)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t before = 0;
    int go = 1;
    while (go == 1) {
        const int n = pcap_next_ex(pcap, &header, &bytes);
        if (n == PCAP_ERROR)
            return pcap_failed(r, pcap);
        if (n == PCAP_ERROR_BREAK)
            go = broken(r, &before);
        if (n == 1)
            take_frame((u_char *)r->found, header, bytes);
    }
    return go;
}

static pcap_t *open_pcap(struct run *r)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(r->config->place.near, why);
    if (pcap == NULL) {
        (void)weir_err_set(r->err, -EIO, "%s", why);
        return NULL;
    }
    (void)pcap_set_snaplen(pcap, SNAPLEN);
    (void)pcap_set_promisc(pcap, 1);
    (void)pcap_set_timeout(pcap, TIMEOUT_MS);
    (void)pcap_set_buffer_size(pcap, (int)BUFFER_BYTES);
    if (pcap_activate(pcap) >= 0)
        return pcap;
    (void)pcap_failed(r, pcap);
    pcap_close(pcap);
    return NULL;
}

static int run_pcap(struct run *r)
{
    struct pcap_stat stats;
    pcap_t *pcap = open_pcap(r);
    if (pcap == NULL)
        return -EIO;
    int rc = break_each(pcap, TIMEOUT_MS);
    const int64_t cpu_ns = weir_alone_cpu_ns();
    weir_gen_job_go(r->gen);
    if (rc != 0)
        (void)weir_err_sys(r->err, rc, "a timer");
    else if (r->config->by == WEIR_BY_PCAP_DISPATCH)
        rc = by_dispatch(r, pcap);
    else
        rc = by_next_ex(r, pcap);
    r->found->cpu_ns = weir_alone_cpu_ns() - cpu_ns;
    (void)signal(SIGALRM, SIG_IGN);
    if (rc == 0 && pcap_stats(pcap, &stats) != 0)
        rc = pcap_failed(r, pcap);
    if (rc == 0)
        r->found->dropped = stats.ps_drop;
    pcap_close(pcap);
    return rc;
}

/* In the near namespace. */
static int run_near(void *context)
{
    struct run *r = context;
    return r->config->by <= WEIR_BY_NEXT ? run_socket(r) : run_pcap(r);
}

static int stay_on(const struct weir_bench_cpus *cpus, struct weir_err *err)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < cpus->count; i++)
        CPU_SET(cpus->cpu[i], &set);
    return sched_setaffinity(0, sizeof set, &set) == 0
               ? 0
               : weir_err_sys(err, -errno, "the CPUs of the listener");
}

/* The process of its own, whose child the generator is. */
static int work(void *context, struct weir_alone *out, struct weir_err *err)
{
    struct run *r = context;
    const struct weir_trial_place *place = &r->config->place;
    (void)out;
    r->err = err;
    int rc = stay_on(&r->config->cpus, err);
    if (rc == 0)
        rc = weir_gen_job_start(&r->gen, place, &r->config->traffic, err);
    if (rc == 0) {
        rc = weir_gen_job_ready(r->gen, WEIR_GEN_JOB_READY_NS, err);
        if (rc == 0)
            rc = weir_err_set(err, -ETIMEDOUT, "the generator is not ready");
        else if (rc > 0)
            rc = 0;
    }
    if (rc == 0)
        rc = weir_rig_enter(place->near_fd, run_near, r, err);
    if (rc == 0)
        rc = weir_gen_job_finish(r->gen, &r->found->sent, err);
    weir_gen_job_close(r->gen);
    return rc;
}

int weir_socket_run(struct weir_socket_found *out,
                    const struct weir_socket_run_config *config,
                    struct weir_err *err)
{
    struct weir_alone alone;
    struct run run = {.config = config};
    void *shared = mmap(NULL, sizeof *run.found, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return weir_err_sys(err, -errno, "memory");
    run.found = shared;
    const int rc = weir_alone_run(
        &alone, work, &run, config->traffic.duration_ns + 2 * PATIENCE_NS, err);
    *out = *run.found;
    (void)munmap(shared, sizeof *run.found);
    return rc != 0 ? weir_err_wrap(err, rc, "%s", names[config->by]) : 0;
}

#include <criterion/criterion.h>

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/host/job.h"
#include "bench/host/rig.h"

/* Number of this thread's network namespace. */
static ino_t here(void)
{
    struct stat about;
    cr_assert_eq(stat("/proc/thread-self/ns/net", &about), 0);
    return about.st_ino;
}

static struct weir_rig *open_rig(uint32_t mtu)
{
    struct weir_rig *rig = NULL;
    struct weir_err err = {0};
    int ret = weir_rig_open(&rig, mtu, &err);
    if (ret == -EPERM) {
        fprintf(stderr, "skipped: %s\n", err.text);
        cr_skip_test("no network namespace is allowed here");
    }
    cr_assert_eq(ret, 0, "%s", err.text);
    return rig;
}

static int get_here(void *context)
{
    *(ino_t *)context = here();
    return -ENOTTY;
}

Test(rig, the_caller_stays_where_it_is)
{
    const ino_t own = here();
    ino_t near = 0;
    ino_t far = 0;
    struct weir_rig *rig = open_rig(1500);
    cr_expect_eq(here(), own);
    cr_expect_eq(weir_rig_enter(weir_rig_near(rig), get_here, &near, NULL),
                 -ENOTTY);
    cr_expect_eq(weir_rig_enter(weir_rig_far(rig), get_here, &far, NULL),
                 -ENOTTY);
    cr_expect_eq(here(), own);
    cr_expect(near != far && near != own && far != own);
    weir_rig_close(rig);
    cr_expect_eq(here(), own);
}

static int packet_socket(void *context)
{
    const char *device = context;
    int fd = socket(PF_PACKET, SOCK_RAW, 0);
    const struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(device),
    };
    cr_assert(fd >= 0 && to.sll_ifindex > 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* All that comes is what was sent: nobody else speaks there. */
Test(rig, frames_of_the_mtu_pass)
{
    static uint8_t frame[9018];
    static uint8_t got[65536];
    char near[] = WEIR_RIG_NEAR;
    char far[] = WEIR_RIG_FAR;
    struct weir_rig *rig = open_rig(9000);
    int in = weir_rig_enter(weir_rig_near(rig), packet_socket, near, NULL);
    int out = weir_rig_enter(weir_rig_far(rig), packet_socket, far, NULL);
    const struct timeval patience = {.tv_sec = 10};
    cr_assert_eq(
        setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    memset(frame, 0xff, 6);
    frame[12] = 0x88;
    frame[13] = 0xb5; /* IEEE 802, local experiments */
    cr_assert_eq(send(out, frame, 60, 0), 60);
    cr_assert_eq(send(out, frame, 9014, 0), 9014);
    cr_expect_eq(send(out, frame, 9018, 0), -1);
    frame[12] = 0x81;
    frame[13] = 0x00;
    cr_assert_eq(send(out, frame, 9018, 0), 9018);
    cr_expect_eq(recv(in, got, sizeof got, 0), 60);
    cr_expect_eq(recv(in, got, sizeof got, 0), 9014);
    /* The tag goes to the frame's side data. */
    cr_expect_eq(recv(in, got, sizeof got, 0), 9014);
    cr_expect_eq(recv(in, got, sizeof got, MSG_DONTWAIT), -1);
    cr_assert_eq(close(in), 0);
    cr_assert_eq(close(out), 0);
    weir_rig_close(rig);
}

static int flags_of(void *context)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s",
             (const char *)context);
    int ret = ioctl(fd, SIOCGIFFLAGS, &request);
    cr_assert_eq(close(fd), 0);
    return ret == 0 ? (unsigned short)request.ifr_flags : -1;
}

Test(rig, both_ends_are_up_and_silent)
{
    char near[] = WEIR_RIG_NEAR;
    char far[] = WEIR_RIG_FAR;
    const int wanted = IFF_UP | IFF_RUNNING | IFF_NOARP;
    struct weir_rig *rig = open_rig(1500);
    int flags = weir_rig_enter(weir_rig_near(rig), flags_of, near, NULL);
    cr_expect_eq(flags & wanted, wanted, "%x", flags);
    flags = weir_rig_enter(weir_rig_far(rig), flags_of, far, NULL);
    cr_expect_eq(flags & wanted, wanted, "%x", flags);
    cr_expect_lt(weir_rig_enter(weir_rig_far(rig), flags_of, near, NULL), 0);
    weir_rig_close(rig);
}

/* What a job in it sees, and no address is there. */
Test(rig, jobs_run_in_it)
{
    struct weir_rig *rig = open_rig(1500);
    struct weir_job_end end;
    const char *const argv[] = {"sh", "-c",
                                "grep -c weir0 /proc/net/dev;"
                                "cat /proc/net/if_inet6 2>&- | wc -l",
                                NULL};
    const struct weir_job_config config = {.argv = argv,
                                           .netns_fd = weir_rig_near(rig),
                                           .input_fd = -1,
                                           .output = ""};
    cr_assert_eq(weir_job_run(&config, INT64_C(60000000000), &end, NULL), 0);
    cr_expect_str_eq(end.output, "1\n0\n");
    weir_rig_close(rig);
}

Test(rig, wrong_words)
{
    struct weir_err err;
    struct weir_rig *rig = NULL;
    cr_expect_eq(weir_rig_open(&rig, 67, &err), -EINVAL);
    cr_expect_str_eq(err.text, "an MTU of 67: 68 to 65535 is possible");
    cr_expect_eq(weir_rig_open(&rig, 65536, &err), -EINVAL);
    cr_expect_eq(weir_rig_enter(STDERR_FILENO, get_here, NULL, &err), -EINVAL);
    cr_expect_null(rig);
    weir_rig_close(NULL);
}

/* Without the right it is a line, and nothing is changed. */
Test(rig, nobody_is_told_why)
{
    struct weir_err err = {0};
    struct weir_rig *rig = NULL;
    const ino_t own = here();
    if (getuid() == 0)
        cr_assert_eq(setresuid(65534, 65534, 65534), 0);
    cr_expect_eq(weir_rig_open(&rig, 1500, &err), -EPERM);
    cr_expect(strstr(err.text, "needs root") != NULL, "%s", err.text);
    cr_expect_eq(here(), own);
}

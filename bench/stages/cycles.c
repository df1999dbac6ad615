#include "bench/stages/cycles.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

static int counter_open(uint64_t which, int leader)
{
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = PERF_TYPE_HARDWARE;
    attr.config = which;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    attr.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
                       PERF_FORMAT_TOTAL_TIME_RUNNING;
    long fd = syscall(SYS_perf_event_open, &attr, 0, -1, leader,
                      PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : (int)fd;
}

int weir_cycles_open(struct weir_cycles *out, struct weir_err *err)
{
    *out = (struct weir_cycles){.cycles_fd = -1, .instructions_fd = -1};
    int fd = counter_open(PERF_COUNT_HW_CPU_CYCLES, -1);
    if (fd < 0)
        return weir_err_sys(err, fd, "no cycle counter");
    out->cycles_fd = fd;
    fd = counter_open(PERF_COUNT_HW_INSTRUCTIONS, out->cycles_fd);
    if (fd < 0) {
        weir_cycles_close(out);
        return weir_err_sys(err, fd, "no instruction counter");
    }
    out->instructions_fd = fd;
    return 0;
}

struct weir_cycles_counts weir_cycles_read(const struct weir_cycles *cycles)
{
    /* perf_event_open(2): how many there are, the time enabled and running,
     * then each in the order of opening. */
    uint64_t values[5] = {0};
    struct weir_cycles_counts counts = {0};
    if (cycles->cycles_fd < 0 ||
        read(cycles->cycles_fd, values, sizeof values) != sizeof values)
        return counts;
    counts.missed_ns = values[1] - values[2];
    counts.cycles = values[3];
    counts.instructions = values[4];
    return counts;
}

void weir_cycles_close(struct weir_cycles *cycles)
{
    if (cycles->instructions_fd >= 0)
        close(cycles->instructions_fd);
    if (cycles->cycles_fd >= 0)
        close(cycles->cycles_fd);
    *cycles = (struct weir_cycles){.cycles_fd = -1, .instructions_fd = -1};
}

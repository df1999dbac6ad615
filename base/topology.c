#include "base/topology.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 1024

/* The first line of sys/path; "" if it cannot be read. */
static void read_line(char *out, size_t size, const char *sys, const char *path)
{
    char name[PATH_MAX];
    out[0] = '\0';
    if (snprintf(name, sizeof name, "%s/%s", sys, path) >= (int)sizeof name)
        return;
    FILE *file = fopen(name, "re");
    if (file == NULL)
        return;
    if (fgets(out, (int)size, file) == NULL)
        out[0] = '\0';
    (void)fclose(file);
}

/* "0-3,8": sets what it names. */
static void parse_list(const char *at, cpu_set_t *out)
{
    CPU_ZERO(out);
    while (*at >= '0' && *at <= '9') {
        char *end;
        unsigned long first = strtoul(at, &end, 10);
        unsigned long last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (; first <= last && first < CPU_SETSIZE; first++)
            CPU_SET(first, out);
        at = *end == ',' ? end + 1 : end;
    }
}

static void read_list(const char *sys, const char *path, cpu_set_t *out)
{
    char list[4096];
    read_line(list, sizeof list, sys, path);
    parse_list(list, out);
}

/* The node of each CPU. */
static void read_nodes(const char *sys, uint16_t node_of[CPU_SETSIZE])
{
    cpu_set_t nodes, cpus;
    memset(node_of, 0, CPU_SETSIZE * sizeof *node_of);
    read_list(sys, "devices/system/node/online", &nodes);
    for (uint16_t node = 0; node < CPU_SETSIZE; node++) {
        if (!CPU_ISSET(node, &nodes))
            continue;
        char path[64];
        (void)snprintf(path, sizeof path, "devices/system/node/node%u/cpulist",
                       node);
        read_list(sys, path, &cpus);
        for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (CPU_ISSET(cpu, &cpus))
                node_of[cpu] = node;
    }
}

/* A usable CPU of a lower number is a thread of the same core. */
static bool shares_core(const char *sys, uint32_t cpu, const cpu_set_t *usable)
{
    char path[96];
    cpu_set_t siblings;
    (void)snprintf(path, sizeof path,
                   "devices/system/cpu/cpu%u/topology/thread_siblings_list",
                   cpu);
    read_list(sys, path, &siblings);
    for (uint32_t other = 0; other < cpu; other++)
        if (CPU_ISSET(other, &siblings) && CPU_ISSET(other, usable))
            return true;
    return false;
}

void weir_topology_read(struct weir_topology *out, const char *sys,
                        const cpu_set_t *usable)
{
    uint16_t node_of[CPU_SETSIZE];
    bool seen[CPU_SETSIZE] = {false};
    cpu_set_t mine;
    CPU_ZERO(&mine);
    if (usable == NULL) {
        if (sched_getaffinity(0, sizeof mine, &mine) != 0)
            CPU_SET(0, &mine);
        usable = &mine;
    }
    *out = (struct weir_topology){0};
    read_nodes(sys, node_of);
    for (int shares = 0; shares < 2; shares++)
        for (uint32_t cpu = CPU_SETSIZE; cpu-- > 0;) {
            if (!CPU_ISSET(cpu, usable) ||
                shares_core(sys, cpu, usable) != (shares == 1))
                continue;
            out->at[out->cpus++] =
                (struct weir_topology_cpu){.cpu = (uint16_t)cpu,
                                           .node = node_of[cpu],
                                           .shares = shares == 1};
            out->nodes += !seen[node_of[cpu]];
            seen[node_of[cpu]] = true;
        }
}

int weir_topology_device_node(const char *sys, const char *device)
{
    char path[128];
    char line[32];
    /* A name with a slash in it is none of a network device. */
    if (strchr(device, '/') != NULL ||
        snprintf(path, sizeof path, "class/net/%s/device/numa_node", device) >=
            (int)sizeof path)
        return -1;
    read_line(line, sizeof line, sys, path);
    char *end;
    long node = strtol(line, &end, 10);
    return end == line || node < 0 || node >= NODES_MAX ? -1 : (int)node;
}

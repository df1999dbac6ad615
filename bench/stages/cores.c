#include "bench/stages/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool weir_cores_is_first(const char *siblings, uint32_t cpu,
                         const cpu_set_t *usable)
{
    const char *at = siblings;
    while (*at >= '0' && *at <= '9') {
        char *end;
        unsigned long first = strtoul(at, &end, 10);
        unsigned long last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (; first <= last && first < cpu; first++)
            if (CPU_ISSET(first, usable))
                return false;
        at = *end == ',' ? end + 1 : end;
    }
    return true;
}

static bool has_own_core(uint32_t cpu, const cpu_set_t *usable)
{
    char path[128];
    char list[1024] = "";
    (void)snprintf(path, sizeof path,
                   "/sys/devices/system/cpu/cpu%u/topology/"
                   "thread_siblings_list",
                   cpu);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return true;
    if (fgets(list, sizeof list, file) == NULL)
        list[0] = '\0';
    (void)fclose(file);
    return weir_cores_is_first(list, cpu, usable);
}

void weir_cores_find(struct weir_cores *out)
{
    cpu_set_t usable;
    cpu_set_t own;
    memset(out, 0, sizeof *out);
    CPU_ZERO(&usable);
    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof usable, &usable) != 0 ||
        CPU_COUNT(&usable) == 0)
        CPU_SET(0, &usable);
    for (uint32_t cpu = CPU_SETSIZE; cpu-- > 0;)
        if (CPU_ISSET(cpu, &usable) && has_own_core(cpu, &usable)) {
            CPU_SET(cpu, &own);
            out->order[out->cpus++] = (uint16_t)cpu;
        }
    out->cores = out->cpus;
    for (uint32_t cpu = CPU_SETSIZE; cpu-- > 0;)
        if (CPU_ISSET(cpu, &usable) && !CPU_ISSET(cpu, &own))
            out->order[out->cpus++] = (uint16_t)cpu;
}

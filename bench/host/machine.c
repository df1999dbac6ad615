#include "bench/host/machine.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "base/clock.h"
#include "base/version.h"
#include "bench/host/job.h"

#define TEXT_MAX 256

/* /proc/cpuinfo repeats itself for each CPU; the first says enough. */
#define CPUINFO_BYTES 8192

/* The file's beginning; "" if it cannot be read. */
static void file_read(const char *path, char *out, size_t size)
{
    size_t n = 0;
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        n = fread(out, 1, size - 1, file);
        (void)fclose(file);
    }
    out[n] = '\0';
}

static void file_line(const char *path, char *out, size_t size)
{
    file_read(path, out, size);
    out[strcspn(out, "\n")] = '\0';
}

/* null for "" and for what is no UTF-8. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text[0] != '\0' ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

/* arm64 has no model name, but its maker's and model's numbers. */
static void cpu_name(char *out, size_t size)
{
    static const char *const names[] = {"model name", "cpu model", "uarch",
                                        "cpu", "Processor"};
    char text[CPUINFO_BYTES];
    char part[32];
    char maker[32];
    file_read("/proc/cpuinfo", text, sizeof text);
    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        weir_machine_line(text, names[i], out, size);
        if (out[0] != '\0')
            return;
    }
    weir_machine_line(text, "CPU implementer", maker, sizeof maker);
    weir_machine_line(text, "CPU part", part, sizeof part);
    if (part[0] != '\0')
        snprintf(out, size, "implementer %s, part %s", maker, part);
}

/* The processor tells a guest who its host is; else the firmware's files. */
static void hypervisor_name(char *out, size_t size)
{
    out[0] = '\0';
#if defined(__x86_64__) || defined(__i386__)
    unsigned a = 0;
    unsigned signature[3] = {0};
    unsigned features = 0;
    if (__get_cpuid(1, &a, &signature[0], &features, &signature[1]) != 0 &&
        (features & 1U << 31) != 0) {
        __cpuid(0x40000000, a, signature[0], signature[1], signature[2]);
        weir_machine_hypervisor((const char *)signature, out, size);
        return;
    }
#endif
    file_line("/sys/hypervisor/type", out, size);
    if (out[0] == '\0')
        file_line("/proc/device-tree/hypervisor/compatible", out, size);
}

/* The bracketed word of "always [madvise] never". */
static void choose_bracketed(char *text)
{
    const char *open = strchr(text, '[');
    const char *close = open != NULL ? strchr(open, ']') : NULL;
    if (close == NULL)
        return;
    size_t len = (size_t)(close - open) - 1;
    memmove(text, open + 1, len);
    text[len] = '\0';
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        (void)json_object_set_new(object, name, json_string(text));
}

/* What the processor's flaws cost depends on what is done about them. */
static void add_mitigations(json_t *settings)
{
    static const char *const names[] = {
        "meltdown", "spectre_v1",           "spectre_v2", "spec_store_bypass",
        "retbleed", "spec_rstack_overflow", "mds",        "srbds",
        "vmscape",
    };
    char all[2 * TEXT_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[TEXT_MAX];
        char text[TEXT_MAX];
        snprintf(path, sizeof path,
                 "/sys/devices/system/cpu/vulnerabilities/%s", names[i]);
        file_line(path, text, sizeof text);
        if (strncmp(text, "Mitigation", 10) == 0 && used < sizeof all)
            used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                     used > 0 ? ", " : "", names[i]);
    }
    set_text(settings, "mitigations of", used > 0 ? all : "nothing");
}

static json_t *settings_make(void)
{
    static const struct {
        const char *name;
        const char *path;
    } files[] = {
        {"governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
        {"boost", "/sys/devices/system/cpu/cpufreq/boost"},
        {"no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo"},
        {"smt", "/sys/devices/system/cpu/smt/active"},
        {"isolated CPUs", "/sys/devices/system/cpu/isolated"},
        {"clocksource",
         "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
        {"transparent huge pages",
         "/sys/kernel/mm/transparent_hugepage/enabled"},
        {"netdev_max_backlog", "/proc/sys/net/core/netdev_max_backlog"},
        {"netdev_budget", "/proc/sys/net/core/netdev_budget"},
        {"rmem_max", "/proc/sys/net/core/rmem_max"},
        {"bpf_jit_enable", "/proc/sys/net/core/bpf_jit_enable"},
        {"load average", "/proc/loadavg"},
    };
    char text[TEXT_MAX];
    json_t *settings = json_object();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        file_line(files[i].path, text, sizeof text);
        choose_bracketed(text);
        set_text(settings, files[i].name, text);
    }
    add_mitigations(settings);
    return settings;
}

json_t *weir_machine_host(void)
{
    char cpu[TEXT_MAX];
    char hypervisor[TEXT_MAX];
    char kernel[sizeof(struct utsname)] = "";
    struct utsname about;
    cpu_name(cpu, sizeof cpu);
    hypervisor_name(hypervisor, sizeof hypervisor);
    if (uname(&about) == 0)
        snprintf(kernel, sizeof kernel, "%s %s %s", about.sysname,
                 about.release, about.machine);
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_bytes = sysconf(_SC_PAGESIZE);
    return json_pack("{s:o, s:I, s:I, s:o, s:o, s:o}", "cpu", text_or_null(cpu),
                     "cores", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN),
                     "memory_bytes", (json_int_t)pages * page_bytes, "kernel",
                     text_or_null(kernel), "hypervisor",
                     text_or_null(hypervisor), "settings", settings_make());
}

/* The source tree that this program was built in; false if it is installed.
 * Bazel links the tree's folders beside its bazel-out, in which we lie. */
static bool source_folder(char out[PATH_MAX])
{
    char path[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    char *tree = strstr(path, "/bazel-out/");
    if (tree == NULL)
        return false;
    memcpy(tree, "/base", sizeof "/base");
    if (realpath(path, out) == NULL)
        return false;
    char *slash = strrchr(out, '/');
    *slash = '\0';
    return true;
}

/* The commit of that tree, "-dirty" behind it if it has changes. */
static json_t *commit_make(void)
{
    char folder[PATH_MAX];
    struct weir_job_end end;
    const char *const argv[] = {"git",         "-C",          folder,
                                "describe",    "--always",    "--dirty",
                                "--abbrev=40", "--exclude=*", NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    if (!source_folder(folder) ||
        weir_job_run(&config, 10 * WEIR_NS_PER_S, &end, NULL) != 0 ||
        end.status != 0)
        return json_null();
    end.output[strcspn(end.output, "\n")] = '\0';
    return text_or_null(end.output);
}

json_t *weir_machine_run(const char *bench, int argc, char **argv)
{
    char when[32] = "";
    struct tm utc;
    const time_t now = time(NULL);
    if (gmtime_r(&now, &utc) != NULL)
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    char *command = weir_machine_command("weir bench", argc, argv);
    json_t *run = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o}", "type",
                            "run", "bench", bench, "time", when, "command",
                            text_or_null(command != NULL ? command : ""),
                            "weir", WEIR_VERSION, "commit", commit_make(),
                            "host", weir_machine_host());
    free(command);
    return run;
}

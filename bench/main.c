/* weir-bench: the program behind `weir bench`.  It only finds the command
 * within it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/output.h"
#include "base/version.h"
#include "bench/disk/disk_cmd.h"
#include "bench/embed/embed_cmd.h"
#include "bench/gen/gen_cmd.h"
#include "bench/limit/limit_cmd.h"
#include "bench/peers/peers_cmd.h"
#include "bench/results/compare_cmd.h"
#include "bench/results/page_cmd.h"
#include "bench/self/self_cmd.h"
#include "bench/stages/stages_cmd.h"
#include "bench/targets/targets_cmd.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
} commands[] = {
    {"embed", weir_bench_embed, "the library's functions and others'"},
    {"gen", weir_bench_gen, "send numbered frames at a rate"},
    {"limit", weir_bench_limit, "the highest rate without loss"},
    {"disk", weir_bench_disk, "how much of a disk's bandwidth it records"},
    {"peers", weir_bench_peers, "the same work by others and by weir"},
    {"self", weir_bench_self, "what anybody can measure in a minute"},
    {"stages", weir_bench_stages, "what each stage costs, a frame"},
    {"targets", weir_bench_targets, "what weir is to reach, judged"},
    {"compare", weir_bench_compare, "the ratios of two results files"},
    {"page", weir_bench_page, "results as a page of tables and plots"},
    {NULL, NULL, NULL},
};

static int print_help(void)
{
    printf("usage: weir bench COMMAND [OPTION...]\n"
           "\n"
           "Measures what this host can record without loss.\n"
           "\n");
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("  weir bench %-8s %s\n", c->name, c->text);
    printf("\n"
           "  weir bench COMMAND --help tells a command's options;\n"
           "  weir bench --version tells the version.\n");
    return weir_output_finish("weir bench", WEIR_EXIT_OK);
}

static int print_version(void)
{
    printf("weir-bench " WEIR_VERSION "\n");
    return weir_output_finish("weir bench", WEIR_EXIT_OK);
}

/* What the programs that it runs say is read, so in one language; and some of
 * them are for root, and lie where not everybody's PATH leads. */
static void environment_set(void)
{
    char path[8192];
    const char *own = getenv("PATH");
    (void)setenv("LC_ALL", "C", 1);
    if (own == NULL)
        own = "/usr/bin:/bin";
    if (snprintf(path, sizeof path, "%s:/usr/sbin:/sbin", own) <
        (int)sizeof path)
        (void)setenv("PATH", path, 1);
}

int main(int argc, char **argv)
{
    weir_output_reserve();
    if (argc < 2) {
        fputs("weir bench: no command given (see weir bench --help)\n", stderr);
        return WEIR_EXIT_USAGE;
    }
    environment_set();
    const char *name = argv[1];
    for (const struct command *c = commands; c->name != NULL; c++)
        if (strcmp(name, c->name) == 0)
            return c->run(argc - 1, argv + 1);
    weir_output_start();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help();
    if (strcmp(name, "--version") == 0)
        return print_version();
    fprintf(stderr,
            "weir bench: '%s' is not a command (see weir bench --help)\n",
            name);
    return WEIR_EXIT_USAGE;
}

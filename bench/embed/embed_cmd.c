#include "bench/embed/embed_cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/output.h"

#define COMMAND "weir bench embed"

static const struct part {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
} parts[] = {
    {"reader", weir_embed_reader, "a file's frames, against libpcap"},
    {"replay", weir_embed_replay, "a file sent, against tcpreplay, trafgen"},
    {"socket", weir_embed_socket, "a device's frames, against libpcap"},
    {"swap", weir_embed_swap, "a filter swapped under full load"},
    {NULL, NULL, NULL},
};

static int print_help(void)
{
    weir_output_start();
    printf("usage: weir bench embed PART [OPTION...]\n"
           "\n"
           "Measures the library's functions, as a program has them, against "
           "those of\n"
           "other libraries at the same work.\n"
           "\n");
    for (const struct part *p = parts; p->name != NULL; p++)
        printf("  weir bench embed %-8s %s\n", p->name, p->text);
    printf("\n"
           "  weir bench embed PART --help tells a part's options.\n");
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

int weir_bench_embed(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name == NULL) {
        fputs(COMMAND ": no part given (see " COMMAND " --help)\n", stderr);
        return WEIR_EXIT_USAGE;
    }
    for (const struct part *p = parts; p->name != NULL; p++)
        if (strcmp(name, p->name) == 0)
            return p->run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help();
    fprintf(stderr, COMMAND ": '%s' is not a part (see " COMMAND " --help)\n",
            name);
    return WEIR_EXIT_USAGE;
}

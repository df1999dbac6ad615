/* weir: the command.  It only finds the command within it. */

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/output.h"
#include "base/version.h"
#include "cli/bench.h"
#include "cli/read.h"
#include "cli/record.h"
#include "cli/replay.h"
#include "cli/send.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
} commands[] = {
    {"record", weir_cmd_record, "capture frames, write and count them"},
    {"flows", weir_cmd_record, "who talked to whom: the flows of frames"},
    {"read", weir_cmd_read, "print the frames of a capture file"},
    {"replay", weir_cmd_replay, "send the frames of a capture file"},
    {"send", weir_cmd_send, "build a packet and send it"},
    {"bench", weir_cmd_bench, "measure what this host records without loss"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static int print_help(void)
{
    printf("usage: weir COMMAND [OPTION...]\n"
           "\n"
           "Records network traffic and accounts for every frame.\n"
           "\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  weir %-8s %s\n", commands[i].name, commands[i].text);
    printf("\n"
           "  weir COMMAND --help tells a command's options;\n"
           "  weir --version tells the version.\n");
    return weir_output_finish("weir", WEIR_EXIT_OK);
}

static int print_version(void)
{
    printf("weir " WEIR_VERSION "\n");
    return weir_output_finish("weir", WEIR_EXIT_OK);
}

int main(int argc, char **argv)
{
    weir_output_reserve();
    if (argc < 2) {
        fputs("weir: no command given (see weir --help)\n", stderr);
        return WEIR_EXIT_USAGE;
    }
    const char *name = argv[1];
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    weir_output_start();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help();
    if (strcmp(name, "--version") == 0)
        return print_version();
    fprintf(stderr, "weir: '%s' is not a command (see weir --help)\n", name);
    return WEIR_EXIT_USAGE;
}

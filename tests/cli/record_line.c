#include "tests/cli/record_line.h"

#include <stdio.h>
#include <string.h>

#include "cli/record_options.h"

#define WORDS_MAX 24

int record_line_parse(struct record_options *out, const char *text)
{
    static char line[512];
    char *argv[WORDS_MAX + 2] = {"record"};
    int argc = 1;
    char *rest = line;
    snprintf(line, sizeof line, "%s", text);
    while (rest != NULL && *rest != '\0' && argc <= WORDS_MAX)
        argv[argc++] = strsep(&rest, " ");
    for (int i = 1; i < argc; i++)
        for (char *p = argv[i]; (p = strchr(p, '_')) != NULL;)
            *p = ' ';
    return record_options_parse(out, argc, argv);
}

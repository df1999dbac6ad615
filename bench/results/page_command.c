#include <stdlib.h>
#include <string.h>

#include "bench/results/page_parts.h"

/* Behind the word: blanks that are quoted, as a shell reads it, are of it. */
static const char *word_end(const char *c)
{
    bool quoted = false;
    for (; *c != '\0' && (quoted || *c != ' '); c++)
        if (*c == '\'')
            quoted = !quoted;
        else if (*c == '\\' && !quoted && c[1] != '\0')
            c++;
    return c;
}

/* The option's own bytes if the word is one of those that are left out. */
static size_t inner_option(const char *word, size_t len)
{
    static const char *const names[] = {"--results", "--weir"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t own = strlen(names[i]);
        if (len >= own && strncmp(word, names[i], own) == 0 &&
            (len == own || word[own] == '='))
            return own;
    }
    return 0;
}

char *weir_page_command(const char *command)
{
    char *text = malloc(strlen(command) + 1);
    char *to = text;
    if (text == NULL)
        return NULL;
    for (const char *c = command; *c != '\0';) {
        const char *end = word_end(c);
        size_t len = (size_t)(end - c);
        size_t option = inner_option(c, len);
        if (option == 0) {
            if (to != text)
                *to++ = ' ';
            memcpy(to, c, len);
            to += len;
        } else if (option == len && *end == ' ') {
            end = word_end(end + 1); /* its value */
        }
        c = *end == ' ' ? end + 1 : end;
    }
    *to = '\0';
    char *given = weir_line_asked(text);
    free(text);
    return given;
}

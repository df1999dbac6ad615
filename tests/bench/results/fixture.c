#include "tests/bench/results/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "bench/results/html.h"
#include "bench/results/markdown.h"
#include "tests/support/tree.h"

const char fixture_hostile[] =
    "</td><script>x()</script>\"'`id`$(id)|*_[a](b) #\\ ${x} \x1b[31m "
    "@PI {/Bold} %n%s www.a.b http://c \xe2\x80\xae";

static char folder[] = "/tmp/weir_results_XXXXXX";

void fixture_open(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/weir_results_XXXXXX");
    WEIR_ASSERT(mkdtemp(folder) != NULL);
}

void fixture_close(void)
{
    tree_remove(folder);
}

const char *fixture_path(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void fixture_write(const char *name, const char *text)
{
    FILE *file = fopen(fixture_path(name), "w");
    WEIR_ASSERT(file != NULL);
    WEIR_ASSERT(fputs(text, file) >= 0);
    WEIR_ASSERT(fclose(file) == 0);
}

char *fixture_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    WEIR_ASSERT(file != NULL);
    if (getdelim(&text, &size, '\0', file) < 0 && text != NULL)
        text[0] = '\0';
    (void)fclose(file);
    return text;
}

struct weir_lines fixture_lines(const char *text)
{
    struct weir_lines lines;
    fixture_write("lines.jsonl", text);
    WEIR_ASSERT(weir_lines_open(&lines, fixture_path("lines.jsonl"), NULL) ==
                0);
    return lines;
}

static char *text_of(const struct weir_doc *doc, bool html)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    WEIR_ASSERT(memory != NULL);
    if (html)
        weir_html_put(doc, NULL, NULL, memory);
    else
        weir_markdown_put(doc, false, memory);
    WEIR_ASSERT(fclose(memory) == 0);
    return text;
}

char *fixture_html(const struct weir_doc *doc)
{
    return text_of(doc, true);
}

char *fixture_markdown(const struct weir_doc *doc)
{
    return text_of(doc, false);
}

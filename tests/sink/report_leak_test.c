/* Every report that is made is given back. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sink/live_line.h"
#include "tests/check/check.h"
#include "tests/sink/report_fixture.h"

static void make_all(struct weir_report *report, FILE *nowhere)
{
    char *json = NULL;
    check(weir_report_json(report, &json, NULL) == 0, "json");
    free(json);
    char folder[] = "/tmp/weir_leak_XXXXXX";
    char path[64];
    check(mkdtemp(folder) != NULL, "folder");
    snprintf(path, sizeof path, "%s/report", folder);
    check(weir_report_json_write(report, path, NULL) == 0, "write");
    check(unlink(path) == 0, "unlink");
    check(symlink("/dev/full", path) == 0, "symlink");
    check(weir_report_json_write(report, path, NULL) < 0, "full");
    check(unlink(path) == 0, "unlink");
    check(rmdir(folder) == 0, "rmdir");
    check(weir_report_json_write(report, "/nowhere/at/all", NULL) < 0,
          "no folder");
    check(weir_report_text(report, 80, nowhere, NULL) == 0, "text");
    struct weir_live_line line;
    struct weir_live now = {.file = "x"};
    weir_live_line_open(&line, fileno(nowhere));
    check(weir_live_line_show(&line, &now), "line");
    weir_live_line_close(&line);
}

int main(void)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (nowhere == NULL)
        return 1;
    struct weir_report report;
    fixture_open(&report);
    make_all(&report, nowhere);
    fixture_fill(&report);
    make_all(&report, nowhere);
    fixture_close(&report);
    fclose(nowhere);
    return check_end();
}

/* Making frames gives all memory back, and opens no file and no socket. */

#include <dirent.h>
#include <stdio.h>

#include "sink/template.h"

static unsigned passed;
static unsigned failed;

static void check(int ok, const char *what)
{
    passed += ok != 0;
    failed += ok == 0;
    if (!ok)
        printf("failed: %s\n", what);
}

static unsigned open_files(void)
{
    unsigned n = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    while (readdir(folder) != NULL)
        n++;
    (void)closedir(folder);
    return n;
}

int main(void)
{
    static uint8_t out[WEIR_TEMPLATE_SIZE_MAX];
    struct weir_template_maker *maker = NULL;
    unsigned before = open_files();
    check(weir_template_open(&maker, NULL) == 0, "open");
    check(open_files() == before, "no file is open");
    for (unsigned kind = 0; kind < 6; kind++) {
        struct weir_template_config config = {
            .ip = (enum weir_template_ip)(kind / 3),
            .upper = (enum weir_template_upper)(kind % 3),
            .size = 1514,
        };
        check(weir_template_make(maker, &config, out, sizeof out, NULL, NULL) ==
                  0,
              "make");
        config.size = 1;
        check(weir_template_make(maker, &config, out, sizeof out, NULL, NULL) <
                  0,
              "too short");
    }
    check(open_files() == before, "no file was opened");
    weir_template_close(maker);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

/* Making frames gives all memory back, and opens no file and no socket. */

#include <stddef.h>
#include <stdint.h>

#include "sink/template.h"
#include "tests/check/check.h"

int main(void)
{
    static uint8_t out[WEIR_TEMPLATE_SIZE_MAX];
    struct weir_template_maker *maker = NULL;
    unsigned before = check_files_open();
    check(weir_template_open(&maker, NULL) == 0, "open");
    check(check_files_open() == before, "no file is open");
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
    check(check_files_open() == before, "no file was opened");
    weir_template_close(maker);
    return check_end();
}

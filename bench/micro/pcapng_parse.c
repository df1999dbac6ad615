/* pcapng_parse: what parsing a pcapng's packet block costs. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_pcapng_parse,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

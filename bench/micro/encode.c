/* encode: what making a record of a frame costs. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_encode_pcap,
        &weir_stage_encode,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

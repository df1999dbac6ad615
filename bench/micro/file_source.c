/* file_source: what reading and walking a capture file costs. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_file_pcap,
        &weir_stage_file_pcapng,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

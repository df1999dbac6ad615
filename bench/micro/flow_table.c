/* flow_table: what finding a frame's flow costs. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_flow_table,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

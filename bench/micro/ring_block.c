/* ring_block: what a block of the kernel's ring costs to walk, and to turn in
 * place. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_ring_walk,
        &weir_stage_in_place,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

/* ring_pool: a batch out of its pool and home. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_pool,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

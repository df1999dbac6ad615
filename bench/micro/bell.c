/* bell: how long a sleeping thread takes to wake up. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_bell,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

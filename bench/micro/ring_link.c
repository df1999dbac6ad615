/* ring_link: what a batch's way over a link costs. */

#include <stddef.h>

#include "bench/stages/micro.h"
#include "bench/stages/stage.h"

int main(int argc, char **argv)
{
    static const struct weir_stage *const stages[] = {
        &weir_stage_link,
        &weir_stage_link_threads,
        NULL,
    };
    return weir_micro_main(argc, argv, stages);
}

#include "bench/stages/session.h"

#include <stdio.h>

#include "base/args.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/host/machine.h"
#include "bench/results/results.h"

static int begin(const struct weir_session *session,
                 struct weir_results **results, struct weir_err *err)
{
    if (session->results == NULL)
        return 0;
    int ret = weir_results_open(results, session->results, err);
    if (ret != 0)
        return ret;
    json_t *line =
        weir_machine_run(session->name, session->argc, session->argv);
    return weir_results_add(*results, line, err);
}

int weir_session_run(const struct weir_session *session,
                     int (*work)(void *context, struct weir_results *results,
                                 struct weir_err *err),
                     void *context)
{
    struct weir_results *results = NULL;
    struct weir_err err;
    struct weir_err ignored;
    weir_output_start();
    int ret = begin(session, &results, &err);
    if (ret == 0)
        ret = work(context, results, &err);
    int closed = weir_results_close(results, ret == 0 ? &err : &ignored);
    if (ret == 0)
        ret = closed;
    if (ret != 0)
        fprintf(stderr, "%s: %s\n", session->command, err.text);
    return weir_output_finish(session->command,
                              ret == 0 ? WEIR_EXIT_OK : WEIR_EXIT_FAILED);
}

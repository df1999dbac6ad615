#include "cli/replay.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/output.h"
#include "cli/replay_options.h"
#include "cli/replay_report.h"
#include "cli/replay_run.h"
#include "ring/event.h"
#include "sink/whole.h"

#define COMMAND "weir replay"

/* Of the signal handler. */
static struct weir_event *stop_event;

static void on_signal(int number)
{
    (void)number;
    (void)weir_event_set(stop_event);
}

/* Without SA_RESTART: a sleep ends. */
static void signals_take(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static int say(const struct weir_err *err)
{
    fprintf(stderr, COMMAND ": %s\n", err->text);
    return WEIR_EXIT_FAILED;
}

static int open_all(struct weir_replay *replay, struct weir_err *err)
{
    const struct weir_replay_options *options = replay->options;
    const struct weir_replay_input_config input = {
        .path = options->path,
        .filter = options->filter,
        .again = options->passes != 1,
        .preload = options->preload,
        .stop = replay->stop,
    };
    const struct weir_sender_config sender = {
        .device = options->device,
        .qdisc_bypass = options->bypass,
        .stop = replay->stop,
    };
    /* What is cheap and may fail comes first. */
    int ret = 0;
    if (options->report != NULL)
        ret = weir_whole_check(options->report, "report", err);
    if (ret == 0)
        ret = weir_sender_open(&replay->sender, &sender, err);
    if (ret == 0)
        ret = weir_replay_input_open(&replay->input, &input, err);
    return ret;
}

static int replay_all(struct weir_replay *replay)
{
    struct weir_err err = {0};
    int status = WEIR_EXIT_OK;
    int ret = open_all(replay, &err);
    if (ret == -ECANCELED) {
        if (!replay->options->quiet)
            fprintf(stderr, COMMAND ": stopped before a frame had come\n");
        return status;
    }
    if (ret != 0)
        return say(&err);
    weir_replay_show_start(replay);
    ret = weir_replay_run(replay, &err);
    weir_replay_show_end(replay);
    if (ret != 0)
        status = say(&err);
    weir_replay_report_text(stderr, replay);
    if (!weir_replay_report_all_sent(replay))
        status = WEIR_EXIT_FAILED;
    if (replay->options->report != NULL &&
        weir_replay_report_json(replay->options->report, replay, &err) != 0)
        status = say(&err);
    return status;
}

static int run(const struct weir_replay_options *options)
{
    struct weir_err err = {0};
    struct weir_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        (void)weir_err_sys(&err, -ENOMEM, "replay");
        return say(&err);
    }
    if (weir_event_open(&replay->stop, &err) != 0) {
        free(replay);
        return say(&err);
    }
    stop_event = replay->stop;
    signals_take();
    replay->options = options;
    int status = replay_all(replay);
    weir_replay_input_close(replay->input);
    (void)weir_sender_close(&replay->sender, NULL);
    /* A second signal has nothing to end, and is no reason to leave no
     * report. */
    stop_event = NULL;
    weir_event_close(&replay->stop);
    free(replay);
    return status;
}

int weir_cmd_replay(int argc, char **argv)
{
    struct weir_replay_options options;
    int status = weir_replay_options_parse(&options, argc, argv);
    if (status != WEIR_EXIT_OK)
        return status;
    weir_output_start();
    if (options.help)
        weir_replay_options_help();
    else
        status = run(&options);
    free(options.filter);
    return weir_output_finish(COMMAND, status);
}

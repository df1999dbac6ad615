#include "cli/flow_options.h"

#include <errno.h>
#include <string.h>

#include "base/args.h"
#include "pipeline/flows.h"

static const char *const sort_names[] = {"bytes", "packets", "duration",
                                         "first", NULL};

void flow_options_start(struct flow_options *o)
{
    *o = (struct flow_options){
        .idle_ns = WEIR_FLOWS_IDLE_NS,
    };
}

static int set_form(struct flow_options *o, struct weir_args *args,
                    enum flow_form form)
{
    if (o->form_given && o->form != form)
        return weir_err_set(&args->err, -EINVAL,
                            "--json and --csv: one of them at a time");
    o->form = form;
    o->form_given = true;
    return 0;
}

static int set_sort(struct flow_options *o, struct weir_args *args)
{
    int n = weir_args_choice(args, args->value, sort_names);
    if (n < 0)
        return n;
    o->sort = (enum flow_sort)n;
    return 0;
}

static const char *name_of(int option)
{
    switch (option) {
    case FLOW_OPTION_TOP:
        return "--top";
    case FLOW_OPTION_SORT:
        return "--sort";
    case FLOW_OPTION_JSON:
        return "--json";
    case FLOW_OPTION_CSV:
        return "--csv";
    case FLOW_OPTION_MEMORY:
        return "--memory";
    case FLOW_OPTION_IDLE:
        return "--idle-timeout";
    default:
        return "--active-timeout";
    }
}

int flow_options_set(struct flow_options *o, struct weir_args *args, int option)
{
    if (option != FLOW_OPTION_FLOWS)
        o->given = name_of(option);
    switch (option) {
    case FLOW_OPTION_FLOWS:
        return weir_args_name(args, &o->output);
    case FLOW_OPTION_TOP:
        return weir_args_number(args, args->value, 1, UINT32_MAX, &o->top);
    case FLOW_OPTION_SORT:
        return set_sort(o, args);
    case FLOW_OPTION_JSON:
        return set_form(o, args, FLOW_FORM_JSON);
    case FLOW_OPTION_CSV:
        return set_form(o, args, FLOW_FORM_CSV);
    case FLOW_OPTION_MEMORY:
        return weir_args_size(args, args->value, WEIR_ARGS_MIB, WEIR_ARGS_MIB,
                              UINT64_C(1) << 40, &o->memory_bytes);
    case FLOW_OPTION_IDLE:
        return weir_args_duration(args, args->value, WEIR_FLOW_TIMEOUT_MIN_NS,
                                  WEIR_FLOW_TIMEOUT_MAX_NS, &o->idle_ns);
    default:
        return weir_args_duration(args, args->value, WEIR_FLOW_TIMEOUT_MIN_NS,
                                  WEIR_FLOW_TIMEOUT_MAX_NS, &o->active_ns);
    }
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int settle_timeouts(struct flow_options *o, struct weir_err *err)
{
    const bool given = o->active_ns != 0;
    if (!given)
        o->active_ns = WEIR_FLOWS_ACTIVE_NS;
    if (o->active_ns / WEIR_FLOW_TIMEOUT_RATIO <= o->idle_ns)
        return 0;
    if (given)
        return weir_err_set(err, -EINVAL,
                            "--active-timeout: %.10g s is more than %d times "
                            "--idle-timeout, %.10g s",
                            (double)o->active_ns / 1e9, WEIR_FLOW_TIMEOUT_RATIO,
                            (double)o->idle_ns / 1e9);
    o->active_ns = o->idle_ns * WEIR_FLOW_TIMEOUT_RATIO;
    return 0;
}

int flow_options_settle(struct flow_options *o, struct weir_args *args,
                        bool is_flows)
{
    struct weir_err *err = &args->err;
    if (is_flows && o->output != NULL)
        return weir_err_set(err, -EINVAL, "--flows goes with weir record");
    if (!is_flows && o->form_given)
        return weir_err_set(err, -EINVAL,
                            "%s goes with weir flows; the name tells: --flows "
                            "FILE.json, FILE.csv",
                            o->form == FLOW_FORM_JSON ? "--json" : "--csv");
    if (is_flows)
        o->output = "-";
    if (o->output == NULL && o->given != NULL)
        return weir_err_set(err, -EINVAL, "%s goes with --flows", o->given);
    if (o->output == NULL)
        return 0;
    if (!is_flows && ends_with(o->output, ".json"))
        o->form = FLOW_FORM_JSON;
    else if (!is_flows && ends_with(o->output, ".csv"))
        o->form = FLOW_FORM_CSV;
    return settle_timeouts(o, err);
}

#include "cli/record.h"

#include "base/args.h"
#include "cli/record_ask.h"
#include "cli/record_options.h"
#include "cli/record_run.h"

int weir_cmd_record(int argc, char **argv)
{
    struct record_options options;
    int status = record_options_parse(&options, argc, argv);
    if (status == WEIR_EXIT_OK)
        switch (options.verb) {
        case RECORD_HELP:
            record_options_help(&options);
            break;
        case RECORD_LIST_DEVICES:
            status = record_list_devices();
            break;
        case RECORD_LIST_LINK_TYPES:
            status = record_list_link_types(options.device);
            break;
        case RECORD_SHOW_FILTER:
            status = record_show_filter(&options);
            break;
        default:
            status = record_run(&options);
        }
    record_options_free(&options);
    return status;
}

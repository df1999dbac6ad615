#include "cli/record_ask.h"

#include <stdio.h>

#include "base/args.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/output.h"
#include "base/pcap.h"
#include "capture/devices.h"
#include "capture/filter.h"
#include "capture/source_file.h"
#include "cli/record_options.h"

static int fail(const struct weir_err *err)
{
    fprintf(stderr, "weir record: %s\n", err->text);
    return WEIR_EXIT_FAILED;
}

static int finish(void)
{
    return weir_output_finish("weir record", WEIR_EXIT_OK);
}

static void print_flags(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {WEIR_DEVICE_UP, "Up"},
        {WEIR_DEVICE_RUNNING, "Running"},
        {WEIR_DEVICE_LOOPBACK, "Loopback"},
        {WEIR_DEVICE_WIRELESS, "Wireless"},
        {WEIR_DEVICE_CONNECTED, "Connected"},
        {WEIR_DEVICE_DISCONNECTED, "Disconnected"},
    };
    const char *before = " [";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].flag) == 0)
            continue;
        printf("%s%s", before, names[i].name);
        before = ", ";
    }
    if (flags != 0)
        putchar(']');
}

int record_list_devices(void)
{
    struct weir_device *list;
    size_t count;
    struct weir_err err;
    if (weir_devices_list(&list, &count, &err) < 0)
        return fail(&err);
    weir_output_start();
    for (size_t i = 0; i < count; i++) {
        printf("%zu.%s", i + 1, list[i].name);
        if (list[i].description[0] != '\0')
            printf(" (%s)", list[i].description);
        print_flags(list[i].flags);
        putchar('\n');
    }
    weir_devices_free(list);
    return finish();
}

int record_list_link_types(const char *device)
{
    struct weir_device_linktype *list;
    size_t count;
    struct weir_err err;
    if (weir_device_linktypes(device, &list, &count, &err) < 0)
        return fail(&err);
    weir_output_start();
    printf("Data link types for %s:\n", device);
    for (size_t i = 0; i < count; i++)
        printf("  %s (%s)\n", list[i].name, list[i].description);
    weir_device_linktypes_free(list);
    return finish();
}

/* The link type that the filter would be compiled for. */
static int find_linktype(const struct record_options *o, uint16_t *out,
                         struct weir_err *err)
{
    *out = WEIR_LINKTYPE_ETHERNET;
    if (o->device != NULL) {
        struct weir_device_linktype *list;
        size_t count;
        int ret = weir_device_linktypes(o->device, &list, &count, err);
        if (ret == 0 && count > 0)
            *out = list[0].linktype;
        if (ret == 0)
            weir_device_linktypes_free(list);
        return ret;
    }
    if (o->input != NULL) {
        const struct weir_source_config config = {
            .leases = 1, .block_bytes = 1048576, .filter = NULL};
        struct weir_source *source;
        int ret = weir_file_source_open(&source, o->input, &config, err);
        if (ret < 0)
            return ret;
        if (weir_ifaces_count(source->ifaces) > 0)
            *out = source->ifaces->at[0].linktype;
        source->ops->close(source);
    }
    return 0;
}

int record_show_filter(const struct record_options *options)
{
    struct weir_err err;
    struct weir_filter *filter;
    uint16_t linktype;
    uint32_t snaplen =
        options->snaplen != 0 ? options->snaplen : WEIR_SNAPLEN_MAX;
    const char *text = options->filter != NULL ? options->filter : "";
    const bool in_kernel =
        options->device != NULL && options->source != RECORD_SOURCE_AFXDP;
    if (find_linktype(options, &linktype, &err) < 0 ||
        (in_kernel ? weir_filter_compile_any : weir_filter_compile)(
            &filter, text, linktype, snaplen, &err) < 0)
        return fail(&err);
    weir_output_start();
    char line[WEIR_FILTER_LINE_MAX];
    for (uint32_t i = 0; weir_filter_line(filter, i, line); i++)
        puts(line);
    weir_filter_free(filter);
    return finish();
}

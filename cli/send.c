#include "cli/send.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "cli/print_text.h"
#include "cli/send_frame.h"
#include "cli/send_options.h"
#include "cli/send_out.h"
#include "dissect/dissect.h"
#include "sink/figure.h"
#include "sink/printable.h"

#define HEX_BYTES 16

/* As `weir read` shows it, without a time. */
static int print_line(FILE *out, const struct send_frame *frame,
                      struct weir_err *err)
{
    const struct weir_frame view = {
        .data = frame->data, .caplen = frame->bytes, .len = frame->bytes};
    struct weir_dissection dissection;
    char *text = NULL;
    size_t bytes = 0;
    weir_dissect(&dissection, frame->data, frame->bytes, frame->bytes,
                 frame->linktype);
    FILE *memory = open_memstream(&text, &bytes);
    if (memory == NULL)
        return weir_err_sys(err, -errno, "open_memstream");
    weir_print_text(memory, &view, frame->linktype, &dissection);
    if (fclose(memory) != 0)
        return weir_err_sys(err, -ENOMEM, "a line of text");
    const char *blank = strchr(text, ' ');
    fputs(blank != NULL ? blank + 1 : text, out);
    free(text);
    return 0;
}

/* In the form that text2pcap reads. */
static void print_hex(const struct send_frame *frame)
{
    for (uint32_t i = 0; i < frame->bytes; i++) {
        if (i % HEX_BYTES == 0)
            printf("%04x ", i);
        printf(" %02x", frame->data[i]);
        if (i % HEX_BYTES == HEX_BYTES - 1 || i + 1 == frame->bytes)
            putchar('\n');
    }
}

static void print_result(FILE *out, const struct send_options *o,
                         const struct send_frame *frame,
                         const struct send_result *result)
{
    char number[WEIR_FIGURE_MAX];
    char name[256];
    const char *where = o->file != NULL ? o->file : o->device;
    fprintf(out, "%s frame%s of %u bytes %s %s",
            weir_figure_grouped(number, result->frames),
            result->frames == 1 ? "" : "s", frame->bytes,
            o->file != NULL ? "written to" : "sent on",
            weir_printable(name, sizeof name, where));
    int64_t ns = result->last_ns - result->first_ns;
    if (o->file == NULL && result->frames > 1 && ns > 0) {
        /* The time of n frames at a distance is that of n - 1 distances. */
        uint64_t spans = result->frames - (o->interval_ns != 0 ? 1 : 0);
        fprintf(out, " in %s", weir_figure_seconds(number, ns));
        fprintf(out, ", %s",
                weir_figure_scaled(number, weir_figure_rate(spans, ns), "pps"));
    }
    fputc('\n', out);
}

/* Shows the frame, and sends it. */
static int send_it(const struct send_options *o, const struct send_frame *frame,
                   struct weir_err *err)
{
    struct send_result result = {0};
    FILE *out = o->file != NULL && strcmp(o->file, "-") == 0 ? stderr : stdout;
    int rc = print_line(out, frame, err);
    if (rc != 0)
        return rc;
    if (o->dry_run) {
        print_hex(frame);
        return 0;
    }
    (void)weir_output_flush();
    rc = o->file != NULL ? send_out_file(o, frame, &result, err)
                         : send_out_device(o, frame, &result, err);
    if (rc == 0 || result.frames > 0)
        print_result(out, o, frame, &result);
    return rc;
}

/* The exit status. */
static int run(const struct send_options *o, struct weir_err *err)
{
    static struct send_frame frame;
    int rc = send_frame_make(&frame, o, err);
    if (rc == -EINVAL || rc == -EMSGSIZE) /* no such packet can be */
        return WEIR_EXIT_USAGE;
    if (rc == 0)
        rc = send_it(o, &frame, err);
    return rc == 0 ? WEIR_EXIT_OK : WEIR_EXIT_FAILED;
}

int weir_cmd_send(int argc, char **argv)
{
    struct send_options options;
    struct weir_err err = {0};
    int status = send_options_parse(&options, argc, argv);
    if (status == WEIR_EXIT_OK) {
        weir_output_start();
        if (options.help)
            send_help();
        else
            status = run(&options, &err);
        status = weir_output_finish(WEIR_SEND_COMMAND, status);
        if (err.text[0] != '\0')
            fprintf(stderr, WEIR_SEND_COMMAND ": %s\n", err.text);
    }
    send_options_free(&options);
    return status;
}

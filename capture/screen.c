#include "capture/screen.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/filter.h"
#include "capture/kernel_filter.h"
#include "capture/kernel_view.h"
#include "capture/pcap_handle.h"
#include "capture/source.h"
#include "ring/iface.h"

/* The text for one link type. */
struct program {
    struct program *_Atomic next;
    struct weir_filter *filter; /* NULL: this link type does not have it */
    uint16_t linktype;
};

struct weir_screen {
    char *text; /* NULL: all */
    uint32_t snaplen;
    uint32_t netmask;
    struct weir_kernel_filter *kernel; /* NULL: no kernel tests the text */
    bool views; /* weir tests it as the kernel does, of this link type */
    uint16_t viewed;
    struct weir_kernel_filter_config view;
    bool has_kernel;
    bool tested; /* nothing is to be tested */
    struct program *_Atomic first;
};

/* A text of no known link type must be one that a common one has. */
static const uint16_t common[] = {
    WEIR_LINKTYPE_ETHERNET, WEIR_LINKTYPE_LINUX_SLL2, WEIR_LINKTYPE_RAW,
    127, /* 802.11 with a radiotap header */
};

static const struct program *find(const struct weir_screen *screen,
                                  uint16_t linktype)
{
    /* Here and below: pairs with the release in append. */
    const struct program *p =
        atomic_load_explicit(&screen->first, memory_order_acquire);
    while (p != NULL && p->linktype != linktype)
        p = atomic_load_explicit(&p->next, memory_order_acquire);
    return p;
}

/* Returns what the list has of that link type then: another thread may have
 * met it at the same time. */
static const struct program *append(struct weir_screen *screen,
                                    struct program *program)
{
    struct program *_Atomic *at = &screen->first;
    for (;;) {
        struct program *there = NULL;
        if (atomic_compare_exchange_strong_explicit(at, &there, program,
                                                    memory_order_release,
                                                    memory_order_acquire))
            return program;
        if (there->linktype == program->linktype)
            return there;
        at = &there->next;
    }
}

static void free_program(struct program *program)
{
    weir_filter_free(program->filter);
    free(program);
}

/* Returns what weir_filter_compile_on says; the link type is known then, but
 * for -ENOMEM. */
static int compile(struct weir_screen *screen, uint16_t linktype,
                   struct weir_err *err)
{
    struct program *program = calloc(1, sizeof *program);
    if (program == NULL)
        return weir_err_sys(err, -ENOMEM, "filter");
    program->linktype = linktype;
    const int rc =
        weir_filter_compile_on(&program->filter, screen->text, linktype,
                               screen->snaplen, screen->netmask, err);
    if (rc == -ENOMEM || append(screen, program) != program)
        free_program(program);
    return rc;
}

bool weir_screen_match(const struct weir_screen *screen, uint16_t linktype,
                       const struct weir_frame *frame)
{
    if (screen->text == NULL || screen->tested)
        return true;
    if (screen->views && linktype == screen->viewed)
        return weir_kernel_view_match(screen->kernel, &screen->view, frame);
    const struct program *program = find(screen, linktype);
    if (program == NULL) {
        /* A link type that nobody had named. */
        (void)compile((struct weir_screen *)screen, linktype, NULL);
        program = find(screen, linktype);
    }
    return program != NULL && program->filter != NULL &&
           weir_filter_match(program->filter, frame->data, frame->caplen,
                             frame->len);
}

static uint16_t linktype_of(const struct weir_source *source)
{
    return source->ifaces->at[source->iface].linktype;
}

static int compile_known(struct weir_screen *screen,
                         const struct weir_screen_config *config,
                         struct weir_err *err)
{
    const bool live = config->source != NULL && config->source->live;
    int rc = live ? compile(screen, linktype_of(config->source), err) : 0;
    for (uint32_t i = 0; rc == 0 && i < config->linktype_count; i++)
        if (find(screen, config->linktypes[i]) == NULL)
            rc = compile(screen, config->linktypes[i], err);
    if (live || config->linktype_count > 0)
        return rc;
    rc = compile(screen, common[0], err);
    for (size_t i = 1; rc == -EINVAL && i < sizeof common / sizeof common[0];
         i++)
        if (compile(screen, common[i], NULL) == 0)
            return 0;
    return rc;
}

/* libpcap compiles alike for a live handle and for a link type, but for VLAN
 * tags, which the kernel has beside the frame: only for those the device is
 * opened for a moment. */
static pcap_t *handle_of(const struct weir_screen *screen,
                         const struct weir_source *source)
{
    const struct weir_pcap_handle_config config = {
        .device = source->name,
        .snaplen = screen->snaplen,
        .buffer_bytes = 1,
        .timeout_ms = 1,
    };
    pcap_t *pcap = NULL;
    struct weir_err ignored;
    if (strstr(screen->text, "vlan") == NULL)
        return pcap_open_dead(weir_linktype_to_dlt(linktype_of(source)),
                              (int)screen->snaplen);
    return weir_pcap_handle_open(&pcap, &config, &ignored, NULL) == 0 ? pcap
                                                                      : NULL;
}

/* Where the kernel cannot be asked (it does not know that, the device is down,
 * there is no privilege to open it), weir tests alone. */
static int compile_kernel(struct weir_screen *screen,
                          const struct weir_source *source,
                          struct weir_err *err)
{
    struct bpf_program program;
    pcap_t *pcap = handle_of(screen, source);
    if (pcap == NULL)
        return 0;
    struct weir_kernel_filter *kernel = malloc(sizeof *kernel);
    if (kernel == NULL) {
        pcap_close(pcap);
        return weir_err_sys(err, -ENOMEM, "filter");
    }
    int rc = pcap_compile(pcap, &program, screen->text, 1, screen->netmask);
    if (rc == 0) {
        rc = weir_kernel_filter_make(kernel, program.bf_insns, program.bf_len,
                                     &screen->view);
        if (rc == 0)
            rc = weir_kernel_filter_try(kernel);
        pcap_freecode(&program);
    }
    pcap_close(pcap);
    if (rc != 0) {
        free(kernel);
        return 0;
    }
    screen->kernel = kernel;
    screen->views = weir_kernel_view_can(kernel, &screen->view);
    screen->viewed = linktype_of(source);
    return 0;
}

static int fill_in(struct weir_screen *screen,
                   const struct weir_screen_config *config,
                   struct weir_err *err)
{
    char ignored[PCAP_ERRBUF_SIZE];
    bpf_u_int32 net = 0;
    const struct weir_source *source = config->source;
    screen->snaplen = config->snaplen == 0 || config->snaplen > WEIR_SNAPLEN_MAX
                          ? WEIR_SNAPLEN_MAX
                          : config->snaplen;
    screen->netmask = PCAP_NETMASK_UNKNOWN;
    screen->has_kernel = source != NULL && source->kernel != NULL;
    if (screen->has_kernel)
        screen->view = *source->kernel;
    if (weir_filter_is_blank(config->text))
        return 0;
    screen->text = strdup(config->text);
    if (screen->text == NULL)
        return weir_err_sys(err, -ENOMEM, "filter");
    if (source != NULL && source->live &&
        pcap_lookupnet(source->name, &net, &screen->netmask, ignored) != 0)
        screen->netmask = PCAP_NETMASK_UNKNOWN;
    const int kernel = source != NULL && screen->has_kernel
                           ? compile_kernel(screen, source, err)
                           : 0;
    screen->tested = config->tested && screen->kernel != NULL;
    if (kernel != 0 || screen->tested)
        return kernel;
    /* What only the kernel knew may be told of the frame afterwards.  The text
     * of a link type that does not have it is none of a success. */
    struct weir_err why;
    const int rc = compile_known(screen, config, &why);
    if (rc == 0 || (rc == -ENOTSUP && screen->views))
        return 0;
    return weir_err_set(err, rc, "%s", why.text);
}

int weir_screen_make(struct weir_screen **out,
                     const struct weir_screen_config *config,
                     struct weir_err *err)
{
    struct weir_screen *screen = calloc(1, sizeof *screen);
    if (screen == NULL)
        return weir_err_sys(err, -ENOMEM, "filter");
    const int rc = fill_in(screen, config, err);
    if (rc != 0) {
        weir_screen_free(screen);
        return config->source != NULL && config->source->live
                   ? weir_err_wrap(err, rc, "%s", config->source->name)
                   : rc;
    }
    *out = screen;
    return 0;
}

uint32_t weir_screen_snaplen(const struct weir_screen *screen)
{
    return screen->snaplen;
}

const char *weir_screen_text(const struct weir_screen *screen)
{
    return screen->text;
}

bool weir_screen_tested(const struct weir_screen *screen)
{
    return screen->tested || screen->text == NULL;
}

int weir_screen_attach(const struct weir_screen *screen,
                       weir_screen_attach_fn *attach, void *context)
{
    const struct bpf_insn all = {.code = BPF_RET | BPF_K, .k = screen->snaplen};
    struct weir_kernel_filter take_all;
    /* The old program counts against the socket's memory until the new one is
     * in its place, so one that fits alone may not fit now. */
    if (screen->kernel != NULL) {
        const int rc = attach(context, screen->kernel);
        if (rc != -ENOMEM || screen->tested)
            return rc == 0 ? 1 : rc;
    }
    WEIR_ASSERT(screen->has_kernel);
    const int rc = weir_kernel_filter_make(&take_all, &all, 1, &screen->view);
    WEIR_ASSERT(rc == 0);
    const int put = attach(context, &take_all);
    return put == 0 ? screen->text == NULL : put;
}

void weir_screen_free(struct weir_screen *screen)
{
    if (screen == NULL)
        return;
    struct program *program =
        atomic_load_explicit(&screen->first, memory_order_relaxed);
    while (program != NULL) {
        struct program *next =
            atomic_load_explicit(&program->next, memory_order_relaxed);
        free_program(program);
        program = next;
    }
    free(screen->kernel);
    free(screen->text);
    free(screen);
}

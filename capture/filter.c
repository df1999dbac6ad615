#include "capture/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"

struct weir_filter {
    struct bpf_program program;
    bool all; /* an empty text: nothing to run */
    uint32_t snaplen;
};

/* The text as it stands in messages: on one line, and short enough that the
 * reason behind it is not cut off. */
static void quote(char *out, size_t room, const char *text)
{
    size_t n = 0;
    while (text[n] != '\0' && n + 4 < room) {
        out[n] = text[n];
        if (out[n] == '\n' || out[n] == '\t' || out[n] == '\r')
            out[n] = ' ';
        n++;
    }
    if (text[n] != '\0')
        for (int dots = 0; dots < 3; dots++)
            out[n++] = '.';
    out[n] = '\0';
}

bool weir_filter_is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

int weir_filter_wrong(const char *text, const char *reason,
                      struct weir_err *err)
{
    /* libpcap puts these words before every syntax error, and they say no
     * more than "filter" does. */
    static const char needless[] = "can't parse filter expression: ";
    char quoted[160];
    if (strncmp(reason, needless, sizeof needless - 1) == 0)
        reason += sizeof needless - 1;
    quote(quoted, sizeof quoted, text);
    return weir_err_set(err, -EINVAL, "filter '%s': %s", quoted, reason);
}

/* libpcap asks the kernel for what is not in the frame (linux/filter.h); run
 * here, such a load has nothing to load, and rejects. */
static bool asks_kernel(const struct bpf_program *program)
{
    for (uint32_t i = 0; i < program->bf_len; i++) {
        const struct bpf_insn *insn = &program->bf_insns[i];
        if (BPF_CLASS(insn->code) == BPF_LD &&
            BPF_MODE(insn->code) == BPF_ABS && insn->k >= (uint32_t)SKF_LL_OFF)
            return true;
    }
    return false;
}

/* libpcap's compiler is reentrant, but 1.10.3 writes the number of a link type
 * that it has no name for to memory that all threads share, and then into the
 * reason why it has not got the text (pcap.c,
 * pcap_datalink_val_to_description_or_dlt; 1.10.5 has made it the thread's).
 * Two threads that meet such link types at once are so rare that the second may
 * as well spin. */
static atomic_flag nameless = ATOMIC_FLAG_INIT;

static int compile_on(pcap_t *dead, struct bpf_program *program,
                      const char *text, uint32_t netmask)
{
    if (pcap_datalink_val_to_description(pcap_datalink(dead)) != NULL)
        return pcap_compile(dead, program, text, 1, netmask);
    /* Pairs with the release below. */
    while (atomic_flag_test_and_set_explicit(&nameless, memory_order_acquire))
        (void)sched_yield();
    const int rc = pcap_compile(dead, program, text, 1, netmask);
    /* Pairs with the acquire above. */
    atomic_flag_clear_explicit(&nameless, memory_order_release);
    return rc;
}

static int compile(struct weir_filter **out, const char *text,
                   uint16_t linktype, uint32_t snaplen, uint32_t netmask,
                   struct weir_err *err)
{
    struct weir_filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL)
        return weir_err_sys(err, -ENOMEM, "filter");
    /* The program returns the snapshot length for a frame that it takes, so
     * 0 would take none. */
    if (snaplen == 0 || snaplen > WEIR_SNAPLEN_MAX)
        snaplen = WEIR_SNAPLEN_MAX;
    filter->snaplen = snaplen;
    if (weir_filter_is_blank(text)) {
        filter->all = true;
        *out = filter;
        return 0;
    }
    pcap_t *dead = pcap_open_dead(weir_linktype_to_dlt(linktype), (int)snaplen);
    if (dead == NULL) {
        free(filter);
        return weir_err_sys(err, -ENOMEM, "filter");
    }
    if (compile_on(dead, &filter->program, text, netmask) != 0) {
        const int rc = weir_filter_wrong(text, pcap_geterr(dead), err);
        pcap_close(dead);
        free(filter);
        return rc;
    }
    pcap_close(dead);
    *out = filter;
    return 0;
}

int weir_filter_compile_on(struct weir_filter **out, const char *text,
                           uint16_t linktype, uint32_t snaplen,
                           uint32_t netmask, struct weir_err *err)
{
    struct weir_filter *filter = NULL;
    const int rc = compile(&filter, text, linktype, snaplen, netmask, err);
    if (filter == NULL)
        return rc;
    if (!filter->all && asks_kernel(&filter->program)) {
        weir_filter_free(filter);
        (void)weir_filter_wrong(text,
                                "inbound, outbound and ifindex: only the "
                                "kernel knows them, as it captures",
                                err);
        return -ENOTSUP;
    }
    *out = filter;
    return 0;
}

int weir_filter_compile(struct weir_filter **out, const char *text,
                        uint16_t linktype, uint32_t snaplen,
                        struct weir_err *err)
{
    return weir_filter_compile_on(out, text, linktype, snaplen,
                                  PCAP_NETMASK_UNKNOWN, err);
}

int weir_filter_compile_any(struct weir_filter **out, const char *text,
                            uint16_t linktype, uint32_t snaplen,
                            struct weir_err *err)
{
    return compile(out, text, linktype, snaplen, PCAP_NETMASK_UNKNOWN, err);
}

bool weir_filter_match(const struct weir_filter *filter, const uint8_t *data,
                       uint32_t caplen, uint32_t len)
{
    return filter->all ||
           bpf_filter(filter->program.bf_insns, data, len, caplen) != 0;
}

bool weir_filter_line(const struct weir_filter *filter, uint32_t index,
                      char *line)
{
    const struct bpf_insn take_all = BPF_STMT(BPF_RET | BPF_K, filter->snaplen);
    const struct bpf_insn *program =
        filter->all ? &take_all : filter->program.bf_insns;
    if (index >= (filter->all ? 1 : filter->program.bf_len))
        return false;
    snprintf(line, WEIR_FILTER_LINE_MAX, "%s",
             bpf_image(&program[index], (int)index));
    return true;
}

void weir_filter_free(struct weir_filter *filter)
{
    if (filter == NULL)
        return;
    pcap_freecode(&filter->program);
    free(filter);
}

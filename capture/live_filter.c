#include "capture/live_filter.h"

#include <errno.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/pcap_handle.h"

/* The program that takes all frames, cut to the snapshot length. */
static int take_all(const struct weir_live_filter_config *config,
                    struct weir_kernel_filter *out, struct weir_err *err)
{
    const struct bpf_insn all = {.code = BPF_RET | BPF_K, .k = config->snaplen};
    if (config->no_kernel)
        return 0;
    int rc = weir_kernel_filter_make(out, &all, 1, &config->kernel);
    if (rc == 0)
        rc = weir_kernel_filter_try(out);
    return rc == 0
               ? 0
               : weir_err_sys(err, rc, "%s: SO_ATTACH_FILTER", config->device);
}

static int filter_in_kernel(const struct weir_live_filter_config *config,
                            const struct bpf_program *program,
                            struct weir_kernel_filter *out)
{
    if (config->no_kernel)
        return -1;
    const int rc = weir_kernel_filter_make(out, program->bf_insns,
                                           program->bf_len, &config->kernel);
    return rc == 0 ? weir_kernel_filter_try(out) : rc;
}

/* What the kernel cannot be asked is left to weir; the kernel then only cuts
 * the frames. */
static int filter_in_weir(const struct weir_live_filter_config *config,
                          struct weir_kernel_filter *out,
                          struct weir_filter **in_weir, struct weir_err *notice,
                          struct weir_err *err)
{
    const uint16_t linktype =
        weir_linktype_from_dlt(pcap_datalink(config->pcap));
    const int rc = weir_filter_compile(in_weir, config->text, linktype,
                                       config->snaplen, err);
    if (rc == -ENOTSUP && !config->no_kernel)
        return weir_err_wrap(err, rc,
                             "%s: the kernel cannot test this filter, and weir "
                             "not all of it",
                             config->device);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s", config->device);
    weir_err_set(notice, 0, "%s: the kernel cannot test this filter, weir does",
                 config->device);
    return take_all(config, out, err);
}

int weir_live_filter_make(const struct weir_live_filter_config *config,
                          struct weir_kernel_filter *out,
                          struct weir_filter **in_weir, struct weir_err *notice,
                          struct weir_err *err)
{
    struct bpf_program program;
    *in_weir = NULL;
    if (config->text == NULL || config->text[0] == '\0')
        return take_all(config, out, err);
    int rc = weir_pcap_handle_compile(config->pcap, &program, config->device,
                                      config->text, err);
    if (rc != 0)
        return rc;
    rc = filter_in_kernel(config, &program, out);
    pcap_freecode(&program);
    return rc == 0 ? 0 : filter_in_weir(config, out, in_weir, notice, err);
}

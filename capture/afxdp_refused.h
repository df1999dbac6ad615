#ifndef WEIR_CAPTURE_AFXDP_REFUSED_H
#define WEIR_CAPTURE_AFXDP_REFUSED_H

/* afxdp_refused: what the parts of the AF_XDP source say alike.
 *
 * Threads   any. */

#include <errno.h>

#include "base/err.h"

/* weir_afxdp_no_privilege: without the interface's name.  Returns -EPERM. */
static inline int weir_afxdp_no_privilege(struct weir_err *err)
{
    return weir_err_set(err, -EPERM,
                        "no privilege for AF_XDP: that takes CAP_NET_RAW, "
                        "CAP_NET_ADMIN and CAP_BPF");
}

#endif

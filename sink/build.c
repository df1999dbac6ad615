#include "sink/build.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/err.h"
#include "sink/build_impl.h"
#include "sink/build_net.h"

static_assert(WEIR_BUILD_BYTES_MAX < INT_MAX, "a length is an int");

int weir_build_open(struct weir_build **out, struct weir_err *err)
{
    if (out == NULL)
        return weir_err_set(err, -EINVAL, "build: no place for the handle");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY, "build: it is open already");
    struct weir_build *build = calloc(1, sizeof *build);
    if (build == NULL)
        return weir_err_sys(err, -ENOMEM, "build");
    int rc = weir_build_net_open(&build->net, err);
    if (rc != 0) {
        free(build);
        return weir_err_wrap(err, rc, "build");
    }
    build->guard = (struct weir_guard)WEIR_GUARD_INIT;
    *out = build;
    return 0;
}

/* Lays the layers from the last to the first, which libnet wants, and tells
 * how long the frame is. */
static int lay_all(struct weir_build *build, uint32_t *size,
                   struct weir_err *err)
{
    uint32_t behind = 0;
    for (uint32_t at = build->count; at-- > 0;) {
        struct weir_build_layer layer;
        behind += build->layers[at].bytes;
        int rc = weir_build_fill(build, at, behind, &layer, err);
        if (rc == 0)
            rc =
                weir_build_net_lay(build->net, at, &layer, build->payload, err);
        if (rc != 0)
            return weir_err_wrap(err, rc, "build: layer %u", at);
    }
    *size = behind;
    return 0;
}

static int write_frame(struct weir_build *build, uint8_t *to, size_t size,
                       struct weir_err *err)
{
    if (build->count == 0)
        return weir_err_set(err, -EINVAL, "build: there are no layers");
    uint32_t bytes = 0;
    int rc = lay_all(build, &bytes, err);
    if (rc == 0 && bytes > size)
        rc = weir_err_set(err, -EMSGSIZE,
                          "build: a frame of %u bytes does not fit into %zu",
                          bytes, size);
    if (rc == 0)
        rc = weir_build_net_copy(build->net, to, bytes, err);
    if (rc != 0) {
        /* Some blocks may be missing. */
        weir_build_net_clear(build->net);
        return rc;
    }
    weir_build_sum(build, to, bytes);
    return (int)bytes;
}

int weir_build_bytes(struct weir_build *build, void *to, size_t size,
                     struct weir_err *err)
{
    if (build == NULL || to == NULL)
        return weir_err_set(err, -EINVAL, "build: no %s",
                            build == NULL ? "handle" : "memory for the frame");
    if (!weir_guard_enter(&build->guard))
        return weir_err_set(err, -EBUSY, "build: in use by another thread");
    int rc = write_frame(build, to, size, err);
    weir_guard_leave(&build->guard);
    return rc;
}

int weir_build_reset(struct weir_build *build, struct weir_err *err)
{
    if (build == NULL)
        return weir_err_set(err, -EINVAL, "build: no handle");
    if (!weir_guard_enter(&build->guard))
        return weir_err_set(err, -EBUSY, "build: in use by another thread");
    weir_build_net_clear(build->net);
    build->count = 0;
    weir_guard_leave(&build->guard);
    return 0;
}

int weir_build_close(struct weir_build **build, struct weir_err *err)
{
    if (build == NULL || *build == NULL)
        return 0;
    if (!weir_guard_enter(&(*build)->guard))
        return weir_err_set(err, -EBUSY, "build: in use by another thread");
    weir_build_net_close((*build)->net);
    free(*build);
    *build = NULL;
    return 0;
}

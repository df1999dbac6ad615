#include "pipeline/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ring/guard.h"
#include "ring/iface.h"
#include "sink/dump_impl.h"

struct weir_writer {
    struct weir_guard guard;
    struct weir_ifaces ifaces; /* one */
    struct weir_dump dump;
};

static int prepare(struct weir_writer *writer,
                   const struct weir_writer_config *config,
                   struct weir_err *err)
{
    struct weir_iface iface = {
        .linktype = config->linktype,
        .snaplen = config->snaplen,
    };
    const size_t bytes = config->name != NULL ? strlen(config->name) : 0;
    if (bytes >= sizeof iface.name)
        return weir_err_set(err, -ENAMETOOLONG,
                            "an interface's name has at most %zu bytes: %s",
                            sizeof iface.name - 1, config->name);
    if (bytes > 0)
        memcpy(iface.name, config->name, bytes);
    (void)weir_ifaces_add(&writer->ifaces, &iface);
    const struct weir_dump_owner owner = {
        .guard = &writer->guard,
        .ifaces = &writer->ifaces,
    };
    writer->guard = (struct weir_guard)WEIR_GUARD_INIT;
    weir_dump_init(&writer->dump, &owner);
    return config->path != NULL
               ? weir_dump_open(&writer->dump, config->path, &config->dump, err)
               : 0;
}

int weir_writer_open(struct weir_writer **out,
                     const struct weir_writer_config *config,
                     struct weir_err *err)
{
    if (out == NULL || config == NULL)
        return weir_err_set(err, -EINVAL, "writer: NULL is none");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY,
                            "writer: not opened: it is open, or was not NULL "
                            "at first");
    struct weir_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return weir_err_sys(err, -ENOMEM, "writer");
    const int rc = prepare(writer, config, err);
    if (rc == 0)
        *out = writer;
    else
        free(writer);
    return rc;
}

struct weir_dump *weir_writer_dump(struct weir_writer *writer)
{
    return writer != NULL ? &writer->dump : NULL;
}

int weir_writer_close(struct weir_writer **writer, struct weir_err *err)
{
    if (writer == NULL || *writer == NULL)
        return 0;
    if (!weir_guard_enter(&(*writer)->guard))
        return weir_err_set(err, -EBUSY, "writer: in use by another thread");
    const int rc = weir_dump_fini(&(*writer)->dump, err);
    free(*writer);
    *writer = NULL;
    return rc;
}

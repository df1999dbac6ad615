/* The interfaces of the recording, and their filters. */

#include <string.h>

#include "base/err.h"
#include "capture/file_reader.h"
#include "capture/filter.h"

static int filter_for(struct file_source *file, uint16_t linktype,
                      const struct weir_filter **out, struct weir_err *err)
{
    *out = NULL;
    if (file->filter == NULL)
        return 0;
    for (uint32_t i = 0; i < weir_ifaces_count(&file->ifaces); i++)
        if (file->ifaces.at[i].linktype == linktype) {
            *out = file->ifaces.at[i].filter;
            return 0;
        }
    struct weir_filter *filter;
    int rc = weir_filter_compile(&filter, file->filter, linktype, 0, err);
    if (rc == 0)
        *out = filter;
    return rc;
}

/* The filters are shared by the interfaces of a link type. */
void file_ifaces_free(struct file_source *file)
{
    struct weir_ifaces *all = &file->ifaces;
    for (uint32_t i = 0; i < weir_ifaces_count(all); i++) {
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = all->at[j].linktype != all->at[i].linktype;
        if (first)
            weir_filter_free(
                (struct weir_filter *)(uintptr_t)all->at[i].filter);
    }
}

static bool iface_same(const struct weir_iface *a, const struct weir_iface *b)
{
    return a->linktype == b->linktype && a->snaplen == b->snaplen &&
           a->tsresol == b->tsresol && a->fcs_bytes == b->fcs_bytes &&
           a->epoch_ns == b->epoch_ns && strcmp(a->name, b->name) == 0;
}

int file_iface_add(struct file_source *file, const struct weir_iface *iface,
                   uint16_t *number, struct weir_err *err)
{
    uint32_t count = weir_ifaces_count(&file->ifaces);
    for (uint32_t i = 0; i < count; i++)
        if (file->iface_section[i] != file->sections &&
            iface_same(&file->ifaces.at[i], iface)) {
            file->iface_section[i] = file->sections;
            *number = (uint16_t)i;
            return 0;
        }
    if (count == WEIR_IFACES_MAX)
        return file_fail(file, err, "more than %d interfaces are declared",
                         WEIR_IFACES_MAX);
    struct weir_iface added = *iface;
    added.filter_text = file->filter;
    int rc = filter_for(file, iface->linktype, &added.filter, err);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s: link type %u", file->name,
                             iface->linktype);
    file->iface_section[count] = file->sections;
    *number = (uint16_t)weir_ifaces_add(&file->ifaces, &added);
    return 0;
}

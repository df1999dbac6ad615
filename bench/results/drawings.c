#include "bench/results/drawings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/results/doc.h"
#include "bench/results/html.h"
#include "bench/results/svg.h"

static int draw(const struct weir_plot *plot, size_t number, int64_t timeout_ns,
                struct weir_html_drawing *drawing, struct weir_err *err)
{
    char prefix[32];
    (void)snprintf(prefix, sizeof prefix, "p%zu", number);
    int rc =
        weir_svg_draw(plot, prefix, false, timeout_ns, &drawing->wide, err);
    if (rc != 0)
        return rc;
    (void)snprintf(prefix, sizeof prefix, "n%zu", number);
    return weir_svg_draw(plot, prefix, true, timeout_ns, &drawing->narrow, err);
}

static const char *remark_of(int rc)
{
    return rc == -ENOENT
               ? "gnuplot was not installed where this page was made: it has "
                 "no plots."
               : "gnuplot failed where this page was made: plots are missing.";
}

int weir_drawings_open(struct weir_drawings *out, const struct weir_doc *doc,
                       int64_t timeout_ns, struct weir_err *err)
{
    *out = (struct weir_drawings){0};
    out->at = calloc(doc->count + 1, sizeof *out->at);
    if (out->at == NULL)
        return weir_err_sys(err, -ENOMEM, "drawings");
    bool hopeless = false;
    for (size_t i = 0; i < doc->count; i++) {
        if (doc->blocks[i].kind != WEIR_DOC_PLOT)
            continue;
        struct weir_err why = {.text = ""};
        size_t number = out->count++;
        int rc = hopeless ? -ECANCELED
                          : draw(doc->blocks[i].plot, number, timeout_ns,
                                 &out->at[number], &why);
        if (rc == 0)
            continue;
        if (out->missing++ == 0) {
            out->why = why;
            out->remark = remark_of(rc);
        }
        hopeless = hopeless || rc == -ENOENT || rc == -ETIMEDOUT;
    }
    return 0;
}

void weir_drawings_close(struct weir_drawings *drawings)
{
    for (size_t i = 0; i < drawings->count; i++) {
        free(drawings->at[i].wide);
        free(drawings->at[i].narrow);
    }
    free(drawings->at);
    *drawings = (struct weir_drawings){0};
}

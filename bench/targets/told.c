#include "bench/targets/told.h"

#include <jansson.h>
#include <math.h>

#include "bench/results/results.h"

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *target_json(const struct weir_target_check *check,
                           const struct weir_target_found *found)
{
    json_t *met = found->met == WEIR_TARGET_NONE
                      ? json_null()
                      : json_boolean(found->met == WEIR_TARGET_MET);
    return json_pack(
        "{s:s,s:i,s:s,s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "type",
        "target", "target", check->target, "name", check->text, "against",
        check->against, "bound",
        check->shown ? json_null() : json_real(check->bound), "better",
        check->at_least ? "more" : "less", "value", number(found->value),
        "least", number(found->least), "most", number(found->most), "rounds",
        number(found->rounds), "met", met, "margin_fraction",
        number(found->margin), "remark",
        found->remark[0] != '\0' ? json_string(found->remark) : json_null());
}

static void cell(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, " %8.3f", value);
    else
        fprintf(out, " %8s", "-");
}

static void row_print(FILE *out, const struct weir_target_check *check,
                      const struct weir_target_found *found)
{
    fprintf(out, "%d  %s, against %s\n  ", check->target, check->text,
            check->against);
    cell(out, found->value);
    cell(out, found->least);
    cell(out, found->most);
    if (check->shown)
        fprintf(out, "  %10s  shown", "");
    else
        fprintf(out, "  %s %7.3f  %s",
                check->at_least ? ">=" : "<=", check->bound,
                found->met == WEIR_TARGET_NONE  ? "no figure"
                : found->met == WEIR_TARGET_MET ? "met"
                                                : "MISSED");
    if (isfinite(found->margin))
        fprintf(out, ", by %.0f%%", 100 * fabs(found->margin));
    if (found->remark[0] != '\0')
        fprintf(out, "; %s", found->remark);
    fprintf(out, "\n");
}

int weir_targets_told(const struct weir_lines *lines,
                      const bool wanted[WEIR_TARGETS],
                      struct weir_results *results, FILE *out,
                      struct weir_err *err)
{
    int ret = 0;
    fprintf(out, "\ntargets: median, least and most of the rounds, the bound "
                 "of the median\n\n");
    for (size_t i = 0; ret == 0 && i < weir_target_checks_count; i++) {
        const struct weir_target_check *check = &weir_target_checks[i];
        if (!wanted[check->target - 1])
            continue;
        const struct weir_target_found found = weir_target_judge(check, lines);
        row_print(out, check, &found);
        ret = weir_results_add(results, target_json(check, &found), err);
    }
    (void)fflush(out);
    return ret;
}

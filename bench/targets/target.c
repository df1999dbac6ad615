#include "bench/targets/target.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct weir_target_found of_ratio(const json_t *ratio)
{
    return (struct weir_target_found){
        .value = weir_line_number(ratio, "value"),
        .least = weir_line_number(ratio, "least"),
        .most = weir_line_number(ratio, "most"),
        .rounds = weir_line_number(ratio, "rounds"),
    };
}

static struct weir_target_found of_peer(const json_t *peer, const char *key)
{
    const json_t *rounds = json_object_get(peer, "rounds");
    return (struct weir_target_found){
        .value = weir_line_number(json_object_get(peer, "median"), key),
        .least = weir_line_number(json_object_get(peer, "least"), key),
        .most = weir_line_number(json_object_get(peer, "most"), key),
        .rounds =
            rounds != NULL ? (double)json_array_size(rounds) : (double)NAN,
    };
}

/* Whether the line has that text, or one like the pattern. */
static bool is_like(const json_t *line, const char *key, const char *pattern)
{
    const char *text = weir_line_text(line, key);
    return text != NULL && fnmatch(pattern, text, 0) == 0;
}

static bool is_of(const struct weir_target_check *check, const json_t *line)
{
    if (check->peer == NULL)
        return is_like(line, "name", check->name);
    return is_like(line, "task", check->name) &&
           is_like(line, "peer", check->peer) &&
           is_like(line, "frame", check->frame);
}

static const json_t *line_of(const struct weir_target_check *check,
                             const struct weir_lines *lines)
{
    const char *type = check->peer != NULL ? "peer" : "ratio";
    const json_t *found = NULL;
    const json_t *line;
    size_t at = 0;
    while ((line = weir_lines_next(lines, type, &at)) != NULL)
        if (is_of(check, line))
            found = line;
    return found;
}

static void invert(struct weir_target_found *found)
{
    const double least = found->least;
    found->value = 1 / found->value;
    found->least = 1 / found->most;
    found->most = 1 / least;
}

/* With a bound of 0 there is no share of it. */
static void hold(struct weir_target_found *found,
                 const struct weir_target_check *check, double value)
{
    const double more = value - check->bound;
    const double better = check->at_least ? more : -more;
    found->met = better >= 0 ? WEIR_TARGET_MET : WEIR_TARGET_MISSED;
    found->margin = check->bound > 0 ? better / check->bound : (double)NAN;
}

/* The load of a live peer's rounds, and whether it is what was asked for. */
static void remark_load(struct weir_target_found *found, const json_t *peer)
{
    const json_t *rounds = json_object_get(peer, "rounds");
    const json_t *round = json_array_get(rounds, json_array_size(rounds) / 2);
    const double pps = weir_line_number(round, "offered_pps");
    if (isfinite(pps))
        (void)snprintf(
            found->remark, sizeof found->remark, "at %.2f Mpps%s", pps / 1e6,
            weir_line_bool(round, "limited") ? ": the generator gave no more"
                                             : "");
}

/* Where a search ended at what can be sent, the disk may take more. */
static void remark_disk(struct weir_target_found *found,
                        const struct weir_lines *lines)
{
    const json_t *disk;
    size_t at = 0;
    while ((disk = weir_lines_next(lines, "disk", &at)) != NULL)
        (void)snprintf(found->remark, sizeof found->remark, "%s",
                       weir_line_bool(disk, "generator_limited")
                           ? "at least: the generator gave no more"
                           : "");
}

struct weir_target_found
weir_target_judge(const struct weir_target_check *check,
                  const struct weir_lines *lines)
{
    const json_t *line = line_of(check, lines);
    struct weir_target_found found =
        check->peer != NULL ? of_peer(line, check->key) : of_ratio(line);
    if (check->of == WEIR_TARGET_TIME)
        invert(&found);
    if (check->peer != NULL)
        remark_load(&found, line);
    else if (strncmp(check->name, "disk,", 5) == 0)
        remark_disk(&found, lines);
    found.met = WEIR_TARGET_NONE;
    found.margin = (double)NAN;
    if (isfinite(found.value) && !check->shown)
        hold(&found, check,
             check->of == WEIR_TARGET_LOSS ? found.most : found.value);
    return found;
}

/* sabotage.c - reads what a proof does to a run, and does it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sabotage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

/* A run of some thousand samples ends with a clock that is off by orders of magnitude. */
static const double DRIFT_RATE = 0.01;

/* Whether the `length` characters at `text` are `name`. */
static bool named(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && !strncmp(text, name, length);
}

/* "drift" or "drift=RATE" */
static bool read_drift(const char *text, size_t length, double *rate)
{
    static const char name[] = "drift=";
    char *end;
    if (named(text, length, "drift")) {
        *rate = DRIFT_RATE;
        return true;
    }
    if (strncmp(text, name, strlen(name)) != 0)
        return false;
    *rate = strtod(text + strlen(name), &end);
    return end == text + length && isfinite(*rate) && *rate != 0;
}

static int parse_one(const char *text, size_t length, struct sabotage *s, struct error *err)
{
    bool aabb = named(text, length, "aabb"), no_spin = named(text, length, "no-spin");
    if (!aabb && !no_spin && !read_drift(text, length, &s->drift))
        return error_set(err, EXIT_USAGE,
                         "--sabotage: '%s' is not drift, drift=RATE (a sample, such as 0.01), aabb or "
                         "no-spin, or some of them by comma",
                         text);
    s->aabb |= aabb;
    s->no_spin |= no_spin;
    return 0;
}

int sabotage_parse(const char *text, struct sabotage *s, struct error *err)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        if (parse_one(text, length, s, err))
            return -1;
        if (!text[length])
            return 0;
        text += length + 1;
    }
}

int sabotage_parse_slow(const char *text, struct sabotage *s, struct error *err)
{
    const char *equal = strrchr(text, '=');
    char *end = NULL;
    double percent = equal ? strtod(equal + 1, &end) : NAN;
    if (!equal || equal == text || equal - text >= NAME_TEXT || end == equal + 1 || *end ||
        !isfinite(percent) || percent <= 0)
        return error_set(err, EXIT_USAGE,
                         "--slow: '%s' is not PATH=PERCENT or all=PERCENT with a percentage above 0", text);
    text_copy(s->slow_path, (size_t)(equal - text) + 1, text);
    s->slow_share = percent / 100;
    return 0;
}

/* "PATH=NS@below:SIZE", up to `length`. */
static bool read_planted(const char *text, size_t length, struct planted_copy *p)
{
    char item[NAME_TEXT * 2], side[8];
    unsigned long long size;
    int end = 0;
    if (length >= sizeof(item))
        return false;
    text_copy(item, length + 1, text);
    char *equal = strrchr(item, '=');
    if (!equal || equal == item || equal - item >= NAME_TEXT ||
        sscanf(equal + 1, "%lf@%5[a-z]:%llu%n", &p->ns, side, &size, &end) != 3 || equal[1 + end])
        return false;
    *equal = '\0';
    text_copy(p->path, sizeof(p->path), item);
    p->above = !strcmp(side, "above");
    p->size = size;
    return p->ns > 0 && (p->above || !strcmp(side, "below"));
}

int sabotage_parse_copy(const char *text, struct sabotage *s, struct error *err)
{
    for (size_t i = 0; i < sizeof(s->planted) / sizeof(s->planted[0]); i++) {
        size_t length = strcspn(text, ",");
        if (!read_planted(text, length, &s->planted[i]))
            break;
        if (!text[length])
            return 0;
        text += length + 1;
    }
    return error_set(
        err, EXIT_USAGE,
        "--plant-copy: '%s' is not PATH=NS@below:BYTES or PATH=NS@above:BYTES, at most two by comma", text);
}

static bool has_path(const json_t *paths, const char *path)
{
    size_t i;
    json_t *item;
    if (json_is_string(paths))
        return !strcmp(json_string_value(paths), path);
    json_array_foreach(paths, i, item)
    {
        if (json_is_string(item) && !strcmp(json_string_value(item), path))
            return true;
    }
    return false;
}

int sabotage_check(const struct sabotage *s, const json_t *plan, struct error *err)
{
    size_t i;
    json_t *block;
    if (!s->slow_path[0] || !strcmp(s->slow_path, "all"))
        return 0;
    json_array_foreach(json_object_get(plan, "blocks"), i, block)
    {
        if (has_path(json_object_get(block, "paths"), s->slow_path))
            return 0;
    }
    return error_set(err, EXIT_USAGE, "--slow: no cell of this run has the path '%s'; write it as in --paths",
                     s->slow_path);
}

double sabotage_clock(struct sabotage *s, double ns)
{
    return PMB_PROOF && s && s->drift != 0 ? ns * exp(s->drift * (double)s->samples++) : ns;
}

bool sabotage_aabb(const struct sabotage *s)
{
    return PMB_PROOF && s && s->aabb;
}

bool sabotage_no_spin(const struct sabotage *s)
{
    return PMB_PROOF && s && s->no_spin;
}

double sabotage_slow(const struct sabotage *s, const char *path)
{
    bool meant = PMB_PROOF && s && (!strcmp(s->slow_path, "all") || !strcmp(s->slow_path, path));
    return meant ? s->slow_share : 0;
}

double sabotage_copy(const struct sabotage *s, const char *path, uint64_t size)
{
    for (size_t i = 0; PMB_PROOF && s && i < sizeof(s->planted) / sizeof(s->planted[0]); i++) {
        const struct planted_copy *p = &s->planted[i];
        if (!strcmp(p->path, path) && (size >= p->size) == p->above)
            return p->ns;
    }
    return 0;
}

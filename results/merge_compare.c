/* merge_compare.c - paired ratios over the rounds of several processes, their family, their verdicts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "results/json.h"
#include "results/merge_parts.h"
#include "results/verdict.h"

static const double CONFIDENCE = 0.95;

struct pair {
    const char *id_a, *id_b;
    const json_t *a, *b, *group; /* merged cells and controls */
    struct paired_ratio pooled;
    struct interval difference; /* b less a, ns */
    size_t rounds, processes;   /* in which both were measured equally often */
    double p_holm;
};

struct family {
    struct pair *pairs;
    size_t count;
    struct object known;    /* pairs by their two ids */
    json_t *cells, *groups; /* merged, by id and by name */
};

/* The list's elements by their member `name`. NULL: no memory. */
static json_t *index_by(const json_t *list, const char *name)
{
    struct object index = object_begin();
    size_t i;
    json_t *element;
    json_array_foreach(list, i, element) object_put(&index, merge_text(element, name), json_incref(element));
    return object_end(&index);
}

/* How many rounds of the process have a sample of both. */
static size_t paired_rounds(const struct merge *m, const struct pair *p, size_t document)
{
    const json_t *a = json_object_get(m->cells[document], p->id_a);
    const json_t *b = json_object_get(m->cells[document], p->id_b);
    if (!merge_measured(a) || !merge_measured(b))
        return 0;
    size_t of_a = json_array_size(json_object_get(a, "samples"));
    return of_a == json_array_size(json_object_get(b, "samples")) ? of_a : 0;
}

/* 0 or -1: no memory. */
static int copy_samples(const struct merge *m, size_t document, const char *id, double *out)
{
    size_t n;
    double *samples = merge_samples(json_object_get(m->cells[document], id), &n);
    if (samples)
        memcpy(out, samples, n * sizeof(*out));
    free(samples);
    return samples ? 0 : -1;
}

/* b less a into a, which is not needed any more. */
static void pool_differences(struct merge *m, struct pair *p, double *a, const double *b)
{
    size_t done = 0, own = 0;
    for (size_t d = 0; d < m->count; d++) {
        size_t n = paired_rounds(m, p, d);
        for (size_t i = done; i < done + n; i++)
            a[i] = b[i] - a[i];
        if (n)
            m->numbers[own++] = stats_median(a + done, n);
        done += n;
    }
    p->difference = merge_widen(stats_series_interval(a, done, CONFIDENCE), m->numbers, own);
}

/* The rounds of all processes, and each process' own ratio into m->numbers. 0 or -1: no memory. */
static int pool(struct merge *m, struct pair *p, double *a, double *b)
{
    size_t done = 0, own = 0;
    for (size_t d = 0; d < m->count; d++) {
        size_t n = paired_rounds(m, p, d);
        if (!n)
            continue;
        if (copy_samples(m, d, p->id_a, a + done) || copy_samples(m, d, p->id_b, b + done))
            return -1;
        double ratio = stats_paired_ratio(a + done, b + done, n, CONFIDENCE).ratio.value;
        if (isfinite(ratio))
            m->numbers[own++] = ratio;
        done += n;
        p->processes++;
    }
    p->pooled = stats_paired_ratio(a, b, done, CONFIDENCE);
    p->pooled.ratio = merge_widen(p->pooled.ratio, m->numbers, own);
    pool_differences(m, p, a, b);
    return 0;
}

static int pool_all(struct merge *m, struct pair *p)
{
    for (size_t d = 0; d < m->count; d++)
        p->rounds += paired_rounds(m, p, d);
    double *samples = malloc((2 * p->rounds + 1) * sizeof(*samples));
    int status = samples ? pool(m, p, samples, samples + p->rounds) : -1;
    free(samples);
    return status;
}

/* Has no document before told this pair? */
static bool is_new(struct family *family, const struct pair *p)
{
    char *both = NULL;
    if (asprintf(&both, "%s\n%s", p->id_a, p->id_b) < 0) {
        family->known.failed = true;
        return false;
    }
    bool known = json_object_get(family->known.json, both) != NULL;
    if (!known)
        object_put(&family->known, both, json_true());
    free(both);
    return !known;
}

/* Adds the pair unless it is there or cannot be compared any more. 0 or -1: no memory. */
static int add_pair(struct merge *m, const json_t *from, struct family *family)
{
    char group[KEY_TEXT];
    struct pair p = {.id_a = merge_text(json_object_get(from, "a"), "id"),
                     .id_b = merge_text(json_object_get(from, "b"), "id")};
    if (!is_new(family, &p))
        return family->known.failed ? -1 : 0;
    p.a = json_object_get(family->cells, p.id_a);
    p.b = json_object_get(family->cells, p.id_b);
    if (!merge_measured(p.a) || !merge_measured(p.b))
        return 0;
    merge_group_name(p.a, group);
    p.group = json_object_get(family->groups, group);
    if (pool_all(m, &p))
        return -1;
    if (p.rounds)
        family->pairs[family->count++] = p;
    return 0;
}

static const json_t *comparisons_of(const struct merge *m, size_t document)
{
    return json_object_get(m->documents[document], "comparisons");
}

static int fill(struct merge *m, struct family *family)
{
    for (size_t d = 0; d < m->count; d++) {
        size_t i;
        json_t *from;
        json_array_foreach(comparisons_of(m, d), i, from)
        {
            if (add_pair(m, from, family))
                return -1;
        }
    }
    return 0;
}

static int adjust(struct family *family)
{
    double *p = malloc((family->count + 1) * sizeof(*p));
    for (size_t i = 0; p && i < family->count; i++)
        p[i] = family->pairs[i].pooled.p;
    if (p)
        stats_holm(p, family->count, p);
    for (size_t i = 0; p && i < family->count; i++)
        family->pairs[i].p_holm = p[i];
    free(p);
    return p ? 0 : -1;
}

/* Beside the drains that are modelled, by `member`; NAN where none is. */
static double modelled_ratio(const struct pair *p, const char *member)
{
    if (merge_number(p->a, "modelled_ns") == 0 && merge_number(p->b, "modelled_ns") == 0)
        return NAN;
    double a = merge_number(json_object_get(p->a, "summary"), "median") + merge_number(p->a, member);
    double b = merge_number(json_object_get(p->b, "summary"), "median") + merge_number(p->b, member);
    return b / a;
}

static enum verdict judge(const struct pair *p, double floor)
{
    bool bistable =
        json_is_true(json_object_get(p->a, "bistable")) || json_is_true(json_object_get(p->b, "bistable"));
    if (isnan(floor) || !json_is_true(json_object_get(p->group, "held")))
        return VERDICT_UNRESOLVED;
    return stats_verdict(p->pooled.ratio, p->p_holm, floor, bistable);
}

static json_t *side_json(const char *id)
{
    struct object o = object_begin();
    object_put(&o, "file", json_null());
    object_put(&o, "id", json_text(id));
    return object_end(&o);
}

static void put_verdict(struct object *o, const struct pair *p)
{
    char method[2 * NAME_TEXT];
    double floor = merge_floor(p->group);
    enum verdict v = judge(p, floor);
    unsigned rounds = (unsigned)p->rounds;
    snprintf(method, sizeof(method), "paired by round in %zu process%s, %ssign interval", p->processes,
             p->processes == 1 ? "" : "es", p->pooled.effective < p->pooled.pairs ? "widened " : "");
    object_put(o, "verdict", json_string(stats_verdict_name(v)));
    object_put(o, "method", json_string(method));
    object_put(o, "rounds", json_count(rounds));
    object_put(o, "more_rounds",
               json_count(v == VERDICT_UNRESOLVED ? stats_more_rounds(p->pooled.ratio, rounds, floor) : 0));
}

static json_t *pair_json(const void *item)
{
    const struct pair *p = item;
    struct object o = object_begin();
    object_put(&o, "key", json_text(merge_text(p->b, "key")));
    object_put(&o, "a", side_json(p->id_a));
    object_put(&o, "b", side_json(p->id_b));
    static const struct merge_names names = {"ratio", "ci_low", "ci_high"};
    merge_put_interval(&o, &names, p->pooled.ratio);
    object_put(&o, "p", json_number(p->pooled.p));
    object_put(&o, "p_holm", json_number(p->p_holm));
    object_put(&o, "ratio_modelled", json_number(modelled_ratio(p, "modelled_ns")));
    object_put(&o, "ratio_modelled_serial", json_number(modelled_ratio(p, "modelled_serial_ns")));
    object_put(&o, "difference_ns", interval_json(&p->difference));
    put_verdict(&o, p);
    return object_end(&o);
}

json_t *merge_comparisons(struct merge *m, const json_t *cells, const json_t *controls)
{
    size_t most = 0;
    for (size_t d = 0; d < m->count; d++)
        most += json_array_size(comparisons_of(m, d));
    struct family family = {.pairs = calloc(most + 1, sizeof(*family.pairs)),
                            .known = object_begin(),
                            .cells = index_by(cells, "id"),
                            .groups = index_by(json_object_get(controls, "groups"), "group")};
    bool whole = family.pairs && family.known.json && family.cells && family.groups;
    json_t *list = NULL;
    if (whole && !fill(m, &family) && !adjust(&family))
        list = json_list(family.pairs, family.count, sizeof(*family.pairs), pair_json);
    json_decref(family.known.json);
    json_decref(family.cells);
    json_decref(family.groups);
    free(family.pairs);
    return list;
}

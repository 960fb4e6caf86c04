/* compare_json.c - a comparison as JSON: comparisons as in a result file, what was left out, what differs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_counts.h"
#include "results/json.h"

static json_t *side(const struct compare_file *file, const struct model_cell *cell)
{
    struct object o = object_begin();
    object_put(&o, "file", json_text(file->name));
    object_put(&o, "id", json_text(cell->id));
    return object_end(&o);
}

static json_t *comparison(const struct compare_pair *pair, const struct compare_item *x)
{
    struct object o = object_begin();
    size_t fewer = x->repeats_a < x->repeats_b ? x->repeats_a : x->repeats_b;
    object_put(&o, "key", json_text(x->b->key));
    object_put(&o, "a", side(pair->a, x->a));
    object_put(&o, "b", side(pair->b, x->b));
    object_put(&o, "ratio", json_number(x->ratio.value));
    object_put(&o, "ci_low", json_number(x->ratio.low));
    object_put(&o, "ci_high", json_number(x->ratio.high));
    object_put(&o, "p", json_number(x->p));
    object_put(&o, "p_holm", json_number(x->p_holm));
    object_put(&o, "ratio_modelled", json_number(x->ratio_modelled));
    object_put(&o, "ratio_modelled_serial", json_number(x->ratio_modelled_serial));
    object_put(&o, "verdict", json_text(stats_verdict_name(x->verdict)));
    object_put(&o, "method", json_text(x->method));
    object_put(&o, "rounds", json_count(fewer));
    object_put(&o, "more_rounds", json_count(0));
    object_put(&o, "reason", json_text(x->reason));
    return object_end(&o);
}

static json_t *unmatched(const struct compare_unmatched *u)
{
    struct object o = object_begin();
    object_put(&o, "file", json_text(u->file->name));
    object_put(&o, "key", json_text(u->cell->key));
    object_put(&o, "id", json_text(u->cell->id));
    object_put(&o, "reason", json_text(u->reason));
    return object_end(&o);
}

static json_t *difference(const struct compare_pair *pair, const struct compare_difference *d)
{
    struct object o = object_begin();
    object_put(&o, "what", json_text(d->what));
    object_put(&o, "a", json_text(d->a));
    object_put(&o, "b", json_text(d->b));
    object_put(&o, "file", json_text(pair->b->name));
    return object_end(&o);
}

static json_t *controls(const struct compare_file *file)
{
    const struct model *m = &file->model;
    struct object o = object_begin();
    object_put(&o, "file", json_text(file->name));
    object_put(&o, "held",
               json_boolean(m->control_count && m->held_count == m->control_count && m->controls_held));
    object_put(&o, "groups", json_count(m->control_count));
    object_put(&o, "groups_held", json_count(m->held_count));
    object_put(&o, "floor_ratio", json_number(m->floor_ratio));
    return object_end(&o);
}

static json_t *family(const struct compare_pair *pair)
{
    struct object o = object_begin();
    object_put(&o, "file", json_text(pair->b->name));
    object_put(&o, "comparisons", json_count(pair->family));
    object_put(&o, "repeats_needed", pair->family ? json_count(pair->repeats_needed) : json_null());
    object_put(&o, "withheld", pair->withheld ? json_text(pair->withheld) : json_null());
    return object_end(&o);
}

static json_t *counts_of(const struct model_cell *cell)
{
    struct object o = object_begin();
    for (size_t i = 0; i < COMPARE_COUNTS; i++)
        object_put(&o, compare_count_name(i), json_number(compare_count(cell, i)));
    return object_end(&o);
}

/* What does not hang on time: the work that each side had. */
static json_t *work(const struct compare_pair *pair, const struct compare_item *x)
{
    struct object o = object_begin();
    object_put(&o, "a", side(pair->a, x->a));
    object_put(&o, "b", side(pair->b, x->b));
    object_put(&o, "counts_a", counts_of(x->a));
    object_put(&o, "counts_b", counts_of(x->b));
    object_put(&o, "other_work", x->other_work ? json_text(x->other_work) : json_null());
    return object_end(&o);
}

static json_t *ledger_row(const struct compare_row *r)
{
    struct object o = object_begin();
    object_put(&o, "stage", json_text(r->stage));
    object_put(&o, "side", json_text(r->side));
    object_put(&o, "a", json_number(r->a ? r->a->added.value : NAN));
    object_put(&o, "b", json_number(r->b ? r->b->added.value : NAN));
    return object_end(&o);
}

static json_t *ledger(struct compare *c, const struct compare_pair *pair, const struct compare_item *x)
{
    struct object o = object_begin();
    struct compare_row *rows;
    size_t n = compare_ledger(&c->arena, x, &rows);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        o.failed |= json_array_append_new(list, ledger_row(&rows[i])) != 0;
    object_put(&o, "a", side(pair->a, x->a));
    object_put(&o, "b", side(pair->b, x->b));
    object_put(&o, "rows", list);
    return object_end(&o);
}

static json_t *duty_side(const struct compare_file *file, const struct duty_platform *platform,
                         const struct duty_side *s)
{
    struct object o = object_begin();
    object_put(&o, "file", json_text(file->name));
    object_put(&o, "domain", json_fact(s->cell->domain));
    object_put(&o, "id", json_text(s->cell->id));
    object_put(&o, "writes_per_fsync", json_number(s->writes));
    for (int id = 0; id < DUTIES; id++)
        object_put(&o, duty_member((enum duty_id)id), json_number(s->of[id].value));
    object_put(&o, "drain_kind", json_fact(s->drain));
    object_put(&o, "drain_provenance", json_fact(platform->drain_time));
    return object_end(&o);
}

/* A null is what was not counted, or an fsync's where there is none. */
static json_t *duty(const struct compare *c, const struct compare_duty *d)
{
    struct object o = object_begin();
    json_t *files = json_array();
    for (size_t i = 0; i < c->file_count; i++)
        o.failed |=
            json_array_append_new(files, duty_side(&c->files[i], &c->platforms[i], &d->sides[i])) != 0;
    object_put(&o, "key", json_text(d->sides[0].cell->key));
    object_put(&o, "files", files);
    object_put(&o, "same", json_boolean(d->same));
    object_put(&o, "other_work", d->other_work ? json_text(d->other_work) : json_null());
    return object_end(&o);
}

static json_t *platform(const struct compare_file *file, const struct duty_platform *p)
{
    struct object o = object_begin();
    object_put(&o, "file", json_text(file->name));
    object_put(&o, "domain", json_fact(p->domain));
    object_put(&o, "source", json_fact(p->source));
    object_put(&o, "detected", *p->detected ? json_text(p->detected) : json_null());
    object_put(&o, "provenance", json_fact(p->provenance));
    object_put(&o, "provider", json_fact(p->provider));
    object_put(&o, "map_sync", json_fact(p->map_sync));
    object_put(&o, "granularity", json_fact(p->granularity));
    object_put(&o, "drain_kind", json_fact(p->drain));
    object_put(&o, "drain_provenance", json_fact(p->drain_time));
    return object_end(&o);
}

struct lists {
    json_t *comparisons, *unmatched, *differences, *controls, *family, *work, *ledgers, *counts, *platforms;
    bool failed;
};

static void append(struct lists *l, json_t *list, json_t *value)
{
    l->failed |= json_array_append_new(list, value) != 0;
}

static void add_pair(struct lists *l, struct compare *c, const struct compare_pair *pair)
{
    for (size_t i = 0; i < pair->count; i++) {
        const struct compare_item *x = &pair->items[i];
        if (!x->shown)
            continue;
        append(l, l->comparisons, comparison(pair, x));
        append(l, l->work, work(pair, x));
        if (x->a->row_count && x->b->row_count)
            append(l, l->ledgers, ledger(c, pair, x));
    }
    for (size_t i = 0; i < pair->unmatched_count; i++)
        if (pair->unmatched[i].shown)
            append(l, l->unmatched, unmatched(&pair->unmatched[i]));
    for (size_t i = 0; i < pair->difference_count; i++)
        append(l, l->differences, difference(pair, &pair->differences[i]));
    append(l, l->family, family(pair));
}

static json_t *document(struct compare *c)
{
    struct lists l = {json_array(), json_array(), json_array(), json_array(), json_array(),
                      json_array(), json_array(), json_array(), json_array(), false};
    struct object o = object_begin();
    for (size_t i = 0; i < c->file_count; i++)
        append(&l, l.controls, controls(&c->files[i]));
    for (size_t i = 0; i < c->pair_count; i++)
        add_pair(&l, c, &c->pairs[i]);
    for (size_t i = 0; c->platforms && i < c->file_count; i++)
        append(&l, l.platforms, platform(&c->files[i], &c->platforms[i]));
    for (size_t i = 0; i < c->duty_count; i++)
        append(&l, l.counts, duty(c, &c->duties[i]));
    object_put(&o, "comparisons", l.comparisons);
    object_put(&o, "unmatched", l.unmatched);
    object_put(&o, "differences", l.differences);
    object_put(&o, "controls", l.controls);
    object_put(&o, "family", l.family);
    object_put(&o, "forced", json_boolean(c->options.force));
    object_put(&o, "warning", c->warning ? json_text(c->warning) : json_null());
    object_put(&o, "work", l.work);
    object_put(&o, "ledgers", l.ledgers);
    object_put(&o, "counts", l.counts);
    object_put(&o, "platforms", l.platforms);
    o.failed |= l.failed;
    return object_end(&o);
}

int compare_json(struct compare *c, FILE *out, struct error *err)
{
    json_t *d = document(c);
    if (!d)
        return error_set(err, EXIT_CANNOT, "compare: out of memory: close other programs and try again");
    int failed = document_print(d, out);
    json_decref(d);
    if (failed || fflush(out) || ferror(out))
        return error_set(err, EXIT_CANNOT, "compare: cannot write it: check the disk or the pipe it goes to");
    return 0;
}

/* tuning_json.c - a tuning as a document */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/json.h"
#include "results/tuning.h"

static void put_interval(struct object *o, const char *name, const struct interval *i)
{
    object_put(o, name, json_number(i->value));
    object_put(o, "ci_low", json_number(i->low));
    object_put(o, "ci_high", json_number(i->high));
}

static json_t *point_cell_json(const void *item)
{
    const struct tuning_cell *cell = item;
    struct object o = object_begin();
    object_put(&o, "strategy", json_text(cell->strategy));
    object_put(&o, "ns", json_number(cell->ns));
    object_put(&o, "gb_per_s", json_number(cell->gb_per_s));
    put_interval(&o, "ratio", &cell->ratio);
    return object_end(&o);
}

static json_t *point_json(const void *item)
{
    const struct tuning_point *p = item;
    struct object o = object_begin();
    object_put(&o, "size", json_count(p->size));
    object_put(&o, "rounds", json_count(p->rounds));
    object_put(&o, "held", json_boolean(p->held));
    object_put(&o, "floor_ratio", json_number(p->floor_ratio));
    object_put(&o, "cells", json_list(p->cells, p->cell_count, sizeof(*p->cells), point_cell_json));
    return object_end(&o);
}

static json_t *name_json(const void *name)
{
    return json_text(name);
}

static json_t *segment_json(const void *item)
{
    const struct tuning_segment *s = item;
    struct object o = object_begin();
    object_put(&o, "strategy", json_text(s->strategy));
    object_put(&o, "from", json_count(s->from));
    object_put(&o, "to", json_count(s->to));
    object_put(&o, "equal", json_list(s->equal, s->equal_count, sizeof(*s->equal), name_json));
    return object_end(&o);
}

/* Without what varies, whose text is empty. */
static json_t *axes_json(const char axis[AXES][AXIS_TEXT])
{
    struct object o = object_begin();
    for (int a = 0; a < AXES; a++)
        if (axis[a][0])
            object_put(&o, axis_member((enum axis_id)a), json_text(axis[a]));
    return object_end(&o);
}

static json_t *situation_json(const void *item)
{
    const struct tuning_situation *s = item;
    struct object o = object_begin();
    object_put(&o, "id", json_text(s->id));
    object_put(&o, "question", json_text(s->question));
    object_put(&o, "kernel", json_text(s->kernel));
    object_put(&o, "axes", axes_json(s->axis));
    object_put(&o, "primary", json_boolean(s->primary));
    object_put(&o, "state", json_text(s->state));
    object_put(&o, "no_difference", json_boolean(s->no_difference));
    object_put(&o, "points", json_list(s->points, s->point_count, sizeof(*s->points), point_json));
    object_put(&o, "segments", json_list(s->segments, s->segment_count, sizeof(*s->segments), segment_json));
    return object_end(&o);
}

static json_t *crossover_json(const void *item)
{
    const struct tuning_crossover *c = item;
    struct object o = object_begin();
    object_put(&o, "id", json_text(c->id));
    object_put(&o, "situation", json_text(c->situation));
    object_put(&o, "below", json_text(c->below));
    object_put(&o, "above", json_text(c->above));
    object_put(&o, "size", json_number(c->size));
    object_put(&o, "ci_low", json_number(c->ci_low));
    object_put(&o, "ci_high", json_number(c->ci_high));
    object_put(&o, "probes", json_count(c->probes));
    object_put(&o, "reason", json_text(c->reason));
    return object_end(&o);
}

static json_t *rate_json(const void *item)
{
    const struct tuning_rate *rate = item;
    struct object o = object_begin();
    object_put(&o, "threads", json_count(rate->threads));
    put_interval(&o, "gb_per_s", &rate->gb_per_s);
    return object_end(&o);
}

static json_t *threads_json(const void *item)
{
    const struct tuning_threads *t = item;
    struct object o = object_begin();
    object_put(&o, "id", json_text(t->id));
    object_put(&o, "strategy", json_text(t->strategy));
    object_put(&o, "size", json_count(t->size));
    object_put(&o, "peak", json_count(t->peak));
    object_put(&o, "rates", json_list(t->rates, t->rate_count, sizeof(*t->rates), rate_json));
    return object_end(&o);
}

static json_t *proposal_json(const void *item)
{
    const struct tuning_proposal *p = item;
    struct object o = object_begin();
    object_put(&o, "id", json_text(p->id));
    object_put(&o, "kind", json_text(p->kind));
    object_put(&o, "name", json_text(p->name));
    object_put(&o, "value", json_text(p->value));
    object_put(&o, "situation", json_text(p->situation));
    object_put(&o, "what", json_text(p->what));
    object_put(&o, "found_gain", json_number(p->found_gain));
    object_put(&o, "proven", json_boolean(p->proven));
    object_put(&o, "kept", json_boolean(p->kept));
    object_put(&o, "reason", json_text(p->reason));
    return object_end(&o);
}

static json_t *size_json(const void *size)
{
    return json_count(*(const uint64_t *)size);
}

static json_t *class_json(const struct tuning_class *class)
{
    struct object o = object_begin();
    object_put(&o, "where", json_text(class->where));
    object_put(&o, "ratio", json_number(class->ratio));
    object_put(&o, "ci_low", json_number(class->low));
    object_put(&o, "ci_high", json_number(class->high));
    return object_end(&o);
}

static json_t *proof_json(const void *item)
{
    const struct tuning_proof *p = item;
    struct object o = object_begin();
    object_put(&o, "id", json_text(p->id));
    object_put(&o, "proposal", json_text(p->proposal));
    object_put(&o, "against", json_text(p->against));
    object_put(&o, "kept", json_boolean(p->kept));
    put_interval(&o, "ratio", &p->ratio);
    object_put(&o, "verdict", json_text(p->verdict));
    object_put(&o, "pairs", json_count(p->pairs));
    object_put(&o, "seed", json_count(p->seed));
    object_put(&o, "sizes", json_list(p->sizes, p->size_count, sizeof(*p->sizes), size_json));
    object_put(&o, "best", class_json(&p->best));
    object_put(&o, "worst", class_json(&p->worst));
    return object_end(&o);
}

static json_t *part_json(const void *item)
{
    const struct tuning_part *part = item;
    struct object o = object_begin();
    object_put(&o, "kind", json_text(part->kind));
    object_put(&o, "name", json_text(part->name));
    object_put(&o, "used", json_boolean(part->used));
    object_put(&o, "reason", json_text(part->reason));
    return object_end(&o);
}

static json_t *search_json(const struct tuning *t)
{
    struct object o = object_begin();
    object_put(&o, "max_time_s", json_number(t->max_time_s));
    object_put(&o, "searched_s", json_number(t->searched_s));
    object_put(&o, "proved_s", json_number(t->proved_s));
    object_put(&o, "ended_by", json_text(t->ended_by));
    object_put(&o, "margin", json_real(TUNING_MARGIN));
    object_put(&o, "groups", json_count(t->groups));
    object_put(&o, "held", json_count(t->held));
    object_put(&o, "floor_ratio", json_number(t->floor_ratio));
    object_put(&o, "probed", json_list(t->probed, t->probed_count, sizeof(*t->probed), size_json));
    return object_end(&o);
}

static void put_findings(struct object *o, const struct tuning *t)
{
    object_put(o, "parts", json_list(t->parts, t->part_count, sizeof(*t->parts), part_json));
    object_put(o, "situations",
               json_list(t->situations, t->situation_count, sizeof(*t->situations), situation_json));
    object_put(o, "crossovers",
               json_list(t->crossovers, t->crossover_count, sizeof(*t->crossovers), crossover_json));
    object_put(o, "threads", json_list(t->threads, t->thread_count, sizeof(*t->threads), threads_json));
    object_put(o, "proposals",
               json_list(t->proposals, t->proposal_count, sizeof(*t->proposals), proposal_json));
    object_put(o, "proof", json_list(t->proofs, t->proof_count, sizeof(*t->proofs), proof_json));
}

json_t *tuning_to_json(const struct tuning *t)
{
    struct object o = object_begin();
    object_put(&o, "schema", json_string(TUNING_SCHEMA));
    object_put(&o, "schema_version", json_integer(TUNING_VERSION));
    object_put(&o, "status", json_string(run_status_name(t->status)));
    object_put(&o, "run", run_json(&t->run));
    object_put(&o, "machine", machine_json(&t->machine));
    object_put(&o, "region", region_json(&t->region));
    object_put(&o, "domain", domain_json(&t->domain));
    object_put(&o, "warnings", json_list(t->warnings, t->warning_count, sizeof(*t->warnings), warning_json));
    object_put(&o, "search", search_json(t));
    put_findings(&o, t);
    return object_end(&o);
}

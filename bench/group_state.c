/* group_state.c - writes and reads back a group's samples and counters */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/group_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bench/latency.h"

/* Six digits, as the samples of a result. */
static json_t *sample(double value)
{
    char text[32];
    snprintf(text, sizeof(text), "%.6g", value);
    return isfinite(value) ? json_real(strtod(text, NULL)) : json_null();
}

/* NULL when memory is short, like all that makes JSON here. */
static json_t *samples(const double *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++)
        if (json_array_append_new(list, sample(values[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static unsigned threads_of(const struct group *g)
{
    unsigned threads = g->members[0]->spec.threads;
    return threads ? threads : 1;
}

static json_t *slot_json(const struct group *g, const struct slot *s, unsigned first)
{
    size_t count = g->rounds - first, threads = threads_of(g);
    json_t *ns = samples(s->ns + first, s->failed ? 0 : count);
    json_t *each =
        s->thread_ns && !s->failed ? samples(s->thread_ns + first * threads, count * threads) : json_null();
    json_t *stamped = s->stamped && !s->failed ? stamped_state(s->stamped, first) : json_null();
    return json_pack("{s:b, s:I, s:o, s:o, s:o}", "failed", s->failed, "faults", (json_int_t)s->faults, "ns",
                     ns, "thread_ns", each, "stamped", stamped);
}

static json_t *slots_json(const struct group *g, unsigned first)
{
    json_t *list = json_array();
    for (size_t s = 0; list && s < g->slot_count; s++)
        if (json_array_append_new(list, slot_json(g, &g->slots[s], first))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *periods_json(const struct group *g)
{
    json_t *list = json_array();
    for (size_t m = 0; list && m < g->member_count; m++)
        if (json_array_append_new(list, json_integer((json_int_t)g->member_periods[m]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *group_state(const struct group *g, unsigned first)
{
    const struct slot *spin = &g->slots[g->slot_count - 1];
    return json_pack("{s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:f, s:f, s:I, s:I, s:f, s:b, s:o}", "first",
                     (json_int_t)first, "rounds", (json_int_t)g->rounds, "periods", (json_int_t)g->periods,
                     "member_periods", periods_json(g), "cursor", (json_int_t)g->cursor, "longest",
                     (json_int_t)g->longest, "spin_links", (json_int_t)spin->variant.spin_links, "first_ns",
                     g->first_ns, "planted_ns", g->planted_ns, "dropped", (json_int_t)g->dropped, "moved",
                     (json_int_t)g->moved, "skew_ns", g->skew_ns, "short_samples", g->short_samples, "slots",
                     slots_json(g, first));
}

struct restore {
    struct group *g;
    const char *file;
    struct error *err;
};

static int damaged(const struct restore *r, const char *what)
{
    return error_set(r->err, EXIT_CANNOT, "%s: group %.200s: %s; that run cannot go on: run anew", r->file,
                     r->g->key, what);
}

/* Numbers of a list into out; false when there are not `count`. */
static bool read_numbers(const json_t *list, double *out, size_t count)
{
    if (json_array_size(list) != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        out[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    return true;
}

static int restore_slot(const struct restore *r, struct slot *s, const json_t *from, unsigned first,
                        unsigned rounds)
{
    size_t count = rounds - first, threads = threads_of(r->g);
    s->failed = json_is_true(json_object_get(from, "failed"));
    s->faults = (uint64_t)json_integer_value(json_object_get(from, "faults"));
    if (s->failed)
        return 0;
    if (!read_numbers(json_object_get(from, "ns"), s->ns + first, count))
        return damaged(r, "samples are missing");
    if (s->thread_ns &&
        !read_numbers(json_object_get(from, "thread_ns"), s->thread_ns + first * threads, count * threads))
        return damaged(r, "samples of threads are missing");
    if (s->stamped && !stamped_restore(s->stamped, json_object_get(from, "stamped"), rounds))
        return damaged(r, "latencies are missing");
    return 0;
}

static int restore_rounds(const struct restore *r, const json_t *state)
{
    struct group *g = r->g;
    json_int_t first = json_integer_value(json_object_get(state, "first")),
               rounds = json_integer_value(json_object_get(state, "rounds"));
    const json_t *slots = json_object_get(state, "slots");
    if (first != g->rounds || rounds < first || rounds > ROUNDS_MAX ||
        json_array_size(slots) != g->slot_count)
        return damaged(r, "its rounds do not follow those before");
    if (group_reserve(g, (unsigned)rounds, r->err))
        return -1;
    for (size_t s = 0; s < g->slot_count; s++)
        if (restore_slot(r, &g->slots[s], json_array_get(slots, s), g->rounds, (unsigned)rounds))
            return -1;
    for (unsigned i = g->rounds; i < rounds; i++)
        g->layouts[i] = (uint8_t)(i % LAYOUTS_EACH);
    g->rounds = g->journaled = (unsigned)rounds;
    return 0;
}

static uint64_t whole(const json_t *state, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(state, name));
    return value < 0 ? 0 : (uint64_t)value;
}

static double number(const json_t *state, const char *name)
{
    return json_number_value(json_object_get(state, name));
}

static int restore_counters(const struct restore *r, const json_t *state)
{
    struct group *g = r->g;
    struct slot *spin = &g->slots[g->slot_count - 1];
    const json_t *periods = json_object_get(state, "member_periods");
    g->periods = whole(state, "periods");
    g->cursor = whole(state, "cursor");
    g->longest = whole(state, "longest");
    g->dropped = (unsigned)whole(state, "dropped");
    g->moved = whole(state, "moved");
    g->first_ns = number(state, "first_ns");
    g->planted_ns = number(state, "planted_ns");
    g->skew_ns = number(state, "skew_ns");
    g->short_samples = json_is_true(json_object_get(state, "short_samples"));
    if (!g->periods || g->periods > VISIT_PERIODS || g->longest >= g->member_count ||
        json_array_size(periods) != g->member_count)
        return damaged(r, "its counters make no sense");
    for (size_t m = 0; m < g->member_count; m++) {
        json_int_t each = json_integer_value(json_array_get(periods, m));
        if (each < 0 || each > VISIT_PERIODS)
            return damaged(r, "its counters make no sense");
        g->member_periods[m] = (uint64_t)each;
    }
    spin->member = g->longest;
    spin->variant.kind = VARIANT_SPIN;
    spin->variant.spin_links = whole(state, "spin_links");
    return 0;
}

static void restore_counts(struct result_counts *c, const json_t *from)
{
    const struct {
        const char *name;
        double *value;
    } members[] = {{"bytes_copied", &c->bytes_copied},
                   {"lines_flushed", &c->lines_flushed},
                   {"nt_bytes", &c->nt_bytes},
                   {"fences", &c->fences},
                   {"locked_ops", &c->locked_ops},
                   {"entries_marked", &c->entries_marked},
                   {"entries_scanned", &c->entries_scanned},
                   {"faults", &c->faults},
                   {"drains", &c->drains},
                   {"lines_dirtied", &c->lines_dirtied},
                   {"write_protects", &c->write_protects}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const json_t *value = json_object_get(from, members[i].name);
        *members[i].value = json_is_number(value) ? json_number_value(value) : NAN;
    }
}

/* Counts are made once, before the first round: they come from the journal. */
static int restore_cells(const struct restore *r, const json_t *cells)
{
    struct group *g = r->g;
    if (json_array_size(cells) != g->member_count)
        return damaged(r, "it has other cells");
    for (size_t m = 0; m < g->member_count; m++) {
        struct result_cell *out = &g->members[m]->out;
        const json_t *cell = json_array_get(cells, m);
        const char *id = json_string_value(json_object_get(cell, "id"));
        const char *hash = json_string_value(json_object_get(cell, "stream_hash"));
        const char *status = json_string_value(json_object_get(cell, "status"));
        const char *reason = json_string_value(json_object_get(cell, "reason"));
        if (!id || !hash || !status || strcmp(id, out->id))
            return damaged(r, "it has other cells");
        if (strcmp(hash, out->stream_hash))
            return damaged(r,
                           "its cells wrote another stream: caches were measured otherwise, or another seed");
        out->status = !strcmp(status, "failed") ? CELL_FAILED : CELL_MEASURED;
        text_copy(out->reason, sizeof(out->reason), reason ? reason : "");
        restore_counts(&out->counts, json_object_get(cell, "counts"));
    }
    return 0;
}

int group_restore(struct group *g, const json_t *visit, const char *file, struct error *err)
{
    const struct restore r = {g, file, err};
    const json_t *state = json_object_get(visit, "state");
    return restore_cells(&r, json_object_get(visit, "cells")) || restore_counters(&r, state) ||
                   restore_rounds(&r, state)
               ? -1
               : 0;
}

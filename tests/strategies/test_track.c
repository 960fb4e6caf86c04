/* test_track.c - every tracker finds exactly what was marked, against a plain set; wrong ones are found out
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "strategies/track.h"

enum { TIMED_LAYOUTS = 8 };

/* What is checked: one tracker in all timed layouts (a wrong one stands in all places). */
struct subject {
    const struct track *layout[TIMED_LAYOUTS];
    struct rng rng;
};

/* The plain set, of what the tracker has an entry for, and what the checker found wrong first. */
struct model {
    uint64_t granules;
    unsigned order; /* granules of an entry, as a power of two */
    bool keeps;     /* fsync cleans nothing: 4.7's defect */
    uint64_t *bits; /* one an entry */
    uint64_t dirty;
    bool touched;
    const char *wrong;
};

struct scale {
    uint64_t file_bytes;
    uint32_t granule;
    unsigned operations;
    unsigned fsync_every;
};

/* One height of the tree each, and other granules; the operations of one tracker add up to more than 200
 * thousand. Files of less than 2 MiB are shorter than a multi-page entry. */
static const struct scale scales[] = {
    {256ull << 10, 4096, 40000, 40},    {16ull << 20, 4096, 60000, 300},
    {1ull << 30, 4096, 50000, 500},     {64ull << 30, 4096, 40000, 4000},
    {1ull << 40, 4096, 30000, 10000},   {1ull << 20, 64, 20000, 500},
    {4ull << 30, 64, 20000, 4000},      {40ull << 20, 256, 20000, 500},
    {16ull << 30, 256, 20000, 4000},    {128ull << 20, 2 << 20, 20000, 40},
    {2ull << 40, 2 << 20, 30000, 4000}, {32ull << 30, 32 << 10, 20000, 1000},
};

static const enum track_id real_trackers[] = {TRACK_radix,   TRACK_xarray,    TRACK_bitmap,
                                              TRACK_bitmap2, TRACK_radix_4_7, TRACK_xarray_order};

static struct subject subject_of(enum track_id id, uint64_t seed)
{
    struct subject s = {.rng = {seed}};
    for (unsigned i = 0; i < TIMED_LAYOUTS; i++)
        s.layout[i] = track_get(id, i);
    return s;
}

/* Any layout's functions work on the state that any other made. */
static const struct track *any(struct subject *s)
{
    return s->layout[rng_below(&s->rng, TIMED_LAYOUTS)];
}

static bool model_has(const struct model *m, uint64_t i)
{
    return i < m->granules && m->bits[i / 64] >> i % 64 & 1;
}

static struct model model_of(const struct track *f, uint64_t file_bytes, uint32_t granule)
{
    struct model m = {.granules = file_bytes / granule, .keeps = !strcmp(f->name, "radix-4.7")};
    if (f->entry_bytes > granule)
        m.order = (unsigned)__builtin_ctzll(f->entry_bytes / granule);
    m.bits = calloc(m.granules / 64 + 1, 8);
    assert_non_null(m.bits);
    return m;
}

static void model_add(struct model *m, uint64_t first, uint64_t count)
{
    for (uint64_t i = first >> m->order; i <= (first + count - 1) >> m->order; i++) {
        m->dirty += !model_has(m, i);
        m->bits[i / 64] |= 1ull << i % 64;
    }
}

static void wrong(struct model *m, const char *what)
{
    if (!m->wrong)
        m->wrong = what;
}

/* One run of a scan: each entry dirty in the model, each once, in rising order. `clean` takes them out. */
static void visit(struct model *m, struct track_run run, uint64_t *after, uint64_t *found, bool clean)
{
    if (run.order != m->order || run.index >> m->order << m->order != run.index)
        wrong(m, "an entry of the wrong size, or in the wrong place");
    for (; run.bits; run.bits &= run.bits - 1) {
        uint64_t i = (run.index + (unsigned)__builtin_ctzll(run.bits)) >> m->order;
        if (i < *after)
            wrong(m, "found twice or out of order");
        if (!model_has(m, i))
            wrong(m, "found, but clean");
        else if (clean)
            m->bits[i / 64] &= ~(1ull << i % 64);
        *after = i + 1;
        ++*found;
    }
}

/* A whole fsync, in the order that track.h gives; leaves the model clean. */
static void sync_all(struct subject *s, struct tracker *t, struct model *m)
{
    struct track_cursor cur = {0};
    struct track_run run;
    uint64_t after = 0, found = 0;
    if (any(s)->empty(t)) {
        if (m->touched)
            wrong(m, "said to be empty");
        return;
    }
    if (!m->touched && s->layout[0]->shape == SHAPE_TREE)
        wrong(m, "not said to be empty");
    if (any(s)->tag(t, &cur) != (m->dirty != 0) && s->layout[0]->shape == SHAPE_TREE)
        wrong(m, "tag told the wrong thing");
    while (!m->wrong && any(s)->next(t, &cur, &run)) {
        if (s->layout[0]->hold && !any(s)->hold(t, &cur, &run)) {
            wrong(m, "held by nobody, but not to be had");
            break;
        }
        any(s)->take(t, &cur, &run);
        visit(m, run, &after, &found, !m->keeps);
        any(s)->release(t, &cur, &run);
    }
    any(s)->end(t, &cur);
    if (found != m->dirty)
        wrong(m, "dirty, but not found");
    m->dirty = m->keeps ? m->dirty : 0;
}

/* A scan without hold, take and (where it gets on without) release: everything is dirty afterwards as before.
 */
static void walk(struct subject *s, struct tracker *t, struct model *m)
{
    struct track_cursor cur = {0};
    struct track_run run;
    uint64_t after = 0, found = 0;
    any(s)->tag(t, &cur);
    while (!m->wrong && any(s)->next(t, &cur, &run)) {
        visit(m, run, &after, &found, false);
        if (!s->layout[0]->hold)
            any(s)->release(t, &cur, &run);
    }
    any(s)->end(t, &cur);
    if (found != m->dirty)
        wrong(m, "dirty, but not found by the walk");
}

/* One write(): granule by granule for a tree, at once for a bitmap; `dirty` false: an entry locked and
 * unlocked. */
static void write_range(struct subject *s, struct tracker *t, struct model *m, uint64_t first, uint64_t count,
                        bool dirty)
{
    bool tree = s->layout[0]->shape == SHAPE_TREE;
    for (uint64_t i = first; tree && i < first + count; i++) {
        any(s)->entry_lock(t, i);
        if (dirty)
            any(s)->entry_mark_unlock(t, i);
        else
            any(s)->entry_unlock(t, i);
    }
    if (!tree && dirty)
        any(s)->mark(t, first, count);
    if (dirty)
        model_add(m, first, count);
    m->touched = m->touched || tree || dirty;
}

static void step(struct subject *s, struct tracker *t, struct model *m, const struct scale *scale,
                 uint64_t *near)
{
    struct rng *r = &s->rng;
    uint64_t first = rng_below(r, 2) ? rng_below(r, m->granules) : (*near + rng_below(r, 100)) % m->granules;
    uint64_t count = rng_below(r, 10) ? 1 : 1 + rng_below(r, 200);
    if (count > m->granules - first)
        count = m->granules - first;
    *near = first;
    if (!rng_below(r, m->keeps ? 8 * scale->fsync_every : scale->fsync_every)) {
        walk(s, t, m);
        sync_all(s, t, m);
        walk(s, t, m);
    } else if (rng_below(r, 2)) {
        any(s)->mark(t, first, count);
        model_add(m, first, count);
        m->touched = true;
    } else {
        write_range(s, t, m, first, count, rng_below(r, 8) != 0);
    }
}

/* The checker: NULL, or what is wrong with the tracker. */
static const char *check(struct subject *s, const struct scale *scale)
{
    struct error err = {0};
    struct model m = model_of(s->layout[0], scale->file_bytes, scale->granule);
    struct tracker *t = s->layout[0]->create(scale->file_bytes, scale->granule, &err);
    if (!t)
        fail_msg("no state: %s", err.text);
    uint64_t near = 0;
    sync_all(s, t, &m);
    for (unsigned i = 0; i < scale->operations && !m.wrong; i++)
        step(s, t, &m, scale, &near);
    sync_all(s, t, &m);
    if (!m.wrong)
        sync_all(s, t, &m);
    s->layout[7]->destroy(t);
    free(m.bits);
    return m.wrong;
}

static void agrees_with_a_plain_set(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    for (unsigned i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        struct subject s = subject_of(id, 1000 * id + i);
        const char *what = check(&s, &scales[i]);
        if (what)
            fail_msg("%s, file of %llu bytes, granule %u: %s", s.layout[0]->name,
                     (unsigned long long)scales[i].file_bytes, scales[i].granule, what);
    }
}

/* All granules of 16 MiB, then again: as many as there are, twice. */
static void finds_a_dense_file(void **state)
{
    enum track_id id = *(const enum track_id *)*state;
    struct subject s = subject_of(id, 7);
    struct model m = model_of(s.layout[0], 16 << 20, 4096);
    struct tracker *t = s.layout[0]->create(16 << 20, 4096, NULL);
    for (unsigned pass = 0; pass < 2; pass++) {
        write_range(&s, t, &m, 0, 4096, true);
        walk(&s, t, &m);
        sync_all(&s, t, &m);
        assert_null(m.wrong);
    }
    s.layout[0]->destroy(t);
    free(m.bits);
}

/* Wrong trackers, each a real one but for one function. */
static void drop_some_xarray(struct tracker *t, uint64_t first, uint64_t count)
{
    if (first % 1000 != 7)
        track_get(TRACK_xarray, 0)->mark(t, first, count);
}

static void drop_some_bitmap(struct tracker *t, uint64_t first, uint64_t count)
{
    if (first % 1000 != 7)
        track_get(TRACK_bitmap, 0)->mark(t, first, count);
}

static void forget_clear_xarray(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    track_get(TRACK_xarray, 0)->entry_unlock(t, run->index);
}

static void forget_clear_xarray_order(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    track_get(TRACK_xarray_order, 0)->entry_unlock(t, run->index);
}

static void forget_clear_radix(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    track_get(TRACK_radix, 0)->entry_unlock(t, run->index);
}

static void forget_clear_bitmap(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
}

/* Clears DIRTY too: right for others, but not what 4.7 did. */
static void clears_dirty(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    track_get(TRACK_radix, 0)->release(t, cur, run);
}

/* An entry of 2 MiB as if it were its first granule alone. */
static bool one_granule(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    bool found = track_get(TRACK_xarray_order, 0)->next(t, cur, run);
    run->order = 0;
    return found;
}

/* Does not find the last slot of a leaf, or the last bit of a word. */
static bool short_sighted(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    if (!track_get(TRACK_bitmap2, 0)->next(t, cur, run))
        return false;
    run->bits &= ~0ull >> 1;
    return true;
}

static void assert_caught(struct track wrong_one)
{
    struct subject s = {.rng = {42}};
    for (unsigned i = 0; i < TIMED_LAYOUTS; i++)
        s.layout[i] = &wrong_one;
    const char *what = check(&s, &scales[1]);
    assert_non_null(what);
    print_message("%s, made wrong: %s\n", wrong_one.name, what);
}

static void wrong_trackers_are_caught(void **state)
{
    (void)state;
    struct track xarray = *track_get(TRACK_xarray, 0), radix = *track_get(TRACK_radix, 0);
    struct track bitmap = *track_get(TRACK_bitmap, 0), bitmap2 = *track_get(TRACK_bitmap2, 0), one;
    one = xarray, one.mark = drop_some_xarray;
    assert_caught(one);
    one = bitmap, one.mark = drop_some_bitmap;
    assert_caught(one);
    one = xarray, one.release = forget_clear_xarray;
    assert_caught(one);
    one = radix, one.release = forget_clear_radix;
    assert_caught(one);
    one = bitmap, one.take = forget_clear_bitmap;
    assert_caught(one);
    one = bitmap2, one.take = forget_clear_bitmap;
    assert_caught(one);
    one = bitmap2, one.next = short_sighted;
    assert_caught(one);
    one = *track_get(TRACK_radix_4_7, 0), one.release = clears_dirty;
    assert_caught(one);
    one = *track_get(TRACK_radix_4_7, 0), one.release = forget_clear_bitmap; /* TOWRITE stays: no end */
    assert_caught(one);
    one = *track_get(TRACK_xarray_order, 0), one.next = one_granule;
    assert_caught(one);
    one = *track_get(TRACK_xarray_order, 0), one.release = forget_clear_xarray_order;
    assert_caught(one);
}

#define OF(test, id) ((struct CMUnitTest){#test ": " #id, test, NULL, NULL, (void *)&real_trackers[id]})

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(agrees_with_a_plain_set, 0),
        OF(agrees_with_a_plain_set, 1),
        OF(agrees_with_a_plain_set, 2),
        OF(agrees_with_a_plain_set, 3),
        OF(agrees_with_a_plain_set, 4),
        OF(agrees_with_a_plain_set, 5),
        OF(finds_a_dense_file, 0),
        OF(finds_a_dense_file, 1),
        OF(finds_a_dense_file, 2),
        OF(finds_a_dense_file, 3),
        OF(finds_a_dense_file, 4),
        OF(finds_a_dense_file, 5),
        cmocka_unit_test(wrong_trackers_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_promise_schedules.c - no schedule of two breaks the promise; each wrong version breaks it in one */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/kernels/promise_wrong.h"

enum { PATIENCE_US = 2000 };

static bool runs_here(uint32_t features)
{
    return !(features & ~cpu_features());
}

static bool copy_runs(const struct copy *copy)
{
    if (!runs_here(copy->features))
        print_message("%s: skipped, the CPU lacks what it needs\n", copy->name);
    return runs_here(copy->features);
}

/* The first write-back that the CPU has. */
static enum writeback_id writeback_here(void)
{
    for (unsigned w = 0; w < WRITEBACKS; w++)
        if (writeback_get((enum writeback_id)w, 0)->range &&
            runs_here(writeback_get((enum writeback_id)w, 0)->features))
            return (enum writeback_id)w;
    return WRITEBACK_none;
}

static struct parts tracked(enum track_id track, enum domain_id domain)
{
    struct path_parts_ids ids = {
        .copy = COPY_rep_movsb, .track = track, .writeback = writeback_here(), .domain = domain};
    return parts_of(&ids, track_get(track, 0)->entry_bytes ? 4096 : 64);
}

static struct parts untracked(enum copy_id copy, enum domain_id domain)
{
    struct path_parts_ids ids = {
        .copy = copy, .track = TRACK_none, .writeback = WRITEBACK_none, .domain = domain};
    return parts_of(&ids, 4096);
}

static const struct scenario *scenario_named(const char *name)
{
    for (unsigned i = 0; i < SCENARIOS; i++)
        if (!strcmp(scenarios[i].name, name))
            return &scenarios[i];
    fail_msg("no scenario '%s'", name);
    return NULL;
}

static struct verdict explore(const struct parts *parts, const struct scenario *scenario, uint64_t patience)
{
    struct verdict v;
    struct error err = {0};
    uint64_t points;
    if (schedule_explore(scenario, parts, patience, &v, &points, &err))
        fail_msg("%s", err.text);
    assert_true(points > 0 || scenario->other == OP_NONE);
    return v;
}

static void all_scenarios_hold(const struct parts *parts)
{
    for (unsigned i = 0; i < SCENARIOS; i++) {
        if (parts->track->single_fsync && scenarios[i].main == OP_FSYNC && scenarios[i].other == OP_FSYNC)
            continue;
        struct verdict v = explore(parts, &scenarios[i], PATIENCE_US);
        if (v.broken || v.unfenced)
            fail_msg("%s, %s, %s: %s: %lu broken promises, %lu writes without a fence at their end",
                     parts->copy->name, parts->track->name, parts->domain->name, scenarios[i].name, v.broken,
                     v.unfenced);
    }
}

static void trackers_hold_in_every_schedule(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        for (unsigned d = 0; d < 2 && t != TRACK_none; d++) {
            struct parts parts = tracked((enum track_id)t, d ? DOMAIN_eadr : DOMAIN_adr);
            all_scenarios_hold(&parts);
        }
}

static void durable_copies_hold_in_every_schedule(void **state)
{
    (void)state;
    for (unsigned c = 0; c < COPIES; c++) {
        const struct copy *copy = copy_get((enum copy_id)c, 0);
        if (!copy->durable || !copy_runs(copy))
            continue;
        for (unsigned d = 0; d < 2; d++) {
            struct parts parts = untracked((enum copy_id)c, d ? DOMAIN_eadr : DOMAIN_adr);
            all_scenarios_hold(&parts);
        }
    }
}

/* A wrong version is found, given the time that its other thread needs on a busy machine. */
static bool is_caught(const struct parts *right, void (*make)(struct wrong_parts *w), const char *scenario)
{
    struct wrong_parts w;
    wrong_from(&w, right);
    make(&w);
    for (uint64_t patience = PATIENCE_US; patience <= 2000000; patience *= 10)
        if (explore(&w.parts, scenario_named(scenario), patience).broken)
            return true;
    return false;
}

static void must_be_caught(enum track_id track, void (*make)(struct wrong_parts *w), const char *scenario)
{
    struct parts right = tracked(track, DOMAIN_adr);
    if (!is_caught(&right, make, scenario))
        fail_msg("%s: the wrong version passes '%s'", right.track->name, scenario);
}

static bool is_tree(enum track_id track)
{
    return track_get(track, 0)->shape == SHAPE_TREE;
}

static bool is_bitmap(enum track_id track)
{
    return track_get(track, 0)->shape == SHAPE_BITMAP;
}

/* radix-4.7 never forgets a granule, and so never loses one. */
static bool forgets(enum track_id track)
{
    return track != TRACK_none && !track_get(track, 0)->single_fsync;
}

static void mark_before_copy_is_caught(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        if (forgets((enum track_id)t))
            must_be_caught((enum track_id)t, make_mark_first, "fsync in write");
}

static void second_fsync_that_does_not_wait_is_caught(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        if (is_bitmap((enum track_id)t))
            must_be_caught((enum track_id)t, make_no_wait, "fsync in fsync");
        else if (is_tree((enum track_id)t) && forgets((enum track_id)t))
            must_be_caught((enum track_id)t, make_skip_held, "fsync in fsync");
}

static void dirty_cleared_after_a_newer_write_is_caught(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        if (is_tree((enum track_id)t) && forgets((enum track_id)t))
            must_be_caught((enum track_id)t, make_unlocked_mark, "write in fsync");
}

static void a_word_taken_after_its_write_back_is_caught(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        if (is_bitmap((enum track_id)t))
            must_be_caught((enum track_id)t, make_take_late, "write in fsync");
}

static void write_back_left_out_is_caught(void **state)
{
    (void)state;
    for (unsigned t = 0; t < TRACKS; t++)
        if (t != TRACK_none)
            must_be_caught((enum track_id)t, make_no_writeback, "fsync after write");
}

static void fix_up_left_out_is_caught(void **state)
{
    unsigned copies = 0;
    (void)state;
    for (unsigned c = 0; c < COPIES; c++) {
        const struct copy *copy = copy_get((enum copy_id)c, 0);
        if (!copy->durable || !copy->finish || !copy_runs(copy))
            continue;
        struct parts right = untracked((enum copy_id)c, DOMAIN_adr);
        if (!is_caught(&right, make_unfinished, "fsync after write"))
            fail_msg("%s: passes without its finish", copy->name);
        copies++;
    }
    assert_true(copies > 0);
}

/* The fsync runs as another CPU does: its own fence does not order what the writer has moved. Under eADR too
 * where stores were non-temporal: a write-combining buffer is no cache. */
static void a_fence_missing_at_the_end_of_write_is_caught(void **state)
{
    unsigned copies = 0;
    (void)state;
    for (unsigned c = 0; c < COPIES; c++) {
        const struct copy *copy = copy_get((enum copy_id)c, 0);
        if (!copy->durable || copy->fence != FENCE_NEEDED || !copy_runs(copy))
            continue;
        struct parts right = untracked((enum copy_id)c, DOMAIN_adr);
        struct wrong_parts w;
        if (!is_caught(&right, make_unfenced, "fsync after write"))
            fail_msg("%s: passes without a fence", copy->name);
        wrong_from(&w, &right);
        make_unfenced(&w);
        assert_true(explore(&w.parts, scenario_named("fsync after write"), PATIENCE_US).unfenced > 0);
        make_fenced(&w);
        struct verdict v = explore(&w.parts, scenario_named("fsync after write"), PATIENCE_US);
        assert_int_equal(v.broken + v.unfenced, 0);
        copies++;
    }
    assert_true(copies > 0);
}

static void an_nt_store_without_fence_is_caught_under_eadr(void **state)
{
    (void)state;
    struct parts right = untracked(COPY_movnt_sse2, DOMAIN_eadr);
    assert_true(is_caught(&right, make_unfenced, "fsync after write"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trackers_hold_in_every_schedule),
        cmocka_unit_test(durable_copies_hold_in_every_schedule),
        cmocka_unit_test(mark_before_copy_is_caught),
        cmocka_unit_test(second_fsync_that_does_not_wait_is_caught),
        cmocka_unit_test(dirty_cleared_after_a_newer_write_is_caught),
        cmocka_unit_test(a_word_taken_after_its_write_back_is_caught),
        cmocka_unit_test(write_back_left_out_is_caught),
        cmocka_unit_test(fix_up_left_out_is_caught),
        cmocka_unit_test(a_fence_missing_at_the_end_of_write_is_caught),
        cmocka_unit_test(an_nt_store_without_fence_is_caught_under_eadr),
    };
    return cmocka_run_group_tests_name("promise schedules", tests, NULL, NULL);
}

/* test_visit.c - a visit runs the periods it is asked for, over the windows it is asked for, in every state
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "tests/kernels/rig.h"

static const struct variant whole = {.kind = VARIANT_WHOLE};

static uint64_t visit(struct cell *cell, uint64_t first, uint64_t periods, bool natural)
{
    struct error err = {0};
    struct visit out = {0};
    if (cell_visit(cell, &whole, LAYOUT_PATH, first, periods, natural, &out, &err))
        fail_msg("%s: %s", cell->period.copy->name, err.text);
    assert_true(out.ticks > 0 && out.ticks < 1ull << 40); /* not below 0 */
    return out.ticks;
}

static void each_combo(void **state, const struct axes *a, void (*check)(struct cell *cell))
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell *cell = rig_combo(*state, &c, a);
        if (cell)
            check(cell);
        cell_destroy(cell);
    }
}

/* A dropped sample and a timed one: two periods of serials for each asked for; one is the least. */
static void check_periods(struct cell *cell)
{
    static const uint64_t periods[] = {1, 2, 5, 8, 9, 20};
    for (unsigned i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
        for (uint64_t first = 0; first < 9; first += 4) {
            uint64_t serial = cell->serial;
            visit(cell, first, periods[i], false);
            assert_int_equal(cell->serial, serial + 2 * periods[i]);
            assert_null(rig_unclean(cell));
        }
}

/* Eight windows: also visits that wrap, and that meet a window twice. */
static void periods_wrap_around_the_footprint(void **state)
{
    each_combo(state, &(struct axes){.size = 65, .slots = 30, .windows = 8, .domain = DOMAIN_adr},
               check_periods);
    each_combo(
        state,
        &(struct axes){.size = 4097, .offset = 3, .slots = 1, .windows = 8, .surround = SURROUND_SYSCALL},
        check_periods);
}

/* A small workspace's "far over the caches": the windows before those asked for take the dropped sample. */
static void check_natural(struct cell *cell)
{
    unsigned char *base = cell->period.base;
    const struct stream *s = &cell->spec.stream;
    memset(base + FILE_START, 0x55, s->footprint);
    visit(cell, 2, 2, true);
    for (uint64_t w = 0; w < s->windows; w++) {
        unsigned char plain[64];
        memset(plain, 0x55, sizeof(plain));
        bool untouched = !memcmp(base + stream_window(s, w), plain, sizeof(plain));
        assert_int_equal(untouched, w > 3); /* 0 and 1 dropped, 2 and 3 timed */
    }
    visit(cell, 7, 3, true);
    visit(cell, 0, 8, true);
}

static void natural_footprints_are_not_touched_before(void **state)
{
    each_combo(state, &(struct axes){.size = 4096, .slots = 4, .windows = 8}, check_natural);
}

static void check_one(struct cell *cell)
{
    visit(cell, 0, 3, false);
    visit(cell, 1, 1, false);
    visit(cell, 0, 2, true);
    assert_null(rig_unclean(cell));
}

/* However the destination is brought into its state, and wherever the data come from, they arrive. */
static void every_state_of_destination_and_source(void **state)
{
    static const enum cell_dest dests[] = {DEST_OWN, DEST_ABSENT, DEST_READ, DEST_DIRTY};
    for (unsigned d = 0; d < 4; d++)
        for (unsigned x = 0; x < 3; x++)
            for (unsigned cold = 0; cold < 2; cold++)
                each_combo(state,
                           &(struct axes){.size = 4097,
                                          .offset = 63,
                                          .slots = 6,
                                          .windows = 3,
                                          .overwrite = 1 + x,
                                          .order = x == 2 ? ORDER_BURST : ORDER_PASS,
                                          .access = (enum stream_access)x,
                                          .dest = dests[d],
                                          .cold = cold,
                                          .domain = DOMAIN_adr},
                           check_one);
}

/* What the condition does to a window does not reach its neighbours' bytes outside of the footprint. */
static void check_edges(struct cell *cell)
{
    const struct stream *s = &cell->spec.stream;
    unsigned char *base = cell->period.base;
    uint64_t low = FILE_START + s->offset, high = low + s->footprint;
    memset(base + FILE_START - 8192, 0xa5, 8192 + s->offset);
    memset(base + high, 0xa5, 8192);
    visit(cell, 0, 3, false);
    for (uint64_t b = FILE_START - 8192; b < high + 8192; b++)
        if (b < low || b >= high)
            assert_int_equal(base[b], 0xa5);
}

static void bytes_outside_the_footprint_stay(void **state)
{
    for (unsigned d = DEST_OWN; d <= DEST_DIRTY; d++)
        each_combo(
            state,
            &(struct axes){.size = 65, .offset = 63, .slots = 30, .windows = 3, .dest = (enum cell_dest)d},
            check_edges);
}

static uint64_t least_ticks(struct cell *cell)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t ticks = visit(cell, 0, 2, false);
        least = ticks < least ? ticks : least;
    }
    return least;
}

/* The delay runs once a period, over all its bytes, and is not the period's: 1 MiB would be some 100 times as
 * long. */
static void a_delay_runs_and_is_excluded(void **state)
{
    struct workspace *w = *state;
    const struct axes plain = {.size = 64, .slots = 2};
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct axes delayed = plain;
        delayed.delay = 1 << 20;
        struct cell *without = rig_combo(w, &c, &plain), *with = rig_combo(w, &c, &delayed);
        if (with) {
            unsigned char first = w->traffic[0], last = w->traffic[(1 << 20) - 64];
            visit(with, 0, 3, false);
            assert_int_equal(w->traffic[0],
                             (unsigned char)(first + 7)); /* three dropped, one to condition, three timed */
            assert_int_equal(w->traffic[(1 << 20) - 64], (unsigned char)(last + 7));
            assert_true(with->period.excluded > 0);
            uint64_t bare = least_ticks(without);
            assert_int_equal(without->period.excluded, 0);
            assert_true(least_ticks(with) < 20 * bare);
        }
        cell_destroy(without);
        cell_destroy(with);
    }
}

static void no_fsync_has_no_delay(void **state)
{
    struct workspace *w = *state;
    struct combo c = combo_named("volatile");
    struct cell *cell = rig_combo(w, &c, &(struct axes){.size = 64, .delay = 4096, .never = true});
    if (!cell)
        return;
    unsigned char before = w->traffic[0];
    visit(cell, 0, 3, false);
    assert_true((unsigned char)(w->traffic[0] - before) <= 1); /* the condition may, no period does */
    cell_destroy(cell);
}

/* Each pass over a slot brings other data, also where a write takes the whole ring: else a lost one goes
 * unseen. */
static void every_write_brings_other_data(void **state)
{
    struct workspace *w = *state;
    struct combo c = combo_named("volatile");
    for (uint64_t size = 64; size <= 65536; size += 64) {
        struct cell *cell =
            rig_combo(w, &c, &(struct axes){.size = size, .slots = 2, .windows = 1, .overwrite = 3});
        if (!cell)
            return;
        const struct period *p = &cell->period;
        cell_set_period(cell, 0, 1);
        for (uint64_t i = 1; i < p->writes; i++)
            for (uint64_t k = 0; k < i; k++)
                assert_memory_not_equal(write_source(p, i), write_source(p, k), 64);
        cell_destroy(cell);
    }
}

/* Any one wrong byte of a window is found, and named. */
static void check_bytes(struct cell *cell)
{
    const struct stream *s = &cell->spec.stream;
    visit(cell, 0, 2, false);
    for (uint64_t w = 0; w < 2; w++) {
        uint64_t serial = cell->serials[w], start = stream_window(s, w);
        for (uint64_t slot = 0; slot < s->slots; slot++)
            for (uint64_t b = start + slot * s->stride; b < start + slot * s->stride + s->size; b++) {
                struct error err = {0};
                char named[64];
                cell->period.base[b] ^= 1;
                assert_int_equal(cell_verify(cell, w, serial, &err), -1);
                cell->period.base[b] ^= 1;
                snprintf(named, sizeof(named), "data wrong at file offset %lu ", b);
                assert_memory_equal(err.text, named, strlen(named));
            }
        assert_int_equal(cell_verify(cell, w, serial, NULL), 0);
    }
}

static void every_wrong_byte_is_named(void **state)
{
    for (unsigned burst = 0; burst < 2; burst++)
        for (unsigned x = 0; x < 3; x++)
            each_combo(state,
                       &(struct axes){.size = 65,
                                      .offset = 3,
                                      .slots = 5,
                                      .overwrite = 3,
                                      .order = burst ? ORDER_BURST : ORDER_PASS,
                                      .access = (enum stream_access)x},
                       check_bytes);
}

static void the_most_periods_of_a_visit(void **state)
{
    each_combo(state, &(struct axes){.size = 64, .slots = 1, .windows = 4}, check_one);
    struct combo c = combo_named("deferred-bitmap");
    struct cell *cell = rig_combo(*state, &c, &(struct axes){.size = 64, .slots = 1, .windows = 4});
    if (cell)
        visit(cell, 0, VISIT_PERIODS, false);
    cell_destroy(cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_wrap_around_the_footprint),
        cmocka_unit_test(natural_footprints_are_not_touched_before),
        cmocka_unit_test(every_state_of_destination_and_source),
        cmocka_unit_test(bytes_outside_the_footprint_stay),
        cmocka_unit_test(a_delay_runs_and_is_excluded),
        cmocka_unit_test(no_fsync_has_no_delay),
        cmocka_unit_test(every_write_brings_other_data),
        cmocka_unit_test(every_wrong_byte_is_named),
        cmocka_unit_test(the_most_periods_of_a_visit),
    };
    return cmocka_run_group_tests_name("visit", tests, rig_open, rig_close);
}

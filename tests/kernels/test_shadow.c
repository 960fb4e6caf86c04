/* test_shadow.c - after its fsync every write of every path is past the caches; what is not so is found */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/shadow.h"

static const uint64_t sizes[] = {1, 7, 8, 63, 64, 65, 130, 4096, 4097};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), OFFSET_STEP = 7 };

static period_fn whole_of(const struct cell *cell)
{
    return path_parts(LAYOUT_TRACE)->of[KERNEL_WRITE_FSYNC].whole->run[cell->period.track->shape];
}

/* Runs two periods over two windows; true when all survives. */
static bool survives(struct shadow *s, struct cell *cell)
{
    uint64_t at;
    for (uint64_t window = 0; window < 2; window++) {
        shadow_set_up(cell, window);
        shadow_run(s, cell, whole_of(cell));
        if (shadow_lost(s, cell, &at))
            return false;
    }
    return true;
}

static void must_survive(struct shadow *s, const struct workspace *w, const struct combo *c,
                         const struct axes *a)
{
    struct cell *cell = rig_combo(w, c, a);
    uint64_t at;
    if (!cell)
        return;
    if (!survives(s, cell)) {
        const char *why = shadow_lost(s, cell, &at);
        fail_msg("%s, domain %s, %lu bytes at offset %lu, access %d, fsync %d: %s (file offset %lu)", c->name,
                 cell->period.domain->name, a->size, a->offset, (int)a->access, !a->never, why, at);
    }
    cell_destroy(cell);
}

/* The paths that are not durable under a domain that leaves caches out. */
static bool is_volatile(const struct combo *c)
{
    return c->path && c->path->reference_only;
}

static void each_place(struct shadow *s, const struct workspace *w, const struct combo *c, struct axes a)
{
    for (unsigned i = 0; i < SIZES; i++)
        for (a.offset = 0; a.offset < 64; a.offset += OFFSET_STEP) {
            a.size = sizes[i];
            a.slots = 6;
            a.access = (enum stream_access)(a.offset / OFFSET_STEP % 3);
            must_survive(s, w, c, &a);
        }
}

static void after_fsync_all_is_durable(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned d = 0; d < DOMAINS; d++) {
            struct combo c = combo_get(i);
            struct path_parts_ids ids;
            bool cached = d == DOMAIN_eadr;
            if (combo_parts(&c, (enum domain_id)d, &ids) && (cached || !is_volatile(&c)))
                each_place(s, *state, &c,
                           (struct axes){.domain = (enum domain_id)d, .overwrite = d == DOMAIN_hint ? 3 : 1});
        }
    shadow_destroy(s);
}

/* One cell of a composition, or nothing where it is not durable, or the CPU lacks a part. */
static bool ids_must_survive(struct shadow *s, const struct workspace *w, const struct path_parts_ids *ids,
                             uint64_t size, uint64_t offset)
{
    struct axes a = {.size = size, .offset = offset, .slots = 6, .domain = ids->domain};
    struct error why = {0};
    uint64_t at;
    a.access = (enum stream_access)(offset % 3);
    if (path_check_durable(ids, &why) || path_check_features(ids, cpu_features(), &why))
        return false;
    struct cell_spec spec = rig_spec(ids, &a);
    struct cell *cell = rig_cell(w, &spec);
    if (!survives(s, cell)) {
        const char *why_lost = shadow_lost(s, cell, &at);
        fail_msg("%s, %s, %s, %s, %lu bytes at offset %lu: %s (file offset %lu)", cell->period.copy->name,
                 cell->period.track->name, cell->period.writeback->name, cell->period.domain->name, size,
                 offset, why_lost, at);
    }
    cell_destroy(cell);
    return true;
}

/* Composition number i of all that are registered; false behind the last. */
static bool ids_at(unsigned i, struct path_parts_ids *ids)
{
    *ids = (struct path_parts_ids){.domain = (enum domain_id)(i % DOMAINS),
                                   .writeback = (enum writeback_id)(i / DOMAINS % WRITEBACKS),
                                   .track = (enum track_id)(i / DOMAINS / WRITEBACKS % TRACKS),
                                   .copy = (enum copy_id)(i / DOMAINS / WRITEBACKS / TRACKS)};
    return i < DOMAINS * WRITEBACKS * TRACKS * COPIES;
}

/* Size and offset change with the number, at steps that have no factor in common with the lists'. */
static void every_composition_is_durable(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct path_parts_ids ids;
    unsigned cells = 0;
    for (unsigned i = 0; ids_at(i, &ids); i++)
        if (ids.track != TRACK_none || ids.writeback == WRITEBACK_none)
            cells += ids_must_survive(s, *state, &ids, sizes[i % SIZES], i * 11 % 64);
    print_message("%u compositions\n", cells);
    assert_true(cells > 0);
    shadow_destroy(s);
}

static void every_durable_copy_is_at_every_offset(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct path_parts_ids ids = {.track = TRACK_none, .writeback = WRITEBACK_none, .domain = DOMAIN_adr};
    for (unsigned c = 0; c < COPIES; c++)
        for (unsigned at = 0; at < SIZES * 64; at++) {
            ids.copy = (enum copy_id)c;
            ids_must_survive(s, *state, &ids, sizes[at % SIZES], at / SIZES);
        }
    shadow_destroy(s);
}

static void every_tracker_is_at_every_offset(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct path_parts_ids ids = {.copy = COPY_movq, .domain = DOMAIN_adr};
    ids.writeback = path_writeback(cpu_features());
    for (unsigned t = 0; t < TRACKS; t++)
        for (unsigned offset = 0; offset < 64; offset++) {
            ids.track = (enum track_id)t;
            ids_must_survive(s, *state, &ids, offset % 2 ? 130 : 4097, offset);
        }
    shadow_destroy(s);
}

/* What remembers nothing has nothing to leave to fsync: durable when write() returns. */
static void untracked_data_are_durable_when_write_returns(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct path_parts_ids ids;
        if (!combo_parts(&c, DOMAIN_adr, &ids) || ids.track != TRACK_none || is_volatile(&c))
            continue;
        each_place(s, *state, &c, (struct axes){.domain = DOMAIN_adr, .never = true});
        each_place(s, *state, &c, (struct axes){.domain = DOMAIN_eadr, .never = true});
    }
    shadow_destroy(s);
}

static bool combo_survives(struct shadow *s, const struct workspace *w, const char *name,
                           const struct axes *a)
{
    struct combo c = combo_named(name);
    struct cell *cell = rig_combo(w, &c, a);
    bool good = cell && survives(s, cell);
    cell_destroy(cell);
    return good;
}

/* The check can fail: cached data that nobody flushes, and deferred data before their fsync. */
static void what_is_not_durable_is_found(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < SIZES; i++) {
        struct axes a = {.size = sizes[i], .slots = 6, .domain = DOMAIN_adr};
        assert_false(combo_survives(s, *state, "volatile", &a));
        a.never = true;
        assert_false(combo_survives(s, *state, "deferred-xarray", &a));
        assert_false(combo_survives(s, *state, "deferred-radix", &a));
        assert_false(combo_survives(s, *state, "deferred-bitmap", &a));
        a.domain = DOMAIN_eadr;
        assert_true(combo_survives(s, *state, "deferred-bitmap", &a));
    }
    shadow_destroy(s);
}

static bool any_combo(const char *name, const struct workspace *w, const struct axes *a, struct cell **cell)
{
    struct combo c = combo_named(name);
    *cell = rig_combo(w, &c, a);
    return *cell;
}

/* movnti without its fix-ups keeps whole 8-byte words and loses the rest. */
static void a_dropped_finish_is_found(void **state)
{
    static const uint64_t lengths[] = {1, 2, 3, 7, 63, 65, 130, 4097};
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]) + 1; i++) {
        bool whole = i == sizeof(lengths) / sizeof(lengths[0]);
        struct cell *cell;
        uint64_t at;
        if (!any_combo("bypass", *state,
                       &(struct axes){.size = whole ? 4096 : lengths[i], .slots = 6, .domain = DOMAIN_adr},
                       &cell))
            break;
        shadow_set_up(cell, 0);
        struct copy wrong = *cell->period.copy;
        wrong.finish = NULL;
        cell->period.copy = &wrong;
        shadow_run(s, cell, whole_of(cell));
        assert_int_equal(shadow_lost(s, cell, &at) == NULL, whole);
        cell_destroy(cell);
    }
    shadow_destroy(s);
}

/* Without the inode lock, whose release orders what the write left open, and with no fsync: its own fence
 * alone. */
static bool fence_alone_suffices(struct shadow *s, struct cell *cell, bool fence)
{
    uint64_t at;
    shadow_set_up(cell, 0);
    cell->period.fence_write = fence;
    shadow_run(s, cell,
               path_parts(LAYOUT_TRACE)
                   ->of[KERNEL_WRITE_FSYNC]
                   .ladder->without[cell->period.track->shape][STEP_LOCK]);
    return shadow_lost(s, cell, &at) == NULL;
}

static void a_missing_fence_is_found(void **state)
{
    static const char *const names[] = {"wide-avx2", "bypass-wide", "eager", "eager-range", "dm-writecache"};
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        for (unsigned n = 0; n < SIZES; n++) {
            struct cell *cell;
            if (!any_combo(
                    names[i], *state,
                    &(struct axes){
                        .size = sizes[n], .offset = 3, .slots = 6, .domain = DOMAIN_adr, .never = true},
                    &cell))
                break;
            assert_true(fence_alone_suffices(s, cell, true));
            assert_false(fence_alone_suffices(s, cell, false));
            cell_destroy(cell);
        }
    shadow_destroy(s);
}

/* Under eADR too: a write-combining buffer is no cache. */
static void an_unfenced_nt_store_is_found_under_eadr(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct axes a = {.size = 64, .slots = 6, .domain = DOMAIN_eadr, .never = true};
    struct cell *cell;
    if (any_combo("wide-avx2", *state, &a, &cell)) {
        assert_true(fence_alone_suffices(s, cell, true));
        assert_false(fence_alone_suffices(s, cell, false));
        cell_destroy(cell);
    }
    if (any_combo("volatile", *state, &a, &cell)) {
        assert_true(fence_alone_suffices(s, cell, false));
        cell_destroy(cell);
    }
    shadow_destroy(s);
}

/* A write-back that comes before the store of its line carries the old content. */
static void write_back_before_copy(void *dst, const void *src, size_t n)
{
    const struct copy *eager = copy_get(COPY_memcpy_clwb, LAYOUT_TRACE);
    eager->finish(dst, n);
    eager->copy(dst, src, n);
}

static void a_write_back_too_early_is_found(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct cell *cell;
    uint64_t at;
    if (any_combo("eager-range", *state, &(struct axes){.size = 130, .domain = DOMAIN_adr}, &cell)) {
        shadow_set_up(cell, 0);
        struct copy wrong = *cell->period.copy;
        wrong.copy = write_back_before_copy;
        wrong.finish = NULL;
        cell->period.copy = &wrong;
        shadow_run(s, cell, whole_of(cell));
        assert_non_null(shadow_lost(s, cell, &at));
        cell_destroy(cell);
    }
    shadow_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_fsync_all_is_durable),
        cmocka_unit_test(every_composition_is_durable),
        cmocka_unit_test(every_durable_copy_is_at_every_offset),
        cmocka_unit_test(every_tracker_is_at_every_offset),
        cmocka_unit_test(untracked_data_are_durable_when_write_returns),
        cmocka_unit_test(what_is_not_durable_is_found),
        cmocka_unit_test(a_dropped_finish_is_found),
        cmocka_unit_test(a_missing_fence_is_found),
        cmocka_unit_test(an_unfenced_nt_store_is_found_under_eadr),
        cmocka_unit_test(a_write_back_too_early_is_found),
    };
    return cmocka_run_group_tests_name("shadow", tests, rig_open, rig_close);
}

/* test_copy_only.c - kernel copy stores, writes back and fences each write, does nothing else, and loses
 * nothing
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/expect.h"
#include "tests/kernels/shadow.h"

static const uint64_t sizes[] = {1, 2, 4, 8, 63, 64, 65, 130, 512, 4096, 4097};
static const uint64_t offsets[] = {0, 3, 4, 8, 61, 63};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), OFFSETS = sizeof(offsets) / sizeof(offsets[0]) };

/* The cell of a combination without a tracker. false: it has one, or this CPU lacks something. */
static bool spec_of(const struct combo *c, struct axes a, struct cell_spec *spec)
{
    struct path_parts_ids ids;
    a.never = true;
    if (!combo_parts(c, a.domain, &ids) || ids.track != TRACK_none)
        return false;
    ids.kernel = KERNEL_COPY;
    *spec = rig_spec(&ids, &a);
    spec->kernel = KERNEL_COPY;
    spec->ladder = false;
    spec->fence_write = path_fences_write(&ids, a.size, a.offset);
    return true;
}

static struct tally must_be(const struct cell_spec *s)
{
    struct expect e = {.writes = 0};
    for (uint64_t i = 0; i < s->stream.slots * s->stream.overwrite; i++) {
        expect_copy(&e, s->copy, FILE_START + s->stream.offset + i % s->stream.slots * s->stream.stride,
                    s->stream.size);
        e.step[STEP_FENCE].fences += s->fence_write;
    }
    return expect_total(&e);
}

/* Both instances, which no cell counts both of. */
static void check_counts(const struct workspace *w, const char *name, const struct cell_spec *spec)
{
    const struct kernel_table *of = &path_parts(LAYOUT_TRACE)->of[KERNEL_COPY];
    const period_fn instances[] = {of->whole->run[SHAPE_DIRECT], of->twin->run[SHAPE_DIRECT]};
    struct cell *cell = rig_cell(w, spec);
    uint64_t is, must;
    for (unsigned i = 0; i < 2; i++) {
        struct trace trace = {0};
        uint64_t serial = cell->serial;
        shadow_set_up(cell, 0);
        cell->period.counts = (struct path_counts){0};
        struct trace *before = trace_use(&trace);
        instances[i](&cell->period);
        trace_use(before);
        struct cell_counts counts = {.path = cell->period.counts,
                                     .nt_bytes = trace.nt_bytes,
                                     .lines_flushed = trace.lines_flushed,
                                     .fences = trace.fences,
                                     .locked_ops = trace.locked_ops};
        const char *wrong = tally_differs(tally_of(&counts), must_be(spec), &is, &must);
        if (wrong)
            fail_msg("%s, %s, domain %s, %lu bytes at offset %lu: %s is %lu, must be %lu", name,
                     i ? "twin" : "whole", domain_get(spec->domain, 0)->name, spec->stream.size,
                     spec->stream.offset, wrong, is, must);
        assert_int_equal(cell_verify(cell, 0, serial, NULL), 0);
    }
    cell_destroy(cell);
}

static void counts_are_exact(void **state)
{
    static const enum domain_id domains[] = {DOMAIN_adr, DOMAIN_eadr};
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned n = 0; n < SIZES * OFFSETS * 2; n++) {
            struct combo c = combo_get(i);
            struct cell_spec spec;
            struct axes a = {.size = sizes[n / 2 % SIZES],
                             .offset = offsets[n / 2 / SIZES],
                             .slots = 12,
                             .overwrite = 1 + n % 3,
                             .order = n % 5 ? ORDER_PASS : ORDER_BURST,
                             .access = (enum stream_access)(n % 3),
                             .extents = n % 4 ? 1 : 200,
                             .delay = n % 7 ? 0 : 4096,
                             .domain = domains[n % 2]};
            if (!spec_of(&c, a, &spec))
                break;
            check_counts(*state, c.name, &spec);
        }
}

/* Figures worked out by hand: 24 writes of 4 KiB, or of 1 KiB from offset 3 on. */
static void known_figures(void **state)
{
    static const struct {
        const char *name;
        uint64_t size, offset;
        enum domain_id domain;
        uint64_t nt, lines, fences;
    } known[] = {
        {"bypass", 4096, 0, DOMAIN_adr, 98304, 0, 24}, /* a fence inside each */
        {"bypass", 4096, 0, DOMAIN_eadr, 98304, 0, 24},
        {"bypass", 1024, 3, DOMAIN_adr, 24 * 1020, 48, 48}, /* and one behind its two lines */
        {"memcpy-flushcache", 4096, 0, DOMAIN_adr, 98304, 0, 24},
        {"eager", 4096, 0, DOMAIN_adr, 0, 24 * 64, 24},
        {"eager", 4096, 0, DOMAIN_eadr, 0, 24 * 64, 24},
        {"eager-range", 1024, 3, DOMAIN_adr, 0, 24 * 17, 24},
        {"dm-writecache", 1024, 0, DOMAIN_adr, 0, 24 * 16, 24},
        {"volatile", 4096, 0, DOMAIN_adr, 0, 0, 0},
        {"volatile", 4096, 0, DOMAIN_eadr, 0, 0, 24},
    };
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct combo c = combo_named(known[i].name);
        struct axes a = {.size = known[i].size, .offset = known[i].offset, .domain = known[i].domain};
        struct cell_spec spec;
        struct cell_counts counts = {0};
        if (!spec_of(&c, a, &spec))
            continue;
        struct cell *cell = rig_cell(*state, &spec);
        assert_int_equal(cell_count(cell, &counts, NULL), 0);
        assert_int_equal(counts.nt_bytes, known[i].nt);
        assert_int_equal(counts.lines_flushed, known[i].lines);
        assert_int_equal(counts.fences, known[i].fences);
        assert_int_equal(counts.locked_ops, 0);
        assert_int_equal(counts.path.lookups, 0);
        assert_int_equal(counts.path.bytes_copied, 24 * known[i].size);
        cell_destroy(cell);
    }
}

/* One write a period: what has returned would survive a power failure. */
static void each_write_is_durable_when_it_returns(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned n = 0; n < SIZES * OFFSETS * 2; n++) {
            struct combo c = combo_get(i);
            struct cell_spec spec;
            uint64_t at;
            enum domain_id domain = n % 2 ? DOMAIN_eadr : DOMAIN_adr;
            struct axes a = {
                .size = sizes[n / 2 % SIZES], .offset = offsets[n / 2 / SIZES], .slots = 1, .domain = domain};
            if (!spec_of(&c, a, &spec))
                break;
            bool floor = c.path && c.path->reference_only && domain == DOMAIN_adr;
            struct cell *cell = rig_cell(*state, &spec);
            shadow_set_up(cell, 1);
            shadow_run(s, cell, path_parts(LAYOUT_TRACE)->of[KERNEL_COPY].whole->run[SHAPE_DIRECT]);
            const char *lost = shadow_lost(s, cell, &at);
            if (!lost != !floor)
                fail_msg("%s, domain %s, %lu bytes at offset %lu: %s", c.name, domain_get(domain, 0)->name,
                         a.size, a.offset, lost ? lost : "survives");
            cell_destroy(cell);
        }
    shadow_destroy(s);
}

/* The fence behind a movnti is needed just where a word of its ends is written back. */
static void without_its_fence_a_write_is_lost(void **state)
{
    static const char *const names[] = {"bypass", "eager", "memcpy-flushcache"};
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned offset = 0; offset <= 3; offset += 3) {
            struct combo c = combo_named(names[i]);
            struct cell_spec spec;
            uint64_t at;
            if (!spec_of(&c, (struct axes){.size = 512, .offset = offset, .slots = 1, .domain = DOMAIN_adr},
                         &spec))
                continue;
            assert_int_equal(spec.fence_write, i || offset);
            spec.fence_write = false;
            struct cell *cell = rig_cell(*state, &spec);
            shadow_set_up(cell, 0);
            shadow_run(s, cell, path_parts(LAYOUT_TRACE)->of[KERNEL_COPY].whole->run[SHAPE_DIRECT]);
            assert_int_equal(shadow_lost(s, cell, &at) != NULL, i || offset);
            cell_destroy(cell);
        }
    shadow_destroy(s);
}

static void visits_leave_the_right_data(void **state)
{
    static const enum variant_kind kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_SPIN};
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned k = 0; k < 3; k++) {
            struct combo c = combo_get(i);
            struct cell_spec spec;
            struct error err = {0};
            struct visit out;
            struct axes a = {.size = 4097,
                             .offset = 3,
                             .slots = 4,
                             .windows = 8,
                             .cold = k == 1,
                             .dest = (enum cell_dest)(k + i % 2),
                             .domain = DOMAIN_adr};
            if (!spec_of(&c, a, &spec))
                break;
            struct cell *cell = rig_cell(*state, &spec);
            struct variant v = {.kind = kinds[k], .spin_links = kinds[k] == VARIANT_SPIN ? 100 : 0};
            for (unsigned layout = LAYOUT_PATH; layout < LAYOUT_PATH + 2; layout++)
                if (cell_visit(cell, &v, layout, layout, 6, k == 2, &out, &err))
                    fail_msg("%s: %s", c.name, err.text);
            assert_int_equal(cell->period.inode->rwsem, 0);
            cell_destroy(cell);
        }
}

static void copies_nothing(void *dst, const void *src, size_t n)
{
    (void)dst, (void)src, (void)n;
}

static void a_copy_that_copies_nothing_is_found(void **state)
{
    struct combo c = combo_named("eager-range");
    struct cell_spec spec;
    struct error err = {0};
    assert_true(spec_of(&c, (struct axes){.size = 4096, .domain = DOMAIN_adr}, &spec));
    struct cell *cell = rig_cell(*state, &spec);
    period_fn run = path_parts(LAYOUT_PATH)->of[KERNEL_COPY].whole->run[SHAPE_DIRECT];
    struct copy idle = *copy_get(spec.copy, LAYOUT_PATH);
    cell_use_layout(cell, LAYOUT_PATH);
    cell_set_period(cell, 0, 77);
    run(&cell->period);
    assert_int_equal(cell_verify(cell, 0, 77, &err), 0);
    idle.copy = copies_nothing;
    cell->period.copy = &idle;
    cell_set_period(cell, 0, 78);
    run(&cell->period);
    assert_int_equal(cell_verify(cell, 0, 78, &err), -1);
    assert_non_null(strstr(err.text, "data wrong"));
    cell_destroy(cell);
}

static void it_has_a_whole_path_and_a_twin_alone(void **state)
{
    struct combo c = combo_named("bypass");
    struct cell_spec spec;
    struct visit out;
    struct error err = {0};
    struct variant tagged = {.kind = VARIANT_TAGGED};
    for (unsigned layout = 0; layout < LAYOUTS; layout++) {
        const struct kernel_table *of = &path_parts(layout)->of[KERNEL_COPY];
        assert_non_null(of->whole);
        assert_non_null(of->twin);
        assert_ptr_not_equal(of->whole->run[SHAPE_DIRECT], of->twin->run[SHAPE_DIRECT]);
        assert_null(of->whole->run[SHAPE_TREE]);
        assert_null(of->whole->run[SHAPE_BITMAP]);
        assert_true(!of->ladder && !of->stamped && !of->tagged);
    }
    assert_true(spec_of(&c, (struct axes){.size = 64, .domain = DOMAIN_adr}, &spec));
    struct cell *cell = rig_cell(*state, &spec);
    assert_int_equal(period_steps(&cell->period),
                     STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_COPY) |
                         (cell->period.copy->finish ? STEP_BIT(STEP_FINISH) : 0));
    assert_int_equal(cell_visit(cell, &tagged, LAYOUT_PATH, 0, 1, false, &out, &err), -1);
    assert_non_null(strstr(err.text, "no such variant"));
    cell_destroy(cell);
}

static void what_would_not_be_durable_is_refused(void **state)
{
    (void)state;
    struct path_parts_ids ids = {.kernel = KERNEL_COPY, .copy = COPY_memcpy, .domain = DOMAIN_adr};
    struct error err = {0};
    assert_int_equal(path_check_durable(&ids, &err), -1);
    assert_non_null(strstr(err.text, "kernel copy has no fsync"));
    ids.domain = DOMAIN_eadr;
    assert_int_equal(path_check_durable(&ids, NULL), 0);
    ids = (struct path_parts_ids){.kernel = KERNEL_COPY, .copy = COPY_movnti, .domain = DOMAIN_adr};
    assert_int_equal(path_check_durable(&ids, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_figures),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(each_write_is_durable_when_it_returns),
        cmocka_unit_test(without_its_fence_a_write_is_lost),
        cmocka_unit_test(visits_leave_the_right_data),
        cmocka_unit_test(a_copy_that_copies_nothing_is_found),
        cmocka_unit_test(it_has_a_whole_path_and_a_twin_alone),
        cmocka_unit_test(what_would_not_be_durable_is_refused),
    };
    return cmocka_run_group_tests_name("copy only", tests, rig_open, rig_close);
}

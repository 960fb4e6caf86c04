/* test_counts.c - every path executes exactly what its parts and axes ask for, in every domain */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/expect.h"

static const uint64_t sizes[] = {1, 8, 63, 64, 65, 512, 4096, 4097, 65536};
static const uint64_t offsets[] = {0, 3, 8, 63};

/* Enough slots for small writes to cross granules and, sparse, words of a bitmap and gangs. */
static uint64_t slots_for(uint64_t size)
{
    return size <= 65 ? 300 : size <= 4097 ? 24 : 5;
}

static void check(const struct workspace *w, const char *name, const struct cell_spec *spec)
{
    struct error err = {0};
    struct cell_counts counts;
    const struct stream *s = &spec->stream;
    struct expect must = expect_period(spec);
    struct cell *cell = rig_cell(w, spec);
    uint64_t is, should;
    if (cell_count(cell, &counts, &err))
        fail_msg("%s: %s", name, err.text);
    const char *wrong = tally_differs(tally_of(&counts), expect_total(&must), &is, &should);
    if (wrong)
        fail_msg("%s, domain %s, %lu bytes at offset %lu, access %d, overwrite %lu, extents %lu, fsync %d: "
                 "%s is %lu, "
                 "must be %lu",
                 name, domain_get(spec->domain, 0)->name, s->size, s->offset, (int)s->access, s->overwrite,
                 spec->extents, spec->fsync, wrong, is, should);
    assert_int_equal(counts.lines_dirtied, must.lines_dirtied);
    assert_int_equal(counts.writes, must.writes);
    if (spec->fsync && rig_unclean(cell))
        fail_msg("%s: %s after the period", name, rig_unclean(cell));
    cell_destroy(cell);
}

static void check_axes(const struct workspace *w, const struct combo *c, struct axes a)
{
    struct path_parts_ids ids;
    if (!combo_parts(c, a.domain, &ids))
        return;
    struct cell_spec spec = rig_spec(&ids, &a);
    check(w, c->name, &spec);
}

static void each_place(const struct workspace *w, const struct combo *c, struct axes a)
{
    static const enum stream_access accesses[] = {ACCESS_SEQ, ACCESS_SPARSE, ACCESS_RANDOM};
    for (unsigned o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
        for (unsigned k = 1; k <= 4; k += 3)
            for (unsigned x = 0; x < 3; x++) {
                a.offset = offsets[o];
                a.overwrite = k;
                a.access = accesses[x];
                a.order = o % 2 ? ORDER_BURST : ORDER_PASS;
                check_axes(w, c, a);
            }
}

/* Two domains with every size, the others with a third of them, another third for each combination. */
static void counts_are_exact(void **state)
{
    const struct workspace *w = *state;
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct path_parts_ids ids;
        if (!combo_parts(&c, DOMAIN_adr, &ids))
            continue;
        for (unsigned d = 0; d < DOMAINS; d++)
            for (unsigned s = d < 2 ? 0 : (d + i) % 3; s < sizeof(sizes) / sizeof(sizes[0]);
                 s += d < 2 ? 1 : 3)
                each_place(w, &c,
                           (struct axes){.size = sizes[s],
                                         .slots = slots_for(sizes[s]),
                                         .domain = (enum domain_id)d,
                                         .surround = s % 2 ? SURROUND_NONE : SURROUND_KERNEL});
    }
}

/* Nothing of fsync where there is none; a system call around a write has no LOCKed operation of ours. */
static void never_dirty_has_no_fsync(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        check_axes(*state, &c, (struct axes){.size = 4097, .offset = 3, .domain = DOMAIN_adr, .never = true});
        check_axes(
            *state, &c,
            (struct axes){.size = 64, .domain = DOMAIN_eadr, .never = true, .surround = SURROUND_SYSCALL});
    }
}

/* A write over several extents is looked up once for each. */
static void extents_split_lookups(void **state)
{
    static const uint64_t extents[] = {7, 200, 1 << 20};
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned e = 0; e < 3; e++) {
            struct combo c = combo_get(i);
            check_axes(
                *state, &c,
                (struct axes){
                    .size = 65536, .offset = 63, .slots = 20, .domain = DOMAIN_adr, .extents = extents[e]});
        }
}

/* More dirty granules than a tree handles without a pause. */
static void pauses_are_counted(void **state)
{
    static const uint64_t slots[] = {4095, 4096, 4200};
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned n = 0; n < 3; n++) {
            struct combo c = combo_get(i);
            check_axes(*state, &c,
                       (struct axes){.size = 64,
                                     .slots = slots[n],
                                     .windows = 1,
                                     .access = ACCESS_SPARSE,
                                     .domain = DOMAIN_adr});
        }
}

/* A second period counts as the first: nothing is left over. */
static void periods_count_alike(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell *cell =
            rig_combo(*state, &c, &(struct axes){.size = 4097, .offset = 3, .domain = DOMAIN_adr});
        struct cell_counts first, later;
        struct error err = {0};
        for (unsigned n = 0; cell && n < 4; n++) {
            uint64_t is, must;
            assert_int_equal(cell_count(cell, n ? &later : &first, &err), 0);
            if (n)
                assert_null(tally_differs(tally_of(&later), tally_of(&first), &is, &must));
        }
        cell_destroy(cell);
    }
}

/* Figures worked out by hand, so that the model above is not its own judge: 24 writes of 4 KiB. */
static void known_figures(void **state)
{
    static const struct {
        const char *name;
        uint64_t nt, lines, fences, locked;
    } known[] = {
        {"bypass", 98304, 0, 26, 24 * 8},                            /* a fence inside each, two of fsync */
        {"eager", 0, 24 * 64, 26, 24 * 8},                           /* each line at once, a fence a write */
        {"deferred-xarray", 0, 24 * 64, 2, 24 * 10 + 2 + 1 + 25},    /* inode twice, tag, scan and releases */
        {"deferred-radix", 0, 24 * 64, 2, 24 * 10 + 2 + 1 + 3 + 48}, /* three gangs: 14, 10, none */
        {"deferred-bitmap", 0, 24 * 64, 2, 24 * 9 + 2 + 1 + 3}, /* one word, one claim in a slot of its own */
        /* all 48 granules of both windows; a third section a write; four gangs and none, two an entry */
        {"cached-radix-4.7", 0, 48 * 64, 2, 24 * 11 + 2 + 1 + 5 + 96},
        {"cached-xarray-order", 0, 32768, 2, 24 * 10 + 2 + 1 + 2}, /* one entry, whole */
        {"volatile", 0, 0, 2, 24 * 8},
    };
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct combo c = combo_named(known[i].name);
        struct cell *cell = rig_combo(
            *state, &c, &(struct axes){.size = 4096, .domain = DOMAIN_adr, .surround = SURROUND_KERNEL});
        struct cell_counts counts = {0};
        if (!cell)
            continue;
        assert_int_equal(cell_count(cell, &counts, NULL), 0);
        assert_int_equal(counts.nt_bytes, known[i].nt);
        assert_int_equal(counts.lines_flushed, known[i].lines);
        assert_int_equal(counts.fences, known[i].fences);
        assert_int_equal(counts.locked_ops, known[i].locked);
        assert_int_equal(counts.path.bytes_copied, 24 * 4096);
        assert_int_equal(counts.lines_dirtied, 24 * 64);
        cell_destroy(cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_figures),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(never_dirty_has_no_fsync),
        cmocka_unit_test(extents_split_lookups),
        cmocka_unit_test(pauses_are_counted),
        cmocka_unit_test(periods_count_alike),
    };
    return cmocka_run_group_tests_name("counts", tests, rig_open, rig_close);
}

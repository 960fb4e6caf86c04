/* test_mmap.c - stores through a mapping: one fault a granule, exact counts, and fsync in its order */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/mmap_expect.h"
#include "tests/kernels/spy.h"

/* Each first store to a granule after an fsync faults once, the second not; by each way alike. */
static void counts_are_exact(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned s = 0; s < 2 * SHAPE_COUNT && way_runs(mapped_all[m].way); s++) {
            struct axes a = mapped_shapes[s / 2];
            char text[80];
            a.domain = s % 2 ? DOMAIN_eadr : DOMAIN_adr;
            struct cell_spec spec = mapped_spec(&mapped_all[m], &a);
            struct cell *cell = rig_cell(*state, &spec);
            for (unsigned n = 0; n < 3; n++)
                tallies_equal(mapped_text(&mapped_all[m], text), counted(cell, text), expected(&spec));
            if (rig_unclean(cell))
                fail_msg("%s: %s", text, rig_unclean(cell));
            cell_destroy(cell);
        }
}

/* Figures by hand: 16 writes of 4 KiB, each a granule of its own. */
static void known_figures(void **state)
{
    static const struct {
        unsigned mapped;
        uint64_t faults, marked, protects, lines, fences, locked;
    } known[] = {
        /* group, entry, mark a fault; the inode twice; tag, scan; hold and group an entry */
        {2, 16, 16, 16, 16 * 64, 2, 16 * 3 + 2 + 2 + 16 + 16},
        {4, 1, 1, 512, 32768, 2, 3 + 2 + 2 + 1 + 1},         /* one entry of 2 MiB */
        {6, 16, 16, 16, 16 * 64, 2, 16 * 2 + 2 + 1 + 3 + 1}, /* one word */
        {10, 16, 0, 16, 16 * 64, 2, 2},
    };
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct mapped *m = &mapped_all[known[i].mapped];
        struct cell_counts c;
        if (!way_runs(m->way))
            continue;
        struct cell *cell =
            mapped_cell(*state, m, &(struct axes){.size = 4096, .slots = 16, .domain = DOMAIN_adr});
        assert_int_equal(cell_count(cell, &c, NULL), 0);
        assert_int_equal(c.path.faults, known[i].faults);
        assert_int_equal(c.path.entries_marked, known[i].marked);
        assert_int_equal(c.path.write_protects, known[i].protects);
        assert_int_equal(c.lines_flushed, known[i].lines);
        assert_int_equal(c.fences, known[i].fences);
        assert_int_equal(c.locked_ops, known[i].locked);
        assert_int_equal(c.path.bytes_copied, 16 * 4096);
        cell_destroy(cell);
    }
}

/* A step that is listed does something, in the whole path's counts. */
static void the_steps_are_those_of_the_rows(void **state)
{
    struct cell *cell = mapped_cell(*state, &(struct mapped){TRACK_xarray, PROTECT_MPROTECT},
                                    &(struct axes){.size = 4096, .domain = DOMAIN_adr});
    uint32_t tracked = period_steps(&cell->period), fsync = tracked & STEPS_FSYNC;
    assert_int_equal(tracked & STEPS_WRITE,
                     STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_FAULT) | STEP_BIT(STEP_COPY) | STEP_BIT(STEP_MARK));
    assert_int_equal(fsync, STEPS_FSYNC & ~(STEP_BIT(STEP_SYS_FSYNC)));
    cell_destroy(cell);
    if (!way_runs(PROTECT_PAGEMAP))
        return;
    cell = mapped_cell(*state, &(struct mapped){TRACK_none, PROTECT_AUTO},
                       &(struct axes){.size = 4096, .domain = DOMAIN_adr});
    assert_int_equal(period_steps(&cell->period), STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_FAULT) |
                                                      STEP_BIT(STEP_COPY) | STEP_BIT(STEP_WRITE_PROTECT) |
                                                      STEP_BIT(STEP_WRITEBACK) | STEP_BIT(STEP_FSYNC_FENCE) |
                                                      STEP_BIT(STEP_DRAIN));
    cell_destroy(cell);
}

/* What one fsync does with a granule, in order. */
enum done { DONE_NOTHING, DONE_CLEARED, DONE_PROTECTED, DONE_WRITTEN_BACK };

struct order {
    struct cell *cell;
    struct protect_ops ops;
    const struct protect_ops *real_ops;
    struct writeback writeback;
    const struct writeback *real_writeback;
    uint64_t takes, closes, flushes, writable, late_takes; /* of flushed granules, still writable then */
    enum done last;
};

static struct order *order_here(void)
{
    static struct order order; /* strategies have no parameter for it */
    return &order;
}

static void order_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    struct order *o = order_here();
    spy_here()->real->take(t, cur, run);
    o->takes++;
    o->last = DONE_CLEARED;
}

static int order_close(struct protection *x, uint64_t at, uint64_t bytes)
{
    struct order *o = order_here();
    o->closes++;
    o->late_takes += o->last == DONE_WRITTEN_BACK || o->last == DONE_NOTHING;
    o->last = DONE_PROTECTED;
    return o->real_ops->close(x, at, bytes);
}

/* The lines that are written back lie in pages that nobody can store to any more: seen by storing. */
static void order_range(const void *start, size_t n)
{
    struct order *o = order_here();
    struct protection *x = o->cell->period.protection;
    struct period probe = {.protection = x, .on_fault = probe_fault};
    struct period *before = protection_run(&probe);
    uint64_t at = (uint64_t)((const unsigned char *)start - x->base), pages = 0;
    for (uint64_t page = at; page < at + n; page += 4096, pages++) {
        volatile unsigned char *byte = x->base + page;
        *byte = *byte;
    }
    protection_run(before);
    o->writable += pages - probe.counts.faults;
    o->real_ops->close(x, at, n);
    o->flushes++;
    o->late_takes += o->last != DONE_PROTECTED && o->last != DONE_WRITTEN_BACK;
    o->last = DONE_WRITTEN_BACK;
    o->real_writeback->range(start, n);
}

static void clear_then_protect_then_write_back(void **state)
{
    struct error err = {0};
    for (unsigned m = 0; m < MAPPED; m++) {
        const struct mapped *mapped = &mapped_all[m];
        if (mapped->track == TRACK_none || !way_runs(mapped->way))
            continue;
        struct cell *cell =
            mapped_cell(*state, mapped, &(struct axes){.size = 4096, .slots = 16, .domain = DOMAIN_adr});
        struct period *p = &cell->period;
        struct order *o = order_here();
        assert_int_equal(mmap_begin(cell, &err), 0);
        *o = (struct order){.cell = cell,
                            .ops = *p->protection->ops,
                            .real_ops = p->protection->ops,
                            .writeback = *p->writeback,
                            .real_writeback = p->writeback};
        o->ops.close = order_close;
        o->writeback.range = order_range;
        spy_on(p->track);
        spy_here()->track.take = order_take;
        p->track = &spy_here()->track;
        p->writeback = &o->writeback;
        p->protection->ops = &o->ops;
        path_parts(LAYOUT_PATH)->of[KERNEL_MMAP_FSYNC].whole->run[p->track->shape](p);
        p->protection->ops = o->real_ops;
        bool bitmap = p->track->shape == SHAPE_BITMAP;
        uint64_t runs = bitmap || mapped->track == TRACK_xarray_order ? 1 : 16;
        assert_int_equal(o->takes, runs);
        assert_int_equal(o->closes, runs);
        assert_int_equal(o->flushes, runs);
        assert_int_equal(o->writable, 0);
        assert_int_equal(o->late_takes, 0);
        mmap_end(cell);
        cell_destroy(cell);
    }
}

/* Without fsync nothing is protected, and nothing faults. */
static void never_dirty_never_faults(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++) {
        struct cell_counts c;
        if (!way_runs(mapped_all[m].way))
            continue;
        struct cell *cell =
            mapped_cell(*state, &mapped_all[m], &(struct axes){.size = 4097, .offset = 3, .never = true});
        assert_int_equal(period_steps(&cell->period), STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_COPY));
        assert_int_equal(cell_count(cell, &c, NULL), 0);
        assert_int_equal(c.path.faults + c.path.entries_marked + c.path.write_protects, 0);
        cell_destroy(cell);
    }
}

static void each_dest_is_brought_about(void **state)
{
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned d = 0; d < 4 && way_runs(mapped_all[m].way); d++) {
            struct axes a = {.size = 4097, .offset = 3, .dest = (enum cell_dest)d, .domain = DOMAIN_adr};
            char name[80];
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &a);
            struct mapped_tally usual = counted(cell, mapped_text(&mapped_all[m], name));
            visit_and_look(cell, name, &(struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, usual);
            cell_destroy(cell);
        }
}

/* What is done to the destination before the clock leaves it write-protected. */
static void conditioning_leaves_no_page_open(void **state)
{
    struct error err = {0};
    for (unsigned m = 0; m < MAPPED; m++)
        for (unsigned d = 0; d < 4 && mapped_all[m].track != TRACK_none && way_runs(mapped_all[m].way); d++) {
            struct axes a = {.size = 4097, .offset = 3, .dest = (enum cell_dest)d, .domain = DOMAIN_adr};
            struct cell *cell = mapped_cell(*state, &mapped_all[m], &a);
            assert_int_equal(mmap_begin(cell, &err), 0);
            cell_condition(cell, 0, 2, false);
            assert_int_equal(open_pages(cell), 0);
            mmap_end(cell);
            cell_destroy(cell);
        }
}

static void refused(const struct workspace *w, const struct cell_spec *spec, const char *says)
{
    struct error err = {0};
    struct cell *cell = cell_create(spec, w, &err);
    assert_null(cell);
    assert_int_equal(err.code, EXIT_CANNOT);
    if (!strstr(err.text, says))
        fail_msg("'%s' does not say '%s'", err.text, says);
}

static void what_cannot_be_is_refused(void **state)
{
    const struct axes a = {.size = 4096, .domain = DOMAIN_adr};
    struct workspace none = *(const struct workspace *)*state;
    struct cell_spec spec = mapped_spec(&(struct mapped){TRACK_bitmap, PROTECT_AUTO}, &a), other = spec;
    none.stores = NULL;
    refused(&none, &spec, "needs");
    other.track = TRACK_radix_4_7;
    refused(*state, &other, "radix-4.7");
    other = spec;
    other.protect = PROTECT_PAGEMAP;
    refused(*state, &other, "--track none");
    other.protect = PROTECT_UFFD;
    other.track = TRACK_none;
    refused(*state, &other, "--track bitmap");
    other = spec;
    other.stream.granule = 256;
    refused(*state, &other, "granule");
    other = spec;
    other.threads = other.stream.threads = 2;
    other.own_files = true;
    other.stream.offset = 64;
    refused(*state, &other, "--files");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_figures),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(the_steps_are_those_of_the_rows),
        cmocka_unit_test(clear_then_protect_then_write_back),
        cmocka_unit_test(never_dirty_never_faults),
        cmocka_unit_test(each_dest_is_brought_about),
        cmocka_unit_test(conditioning_leaves_no_page_open),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests_name("mmap", tests, mmap_rig_open, mmap_rig_close);
}

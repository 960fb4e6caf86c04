/* test_drain_device.c - a drain that the machine has is run once an fsync, in its place, or made up for */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/drain_device.h"
#include "tests/kernels/rig.h"

enum { PERIODS = 3, CALLS = 64, EVENTS = 1 << 16 };

/* What happened, in order: 'l' a line on its way to memory, 'f' a fence, 'd' a drain. */
struct spy_drain {
    struct drain_device device;
    unsigned long long failures;
    const struct cell *cell;
    uint64_t calls, serial[CALLS]; /* and the cell's next serial at each of them */
    char events[EVENTS];
    size_t event_count;
    int answer;
};

/* A device's function is given nothing of the test's: one spy a program. */
static struct spy_drain *spy(void)
{
    static struct spy_drain s;
    return &s;
}

static void note(char event)
{
    assert_true(spy()->event_count < EVENTS);
    spy()->events[spy()->event_count++] = event;
}

static void on_event(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    (void)user, (void)address, (void)bytes;
    if (kind == TRACE_NT_STORE || kind == TRACE_WRITEBACK || kind == TRACE_LIBRARY)
        note('l');
    else if (kind == TRACE_FENCE)
        note('f');
}

static int spy_on_drain(const struct drain_device *device)
{
    struct spy_drain *s = spy();
    assert_ptr_equal(device, &s->device);
    if (s->cell && s->calls < CALLS)
        s->serial[s->calls] = s->cell->serial;
    s->calls++;
    note('d');
    return s->answer;
}

static struct spy_drain *spy_begin(struct workspace *w, int answer)
{
    struct spy_drain *s = spy();
    s->device = (struct drain_device){.drain = spy_on_drain, .failures = &s->failures};
    s->failures = s->calls = s->event_count = 0;
    s->answer = answer;
    s->cell = NULL;
    w->drain_device = &s->device;
    return s;
}

static uint64_t drains_of(struct cell *cell, struct variant v, unsigned layout, bool natural)
{
    struct spy_drain *s = spy();
    struct error err = {0};
    struct visit out;
    s->calls = s->event_count = 0;
    s->cell = cell;
    if (cell_visit(cell, &v, layout, 0, PERIODS, natural, &out, &err))
        fail_msg("%s: variant %u of step %u: %s", cell->period.copy->name, v.kind, v.step, err.text);
    return s->calls;
}

/* A dropped and a timed sample, and one drain of what was written between them. */
static void check_variants(struct cell *cell, bool natural)
{
    static const enum variant_kind kinds[] = {VARIANT_WHOLE,     VARIANT_TWIN,   VARIANT_SPIN,
                                              VARIANT_PREMARKED, VARIANT_PREFIX, VARIANT_WITHOUT};
    uint64_t usual = cell->period.fsync ? 2 * PERIODS + 1 : 0;
    for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (unsigned step = 0; step < STEPS; step++)
            if (!(STEP_BIT(step) & (STEPS_MMAP_ONLY | STEPS_SYS_ONLY))) {
                struct variant v = {kinds[k], (enum step)step, kinds[k] == VARIANT_SPIN ? 8 : 0};
                uint64_t drains = drains_of(cell, v, LAYOUT_RUNG, natural);
                if (drains != usual)
                    fail_msg("%s: variant %u of step %u: %lu drains", cell->period.copy->name, v.kind, step,
                             drains);
                const char *unclean = cell->period.fsync ? rig_unclean(cell) : NULL;
                if (unclean)
                    fail_msg("%s: variant %u of step %u: %s", cell->period.track->name, v.kind, step,
                             unclean);
            }
}

static const struct axes shapes[] = {
    {.size = 65, .offset = 3, .slots = 20, .domain = DOMAIN_flush_device},
    {.size = 4097, .slots = 3, .windows = 8, .access = ACCESS_RANDOM, .domain = DOMAIN_hint},
    {.size = 9000, .slots = 2, .windows = 8, .dest = DEST_DIRTY, .domain = DOMAIN_eadr},
    {.size = 64, .slots = 8, .domain = DOMAIN_flush_device, .never = true},
};

static void each(struct workspace *w, const struct axes *a, void (*check)(struct cell *cell))
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell *cell = rig_combo(w, &c, a);
        if (cell)
            check(cell);
        cell_destroy(cell);
    }
}

static void check_both(struct cell *cell)
{
    check_variants(cell, false);
    if (cell->spec.stream.windows >= 8 && cell->spec.dest == DEST_OWN)
        check_variants(cell, true);
}

static void each_fsync_drains_once(void **state)
{
    struct workspace *w = *state;
    struct spy_drain *s = spy_begin(w, 0);
    for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        each(w, &shapes[i], check_both);
    assert_int_equal(s->failures, 0);
    w->drain_device = NULL;
}

/* All that is on its way is fenced, and then drained: nothing comes between or after. */
static void check_order(struct cell *cell)
{
    struct spy_drain *s = spy();
    const struct kernel_table *of = &path_parts(LAYOUT_TRACE)->of[cell->spec.kernel];
    enum track_shape shape = cell->period.track->shape;
    const period_fn runs[] = {of->whole->run[shape], of->twin->run[shape],
                              of->ladder->prefix[shape][STEP_DRAIN]};
    struct trace trace = {.on_event = on_event};
    cell_use_layout(cell, LAYOUT_TRACE);
    for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        s->event_count = s->calls = 0;
        cell_set_period(cell, 0, cell->serial++);
        struct trace *before = trace_use(&trace);
        runs[i](&cell->period);
        trace_use(before);
        assert_int_equal(s->calls, 1);
        assert_true(s->event_count >= 2);
        assert_int_equal(s->events[s->event_count - 1], 'd');
        assert_int_equal(s->events[s->event_count - 2], 'f');
    }
}

static void after_the_write_back_and_its_fence(void **state)
{
    struct workspace *w = *state;
    spy_begin(w, 0);
    each(w, &(struct axes){.size = 4097, .slots = 3, .domain = DOMAIN_flush_device}, check_order);
    each(w, &(struct axes){.size = 65, .offset = 3, .slots = 20, .domain = DOMAIN_hint}, check_order);
    w->drain_device = NULL;
}

/* Where it is left out and made up for, each period has its drain before the next; where it is not, the one
 * drain comes when the visit ends. */
static void check_unflushed(struct cell *cell)
{
    struct spy_drain *s = spy();
    bool natural = cell->spec.stream.windows >= 8;
    uint64_t first = cell->serial;
    uint64_t drains = drains_of(cell, (struct variant){VARIANT_WITHOUT, STEP_DRAIN, 0}, LAYOUT_RUNG, natural);
    assert_int_equal(drains, 2 * PERIODS + 1);
    for (unsigned i = 0; i < drains; i++)
        assert_int_equal(s->serial[i], first + (i < PERIODS ? i + 1 : i));
    first = cell->serial;
    drains = drains_of(cell, (struct variant){VARIANT_UNFLUSHED, STEP_DRAIN, 0}, LAYOUT_RUNG, natural);
    assert_int_equal(drains, 1);
    assert_int_equal(s->serial[0], first + 2 * PERIODS);
    assert_null(rig_unclean(cell));
}

static void unflushed_drains_once_at_the_end(void **state)
{
    struct workspace *w = *state;
    spy_begin(w, 0);
    each(w, &shapes[0], check_unflushed);
    each(w, &shapes[1], check_unflushed);
    w->drain_device = NULL;
}

static void check_failing(struct cell *cell)
{
    struct spy_drain *s = spy();
    static const struct variant all[] = {{.kind = VARIANT_WHOLE}, {VARIANT_WITHOUT, STEP_DRAIN, 0}};
    for (unsigned i = 0; i < 2; i++) {
        s->failures = 0;
        uint64_t drains = drains_of(cell, all[i], LAYOUT_RUNG, false);
        assert_true(drains > 0);
        assert_int_equal(s->failures, drains);
    }
    s->failures = 0;
    drains_of(cell, (struct variant){VARIANT_UNFLUSHED, STEP_DRAIN, 0}, LAYOUT_RUNG, false);
    assert_int_equal(s->failures, 1);
}

static void each_failure_is_counted(void **state)
{
    struct workspace *w = *state;
    spy_begin(w, -1);
    each(w, &shapes[0], check_failing);
    w->drain_device = NULL;
}

/* The counting instance runs it too: one drain a period is what is reported. */
static void a_drain_is_counted(void **state)
{
    struct workspace *w = *state;
    struct spy_drain *s = spy_begin(w, 0);
    struct combo c = combo_named("bypass");
    struct cell *cell = rig_combo(w, &c, &shapes[0]);
    struct cell_counts counts;
    struct error err = {0};
    assert_non_null(cell);
    assert_int_equal(cell_count(cell, &counts, &err), 0);
    assert_int_equal(counts.path.drains, 1);
    assert_int_equal(s->calls, 1);
    cell_destroy(cell);
    w->drain_device = NULL;
}

/* Each thread's fsync has its own. */
static void check_threads(const struct workspace *w, enum track_id track)
{
    struct path_parts_ids ids = {
        .copy = COPY_memcpy, .track = track, .writeback = WRITEBACK_none, .domain = DOMAIN_flush_device};
    struct cell_spec spec = rig_spec(&ids, &(struct axes){.size = 64, .slots = 8, .domain = ids.domain});
    struct error err = {0};
    spec.threads = spec.stream.threads = 2;
    if (stream_resolve(&spec.stream, &err))
        fail_msg("%s", err.text);
    struct cell *cell = rig_cell(w, &spec);
    spy()->calls = spy()->event_count = 0;
    struct visit out;
    assert_int_equal(cell_visit(cell, &(struct variant){.kind = VARIANT_WHOLE}, LAYOUT_PATH, 0, PERIODS,
                                false, &out, &err),
                     0);
    cell_destroy(cell);
}

static int atomic_drain(const struct drain_device *device)
{
    __atomic_fetch_add(device->failures, 1, __ATOMIC_RELAXED);
    return 0;
}

static void each_thread_drains(void **state)
{
    struct workspace *w = *state;
    struct spy_drain *s = spy_begin(w, 0);
    s->device.drain = atomic_drain;
    check_threads(w, TRACK_bitmap);
    assert_int_equal(s->failures, 2 * 2 * PERIODS + 1);
    s->failures = 0;
    check_threads(w, TRACK_none);
    assert_int_equal(s->failures, 2 * 2 * PERIODS + 1);
    w->drain_device = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fsync_drains_once),
        cmocka_unit_test(after_the_write_back_and_its_fence),
        cmocka_unit_test(unflushed_drains_once_at_the_end),
        cmocka_unit_test(each_failure_is_counted),
        cmocka_unit_test(a_drain_is_counted),
        cmocka_unit_test(each_thread_drains),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}

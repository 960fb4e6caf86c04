/* test_lanes_threads.c - several writers: every byte is written, each thread does its share, counts are exact
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sched.h>
#include <unistd.h>

#include "kernels/team.h"
#include "tests/kernels/rig.h"

enum { WORKERS = 3 };

static struct cell_spec shared_by(const struct combo *c, unsigned threads, bool own, struct axes a)
{
    struct path_parts_ids ids;
    assert_true(combo_parts(c, a.domain, &ids));
    struct cell_spec spec = rig_spec(&ids, &a);
    struct error err = {0};
    spec.threads = threads;
    spec.own_files = own;
    spec.ladder = false;
    spec.stream.threads = threads;
    spec.stream.dirty /= threads; /* a thread */
    assert_int_equal(stream_resolve(&spec.stream, &err), 0);
    assert_int_equal(spec.stream.slots % threads, 0);
    return spec;
}

static bool can(const struct combo *c)
{
    struct path_parts_ids ids;
    return combo_parts(c, DOMAIN_adr, &ids);
}

static const enum variant_kind whole_kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_SPIN};

/* cell_visit itself checks all data; what the fsyncs leave is checked here. */
static void visit(const struct workspace *w, const struct combo *c, const struct cell_spec *spec)
{
    struct cell *cell = rig_cell(w, spec);
    struct error err = {0};
    struct visit out;
    for (unsigned k = 0; k < 3; k++) {
        struct variant v = {.kind = whole_kinds[k], .spin_links = k == 2 ? 100 : 0};
        if (cell_visit(cell, &v, LAYOUT_PATH + k, k, 4, false, &out, &err))
            fail_msg("%s, %u threads, files %s: %s", c->name, spec->threads,
                     spec->own_files ? "own" : "shared", err.text);
        assert_true(out.ticks > 0);
        for (unsigned t = 0; t < spec->threads && !spec->delay; t++) /* each thread's delay is its own */
            assert_in_range(cell_thread_ticks(cell, t), 1, out.ticks);
    }
    const char *unclean = rig_unclean(cell);
    if (unclean)
        fail_msg("%s, %u threads: %s", c->name, spec->threads, unclean);
    cell_destroy(cell);
}

static void every_path_writes_every_byte(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned own = 0; own < 2; own++) {
            struct combo c = combo_get(i);
            unsigned threads = (i + own) % 3 ? 2 : 4;
            if (!can(&c))
                continue;
            struct axes a = {.size = i % 2 ? 100 : 4097,
                             .offset = i % 3 ? 0 : 63,
                             .slots = 24,
                             .overwrite = 1 + own * 2,
                             .access = (enum stream_access)(i % 3),
                             .order = own ? ORDER_BURST : ORDER_PASS,
                             .delay = own ? 8192 : 0,
                             .domain = DOMAIN_adr,
                             .surround = SURROUND_KERNEL,
                             .dest = (enum cell_dest)((i + own) % 4)};
            struct cell_spec spec = shared_by(&c, threads, own, a);
            visit(*state, &c, &spec);
        }
}

/* Several files count as so many single writers; on one file what each write does is the same too. */
static void counts_are_those_of_single_writers(void **state)
{
    struct axes a = {.size = 4097,
                     .offset = 3,
                     .slots = 8,
                     .windows = 4,
                     .domain = DOMAIN_adr,
                     .surround = SURROUND_KERNEL};
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell_counts many, one, shared;
        struct error err = {0};
        if (!can(&c))
            continue;
        struct axes wide = a;
        wide.slots = 4 * a.slots;
        wide.windows = 1;
        struct cell_spec single = shared_by(&c, 1, false, a), own = shared_by(&c, 4, true, wide),
                         together = shared_by(&c, 4, false, wide);
        single.stream.offset = own.stream.offset = together.stream.offset =
            0; /* shares begin at like places */
        struct cell *cells[] = {rig_cell(*state, &single), rig_cell(*state, &own),
                                rig_cell(*state, &together)};
        assert_int_equal(cell_count(cells[0], &one, &err), 0);
        assert_int_equal(cell_count(cells[1], &many, &err), 0);
        assert_int_equal(cell_count(cells[2], &shared, &err), 0);
        assert_int_equal(many.writes, 4 * one.writes);
        assert_int_equal(many.path.bytes_copied, 4 * one.path.bytes_copied);
        assert_int_equal(many.path.drains, 4 * one.path.drains);
        assert_int_equal(shared.path.drains, 4 * one.path.drains);
        assert_int_equal(shared.path.bytes_copied, many.path.bytes_copied);
        assert_int_equal(shared.path.entries_marked, many.path.entries_marked);
        assert_int_equal(shared.nt_bytes, many.nt_bytes);
        assert_int_equal(shared.fences, many.fences);
        for (unsigned k = 0; k < 3; k++)
            cell_destroy(cells[k]);
    }
}

/* A write that one thread leaves out is found by the check of the data. */
static void skip_last(struct period *p)
{
    p->writes -= p->order[0] != 0;
    path_parts(LAYOUT_PATH)->of[KERNEL_WRITE_FSYNC].whole->run[p->track->shape](p);
}

static void a_lost_write_is_found(void **state)
{
    struct combo c = combo_named("bypass");
    struct cell_spec spec =
        shared_by(&c, 2, false, (struct axes){.size = 4096, .slots = 24, .domain = DOMAIN_adr});
    struct cell *cell = rig_cell(*state, &spec);
    struct error err = {0};
    struct lanes_work work = {.run = path_parts(LAYOUT_PATH)->of[KERNEL_WRITE_FSYNC].whole->run[SHAPE_DIRECT],
                              .serial = 77,
                              .periods = 1};
    cell_use_layout(cell, LAYOUT_PATH);
    lanes_sample(cell, &work);
    assert_int_equal(cell_verify(cell, 0, 77, &err), 0);
    work.run = skip_last;
    work.serial = 78;
    lanes_sample(cell, &work);
    assert_int_equal(cell_verify(cell, 0, 78, &err), -1);
    assert_non_null(strstr(err.text, "data wrong"));
    cell_destroy(cell);
}

/* Own files are as many, and each thread's writes are remembered in its own. */
static void own_files_are_several(void **state)
{
    struct combo c = combo_named("deferred-bitmap");
    for (unsigned own = 0; own < 2; own++) {
        struct cell_spec spec =
            shared_by(&c, 4, own, (struct axes){.size = 4096, .slots = 24, .domain = DOMAIN_adr});
        struct cell *cell = rig_cell(*state, &spec);
        for (unsigned i = 0; i < 4; i++)
            lane_take(cell, i, 0, 1);
        for (unsigned i = 1; i < 4; i++) {
            assert_int_equal(cell->lanes[i].period.tracker != cell->lanes[0].period.tracker, own);
            assert_int_equal(cell->lanes[i].period.inode != cell->lanes[0].period.inode, own);
        }
        for (unsigned i = 0; i < 4; i++) {
            struct period *p = &cell->lanes[i].period;
            struct track_cursor cur = {0};
            struct track_run run = {.index = 0};
            p->track->mark(p->tracker, (p->window + p->order[0] * p->stride) >> p->granule_shift, 1);
            assert_true(p->track->next(p->tracker, &cur, &run));
            assert_int_equal(__builtin_popcountll(run.bits), own ? 1 : i + 1);
            p->track->end(p->tracker, &cur);
        }
        cell_full_fsync(cell, false);
        cell_destroy(cell);
    }
}

/* What a visit says that it has written is no less than what its copies were called for. */
static _Thread_local uint64_t copied;

static void counting_copy(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
    copied += n;
}

static void written_bytes_are_all_counted(void **state)
{
    struct combo c = combo_named("deferred-xarray");
    struct axes a = {.size = 64, .slots = 1, .windows = 64, .domain = DOMAIN_adr};
    struct path_parts_ids ids;
    assert_true(combo_parts(&c, DOMAIN_adr, &ids));
    struct cell_spec spec = rig_spec(&ids, &a);
    struct cell *cell = rig_cell(*state, &spec);
    struct error err = {0};
    struct visit out;
    struct copy counting = *copy_get(spec.copy, LAYOUT_PATH);
    struct variant v = {.kind = VARIANT_WHOLE};
    counting.copy = counting_copy;
    uint64_t before = cell->written;
    assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 0, 4, false, &out, &err), 0);
    assert_int_equal(out.written, cell->written - before);
    copied = 0;
    before = cell->written;
    cell->period.copy = &counting;
    cell_condition(cell, 0, 4, false);
    assert_true(copied > 8 * 64); /* whole granules, twice */
    assert_int_equal(cell->written - before, copied);
    cell_destroy(cell);
}

static void the_ladder_is_refused(void **state)
{
    struct combo c = combo_named("bypass");
    struct cell_spec spec =
        shared_by(&c, 2, false, (struct axes){.size = 4096, .slots = 24, .domain = DOMAIN_adr});
    struct cell *cell = rig_cell(*state, &spec);
    struct error err = {0};
    struct visit out;
    struct variant rung = {.kind = VARIANT_PREFIX, .step = STEP_COPY};
    assert_int_equal(cell_visit(cell, &rung, 0, 0, 1, false, &out, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    cell_destroy(cell);
}

/* Nobody passes the barrier before all have come, and each job is done once by each thread. */
struct meeting {
    struct team *team;
    unsigned before, early, calls[WORKERS];
};

static void meet(void *user, unsigned thread)
{
    struct meeting *m = user;
    for (unsigned round = 1; round <= 20; round++) {
        if (thread == round % WORKERS)
            usleep(50);
        __atomic_add_fetch(&m->before, 1, __ATOMIC_SEQ_CST);
        team_barrier(m->team);
        if (__atomic_load_n(&m->before, __ATOMIC_SEQ_CST) < WORKERS * round)
            __atomic_add_fetch(&m->early, 1, __ATOMIC_SEQ_CST);
        team_barrier(m->team);
    }
    m->calls[thread]++;
}

static void nobody_starts_early(void **state)
{
    struct error err = {0};
    struct meeting m = {.team = team_create(WORKERS, NULL, &err)};
    (void)state;
    assert_non_null(m.team);
    for (unsigned i = 0; i < 5; i++) {
        m.before = 0;
        team_run(m.team, meet, &m);
    }
    team_destroy(m.team);
    assert_int_equal(m.early, 0);
    for (unsigned i = 0; i < WORKERS; i++)
        assert_int_equal(m.calls[i], 5);
}

static void where(void *user, unsigned thread)
{
    ((int *)user)[thread] = sched_getcpu();
}

static void threads_run_where_they_are_pinned(void **state)
{
    cpu_set_t set;
    struct error err = {0};
    int cpus[2] = {-1, -1}, seen[2];
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
        if (CPU_ISSET(cpu, &set))
            cpus[n++] = cpu;
    if (cpus[1] < 0) {
        print_message("one CPU only: skipped\n");
        skip();
    }
    for (unsigned i = 0; i < 2; i++) {
        int asked[2] = {-1, cpus[i]};
        struct team *team = team_create(2, asked, &err);
        assert_non_null(team);
        team_run(team, where, seen);
        assert_int_equal(seen[1], cpus[i]);
        team_destroy(team);
    }
    assert_null(team_create(2, (int[]){0, 1023}, &err)); /* a CPU that is not there */
    assert_int_equal(err.code, EXIT_CANNOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_writes_every_byte),  cmocka_unit_test(counts_are_those_of_single_writers),
        cmocka_unit_test(a_lost_write_is_found),         cmocka_unit_test(own_files_are_several),
        cmocka_unit_test(written_bytes_are_all_counted), cmocka_unit_test(the_ladder_is_refused),
        cmocka_unit_test(nobody_starts_early),           cmocka_unit_test(threads_run_where_they_are_pinned),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}

/* test_mmap_mixed_threads.c - write() and stores on one file at once: whatever had returned is durable after
 * fsync */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>

#include "tests/kernels/mmap_wrong.h"
#include "tests/sanitized.h"

#ifdef SANITIZED
enum { FSYNCS = 60 };
#else
enum { FSYNCS = 400 };
#endif
enum { WRITERS = 2, STORERS = 2, SYNCERS = 2, THREADS = WRITERS + STORERS + SYNCERS, EACH = 8 };

static const enum track_id trackers[] = {TRACK_radix, TRACK_xarray, TRACK_xarray_order, TRACK_bitmap,
                                         TRACK_bitmap2};
enum { TRACKERS = sizeof(trackers) / sizeof(trackers[0]) };

struct row {
    enum track_id track;
    enum copy_id copy;
    enum protect_way way;
    uint32_t granule;
    uint64_t seed;          /* of the areas' lengths and places */
    period_fn store, fsync; /* NULL: the right ones */
};

struct stress {
    struct mixed mixed; /* first */
    bool stores_alone;  /* page tables know nothing of write() */
    unsigned syncers_left;
    uint64_t writes, stores, fsyncs;
};

struct thread {
    struct stress *stress;
    struct actor actor;
    struct inode *inode;
    unsigned number;
};

static unsigned any_area(struct thread *t)
{
    return (unsigned)rng_below(&t->actor.rng, EACH) * (WRITERS + STORERS) + t->number;
}

/* Writers and storers go on as long as there are fsyncs. */
static void *work(void *user)
{
    struct thread *t = user;
    struct stress *s = t->stress;
    struct mixed *x = &s->mixed;
    bool stores = t->number % 2 || s->stores_alone;
    while (__atomic_load_n(&s->syncers_left, __ATOMIC_RELAXED)) {
        if (stores)
            mixed_store(x, &t->actor, any_area(t));
        else
            file_write_by(&x->file, &t->actor, t->inode, any_area(t), x->file.parts.write);
        __atomic_fetch_add(stores ? &s->stores : &s->writes, 1, __ATOMIC_RELAXED);
        if (stores && !rng_below(&t->actor.rng, 16)) /* its own store, whoever took the fault */
            mixed_fsync(x, &t->actor);
    }
    return NULL;
}

static void *sync_all(void *user)
{
    struct thread *t = user;
    struct stress *s = t->stress;
    uint32_t promised[AREAS_MAX] = {0}, last[AREAS_MAX] = {0};
    for (unsigned done = 0; done < FSYNCS / SYNCERS;) {
        medium_returned(&s->mixed.file.medium, promised);
        if (!memcmp(promised, last, sizeof(last))) {
            sched_yield();
            continue;
        }
        mixed_fsync_promised(&s->mixed, &t->actor, promised);
        memcpy(last, promised, sizeof(last));
        done++;
    }
    __atomic_fetch_add(&s->fsyncs, FSYNCS / SYNCERS, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&s->syncers_left, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void run_threads(struct stress *s, const struct row *row)
{
    struct thread t[THREADS];
    pthread_t id[THREADS];
    struct medium *m = &s->mixed.file.medium;
    s->syncers_left = SYNCERS;
    s->stores_alone = row->track == TRACK_none;
    for (unsigned i = 0; i < THREADS; i++) {
        t[i] = (struct thread){.stress = s, .number = i};
        actor_open(&t[i].actor, m, row->seed * 16 + i);
        t[i].actor.yield_one_in = 32;
        t[i].actor.writeback = s->mixed.file.parts.writeback;
        t[i].inode = inode_create(m->memory, m->file_bytes, 2, NULL);
        assert_non_null(t[i].inode);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&id[i], NULL, i < WRITERS + STORERS ? work : sync_all, &t[i]), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(id[i], NULL);
    for (unsigned i = 0; i < THREADS; i++) {
        actor_close(&t[i].actor);
        inode_destroy(t[i].inode);
    }
}

/* Broken promises of one row. */
static uint64_t run_row(const struct row *row)
{
    struct stress s = {0};
    struct error err = {0};
    struct mixed *x = &s.mixed;
    x->file.parts = mixed_parts(row->track, row->copy, row->granule);
    uint64_t border = parts_border(&x->file.parts);
    x->file.medium.file_bytes = 2 * border;
    x->writeback = (struct writeback){.name = "mixed", .range = mixed_range};
    x->store = row->store;
    x->fsync = row->fsync;
    file_lay_out(&x->file.medium, border, WRITERS + STORERS, EACH, row->seed);
    if (mixed_open(x, row->way, &err))
        fail_msg("%s", err.text);
    run_threads(&s, row);
    uint64_t broken = x->file.broken;
    assert_int_equal(x->file.unfenced + x->file.medium.strays + x->protection->failures, 0);
    assert_int_equal(s.fsyncs, FSYNCS);
    assert_true((s.writes > 0 || s.stores_alone) && s.stores > 0);
    mixed_close(x);
    return broken;
}

static void mixed_accesses_hold(void **state)
{
    static const uint32_t granules[] = {4096, 16384};
    unsigned rows = 0;
    (void)state;
    for (unsigned way = PROTECT_UFFD; way <= PROTECT_MPROTECT; way++) {
        struct error err = {0};
        if (protection_available((enum protect_way)way, &err)) {
            print_message("skipped: %s\n", err.text);
            continue;
        }
        for (unsigned t = 0; t < TRACKERS; t++)
            for (unsigned seed = 1; seed <= 4; seed++, rows++) {
                struct row row = {.track = trackers[t],
                                  .copy = seed % 2 ? COPY_rep_movsb : COPY_movq,
                                  .way = (enum protect_way)way,
                                  .granule = granules[seed / 2 % 2],
                                  .seed = seed};
                uint64_t broken = run_row(&row);
                if (broken)
                    fail_msg("%s by %s, granule %u, seed %u: %lu of %d fsyncs broke a promise",
                             track_get(row.track, 0)->name, protection_way_name(row.way), row.granule, seed,
                             broken, FSYNCS);
            }
    }
    print_message("%u rows of %d fsyncs\n", rows, FSYNCS);
    assert_true(rows > 0);
}

/* What the page tables tell of stores, to several fsyncs at once. */
static void stores_known_to_page_tables_hold(void **state)
{
    struct error err = {0};
    (void)state;
    if (protection_available(PROTECT_PAGEMAP, &err)) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
    for (unsigned seed = 1; seed <= 8; seed++) {
        struct row row = {.track = TRACK_none,
                          .copy = seed % 2 ? COPY_rep_movsb : COPY_movq,
                          .way = PROTECT_PAGEMAP,
                          .granule = 4096,
                          .seed = seed};
        assert_int_equal(run_row(&row), 0);
    }
}

/* The check can fail: fsyncs that never write-protect. */
static void a_missing_write_protection_is_found(void **state)
{
    struct row row = {.track = TRACK_bitmap,
                      .copy = COPY_rep_movsb,
                      .way = PROTECT_MPROTECT,
                      .granule = 4096,
                      .seed = 1,
                      .fsync = wrong_unprotected};
    (void)state;
    assert_true(run_row(&row) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_accesses_hold),
        cmocka_unit_test(stores_known_to_page_tables_hold),
        cmocka_unit_test(a_missing_write_protection_is_found),
    };
    return cmocka_run_group_tests_name("write and store at once", tests, NULL, NULL);
}

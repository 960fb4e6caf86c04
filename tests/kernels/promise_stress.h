/* promise_stress.h - writers and fsyncs of one file at once, and the rows that this is done for */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_PROMISE_STRESS_H
#define TESTS_KERNELS_PROMISE_STRESS_H

#include <pthread.h>

#include "tests/kernels/promise_file.h"

enum { WRITERS_MAX = 4, SYNCERS_MAX = 2, AREAS_EACH = 8 };

/* One row: what it is made of, and how many threads. */
struct row {
    struct path_parts_ids ids;
    uint32_t granule;
    unsigned writers, syncers;
    bool hybrid;    /* longer writes go past the cache, to lines that others have dirty in it */
    bool own_locks; /* each writer has an inode of its own: nothing but the tracker keeps them apart */
    uint64_t seed;
};

struct tally {
    uint64_t fsyncs, writes, broken, unfenced, strays;
};

struct stress {
    struct file file;
    const struct row *row;
    uint64_t fsyncs_each;
    unsigned syncers_left;
    struct tally tally;
};

struct stress_thread {
    struct stress *stress;
    struct actor actor;
    struct inode *inode;
    unsigned number;
};

static const struct writeback window_writeback = {.name = "window", .range = window_range};

static inline void *stress_writer(void *user)
{
    struct stress_thread *t = user;
    struct stress *s = t->stress;
    uint64_t writes = 0;
    for (; __atomic_load_n(&s->syncers_left, __ATOMIC_RELAXED); writes++) {
        unsigned area = (unsigned)rng_below(&t->actor.rng, AREAS_EACH) * s->row->writers + t->number;
        bool marking = !rng_below(&t->actor.rng, 4);
        file_write_by(&s->file, &t->actor, t->inode, area,
                      marking ? s->file.parts.write_marking : s->file.parts.write);
    }
    __atomic_fetch_add(&s->tally.writes, writes, __ATOMIC_RELAXED);
    return NULL;
}

/* An fsync counts only when something had returned since this thread's last one. */
static inline void *stress_syncer(void *user)
{
    struct stress_thread *t = user;
    struct stress *s = t->stress;
    uint32_t promised[AREAS_MAX] = {0}, last[AREAS_MAX] = {0};
    for (uint64_t done = 0; done < s->fsyncs_each;) {
        medium_returned(&s->file.medium, promised);
        if (!memcmp(promised, last, s->file.medium.areas * sizeof(*last))) {
            sched_yield();
            continue;
        }
        file_fsync_promised(&s->file, &t->actor, promised);
        memcpy(last, promised, sizeof(last));
        done++;
    }
    __atomic_fetch_add(&s->tally.fsyncs, s->fsyncs_each, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&s->syncers_left, 1, __ATOMIC_RELAXED);
    return NULL;
}

static inline int stress_threads(struct stress *s, struct error *err)
{
    struct stress_thread t[WRITERS_MAX + SYNCERS_MAX];
    pthread_t id[WRITERS_MAX + SYNCERS_MAX];
    unsigned writers = s->row->writers, threads = writers + s->row->syncers, started = 0;
    int bad = 0;
    s->syncers_left = s->row->syncers;
    for (unsigned i = 0; i < threads; i++) {
        t[i] = (struct stress_thread){.stress = s, .inode = s->file.inode, .number = i};
        actor_open(&t[i].actor, &s->file.medium, s->row->seed * 16 + i);
        t[i].actor.yield_one_in = 32;
        t[i].actor.writeback = writeback_get(s->row->ids.writeback, LAYOUT_TRACE);
        if (s->row->own_locks && i < writers)
            t[i].inode = inode_create(s->file.medium.memory, s->file.medium.file_bytes, 2, err);
        bad |= !t[i].inode;
    }
    for (; !bad && started < threads; started++)
        if (pthread_create(&id[started], NULL, started < writers ? stress_writer : stress_syncer,
                           &t[started])) {
            fprintf(stderr, "no thread can be made; end other programs and run again\n");
            exit(1);
        }
    for (unsigned i = 0; i < threads; i++) {
        if (i < started)
            pthread_join(id[i], NULL);
        actor_close(&t[i].actor);
        if (t[i].inode != s->file.inode)
            inode_destroy(t[i].inode);
    }
    return bad ? -1 : 0;
}

/* Runs one row. `replaced` (may be NULL): these parts instead of the row's. -1 with err. */
static inline int stress_run(const struct row *row, const struct parts *replaced, uint64_t fsyncs,
                             struct tally *tally, struct error *err)
{
    struct stress s = {.row = row, .fsyncs_each = fsyncs / row->syncers};
    struct parts parts = replaced ? *replaced : parts_of(&row->ids, row->granule);
    if (row->hybrid)
        parts.bypass = copy_get(COPY_movnti, LAYOUT_TRACE);
    if (parts.track->entry_bytes && parts.writeback->range)
        parts.writeback = &window_writeback;
    int bad = file_make(&s.file, &parts, row->writers, AREAS_EACH, row->seed, err);
    if (!bad)
        bad = stress_threads(&s, err);
    *tally = s.tally;
    tally->broken = s.file.broken;
    tally->unfenced = s.file.unfenced;
    tally->strays = s.file.medium.strays;
    file_close(&s.file);
    return bad;
}

/* The compositions that are durable, in an order that changes domain and write-back fastest: number i, false
 * behind the last. Durable copies alone; cached ones with each tracker. */
static inline bool composition(unsigned i, struct path_parts_ids *ids)
{
    static const enum copy_id cached[] = {COPY_rep_movsb, COPY_movq, COPY_memcpy};
    unsigned cached_copies = sizeof(cached) / sizeof(cached[0]), durable = 0;
    for (unsigned c = 0; c < COPIES; c++) {
        if (!copy_get((enum copy_id)c, 0)->durable)
            continue;
        if (i / DOMAINS == durable++) {
            *ids = (struct path_parts_ids){.copy = (enum copy_id)c,
                                           .track = TRACK_none,
                                           .writeback = WRITEBACK_none,
                                           .domain = (enum domain_id)(i % DOMAINS)};
            return true;
        }
    }
    i -= durable * DOMAINS;
    unsigned domain = i % DOMAINS, writeback = i / DOMAINS % WRITEBACKS,
             copy = i / DOMAINS / WRITEBACKS % cached_copies,
             track = i / DOMAINS / WRITEBACKS / cached_copies;
    *ids = (struct path_parts_ids){.copy = cached[copy],
                                   .track = (enum track_id)track,
                                   .writeback = (enum writeback_id)writeback,
                                   .domain = (enum domain_id)domain};
    return track < TRACKS;
}

/* A composition's row: granule, locks and lengths change with its number. false: it has none, being volatile,
 * or the same as another, or one that this CPU cannot run, which is then said in `skipped`. */
static inline bool row_of(unsigned i, const struct path_parts_ids *ids, struct row *row,
                          struct error *skipped)
{
    static const uint32_t granules[] = {64, 256, 4096};
    const struct track *track = track_get(ids->track, 0);
    bool flushes = writeback_get(ids->writeback, 0)->range;
    struct error why = {0};
    if (ids->track == TRACK_none ? !copy_get(ids->copy, 0)->durable || flushes : !flushes)
        return false;
    if (path_check_durable(ids, &why) || path_check_features(ids, cpu_features(), skipped))
        return false;
    *row = (struct row){.ids = *ids,
                        .granule = track->entry_bytes ? 4096 : granules[i % 3],
                        .writers = i % 2 ? 2 : 4,
                        .syncers = track->single_fsync ? 1 : 2,
                        .hybrid = track->shape == SHAPE_BITMAP && i % 4 == 1 &&
                                  !(copy_get(COPY_movnti, 0)->features & ~cpu_features()),
                        .own_locks = i / 2 % 2,
                        .seed = i + 1};
    return true;
}

static inline const char *row_text(const struct row *row, char *out, size_t bytes)
{
    snprintf(out, bytes, "%s%s, %s, %s, %s, granule %u, %u writers%s, %u fsyncs",
             copy_get(row->ids.copy, 0)->name, row->hybrid ? " or past the cache" : "",
             track_get(row->ids.track, 0)->name, writeback_get(row->ids.writeback, 0)->name,
             domain_get(row->ids.domain, 0)->name, row->granule, row->writers,
             row->own_locks ? " with locks of their own" : "", row->syncers);
    return out;
}

#endif

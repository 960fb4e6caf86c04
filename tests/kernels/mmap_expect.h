/* mmap_expect.h - what a period of stores through a mapping must execute, worked out from the axes alone */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_MMAP_EXPECT_H
#define TESTS_KERNELS_MMAP_EXPECT_H

#include <stdio.h>

#include "tests/kernels/expect.h"
#include "tests/kernels/mmap_rig.h"

enum { PERIODS = 3, SHAPE_COUNT = 5 };

static const struct axes mapped_shapes[SHAPE_COUNT] = {
    {.size = 64, .slots = 150, .access = ACCESS_RANDOM},
    {.size = 4096, .slots = 16},
    {.size = 65536, .slots = 5, .overwrite = 2},
    {.size = 4097, .offset = 3, .slots = 12, .access = ACCESS_SPARSE, .surround = SURROUND_KERNEL},
    {.size = 100, .offset = 4090, .slots = 90, .access = ACCESS_SPARSE, .overwrite = 3},
};

/* What is counted: a cell's tally, and the two of this kernel. */
struct mapped_tally {
    struct tally all;
    uint64_t faults, protects;
};

static inline struct mapped_tally mapped_of(const struct cell_counts *c)
{
    return (struct mapped_tally){tally_of(c), c->path.faults, c->path.write_protects};
}

/* Entries that the period over window 0 touches. */
static inline uint64_t entries_of(const struct cell_spec *s)
{
    return distinct_units(&s->stream, FILE_START + s->stream.offset, entry_of_cell(s));
}

/* One period, worked out from the axes: a fault, a mark and a scanned entry for each entry, whole entries
 * protected and written back. */
static inline struct mapped_tally expected(const struct cell_spec *s)
{
    const struct stream *st = &s->stream;
    struct expect fsync = {0};
    bool tree = track_get(s->track, 0)->shape == SHAPE_TREE, tracked = s->track != TRACK_none;
    uint64_t entries = entries_of(s),
             words = distinct_units(st, FILE_START + st->offset, st->granule * RUN_WORD);
    struct mapped_tally t = {.faults = entries, .protects = entries * (entry_of_cell(s) / st->granule)};
    expect_fsync(&fsync, s, entries, words);
    t.all = expect_total(&fsync);
    t.all.copied = st->slots * st->overwrite * st->size;
    t.all.marked = tracked ? entries : 0;
    t.all.scanned = entries;
    if (s->domain != DOMAIN_eadr)
        t.all.lines = entries * (entry_of_cell(s) / LINE);
    if (!tracked)
        t.all.locked += 2; /* the turn */
    else                   /* the inode; a fault's group, entry and mark; fsync's groups */
        t.all.locked +=
            1 + (tree ? 3 : 2) * entries + (tree ? entries : words) + (s->track == TRACK_bitmap2 ? words : 0);
    return t;
}

static inline void tallies_equal(const char *what, struct mapped_tally is, struct mapped_tally must)
{
    uint64_t a, b;
    const char *wrong = tally_differs(is.all, must.all, &a, &b);
    if (wrong)
        fail_msg("%s: %s is %lu, must be %lu", what, wrong, a, b);
    if (is.faults != must.faults)
        fail_msg("%s: faults are %lu, must be %lu", what, is.faults, must.faults);
    if (is.protects != must.protects)
        fail_msg("%s: %lu granules are write-protected, must be %lu", what, is.protects, must.protects);
}

static inline struct mapped_tally counted(struct cell *cell, const char *what)
{
    struct cell_counts counts;
    struct error err = {0};
    if (cell_count(cell, &counts, &err))
        fail_msg("%s: %s", what, err.text);
    return mapped_of(&counts);
}

/* Its own check of the data, then the state, then what a whole period counts. */
static inline void visit_and_look(struct cell *cell, const char *name, const struct variant *v,
                                  unsigned layout, struct mapped_tally usual)
{
    struct error err = {0};
    struct visit visit;
    char text[160];
    snprintf(text, sizeof(text), "%s after variant %d of step %d, layout %u", name, (int)v->kind,
             (int)v->step, layout);
    if (cell_visit(cell, v, layout, v->step, PERIODS, false, &visit, &err))
        fail_msg("%s: %s", text, err.text);
    if (rig_unclean(cell))
        fail_msg("%s: %s", text, rig_unclean(cell));
    tallies_equal(text, counted(cell, text), usual);
}

/* A store into a write-protected page of a probe faults. */
static inline bool probe_fault(struct period *p, uint64_t offset)
{
    p->counts.faults++;
    return !p->protection->ops->open(p->protection, offset & ~4095ull, 4096);
}

/* Pages of the footprint that a store into does not fault; all are protected again. */
static inline uint64_t open_pages(struct cell *cell)
{
    struct period probe = {.protection = cell->period.protection, .on_fault = probe_fault};
    struct period *before = protection_run(&probe);
    const struct stream *st = &cell->spec.stream;
    uint64_t end = FILE_START + st->offset + st->footprint, pages = 0;
    for (uint64_t at = FILE_START; at < end; at += 4096, pages++) {
        volatile unsigned char *byte = cell->period.base + at;
        *byte = *byte;
    }
    protection_run(before);
    protection_close(cell->period.protection, 0, cell->period.protection->bytes);
    return pages - probe.counts.faults;
}

#endif

/* main.c - our xarray against Linux' own: equal work on both, interleaved in one run */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/truth/truth.h"

#include "strategies/track.h"
#include "tests/truth/xarray_linux/contender.h"

#define GOAL_LOW  0.7
#define GOAL_HIGH 1.3

enum { ENTRIES = 4096, GRANULE = 4096 };

/* The file is longer than what is written of it, so that the tree's memory is many huge pages. */
static const uint64_t written_bytes = 1ull << 30, file_bytes = 64ull << 30;
static const uintptr_t huge_bytes = 2 << 20;

/* --- our side: the tracker through its strategy's pointers --- */

struct ours {
    const struct track *track;
    struct tracker *tracker;
};

static void ours_mark(const struct ours *o, const uint64_t *index, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        o->track->mark(o->tracker, index[i], 1);
}

static void ours_write(const struct ours *o, const uint64_t *index, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        o->track->entry_lock(o->tracker, index[i]);
        o->track->entry_mark_unlock(o->tracker, index[i]);
    }
}

/* With `hold` the whole of an fsync; without it, what is found is cleared under the scan's own lock. */
static inline __attribute__((always_inline)) uint64_t ours_scan(const struct ours *o, bool hold)
{
    struct track_cursor cur = {0};
    struct track_run run;
    uint64_t found = 0;
    if (o->track->empty(o->tracker) || !o->track->tag(o->tracker, &cur))
        return 0;
    while (o->track->next(o->tracker, &cur, &run)) {
        if (hold && !o->track->hold(o->tracker, &cur, &run))
            continue;
        o->track->release(o->tracker, &cur, &run);
        found++;
    }
    o->track->end(o->tracker, &cur);
    return found;
}

static __attribute__((noinline)) uint64_t ours_find_clear(const struct ours *o)
{
    return ours_scan(o, false);
}

static __attribute__((noinline)) uint64_t ours_fsync(const struct ours *o)
{
    return ours_scan(o, true);
}

/* --- the measures --- */

enum variant { OURS, LINUX, VARIANTS };
enum measure { MARK, FIND_CLEAR, WRITE_FSYNC, WRITE, FSYNC, MEASURES };
enum pattern { DENSE, RANDOM, SPARSE, PATTERNS };

static const char *const measure_names[MEASURES] = {"mark alone", "find and clear alone", "write and fsync",
                                                    "  of it write", "  of it fsync"};
static const char *const pattern_names[PATTERNS] = {"4096 entries side by side", "4096 of 1 GiB at random",
                                                    "4096 entries 64 granules apart"};

struct lab {
    struct ours ours;
    void *linux_state;
    enum measure measure;
    uint64_t index[ENTRIES];
    double tsc_ghz;
};

static const struct contender *linux_side(unsigned layout)
{
    static const struct contender *const side[TRUTH_LAYOUTS] = {&contender_linux_l0, &contender_linux_l1,
                                                                &contender_linux_l2, &contender_linux_l3};
    return side[layout];
}

static void do_mark(const struct lab *lab, enum variant v, unsigned layout)
{
    if (v == OURS)
        ours_mark(&lab->ours, lab->index, ENTRIES);
    else
        linux_side(layout)->mark(lab->linux_state, lab->index, ENTRIES);
}

static void do_write(const struct lab *lab, enum variant v, unsigned layout)
{
    if (v == OURS)
        ours_write(&lab->ours, lab->index, ENTRIES);
    else
        linux_side(layout)->write(lab->linux_state, lab->index, ENTRIES);
}

static uint64_t do_find_clear(const struct lab *lab, enum variant v, unsigned layout)
{
    return v == OURS ? ours_find_clear(&lab->ours) : linux_side(layout)->find_clear(lab->linux_state);
}

static uint64_t do_fsync(const struct lab *lab, enum variant v, unsigned layout)
{
    return v == OURS ? ours_fsync(&lab->ours) : linux_side(layout)->fsync(lab->linux_state);
}

/* Brings the tree into the state that the measure begins with: all clean, all DIRTY, or all written. */
static void before(const struct lab *lab, enum variant v, unsigned layout)
{
    do_find_clear(lab, v, layout);
    if (lab->measure == FIND_CLEAR)
        do_mark(lab, v, layout);
    if (lab->measure == FSYNC)
        do_write(lab, v, layout);
}

/* The measure itself; returns what it found, ENTRIES where it does not look. */
static uint64_t timed(const struct lab *lab, enum variant v, unsigned layout)
{
    switch (lab->measure) {
    case MARK:
        do_mark(lab, v, layout);
        return ENTRIES;
    case FIND_CLEAR:
        return do_find_clear(lab, v, layout);
    case WRITE:
        do_write(lab, v, layout);
        return ENTRIES;
    case WRITE_FSYNC:
        do_write(lab, v, layout);
        return do_fsync(lab, v, layout);
    default:
        return do_fsync(lab, v, layout);
    }
}

static double sample(void *user, uint32_t variant, unsigned layout)
{
    struct lab *lab = user;
    lab->ours.track = track_get(TRACK_xarray, layout);
    before(lab, variant, layout);
    uint64_t start = clock_begin_drained();
    uint64_t found = timed(lab, variant, layout);
    double ns = (double)(clock_end_drained() - start) / lab->tsc_ghz / ENTRIES;
    if (found != ENTRIES)
        truth_cannot("a scan has not found what was marked");
    return ns;
}

/* ENTRIES different indices: the first of a shuffled file, for the random ones. */
static void pattern_fill(uint64_t *index, enum pattern pattern)
{
    uint64_t granules = written_bytes / GRANULE;
    uint32_t *shuffled = truth_alloc(granules, sizeof(*shuffled));
    struct rng r = {.state = 7};
    for (uint64_t i = 0; i < granules; i++)
        shuffled[i] = (uint32_t)i;
    rng_shuffle(&r, shuffled, granules);
    for (uint64_t i = 0; i < ENTRIES; i++)
        index[i] = pattern == DENSE ? i : pattern == SPARSE ? i * 64 : shuffled[i];
    free(shuffled);
}

/* Our tree in whole huge pages, as the kernel's slab has them and Linux' side here: what is mapped before
 * decides where the tree begins. */
static struct tracker *ours_create(const struct track *track)
{
    struct error err = {0};
    struct tracker *t = track->create(file_bytes, GRANULE, &err);
    for (unsigned i = 0; t && (uintptr_t)t % huge_bytes && i < 16; i++) {
        uintptr_t filler = (uintptr_t)t % huge_bytes;
        track->destroy(t);
        mmap(NULL, filler, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        t = track->create(file_bytes, GRANULE, &err);
    }
    if (!t)
        truth_cannot(err.text);
    if ((uintptr_t)t % huge_bytes)
        printf("note: our tree does not begin at a huge page; its TLB misses are in the figures\n");
    return t;
}

/* Both trees with every entry inserted and clean. */
static void pattern_start(struct lab *lab, enum pattern pattern)
{
    pattern_fill(lab->index, pattern);
    lab->ours.track = track_get(TRACK_xarray, 0);
    lab->ours.tracker = ours_create(lab->ours.track);
    lab->linux_state = linux_side(0)->create(file_bytes / GRANULE);
    if (!lab->linux_state)
        truth_cannot("no memory for Linux' tree");
    do_mark(lab, OURS, 0);
    do_mark(lab, LINUX, 0);
}

static void pattern_show(const struct truth_options *o, struct lab *lab, enum pattern pattern)
{
    char text[TRUTH_TEXT];
    pattern_start(lab, pattern);
    printf("\n%s: ns an entry\n", pattern_names[pattern]);
    printf("  %-22s %8s %8s  %s\n", "", "ours", "Linux", "ours / Linux");
    for (lab->measure = 0; lab->measure < MEASURES; lab->measure++) {
        struct truth_table t = truth_run(o, VARIANTS, TRUTH_LAYOUTS, sample, lab);
        struct interval ratio = truth_ratio(&t, LINUX, OURS);
        printf("  %-22s %8.2f %8.2f  %-20s", measure_names[lab->measure], truth_median(&t, OURS),
               truth_median(&t, LINUX), truth_text(ratio, text));
        if (lab->measure < WRITE)
            printf("  %.1f to %.1f: %s", GOAL_LOW, GOAL_HIGH,
                   truth_met(ratio.value >= GOAL_LOW && ratio.value <= GOAL_HIGH));
        printf("\n");
        truth_drop(&t);
    }
    lab->ours.track->destroy(lab->ours.tracker);
}

int main(int argc, char **argv)
{
    struct truth_options o = truth_start(argc, argv, 61, "our xarray against Linux' own, equal work on both");
    struct lab *lab = truth_alloc(1, sizeof(*lab));
    lab->tsc_ghz = o.tsc_ghz;
    printf("%u interleaved rounds, each side in %u code layouts a round\n", o.rounds, TRUTH_LAYOUTS);
    for (enum pattern p = 0; p < PATTERNS; p++)
        pattern_show(&o, lab, p);
    free(lab);
    return 0;
}

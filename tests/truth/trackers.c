/* trackers.c - what a mark, the scan of a sparse file and the memory of each tracker cost */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/truth/truth.h"

#include "strategies/track.h"
#include "strategies/trace.h"

/* Bounds that are told: bytes a page for trees, a granule for bitmaps (leaf words, and summary words beside).
 */
#define TREE_BOUND    9.3
#define BITMAP_BOUND  (1.0 / 8)
#define BITMAP2_BOUND (1.0 / 8 + 1.0 / (8 * 64))

enum { GRANULE = 4096, MARKS_EACH = 4096 };

static const uint64_t dense_file = 1ull << 30, sparse_file = 1ull << 40;

/* The trackers that remember something, and the place of two of them in that list. */
struct trackers {
    enum track_id id[TRACKS];
    uint32_t count;
};

static struct trackers trackers_all(void)
{
    struct trackers all = {.count = 0};
    for (enum track_id id = 0; id < TRACKS; id++)
        if (track_get(id, 0)->shape != SHAPE_DIRECT)
            all.id[all.count++] = id;
    return all;
}

static uint32_t tracker_named(const struct trackers *all, const char *name)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (!strcmp(track_get(all->id[i], 0)->name, name))
            return i;
    truth_cannot("a tracker of this name is gone: bitmap, bitmap2");
    return 0;
}

static struct tracker *create(const struct track *track, uint64_t file_bytes)
{
    struct error err = {0};
    struct tracker *t = track->create(file_bytes, GRANULE, &err);
    if (!t)
        truth_cannot(err.text);
    return t;
}

/* One fsync's walk without its write-back; returns the granules found. */
static uint64_t walk(const struct track *track, struct tracker *t)
{
    struct track_cursor cur = {0};
    struct track_run run;
    uint64_t found = 0;
    if (track->empty(t) || !track->tag(t, &cur))
        return 0;
    while (track->next(t, &cur, &run)) {
        bool held = !track->hold || track->hold(t, &cur, &run);
        if (!held)
            continue;
        track->take(t, &cur, &run);
        found += (uint64_t)__builtin_popcountll(run.bits);
        track->release(t, &cur, &run);
    }
    track->end(t, &cur);
    return found;
}

/* --- LOCKed operations a mark --- */

static uint64_t locked_ops(const struct track *track, struct tracker *t, uint64_t first, uint64_t count)
{
    struct trace trace = {0}, *before = trace_use(&trace);
    for (uint64_t i = first; i < first + count; i++)
        track->mark(t, i, 1);
    trace_use(before);
    return trace.locked_ops;
}

static void show_locked(const struct trackers *all)
{
    printf("LOCKed operations a mark of one granule of a new file, counted\n");
    printf("  %-14s %22s %22s %22s\n", "", "first of 64 granules", "the 63 others, each", "marked already");
    for (uint32_t i = 0; i < all->count; i++) {
        const struct track *track = track_get(all->id[i], LAYOUT_TRACE);
        struct tracker *t = create(track, dense_file);
        uint64_t first = locked_ops(track, t, 0, 1), others = locked_ops(track, t, 1, 63);
        uint64_t again = locked_ops(track, t, 0, 64);
        printf("  %-14s %22.2f %22.2f %22.2f\n", track->name, (double)first, (double)others / 63,
               (double)again / 64);
        track->destroy(t);
    }
}

/* --- ns a mark --- */

enum pattern { PATTERN_DENSE, PATTERN_RANDOM, PATTERN_SPARSE, PATTERNS };

static const char *const pattern_names[PATTERNS] = {"one after another", "random in 1 GiB",
                                                    "64 granules apart"};

struct marks {
    const struct trackers *all;
    struct tracker *state[TRACKS];
    uint64_t *granule; /* MARKS_EACH of the pattern at hand */
    double tsc_ghz;
};

static void pattern_fill(uint64_t *granule, enum pattern pattern)
{
    struct rng r = {.state = 7};
    for (uint64_t i = 0; i < MARKS_EACH; i++)
        granule[i] = pattern == PATTERN_DENSE    ? i
                     : pattern == PATTERN_SPARSE ? i * 64
                                                 : rng_below(&r, dense_file / GRANULE);
}

/* Granules that were marked once and are clean now: entries exist, as in a file that was written before. */
static double measure_mark(void *user, uint32_t variant, unsigned layout)
{
    struct marks *m = user;
    const struct track *track = track_get(m->all->id[variant], layout);
    struct tracker *t = m->state[variant];
    walk(track, t);
    uint64_t start = clock_begin_drained();
    for (uint64_t i = 0; i < MARKS_EACH; i++)
        track->mark(t, m->granule[i], 1);
    return (double)(clock_end_drained() - start) / m->tsc_ghz / MARKS_EACH;
}

static void show_marks(const struct truth_options *o, const struct trackers *all)
{
    struct marks m = {
        .all = all, .granule = truth_alloc(MARKS_EACH, sizeof(uint64_t)), .tsc_ghz = o->tsc_ghz};
    uint32_t bitmap = tracker_named(all, "bitmap");
    char text[TRUTH_TEXT];
    for (enum pattern p = 0; p < PATTERNS; p++) {
        printf("\nns a mark of a clean granule, %s (%u rounds, %u layouts)\n", pattern_names[p], o->rounds,
               TRUTH_LAYOUTS);
        pattern_fill(m.granule, p);
        for (uint32_t i = 0; i < all->count; i++)
            m.state[i] = create(track_get(all->id[i], 0), dense_file);
        struct truth_table t = truth_run(o, all->count, TRUTH_LAYOUTS, measure_mark, &m);
        for (uint32_t i = 0; i < all->count; i++) {
            printf("  %-14s %8.2f   against bitmap %s\n", track_get(all->id[i], 0)->name, truth_median(&t, i),
                   truth_text(truth_ratio(&t, bitmap, i), text));
            track_get(all->id[i], 0)->destroy(m.state[i]);
        }
        truth_drop(&t);
    }
    free(m.granule);
}

/* --- the scan of a sparse file --- */

struct scans {
    const struct trackers *all;
    struct tracker *state[TRACKS];
    uint64_t dirty; /* granules, spread evenly */
    double tsc_ghz;
};

static double measure_scan(void *user, uint32_t variant, unsigned layout)
{
    struct scans *s = user;
    const struct track *track = track_get(s->all->id[variant], layout);
    struct tracker *t = s->state[variant];
    uint64_t apart = sparse_file / GRANULE / s->dirty;
    for (uint64_t i = 0; i < s->dirty; i++)
        track->mark(t, i * apart + apart / 2, 1);
    uint64_t start = clock_begin_drained();
    uint64_t found = walk(track, t);
    double ns = (double)(clock_end_drained() - start) / s->tsc_ghz;
    if (found != s->dirty && !track->entry_bytes)
        truth_cannot("a walk has not found what was marked");
    return ns;
}

static void show_scan(const struct truth_options *o, struct scans *s)
{
    uint32_t bitmap = tracker_named(s->all, "bitmap"), bitmap2 = tracker_named(s->all, "bitmap2");
    char text[TRUTH_TEXT];
    for (uint32_t i = 0; i < s->all->count; i++)
        s->state[i] = create(track_get(s->all->id[i], 0), sparse_file);
    struct truth_table t = truth_run(o, s->all->count, TRUTH_LAYOUTS, measure_scan, s);
    printf("\nns of an fsync's walk over a file of 1 TiB, %llu dirty granules spread evenly (%u rounds)\n",
           (unsigned long long)s->dirty, o->rounds);
    for (uint32_t i = 0; i < s->all->count; i++) {
        printf("  %-14s %14.0f\n", track_get(s->all->id[i], 0)->name, truth_median(&t, i));
        track_get(s->all->id[i], 0)->destroy(s->state[i]);
    }
    printf("  bitmap2 over bitmap: %.5f; bitmap over bitmap2: %s\n", truth_ratio(&t, bitmap, bitmap2).value,
           truth_text(truth_ratio(&t, bitmap2, bitmap), text));
    truth_drop(&t);
}

static void show_scans(const struct truth_options *o, const struct trackers *all)
{
    static const uint64_t dirty[] = {1, 64, 4096};
    for (size_t i = 0; i < sizeof(dirty) / sizeof(*dirty); i++) {
        struct scans s = {.all = all, .dirty = dirty[i], .tsc_ghz = o->tsc_ghz};
        show_scan(o, &s);
    }
}

/* --- memory --- */

static double bound_of(const struct track *track)
{
    if (track->shape == SHAPE_TREE)
        return TREE_BOUND;
    return !strcmp(track->name, "bitmap") ? BITMAP_BOUND : BITMAP2_BOUND;
}

/* What a file has whatever its length (lock, queues, claims) is told beside and not part of the bound. */
static void show_memory(const struct trackers *all)
{
    uint64_t pages = dense_file / GRANULE;
    printf("\nbytes of state a page of 4 KiB, a file of 1 GiB with every page marked\n");
    printf("  %-14s %12s %12s %10s %18s\n", "", "bytes a page", "bound", "", "fixed, bytes more");
    for (uint32_t i = 0; i < all->count; i++) {
        const struct track *track = track_get(all->id[i], 0);
        struct tracker *t = create(track, dense_file), *small = create(track, GRANULE);
        track->mark(t, 0, pages);
        uint64_t fixed = track->memory(small);
        double each = (double)(track->memory(t) - fixed) / (double)pages, bound = bound_of(track);
        printf("  %-14s %12.4f %12.4f %10s %18llu\n", track->name, each, bound, truth_met(each <= bound),
               (unsigned long long)fixed);
        track->destroy(t);
        track->destroy(small);
    }
}

int main(int argc, char **argv)
{
    struct truth_options o = truth_start(
        argc, argv, 31, "what a mark, a scan of a sparse file and the memory of each tracker cost");
    struct trackers all = trackers_all();
    show_locked(&all);
    show_marks(&o, &all);
    show_scans(&o, &all);
    show_memory(&all);
    return 0;
}

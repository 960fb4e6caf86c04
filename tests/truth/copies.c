/* copies.c - our copies against libc's and libpmem2's, and against a pure non-temporal fill */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/truth/truth.h"

#include "base/cpu.h"
#include "base/size.h"
#include "strategies/copy.h"
#include "strategies/prim.h"

/* Goals that are told: geometric mean and smallest of the best of ours in speed, and share of a fill. */
#define GOAL_MEAN     1.00
#define GOAL_SMALLEST 0.95
#define GOAL_FILL     0.95

/* A sample copies over a region of REGION bytes, which the caches hold (at most OPERATIONS destinations where
 * it can be shorter, at least one); passes bring it beyond 1000 times the clock's resolution where the state
 * that a copy leaves is the one that it is to find. */
enum {
    SIZE_FIRST = 64,
    SIZE_LAST = 1 << 20,
    REGION = 512 << 10,
    OPERATIONS = 512,
    SOURCE_RING = 16 << 10, /* half of L1d */
    CACHED_BYTES = 2 << 20, /* a sample of cached copies */
    FILL_FIRST = 4096,
    LIBC = COPIES, /* libc's memcpy as it is, whole */
    FILL_AVX2,
    FILL_AVX512,
    CONTENDERS
};

enum dest { DEST_OWN, DEST_ABSENT, DEST_DIRTY, DESTS };
enum side { SIDE_OURS, SIDE_THEIRS };

static const char *const dest_names[DESTS] = {"own", "absent", "dirty"};

/* A pure fill: the same stores as a copy of that width, with nothing to load. */
__attribute__((target("avx2"), aligned(64))) static void fill_avx2(void *dst, const void *src, size_t n)
{
    __m256i value = _mm256_set1_epi8(3);
    (void)src;
    for (unsigned char *to = dst, *end = to + n; to < end; to += LINE) {
        _mm256_stream_si256((void *)to, value);
        _mm256_stream_si256((void *)(to + LINE / 2), value);
    }
}

__attribute__((target("avx512f"), aligned(64))) static void fill_avx512(void *dst, const void *src, size_t n)
{
    __m512i value = _mm512_set1_epi32(3);
    (void)src;
    for (unsigned char *to = dst, *end = to + n; to < end; to += LINE)
        _mm512_stream_si512((void *)to, value);
}

static void libc_whole(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
}

static const struct copy others[CONTENDERS - COPIES] = {
    [LIBC - COPIES] = {.name = "libc memcpy", .resident = RESIDENT_YES, .copy = libc_whole},
    [FILL_AVX2 - COPIES] = {.name = "fill of 32 B stores",
                            .features = CPU_AVX2,
                            .durable = true,
                            .fence = FENCE_NEEDED,
                            .copy = fill_avx2},
    [FILL_AVX512 - COPIES] = {.name = "fill of 64 B stores",
                              .features = CPU_AVX512F,
                              .durable = true,
                              .fence = FENCE_NEEDED,
                              .copy = fill_avx512}};

static const struct copy *contender(unsigned id, unsigned layout)
{
    return id < COPIES ? copy_get(id, layout) : &others[id - COPIES];
}

static bool is_pmem2(unsigned id)
{
    return !strncmp(contender(id, 0)->name, "pmem2", 5);
}

/* What takes part in one comparison. */
struct field {
    unsigned id[CONTENDERS];
    enum side side[CONTENDERS];
    uint32_t count;
};

struct lab {
    const struct truth_options *options;
    bool usable[CONTENDERS];
    struct field field;
    enum dest dest;
    uint64_t size;
    unsigned char *base; /* of the destinations */
    uint64_t range;      /* bytes there; larger than the region of a sample: each sample takes the next */
    uint64_t at;
    unsigned char *source;
};

/* Prepares every copy in every layout; tells which ones cannot run here. */
static void find_usable(struct lab *lab)
{
    for (unsigned id = 0; id < CONTENDERS; id++) {
        uint32_t lacks = contender(id, 0)->features & ~cpu_features();
        char text[128];
        struct error err = {0};
        lab->usable[id] = !lacks;
        if (lacks)
            printf("skipped: %s, this CPU lacks %s\n", contender(id, 0)->name,
                   cpu_feature_list(lacks, text, sizeof(text)));
        for (unsigned layout = 0; !lacks && layout < TRUTH_LAYOUTS; layout++) {
            const struct copy *c = contender(id, layout);
            if (c->prepare && lab->usable[id] && c->prepare(&err)) {
                lab->usable[id] = false;
                printf("skipped: %s, %s\n", c->name, err.text);
            }
        }
    }
}

static void field_add(struct lab *lab, unsigned id, enum side side)
{
    struct field *f = &lab->field;
    if (!lab->usable[id])
        return;
    f->id[f->count] = id;
    f->side[f->count++] = side;
}

/* --- one sample --- */

/* Cached copies to absent lines are quick and cannot go over them twice: all of REGION. */
static uint64_t region_bytes(const struct lab *lab, bool durable)
{
    bool shorter = durable || lab->dest != DEST_ABSENT;
    uint64_t bytes = shorter && lab->size * OPERATIONS < REGION ? lab->size * OPERATIONS : REGION;
    return bytes < lab->size ? lab->size : bytes;
}

/* Brings the destinations into the state that is asked for, and the source into the cache. */
static void condition(const struct lab *lab, unsigned char *region, uint64_t bytes)
{
    if (lab->dest == DEST_DIRTY)
        memset(region, 5, bytes);
    for (uint64_t i = 0; lab->dest == DEST_ABSENT && i < bytes; i += LINE)
        line_clflush(region + i);
    uint64_t source = lab->size > SOURCE_RING ? lab->size : SOURCE_RING + lab->size;
    for (uint64_t i = 0; i < source; i += LINE)
        (void)*(volatile unsigned char *)(lab->source + i);
    _mm_mfence();
}

/* One write(): copy, what must follow it, and the fence that it needs. */
static inline void write_once(const struct copy *c, unsigned char *dst, const unsigned char *src,
                              uint64_t size)
{
    c->copy(dst, src, size);
    if (c->finish)
        c->finish(dst, size);
    if (c->fence == FENCE_NEEDED)
        store_fence();
}

static void pass(const struct lab *lab, const struct copy *c, unsigned char *region, uint64_t bytes)
{
    uint64_t position = 0;
    for (uint64_t i = 0; i < bytes; i += lab->size) {
        write_once(c, region + i, lab->source + position, lab->size);
        position = lab->size < SOURCE_RING ? (position + LINE) % SOURCE_RING : 0;
    }
}

/* Before a sample in state `own` truth_sample's unmeasured one has left the region as this copy leaves it. */
static double measure(void *user, uint32_t variant, unsigned layout)
{
    struct lab *lab = user;
    const struct copy *c = contender(lab->field.id[variant], layout);
    uint64_t bytes = region_bytes(lab, c->durable), passes = 1;
    unsigned char *region = lab->base + lab->at;
    if (lab->range > bytes)
        lab->at = lab->at + 2 * bytes <= lab->range ? lab->at + bytes : 0;
    if (!c->durable && lab->dest != DEST_ABSENT)
        passes = CACHED_BYTES > bytes ? CACHED_BYTES / bytes : 1;
    condition(lab, region, bytes);
    uint64_t start = clock_begin_drained();
    for (uint64_t i = 0; i < passes; i++)
        pass(lab, c, region, bytes);
    double ns = (double)(clock_end_drained() - start) / lab->options->tsc_ghz;
    return ns / (double)(passes * (bytes / lab->size));
}

/* --- comparisons --- */

/* The fastest of a side; the id of one that does not count is left out. */
static uint32_t best_of(const struct lab *lab, const struct truth_table *t, enum side side)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t v = 0; v < lab->field.count; v++)
        if (lab->field.side[v] == side && (best == UINT32_MAX || truth_median(t, v) < truth_median(t, best)))
            best = v;
    return best;
}

/* The best of ours against the best of theirs over many cells: geometric mean by round, and the smallest. */
struct tally {
    double *log_sum; /* a round */
    unsigned cells;
    double smallest;
    char where[64];
};

static void tally_add(struct tally *sum, const struct truth_table *t, uint32_t ours, uint32_t theirs,
                      const char *where)
{
    double ratio = truth_ratio(t, ours, theirs).value;
    for (unsigned r = 0; r < t->rounds; r++)
        sum->log_sum[r] += log(truth_samples(t, theirs)[r] / truth_samples(t, ours)[r]);
    if (!sum->cells++ || ratio < sum->smallest) {
        sum->smallest = ratio;
        snprintf(sum->where, sizeof(sum->where), "%s", where);
    }
}

static void tally_show(struct tally *sum, unsigned rounds, double goal_mean, double goal_smallest)
{
    char text[TRUTH_TEXT];
    for (unsigned r = 0; r < rounds; r++)
        sum->log_sum[r] = exp(sum->log_sum[r] / sum->cells);
    struct interval mean = stats_median_interval(sum->log_sum, rounds, 0.95);
    printf("  best of ours, geometric mean over %u cells: %s", sum->cells, truth_text(mean, text));
    if (goal_mean > 0)
        printf(", at least %.2f: %s", goal_mean, truth_met(mean.value >= goal_mean));
    printf("\n  best of ours, smallest: %.2f at %s, at least %.2f: %s\n\n", sum->smallest, sum->where,
           goal_smallest, truth_met(sum->smallest >= goal_smallest));
    free(sum->log_sum);
}

static int column(const char *name)
{
    return strlen(name) > 6 ? (int)strlen(name) : 6;
}

static void head_show(const struct lab *lab)
{
    printf("  %-16s %-20s %11s %7s |", "", "best of theirs", "ns", "GB/s");
    for (uint32_t v = 0; v < lab->field.count; v++)
        if (lab->field.side[v] == SIDE_OURS)
            printf(" %6s", contender(lab->field.id[v], 0)->name);
    printf(" | best of ours\n");
}

/* One row: speed of each of ours over the best of theirs. */
static void row_show(const struct lab *lab, const struct truth_table *t, const char *where, uint32_t ours,
                     uint32_t theirs)
{
    char text[TRUTH_TEXT];
    double ns = truth_median(t, theirs);
    printf("  %-16s %-20s %11.1f %7.2f |", where, contender(lab->field.id[theirs], 0)->name, ns,
           (double)lab->size / ns);
    for (uint32_t v = 0; v < lab->field.count; v++)
        if (lab->field.side[v] == SIDE_OURS)
            printf(" %*.2f", column(contender(lab->field.id[v], 0)->name), truth_ratio(t, v, theirs).value);
    printf(" | %s %s\n", contender(lab->field.id[ours], 0)->name,
           truth_text(truth_ratio(t, ours, theirs), text));
}

/* All sizes from `first` in the destination state at hand. */
static void sizes_show(struct lab *lab, uint64_t first, const char *state, struct tally *sum)
{
    for (lab->size = first; lab->size <= SIZE_LAST; lab->size *= lab->options->smoke ? 128 : 2) {
        char size[SIZE_TEXT], where[SIZE_TEXT + 32];
        struct truth_table t = truth_run(lab->options, lab->field.count, TRUTH_LAYOUTS, measure, lab);
        uint32_t ours = best_of(lab, &t, SIDE_OURS), theirs = best_of(lab, &t, SIDE_THEIRS);
        snprintf(where, sizeof(where), "%s %s", size_format(lab->size, size), state);
        row_show(lab, &t, where, ours, theirs);
        tally_add(sum, &t, ours, theirs, where);
        truth_drop(&t);
    }
}

/* True when both sides have somebody; else tells that there is nothing to compare. */
static bool field_complete(const struct lab *lab, const char *what)
{
    bool has[2] = {false, false};
    for (uint32_t v = 0; v < lab->field.count; v++)
        has[lab->field.side[v]] = true;
    if (!has[SIDE_OURS] || !has[SIDE_THEIRS])
        printf("%s: nothing to compare here, %s\n\n", what,
               has[SIDE_OURS] ? "theirs are missing" : "ours are");
    return has[SIDE_OURS] && has[SIDE_THEIRS];
}

static struct tally tally_start(const struct lab *lab)
{
    return (struct tally){.log_sum = truth_alloc(lab->options->rounds, sizeof(double))};
}

static void compare_dests(struct lab *lab, const char *what)
{
    if (!field_complete(lab, what))
        return;
    struct tally sum = tally_start(lab);
    printf("%s\n", what);
    head_show(lab);
    for (lab->dest = 0; lab->dest < DESTS; lab->dest++)
        sizes_show(lab, SIZE_FIRST, dest_names[lab->dest], &sum);
    tally_show(&sum, lab->options->rounds, GOAL_MEAN, GOAL_SMALLEST);
}

static void compare_cached(struct lab *lab)
{
    lab->field.count = 0;
    for (unsigned id = 0; id < COPIES; id++)
        if (!contender(id, 0)->durable && strcmp(contender(id, 0)->name, "memcpy"))
            field_add(lab, id, SIDE_OURS);
    field_add(lab, LIBC, SIDE_THEIRS);
    compare_dests(lab, "cached copies, speed over libc's memcpy (above 1: ours is faster)");
}

static void field_of_durable(struct lab *lab)
{
    lab->field.count = 0;
    for (unsigned id = 0; id < COPIES; id++)
        if (contender(id, 0)->durable && !is_pmem2(id))
            field_add(lab, id, SIDE_OURS);
}

static void compare_durable(struct lab *lab)
{
    field_of_durable(lab);
    for (unsigned id = 0; id < COPIES; id++)
        if (is_pmem2(id))
            field_add(lab, id, SIDE_THEIRS);
    compare_dests(lab,
                  "copies past the cache with a store fence after each, speed over the best of libpmem2's "
                  "three (above 1: ours is faster)");
}

static void compare_fill(struct lab *lab)
{
    field_of_durable(lab);
    field_add(lab, FILL_AVX2, SIDE_THEIRS);
    field_add(lab, FILL_AVX512, SIDE_THEIRS);
    if (!field_complete(lab, "fill"))
        return;
    struct tally sum = tally_start(lab);
    uint64_t all = lab->range;
    printf("copies past the cache, share of the bandwidth of a pure non-temporal fill, both with a fence "
           "after\n");
    head_show(lab);
    lab->dest = DEST_OWN;
    sizes_show(lab, FILL_FIRST, "four LLCs", &sum);
    lab->range = lab->at = 0;
    sizes_show(lab, FILL_FIRST, "in cache", &sum);
    lab->range = all;
    tally_show(&sum, lab->options->rounds, 0, GOAL_FILL);
}

int main(int argc, char **argv)
{
    struct truth_options o =
        truth_start(argc, argv, 25, "our copies against libc's, libpmem2's and a pure non-temporal fill");
    long llc = sysconf(_SC_LEVEL3_CACHE_SIZE);
    struct lab lab = {.options = &o};
    uint64_t four_llcs = llc > 0 && !o.smoke ? 4 * (uint64_t)llc : 64 << 20;
    lab.base = truth_map(four_llcs + SIZE_LAST);
    lab.source = truth_map(SIZE_LAST + 2 * SOURCE_RING);
    find_usable(&lab);
    printf("source warm; %u interleaved rounds, each sample the mean of %u code layouts; four LLCs: %llu "
           "MiB\n\n",
           o.rounds, TRUTH_LAYOUTS, (unsigned long long)four_llcs >> 20);
    compare_cached(&lab);
    compare_durable(&lab);
    lab.range = four_llcs;
    compare_fill(&lab);
    return 0;
}

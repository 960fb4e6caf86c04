/* sample_tuning.h - a complete tuning with invented numbers: 6 situations, 6 crossovers, 4 proposals, 5
 * proofs */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_RESULTS_SAMPLE_TUNING_H
#define TESTS_RESULTS_SAMPLE_TUNING_H

#include "results/tuning.h"
#include "tests/results/sample.h"

enum { SAMPLE_STRATEGIES = 6 };

/* ns a write and ns a byte, so that lines cross. */
struct sample_cost {
    const char *strategy;
    double base, byte;
};

struct sample_question {
    const char *name, *kernel;
    uint64_t sizes[8];
    size_t size_count;
    struct sample_cost costs[SAMPLE_STRATEGIES];
    size_t cost_count;
};

static const struct sample_question sample_durable = {"durable",
                                                      "copy",
                                                      {64, 256, 1024, 4096, 16384, 65536},
                                                      6,
                                                      {{"movnt-avx2", 118, 0.062},
                                                       {"movnti", 121, 0.110},
                                                       {"avx2+clwb", 62, 0.131},
                                                       {"memcpy+clwb", 71, 0.136},
                                                       {"line+clflushopt", 94, 0.161},
                                                       {"pmem2", 66, 0.133}},
                                                      6};
static const struct sample_question sample_fsync = {"fsync",
                                                    "write_fsync",
                                                    {64, 512, 4096, 32768},
                                                    4,
                                                    {{"bypass", 431, 0.110},
                                                     {"bypass-wide", 428, 0.064},
                                                     {"eager", 402, 0.128},
                                                     {"deferred-xarray", 492, 0.101},
                                                     {"deferred-bitmap2", 371, 0.098}},
                                                    5};
static const struct sample_question sample_tracker = {
    "tracker",
    "track",
    {64, 4096, 65536},
    3,
    {{"xarray", 128, 0.0012}, {"bitmap@64", 21, 0.0160}, {"bitmap2", 38, 0.0013}, {"radix", 190, 0.0018}},
    4};

static inline double sample_cost_at(const struct sample_cost *cost, uint64_t size)
{
    return cost->base + cost->byte * (double)size;
}

/* Of the strategies the cheapest at a size: index. */
static inline size_t sample_cheapest(const struct sample_question *q, uint64_t size)
{
    size_t best = 0;
    for (size_t s = 1; s < q->cost_count; s++)
        if (sample_cost_at(&q->costs[s], size) < sample_cost_at(&q->costs[best], size))
            best = s;
    return best;
}

static inline void sample_point(struct tuning_point *p, const struct sample_question *q, uint64_t size,
                                double slower)
{
    double least = sample_cost_at(&q->costs[sample_cheapest(q, size)], size);
    *p = (struct tuning_point){.size = size, .rounds = 24, .held = size != 16384, .floor_ratio = 1.009};
    p->cells = sample_alloc(q->cost_count, sizeof(*p->cells));
    p->cell_count = q->cost_count;
    for (size_t s = 0; s < q->cost_count; s++) {
        double ns = sample_cost_at(&q->costs[s], size), ratio = ns / least;
        p->cells[s] = (struct tuning_cell){
            .ns = ns * slower,
            .gb_per_s = (double)size / (ns * slower),
            .ratio = {ratio, ratio > 1 ? ratio * 0.994 : 1, ratio > 1 ? ratio * 1.007 : 1}};
        SAMPLE_SET(p->cells[s].strategy, q->costs[s].strategy);
    }
}

static inline bool sample_good(const struct sample_question *q, size_t s, uint64_t size)
{
    double least = sample_cost_at(&q->costs[sample_cheapest(q, size)], size);
    return sample_cost_at(&q->costs[s], size) <= least * TUNING_MARGIN;
}

/* As far as strategy s is good from point z on: the first point that is not. */
static inline size_t sample_reach(const struct sample_question *q, size_t s, size_t z)
{
    while (z < q->size_count && sample_good(q, s, q->sizes[z]))
        z++;
    return z;
}

static inline size_t sample_segment(struct tuning_segment *segment, const struct sample_question *q, size_t z)
{
    size_t best = sample_cheapest(q, q->sizes[z]), end;
    for (size_t s = 0; s < q->cost_count; s++)
        if (sample_reach(q, s, z) > sample_reach(q, best, z))
            best = s;
    end = sample_reach(q, best, z);
    *segment = (struct tuning_segment){.from = q->sizes[z], .to = q->sizes[end - 1]};
    SAMPLE_SET(segment->strategy, q->costs[best].strategy);
    segment->equal = sample_alloc(q->cost_count, sizeof(*segment->equal));
    for (size_t s = 0; s < q->cost_count; s++)
        if (s != best && sample_reach(q, s, z) >= end)
            SAMPLE_SET(segment->equal[segment->equal_count++], q->costs[s].strategy);
    return end;
}

/* One situation of a question; `axis` has `value` instead of its default. */
static inline void sample_situation(struct tuning_situation *s, const struct sample_question *q,
                                    enum axis_id axis, const char *value, const char *id)
{
    bool standard = !strcmp(value, axis_info(axis)->standard);
    *s = (struct tuning_situation){.primary = standard, .point_count = q->size_count};
    SAMPLE_SET(s->id, id);
    SAMPLE_SET(s->question, q->name);
    SAMPLE_SET(s->kernel, q->kernel);
    SAMPLE_SET(s->state, "searched");
    for (int a = 0; a < AXES; a++)
        SAMPLE_SET(s->axis[a], a == AXIS_size ? "" : axis_info((enum axis_id)a)->standard);
    SAMPLE_SET(s->axis[axis], value);
    s->points = sample_alloc(q->size_count, sizeof(*s->points));
    s->segments = sample_alloc(q->size_count, sizeof(*s->segments));
    for (size_t z = 0; z < q->size_count; z++)
        sample_point(&s->points[z], q, q->sizes[z], standard ? 1 : 1.4);
    for (size_t z = 0; z < q->size_count;)
        z = sample_segment(&s->segments[s->segment_count++], q, z);
}

static inline void sample_situations(struct tuning *t)
{
    struct tuning_situation *s = sample_alloc(6, sizeof(*s));
    sample_situation(&s[0], &sample_durable, AXIS_source, "warm",
                     "durable/offset=0/dest=own/source=warm/threads=1");
    sample_situation(&s[1], &sample_durable, AXIS_source, "cold",
                     "durable/offset=0/dest=own/source=cold/threads=1");
    sample_situation(&s[2], &sample_durable, AXIS_offset, "8",
                     "durable/offset=8/dest=own/source=warm/threads=1");
    sample_situation(&s[3], &sample_fsync, AXIS_overwrite, "1", "fsync/footprint=l2/overwrite=1/dirty=size");
    sample_situation(&s[4], &sample_fsync, AXIS_overwrite, "8", "fsync/footprint=l2/overwrite=8/dirty=size");
    sample_situation(&s[5], &sample_tracker, AXIS_access, "seq", "tracker/file-size=auto/access=seq");
    SAMPLE_SET(s[3].axis[AXIS_dirty], "size");
    SAMPLE_SET(s[4].axis[AXIS_dirty], "size");
    SAMPLE_SET(s[2].state, "part");
    t->situations = s;
    t->situation_count = 6;
}

static inline void sample_crossover(struct tuning *t, const char *id, size_t situation, const char *below,
                                    const char *above, struct interval size)
{
    struct tuning_crossover *c = &t->crossovers[t->crossover_count++];
    *c = (struct tuning_crossover){.size = size.value, .ci_low = size.low, .ci_high = size.high, .probes = 9};
    SAMPLE_SET(c->situation, t->situations[situation].id);
    if (*id)
        SAMPLE_SET(c->id, id);
    else
        snprintf(c->id, sizeof(c->id), "%.300s/%s>%s", c->situation, below, above);
    SAMPLE_SET(c->below, below);
    SAMPLE_SET(c->above, above);
}

static inline void sample_not_found(struct tuning *t, const char *reason)
{
    SAMPLE_SET(t->crossovers[t->crossover_count - 1].reason, reason);
}

static inline void sample_crossovers(struct tuning *t)
{
    t->crossovers = sample_alloc(6, sizeof(*t->crossovers));
    sample_crossover(t, "libpmem/source=warm", 0, "pmem2-t", "pmem2-nt", (struct interval){731, 640, 832});
    sample_crossover(t, "libpmem/source=cold", 1, "pmem2-t", "pmem2-nt", (struct interval){NAN, NAN, 64});
    sample_not_found(t, "pmem2-nt is cheaper at all sizes");
    sample_crossover(t, "", 0, "avx2+clwb", "movnt-avx2", (struct interval){811.6, 768, 896});
    sample_crossover(t, "", 2, "avx2+clwb", "movnt-avx2", (struct interval){812.3, 704, 960});
    sample_crossover(t, "", 3, "deferred-bitmap2", "bypass-wide", (struct interval){1676.4, 1536, 1856});
    sample_crossover(t, "", 4, "deferred-bitmap2", "bypass-wide", (struct interval){NAN, 16384, NAN});
    sample_not_found(t, "deferred-bitmap2 is cheaper at all sizes");
}

static inline void sample_thread_rates(struct tuning_threads *t, const char *strategy, unsigned peak,
                                       double rate)
{
    static const double grows[] = {1, 1.93, 2.61, 2.44};
    *t = (struct tuning_threads){.size = 4096, .peak = peak, .rate_count = 4};
    snprintf(t->id, sizeof(t->id), "threads/size=4096/%s", strategy);
    SAMPLE_SET(t->strategy, strategy);
    t->rates = sample_alloc(4, sizeof(*t->rates));
    for (unsigned i = 0; i < 4; i++) {
        double now = rate * grows[i];
        t->rates[i] = (struct tuning_rate){1u << i, {now, now * 0.98, now * 1.03}};
    }
}

static inline void sample_proposal(struct tuning *t, const char *kind, const char *name, const char *value,
                                   double gain, const char *what)
{
    struct tuning_proposal *p = &t->proposals[t->proposal_count++];
    bool constant = !strcmp(kind, "constant");
    *p = (struct tuning_proposal){.found_gain = gain, .proven = true, .kept = true};
    snprintf(p->id, sizeof(p->id), "%s%s", constant ? "" : "libpmem/", name);
    SAMPLE_SET(p->kind, kind);
    SAMPLE_SET(p->name, name);
    SAMPLE_SET(p->value, value);
    SAMPLE_SET(p->what, what);
}

static inline void sample_withdraw(struct tuning *t, bool proven, const char *reason)
{
    struct tuning_proposal *p = &t->proposals[t->proposal_count - 1];
    p->kept = false;
    p->proven = proven;
    SAMPLE_SET(p->reason, reason);
}

static inline void sample_proposals(struct tuning *t)
{
    t->proposals = sample_alloc(4, sizeof(*t->proposals));
    sample_proposal(t, "environment", "PMEM_MOVNT_THRESHOLD", "768", 0.871,
                    "libpmem2 copies less than this many bytes through the cache, and more past it");
    sample_proposal(t, "environment", "PMEM_NO_CLWB", "1", 0.984, "libpmem2 writes back with CLFLUSHOPT");
    sample_withdraw(t, true, "its proof does not show a gain: the interval reaches 1.004");
    sample_proposal(t, "environment", "PMEM_AVX512F", "0", 0.973, "libpmem2 copies with 32-byte registers");
    sample_withdraw(t, false, "the time was spent before its proof");
    sample_proposal(
        t, "constant", "hybrid", "1664", 0.902,
        "where an fsync follows each write: smaller writes are cached and marked, from it on they "
        "bypass the cache");
    SAMPLE_SET(t->proposals[3].situation, t->situations[3].id);
}

static inline void sample_proof(struct tuning *t, const char *id, const char *proposal, const char *against,
                                struct interval ratio)
{
    static const uint64_t sizes[] = {88, 312, 640, 1216, 2752, 7424, 20928, 59456};
    struct tuning_proof *p = &t->proofs[t->proof_count++];
    *p = (struct tuning_proof){.kept = ratio.high < 1,
                               .ratio = ratio,
                               .pairs = 9,
                               .seed = 8100 + t->proof_count,
                               .size_count = 8,
                               .best = {"whole lines, aligned, source cold", ratio.value * 0.88,
                                        ratio.low * 0.87, ratio.high * 0.89},
                               .worst = {"partial lines, 24 B off, source warm", ratio.value * 1.09,
                                         ratio.low * 1.08, ratio.high * 1.1}};
    SAMPLE_SET(p->id, id);
    SAMPLE_SET(p->proposal, proposal);
    SAMPLE_SET(p->against, against);
    SAMPLE_SET(p->verdict, p->kept ? "faster" : "equivalent");
    if (!strcmp(proposal, "hybrid")) {
        SAMPLE_SET(p->best.where, "whole lines, from 1664 B on");
        SAMPLE_SET(p->worst.where, "partial lines, below 1664 B");
    }
    p->sizes = sample_alloc(8, sizeof(*p->sizes));
    memcpy(p->sizes, sizes, sizeof(sizes));
}

static inline void sample_proofs(struct tuning *t)
{
    t->proofs = sample_alloc(5, sizeof(*t->proofs));
    sample_proof(t, "libpmem/PMEM_MOVNT_THRESHOLD", "libpmem/PMEM_MOVNT_THRESHOLD", "no environment",
                 (struct interval){0.912, 0.901, 0.926});
    sample_proof(t, "libpmem/PMEM_NO_CLWB", "libpmem/PMEM_NO_CLWB", "no environment",
                 (struct interval){0.997, 0.991, 1.004});
    sample_proof(t, "libpmem", "libpmem", "no environment", (struct interval){0.909, 0.897, 0.921});
    sample_proof(t, "hybrid/bypass", "hybrid", "bypass", (struct interval){0.853, 0.842, 0.867});
    sample_proof(t, "hybrid/deferred-bitmap2", "hybrid", "deferred-bitmap2",
                 (struct interval){0.934, 0.921, 0.951});
}

static inline void sample_part(struct tuning *t, const char *kind, const char *name, const char *reason)
{
    struct tuning_part *part = &t->parts[t->part_count++];
    part->used = !*reason;
    SAMPLE_SET(part->kind, kind);
    SAMPLE_SET(part->name, name);
    SAMPLE_SET(part->reason, reason);
}

static inline void sample_parts(struct tuning *t)
{
    static const struct sample_question *const questions[] = {&sample_durable, &sample_fsync,
                                                              &sample_tracker};
    static const char *const kinds[] = {"copy", "path", "tracker"};
    t->parts = sample_alloc(24, sizeof(*t->parts));
    for (size_t q = 0; q < 3; q++)
        for (size_t s = 0; s < questions[q]->cost_count; s++)
            sample_part(t, kinds[q], questions[q]->costs[s].strategy, "");
    sample_part(t, "copy", "pmem2-t", "");
    sample_part(t, "copy", "pmem2-nt", "");
    sample_part(t, "copy", "movdir64b", "this CPU has no MOVDIR64B");
    sample_part(t, "path", "sys-fsync", "no --path: there is no file to write to");
}

/* Fills t, which tuning_free frees. */
static inline void sample_tuning(struct tuning *t)
{
    static char *argv[] = {"pmembench", "tune", "--max-time", "600", "--seed", "7", NULL};
    *t = (struct tuning){.status = RUN_COMPLETE,
                         .max_time_s = 600,
                         .searched_s = 391.5,
                         .proved_s = 148.25,
                         .groups = 64,
                         .held = 62,
                         .floor_ratio = 1.009};
    sample_run(&t->run);
    sample_machine(&t->machine);
    sample_place(&t->region, &t->domain);
    t->run.argv = argv;
    t->machine.cpus = 8;
    SAMPLE_SET(t->machine.features, "SSE2,AVX2,AVX512F,ERMS,FSRM,CLFLUSH,CLFLUSHOPT,CLWB");
    SAMPLE_SET(t->run.plan, "tune");
    SAMPLE_SET(t->ended_by, "found");
    t->warnings = sample_alloc(1, sizeof(*t->warnings));
    t->warning_count = 1;
    SAMPLE_SET(t->warnings[0].code, "HYPERVISOR");
    SAMPLE_SET(t->warnings[0].message, "the machine is virtual (KVM)");
    SAMPLE_SET(t->warnings[0].hint, "repeat on the metal before believing small differences");
    t->probed = sample_alloc(3, sizeof(*t->probed));
    t->probed_count = 3;
    t->probed[0] = 704;
    t->probed[1] = 832;
    t->probed[2] = 768;
    sample_parts(t);
    sample_situations(t);
    sample_crossovers(t);
    t->threads = sample_alloc(2, sizeof(*t->threads));
    t->thread_count = 2;
    sample_thread_rates(&t->threads[0], "movnt-avx2", 4, 10.9);
    sample_thread_rates(&t->threads[1], "avx2+clwb", 0, 7.1);
    sample_proposals(t);
    sample_proofs(t);
}

#endif

/* tune_prove.h - proposals for libpmem by trial, and the proof of all proposals, by fresh processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_PROVE_H
#define BENCH_TUNE_PROVE_H

#include "bench/tune_process.h"
#include "results/tuning.h"

/* Sizes that proposals are for, bytes. */
enum { PROVE_LEAST = 64, PROVE_MOST = 65536, PROVE_SIZES = 8 };

/* Tries variables of libpmem2's environment that this CPU and this library know, one at a time, against none:
 * PMEM_MOVNT_THRESHOLD at the sizes of the found crossovers whose ids begin with "libpmem/" (rounded to what
 * is useful), 0 and never; PMEM_NO_MOVNT, PMEM_NO_CLWB, PMEM_AVX512F, PMEM_AVX, PMEM_MOVDIR64B... Each in
 * fresh processes, interleaved with ones without it, on sizes of the search, until `deadline`
 * (clock_now_ns()). Adds to t->proposals those whose interval lies below 1, of each variable the best value,
 * proven = kept = false. 0 when a signal came or the time was spent: then fewer were tried, and *tried, of
 * *planned, tells. -1 with err. */
int tune_try_library(const struct tune_processes *all, struct tuning *t, uint64_t deadline, unsigned *tried,
                     unsigned *planned, struct error *err);

/* Proves t->proposals by rounds of fresh processes with seeds of their own, whose order turns. Each round has
 * sizes of its own, drawn from PROVE_LEAST..PROVE_MOST, none of `searched` and none that were tried. Those of
 * kind `environment` one at a time, by a process with and one without it a round, and then together. `hybrid`
 * against both pure paths (bypass, and the cached path of hybrid's tracker at all sizes) in the situation
 * that it is for, by one process a round that measures all three paths: nothing differs between them but the
 * path. Fills t->proofs, and proven, kept, reason of each proposal: kept only where all its proofs have an
 * interval below 1 and no class that provably loses. What the time or a signal left unproven is not kept. 0,
 * or -1 with err. */
int tune_prove(const struct tune_processes *all, struct tuning *t, const uint64_t *searched, size_t count,
               uint64_t seed, uint64_t deadline, struct error *err);

#endif

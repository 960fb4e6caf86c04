/* tuning_use.h - a tuning in other hands: does it belong here, and what does it change */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNING_USE_H
#define BENCH_TUNING_USE_H

#include <jansson.h>

#include "base/error.h"
#include "results/result.h"

/* Whether the tuning (results/tuning.h's document, read from `where`) was made on this machine: CPU vendor,
 * family, model, stepping and microcode. -1 with err (EXIT_CANNOT) that names the first difference, both
 * values and --force. What either side does not know does not differ. */
int tuning_same_machine(const json_t *tuning, const struct result_machine *here, const char *where,
                        struct error *err);
/* The same of the medium (dram, pmem, page-cache, cxl), its provenance, and the persistence domain. */
int tuning_same_memory(const json_t *tuning, const struct result_region *region, const char *domain,
                       const char *where, struct error *err);

/* Bytes from which on the kept proposal `hybrid` bypasses the cache; 0: none was kept. */
uint64_t tuning_hybrid(const json_t *tuning);

/* The situation that it was found in, by its id, borrowed; "": none was kept, or the tuning does not say. */
const char *tuning_hybrid_situation(const json_t *tuning);
/* Whether that is another one than the primary situation of question fsync. */
bool tuning_hybrid_is_elsewhere(const json_t *tuning);

/* Whether anything was kept. */
bool tuning_any_kept(const json_t *tuning);

/* What a tuning does to a plan: in each block of write paths `hybrid` becomes hybrid@SIZE, and hybrid@SIZE,
 * and the strategies of the primary situation of question fsync that name a path, are added to the block's
 * paths unless they are there. Returns how many blocks were changed, or -1 with err for want of memory.
 * A tuning from which nothing was kept changes nothing. */
int tuning_apply(json_t *plan, const json_t *tuning, struct error *err);

#endif

/* hint.c - the write queue is drained by a write to each DIMM's flush hint */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* generic_nvdimm_flush with hints: pmem_wmb(), an uncached write to each DIMM, wmb(). User space cannot reach
 * the hint addresses: their cost is modelled beside the samples, and what runs here are the two fences around
 * them. */
static void hint_fence(void)
{
    store_fence();
}

static void hint_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_hint) = {
    .name = "hint",
    .summary = "write-back, fence, flush hints (modelled), fence",
    .drain_kind = "flush-hint",
    .flushes_caches = true,
    .drain_modelled = true,
    .uncertain = false,
    .fence = hint_fence,
    .drain = hint_drain,
};

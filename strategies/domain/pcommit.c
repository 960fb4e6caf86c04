/* pcommit.c - the write queue is drained by an instruction: 2016, on no CPU that was ever sold */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* wmb_pmem() up to Linux 4.7: wmb(), then pcommit_sfence(). The PCOMMIT between the two fences is modelled
 * beside the samples. */
static void pcommit_fence(void)
{
    store_fence();
}

static void pcommit_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_pcommit) = {
    .name = "pcommit",
    .summary = "write-back, fence, PCOMMIT (modelled), fence: as planned until 2016",
    .drain_kind = "pcommit",
    .flushes_caches = true,
    .drain_modelled = true,
    .uncertain = false,
    .fence = pcommit_fence,
    .drain = pcommit_drain,
};

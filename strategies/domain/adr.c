/* adr.c - the memory controller's write queue is inside the persistence domain */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* generic_nvdimm_flush without hints: pmem_wmb(), nothing to write to, wmb(); both are an SFENCE. */
static void adr_fence(void)
{
    store_fence();
}

static void adr_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_adr) = {
    .name = "adr",
    .summary = "write-back, then the two fences of a flush without hints",
    .drain_kind = "store-fence",
    .flushes_caches = true,
    .drain_modelled = false,
    .uncertain = false,
    .fence = adr_fence,
    .drain = adr_drain,
};

/* gpf.c - CXL memory with global persistent flush */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* A CXL region says PERSIST_MEMCTRL and has no hints (drivers/cxl/pmem.c), so that the kernel does as under
 * ADR: write-back, then generic_nvdimm_flush's two fences. */
static void gpf_fence(void)
{
    store_fence();
}

static void gpf_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_gpf) = {
    .name = "gpf",
    .summary = "CXL global persistent flush, as adr: platform policy may hold the caches too, by default not",
    .drain_kind = "store-fence",
    .flushes_caches = true,
    .drain_modelled = false,
    .uncertain = false,
    .fence = gpf_fence,
    .drain = gpf_drain,
};

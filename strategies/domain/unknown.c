/* unknown.c - nothing is known of the platform */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* As adr: what the kernel does when the firmware says nothing (nvdimm_has_flush < 0, generic_nvdimm_flush
 * without hints), though nobody promises that it is enough. */
static void unknown_fence(void)
{
    store_fence();
}

static void unknown_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_unknown) = {
    .name = "unknown",
    .summary = "nothing known: as adr, with a warning",
    .drain_kind = "store-fence",
    .flushes_caches = true,
    .drain_modelled = false,
    .uncertain = true,
    .fence = unknown_fence,
    .drain = unknown_drain,
};

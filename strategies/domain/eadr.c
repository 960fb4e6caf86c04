/* eadr.c - the caches are inside the persistence domain */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* Stores still in the store buffer or a write-combining buffer are not yet in the domain. */
static void eadr_fence(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_eadr) = {
    .name = "eadr",
    .summary = "caches are persistent: no write-back, one store fence",
    .drain_kind = "none",
    .flushes_caches = false,
    .drain_modelled = false,
    .uncertain = false,
    .fence = eadr_fence,
    .drain = NULL,
};

/* domain.h - what the platform asks of fsync: the interface of strategies/domain/ */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_DOMAIN_H
#define STRATEGIES_DOMAIN_H

#include <stdbool.h>

#include "strategies/layout.h"

/* One persistence domain; the order of steps is that of generic_nvdimm_flush (drivers/nvdimm/region_devs.c).
 */
struct domain {
    const char *name;
    const char *summary;
    const char *drain_kind; /* "none", "store-fence", "flush-hint", "flush-request" or "pcommit" */
    bool flushes_caches;    /* fsync must write lines back; false: caches are inside the domain (eADR) */
    bool drain_modelled; /* what follows the first fence exists on real hardware only and is modelled, not run
                          */
    bool uncertain;      /* nothing is known of the platform: a warning is due */
    void (*fence)(void); /* orders the write-back (pmem_wmb) */
    void (*drain)(void); /* what remains after it (second fence); NULL: nothing */
};

enum domain_id {
#define DOMAIN(symbol) DOMAIN_##symbol,
#include "strategies/domain.def"
#undef DOMAIN
    DOMAINS
};

const struct domain *domain_get(enum domain_id id, unsigned layout);

#endif

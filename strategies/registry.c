/* registry.c - finds a strategy by id and layout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/table.h"

#define DECLARE(n) extern const struct strategy_table LAYOUT_JOIN(strategy_table, n);
LAYOUT_LIST(DECLARE)
#undef DECLARE

static const struct strategy_table *const tables[LAYOUTS] = {
#define ENTRY(n) &LAYOUT_JOIN(strategy_table, n),
    LAYOUT_LIST(ENTRY)
#undef ENTRY
};

const struct copy *copy_get(enum copy_id id, unsigned layout)
{
    return tables[layout]->copy[id];
}

const struct track *track_get(enum track_id id, unsigned layout)
{
    return tables[layout]->track[id];
}

const struct writeback *writeback_get(enum writeback_id id, unsigned layout)
{
    return tables[layout]->writeback[id];
}

const struct domain *domain_get(enum domain_id id, unsigned layout)
{
    return tables[layout]->domain[id];
}

/* registry.c - finds a strategy by id and layout */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/table.h"

#define LAYOUT_LIST(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)

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

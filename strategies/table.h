/* table.h - one code layout's strategies, by id */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TABLE_H
#define STRATEGIES_TABLE_H

#include "strategies/copy.h"
#include "strategies/domain.h"
#include "strategies/track.h"
#include "strategies/writeback.h"

struct strategy_table {
    const struct copy *copy[COPIES];
    const struct track *track[TRACKS];
    const struct writeback *writeback[WRITEBACKS];
    const struct domain *domain[DOMAINS];
};

#endif

/* table.c - the strategies of one code layout, made from the .def lists */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/table.h"

#define COPY(symbol) extern const struct copy IN_LAYOUT(copy_##symbol);
#include "strategies/copy.def"
#undef COPY
#define TRACK(symbol) extern const struct track IN_LAYOUT(track_##symbol);
#include "strategies/track.def"
#undef TRACK
#define WRITEBACK(symbol) extern const struct writeback IN_LAYOUT(writeback_##symbol);
#include "strategies/writeback.def"
#undef WRITEBACK
#define DOMAIN(symbol) extern const struct domain IN_LAYOUT(domain_##symbol);
#include "strategies/domain.def"
#undef DOMAIN

const struct strategy_table IN_LAYOUT(strategy_table) = {
#define COPY(symbol) .copy[COPY_##symbol] = &IN_LAYOUT(copy_##symbol),
#include "strategies/copy.def"
#undef COPY
#define TRACK(symbol) .track[TRACK_##symbol] = &IN_LAYOUT(track_##symbol),
#include "strategies/track.def"
#undef TRACK
#define WRITEBACK(symbol) .writeback[WRITEBACK_##symbol] = &IN_LAYOUT(writeback_##symbol),
#include "strategies/writeback.def"
#undef WRITEBACK
#define DOMAIN(symbol) .domain[DOMAIN_##symbol] = &IN_LAYOUT(domain_##symbol),
#include "strategies/domain.def"
#undef DOMAIN
};

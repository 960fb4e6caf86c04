/* axes.c - the axes' names, defaults and help */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/result.h"

static const struct axis_info axes[AXES] = {
#define AXIS(symbol, name, standard, help) [AXIS_##symbol] = {name, standard, help},
#include "results/axes.def"
#undef AXIS
};

const struct axis_info *axis_info(enum axis_id axis)
{
    return &axes[axis];
}

const char *axis_member(enum axis_id axis)
{
    /* The symbols are the names with '_' for '-'. */
    static const char *const members[AXES] = {
#define AXIS(symbol, name, standard, help) [AXIS_##symbol] = #symbol,
#include "results/axes.def"
#undef AXIS
    };
    return members[axis];
}

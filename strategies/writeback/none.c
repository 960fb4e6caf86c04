/* none.c - no write-back: the lines stay where they are */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/writeback.h"

const struct writeback IN_LAYOUT(writeback_none) = {
    .name = "none",
    .summary = "no write-back: for domains that hold the caches, and as the floor",
    .features = 0,
    .range = NULL,
};

/* track_only.h - the tracker alone: mark each granule of the period, then one fsync's walk, and nothing else
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_TRACK_ONLY_H
#define KERNELS_PATH_TRACK_ONLY_H

#include "kernels/path/masked.h"

/* Only the tracker's own steps; no lock, no copy, no write-back, no fence. */
enum {
    TRACK_STEPS = 1 << STEP_LOOP | 1 << STEP_ENTRY_LOCK | 1 << STEP_MARK | 1 << STEP_TAG | 1 << STEP_SCAN |
                  1 << STEP_HOLD
};

#endif

/* copy_only.h - the copy alone: each write stores, writes back and fences, and is durable when it returns */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_COPY_ONLY_H
#define KERNELS_PATH_COPY_ONLY_H

#include "kernels/path/masked.h"

/* Only what a write that must be durable at once needs; no lock, no search, nothing remembered, no fsync. */
enum { COPY_STEPS = 1 << STEP_LOOP | 1 << STEP_COPY | 1 << STEP_FINISH | 1 << STEP_FENCE };

#endif

/* spin.h - waiting for another thread that is about to be done */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_SPIN_H
#define STRATEGIES_TRACK_SPIN_H

#include <emmintrin.h>
#include <sched.h>

enum {
    SPIN_LIMIT = 1024
}; /* pauses before the CPU is offered to others: the one waited for may have lost its own */

/* One turn of a wait; *turns starts at 0. */
static inline void spin_turn(unsigned *turns)
{
    _mm_pause();
    if (++*turns % SPIN_LIMIT == 0)
        sched_yield();
}

#endif

/* turns.c - keeps the order of a group's samples and judges it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/turns.h"

void turns_begin(struct group *g)
{
    if (g->turns || !g->rounds)
        return;
    g->turns = (uint64_t)g->rounds * g->slot_count;
    g->turns_cut = g->rounds % ROUNDS_BLOCK;
}

void turns_take(struct group *g, struct slot *slot)
{
    slot->turn = g->turns++;
}

void turns_keep(struct group *g, struct slot *slot, unsigned round)
{
    slot->turn_sum += slot->turn;
    g->scattered |= slot->turn / g->slot_count != round;
}

bool turns_fair(const struct group *g)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t s = 0; s < g->slot_count; s++) {
        least = g->slots[s].turn_sum < least ? g->slots[s].turn_sum : least;
        most = g->slots[s].turn_sum > most ? g->slots[s].turn_sum : most;
    }
    /* at most half a block: all its rounds forwards, none yet (or no longer) backwards */
    unsigned cut = (g->rounds % ROUNDS_BLOCK != 0) + g->turns_cut;
    return !g->scattered && most - least <= cut * (ROUNDS_BLOCK / 2) * (g->slot_count - 1);
}

/* claims.h - which word of a bitmap each running fsync holds, so that others can wait for it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_CLAIMS_H
#define STRATEGIES_TRACK_CLAIMS_H

#include "strategies/prim.h"
#include "strategies/track/spin.h"

/* An fsync X publishes a claim before it empties a word, and replaces it only when the lines of that word
 * have been written back. Another fsync Y that finds a bit of a returned write() gone may rely on X, but must
 * not return before X has done it:
 *
 *   - X's claim comes before X's exchange of the word, and Y has read the word as X left it. So Y, looking at
 * X's claim after its scan, sees that claim or a later state.
 *   - A later state means done: each change of a claim is made by, or follows, a LOCKed operation of X, which
 * its CLWBs do not pass.
 *   - Y waits for a change of the very claim it has seen. A turn never comes back (64 bits), so that Y waits
 * for at most one word of each other fsync, however many words that goes on to take.
 *   - Who waits holds no claim, who holds one does not wait: no cycle.
 *
 * Claim i is held while bit i of `taken` is set and its turn is odd. */
enum { CLAIMS = 64 };

struct claim {
    uint64_t turn;
} __attribute__((aligned(LINE)));

struct claims {
    uint64_t taken __attribute__((aligned(LINE)));
    struct claim claim[CLAIMS];
};

/* Takes a free slot, waiting while there is none; returns its number + 1. */
static inline uint32_t claims_enter(struct claims *c)
{
    for (unsigned turns = 0;; spin_turn(&turns)) {
        uint64_t unused = ~__atomic_load_n(&c->taken, __ATOMIC_RELAXED);
        if (!unused)
            continue;
        unsigned i = (unsigned)__builtin_ctzll(unused);
        if (locked_or(&c->taken, 1ull << i) >> i & 1)
            continue;
        uint64_t turn = __atomic_load_n(&c->claim[i].turn, __ATOMIC_RELAXED);
        if (turn & 1) /* of the slot's last owner, who left by a LOCKed operation */
            __atomic_store_n(&c->claim[i].turn, turn + 1, __ATOMIC_RELEASE);
        return i + 1;
    }
}

/* Publishes that the fsync with this slot (0: it has none yet) goes on to its next word. Returns the slot. */
static inline uint32_t claims_hold(struct claims *c, uint32_t slot)
{
    if (!slot)
        slot = claims_enter(c);
    uint64_t *turn = &c->claim[slot - 1].turn;
    uint64_t now = __atomic_load_n(turn, __ATOMIC_RELAXED);
    locked_exchange(turn, now + 1 + (now & 1));
    return slot;
}

/* Gives up the claim and its slot (0: none). */
static inline void claims_leave(struct claims *c, uint32_t slot)
{
    if (slot)
        locked_and(&c->taken, ~(1ull << (slot - 1)));
}

/* Waits until no claim that is held now is held any more; the caller has left. Returns at once when false:
 * nobody else had a slot. */
static inline bool claims_wait(const struct claims *c)
{
    uint64_t others = __atomic_load_n(&c->taken, __ATOMIC_ACQUIRE);
    for (uint64_t left = others; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left), turns = 0;
        uint64_t seen = __atomic_load_n(&c->claim[i].turn, __ATOMIC_ACQUIRE);
        if (!(seen & 1))
            continue;
        while (__atomic_load_n(&c->claim[i].turn, __ATOMIC_ACQUIRE) == seen &&
               __atomic_load_n(&c->taken, __ATOMIC_ACQUIRE) >> i & 1)
            spin_turn(&turns);
    }
    return others != 0;
}

#endif

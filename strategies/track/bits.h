/* bits.h - granules of a bitmap's words */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACK_BITS_H
#define STRATEGIES_TRACK_BITS_H

#include <stdint.h>

enum { WORD_BITS = 64 };

/* The bits of word w that lie in [first, last]; w is one of first/64 .. last/64. */
static inline uint64_t bits_in_word(uint64_t w, uint64_t first, uint64_t last)
{
    uint64_t from = w == first / WORD_BITS ? ~0ull << first % WORD_BITS : ~0ull;
    uint64_t to = w == last / WORD_BITS ? ~0ull >> (WORD_BITS - 1 - last % WORD_BITS) : ~0ull;
    return from & to;
}

static inline uint64_t words_for(uint64_t bits)
{
    return (bits + WORD_BITS - 1) / WORD_BITS;
}

#endif

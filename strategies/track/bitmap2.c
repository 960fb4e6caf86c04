/* bitmap2.c - a bitmap under a summary: fsync looks at one bit for 64 words */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track.h"
#include "strategies/track/bits.h"
#include "strategies/track/claims.h"
#include "strategies/track/state.h"

/* Bit i of summary word s stands for leaf word 64 s + i. Who takes a leaf clears its summary bit first and
 * empties the leaf then, both under one claim; who marks sets the leaf first. All are sequentially
 * consistent, so:
 *
 *   The mark may skip the summary when it sees the bit set after its LOCKed OR of the leaf (which is a full
 * fence): whoever clears that bit does so after the look, and empties the leaf after that, after the OR: it
 * takes the mark.
 *
 * An fsync Y that finds a summary bit of a returned write() clear relies on the fsync G that cleared it. When
 * G's claim is over, G has emptied the leaf. But the mark itself may have been taken just before by another
 * fsync F, one that had looked at the summary before G cleared it, and F may have published its claim after Y
 * looked at F. F's claim did come before G emptied the leaf, so that Y sees it when, after G is done, it
 * looks at all claims once more. Hence end() waits twice. Nobody had a slot at the first look: then G has
 * left, F has entered before that, and F has left too. */

struct tracker {
    struct claims claims;
    uint64_t leaves;
    uint64_t summaries;
    uint64_t mapped_bytes;
    uint64_t *summary;
    uint64_t leaf[] __attribute__((aligned(LINE)));
};

static struct tracker *bitmap2_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    uint64_t leaves = words_for(state_granules(file_bytes, granule));
    uint64_t summaries = words_for(leaves);
    uint64_t bytes = sizeof(struct tracker) + (leaves + summaries) * sizeof(uint64_t);
    struct tracker *t = state_map("bitmap2", bytes, 0, err);
    if (!t)
        return NULL;
    memset(t, 0, bytes); /* faults it in: a mark never faults */
    t->leaves = leaves;
    t->summaries = summaries;
    t->mapped_bytes = bytes;
    t->summary = &t->leaf[leaves];
    return t;
}

static void bitmap2_destroy(struct tracker *t)
{
    if (t)
        munmap(t, t->mapped_bytes);
}

static uint64_t bitmap2_memory(const struct tracker *t)
{
    return t->mapped_bytes;
}

static void bitmap2_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    if (!count)
        return;
    uint64_t last = first + count - 1;
    for (uint64_t w = first / WORD_BITS; w <= last / WORD_BITS; w++) {
        uint64_t *summary = &t->summary[w / WORD_BITS];
        locked_or(&t->leaf[w], bits_in_word(w, first, last));
        if (!(__atomic_load_n(summary, __ATOMIC_SEQ_CST) >> w % WORD_BITS & 1))
            locked_or(summary, 1ull << w % WORD_BITS);
    }
}

/* That nothing was ever marked is not known without a scan. */
static bool bitmap2_empty(const struct tracker *t)
{
    (void)t;
    return false;
}

static bool bitmap2_tag(struct tracker *t, struct track_cursor *cur)
{
    (void)t, (void)cur;
    return true;
}

/* cur->next is a leaf word. One that is empty under a set bit was taken by somebody, see end(). */
static bool bitmap2_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    uint64_t from = ~0ull << cur->next % WORD_BITS;
    for (uint64_t s = cur->next / WORD_BITS; s < t->summaries; s++, from = ~0ull) {
        uint64_t left = __atomic_load_n(&t->summary[s], __ATOMIC_ACQUIRE) & from;
        for (; left; left &= left - 1) {
            uint64_t w = s * WORD_BITS + (unsigned)__builtin_ctzll(left);
            uint64_t bits = __atomic_load_n(&t->leaf[w], __ATOMIC_ACQUIRE);
            if (!bits)
                continue;
            *run = (struct track_run){.index = w * WORD_BITS, .bits = bits};
            cur->next = w + 1;
            return true;
        }
    }
    cur->next = t->summaries * WORD_BITS;
    return false;
}

static bool bitmap2_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)run;
    cur->slot = claims_hold(&t->claims, cur->slot);
    return true;
}

static void bitmap2_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    uint64_t w = run->index / WORD_BITS;
    (void)cur;
    locked_and(&t->summary[w / WORD_BITS], ~(1ull << w % WORD_BITS));
    run->bits = locked_exchange(&t->leaf[w], 0);
}

/* The next hold() or end() replaces the claim. */
static void bitmap2_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
}

static void bitmap2_end(struct tracker *t, struct track_cursor *cur)
{
    claims_leave(&t->claims, cur->slot);
    cur->slot = 0;
    if (claims_wait(&t->claims))
        claims_wait(&t->claims);
}

const struct track IN_LAYOUT(track_bitmap2) = {
    .name = "bitmap2",
    .summary = "a bitmap under a summary, one bit for 64 words: fsync scans the summary only",
    .promise =
        "as bitmap; the leaf is marked before the summary, the summary bit cleared before the leaf is taken, "
        "and fsync waits twice for the claims that others hold at its end",
    .shape = SHAPE_BITMAP,
    .create = bitmap2_create,
    .destroy = bitmap2_destroy,
    .memory = bitmap2_memory,
    .mark = bitmap2_mark,
    .empty = bitmap2_empty,
    .tag = bitmap2_tag,
    .next = bitmap2_next,
    .hold = bitmap2_hold,
    .take = bitmap2_take,
    .release = bitmap2_release,
    .end = bitmap2_end,
};

/* bitmap.c - one bit a granule: set by one LOCKed OR after the copy, taken by exchange before the write-back
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/track.h"
#include "strategies/track/bits.h"
#include "strategies/track/claims.h"
#include "strategies/track/state.h"

struct tracker {
    struct claims claims;
    uint64_t words;
    uint64_t mapped_bytes;
    uint64_t word[] __attribute__((aligned(LINE)));
};

static struct tracker *bitmap_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    uint64_t words = words_for(state_granules(file_bytes, granule));
    uint64_t bytes = sizeof(struct tracker) + words * sizeof(uint64_t);
    struct tracker *t = state_map("bitmap", bytes, 0, err);
    if (!t)
        return NULL;
    memset(t, 0, bytes); /* faults it in: a mark never faults */
    t->words = words;
    t->mapped_bytes = bytes;
    return t;
}

static void bitmap_destroy(struct tracker *t)
{
    if (t)
        munmap(t, t->mapped_bytes);
}

static uint64_t bitmap_memory(const struct tracker *t)
{
    return t->mapped_bytes;
}

/* Unconditional: a test first could be served before the copy's stores have left the store buffer, see the
 * bit that an fsync is about to take, and lose the data. */
static void bitmap_mark(struct tracker *t, uint64_t first, uint64_t count)
{
    if (!count)
        return;
    uint64_t last = first + count - 1;
    for (uint64_t w = first / WORD_BITS; w <= last / WORD_BITS; w++)
        locked_or(&t->word[w], bits_in_word(w, first, last));
}

/* That nothing was ever marked is not known without a scan. */
static bool bitmap_empty(const struct tracker *t)
{
    (void)t;
    return false;
}

static bool bitmap_tag(struct tracker *t, struct track_cursor *cur)
{
    (void)t, (void)cur;
    return true;
}

static bool bitmap_next(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    for (uint64_t w = cur->next; w < t->words; w++) {
        uint64_t bits = __atomic_load_n(&t->word[w], __ATOMIC_ACQUIRE);
        if (!bits)
            continue;
        *run = (struct track_run){.index = w * WORD_BITS, .bits = bits};
        cur->next = w + 1;
        return true;
    }
    cur->next = t->words;
    return false;
}

static bool bitmap_hold(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)run;
    cur->slot = claims_hold(&t->claims, cur->slot);
    return true;
}

/* Before the write-back: a write that comes during it marks again. No bits: another fsync has them, see
 * end(). */
static void bitmap_take(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)cur;
    run->bits = locked_exchange(&t->word[run->index / WORD_BITS], 0);
}

/* The next hold() or end() replaces the claim. */
static void bitmap_release(struct tracker *t, struct track_cursor *cur, struct track_run *run)
{
    (void)t, (void)cur, (void)run;
}

static void bitmap_end(struct tracker *t, struct track_cursor *cur)
{
    claims_leave(&t->claims, cur->slot);
    cur->slot = 0;
    claims_wait(&t->claims);
}

const struct track IN_LAYOUT(track_bitmap) = {
    .name = "bitmap",
    .summary = "one bit a granule, set by one LOCKed OR, taken by exchange of non-zero words",
    .promise =
        "write() marks after its copy, unconditionally and LOCKed; fsync takes a word before its write-back "
        "under a published claim, and at its end waits for the claims that others hold then",
    .shape = SHAPE_BITMAP,
    .create = bitmap_create,
    .destroy = bitmap_destroy,
    .memory = bitmap_memory,
    .mark = bitmap_mark,
    .empty = bitmap_empty,
    .tag = bitmap_tag,
    .next = bitmap_next,
    .hold = bitmap_hold,
    .take = bitmap_take,
    .release = bitmap_release,
    .end = bitmap_end,
};

/* expect.h - what a period must execute, step by step, worked out from the axes alone */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_KERNELS_EXPECT_H
#define TESTS_KERNELS_EXPECT_H

#include <stdlib.h>

#include "tests/kernels/rig.h"

enum { TALLIES = 9, RUN_WORD = 64, GANG_SIZE = 14, PAUSE_EACH = 4096 };

/* The members of struct cell_counts that add up over steps, by name. */
static const char *const tally_name[TALLIES] = {"bytes_copied",    "lookups", "entries_marked",
                                                "entries_scanned", "drains",  "nt_bytes",
                                                "lines_flushed",   "fences",  "locked_ops"};
struct tally {
    uint64_t copied, lookups, marked, scanned, drains, nt, lines, fences, locked;
};

static inline struct tally tally_of(const struct cell_counts *c)
{
    return (struct tally){c->path.bytes_copied,    c->path.lookups, c->path.entries_marked,
                          c->path.entries_scanned, c->path.drains,  c->nt_bytes,
                          c->lines_flushed,        c->fences,       c->locked_ops};
}

static inline void tally_values(const struct tally *t, uint64_t out[TALLIES])
{
    _Static_assert(sizeof(*t) == TALLIES * sizeof(uint64_t), "a tally is its values in order");
    memcpy(out, t, sizeof(*t));
}

/* a + sign * b, modulo 2^64. */
static inline struct tally tally_add(struct tally a, struct tally b, int sign)
{
    uint64_t x[TALLIES], y[TALLIES];
    tally_values(&a, x);
    tally_values(&b, y);
    for (unsigned i = 0; i < TALLIES; i++)
        x[i] += sign < 0 ? -y[i] : y[i];
    memcpy(&a, x, sizeof(a));
    return a;
}

/* NULL when equal, else the name of the first member that differs, with both values. */
static inline const char *tally_differs(struct tally is, struct tally must, uint64_t *a, uint64_t *b)
{
    uint64_t x[TALLIES], y[TALLIES];
    tally_values(&is, x);
    tally_values(&must, y);
    for (unsigned i = 0; i < TALLIES; i++)
        if (x[i] != y[i]) {
            *a = x[i];
            *b = y[i];
            return tally_name[i];
        }
    return NULL;
}

struct expect {
    struct tally step[STEPS];
    uint64_t lines_dirtied, writes;
};

static inline uint64_t ceil_of(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

/* Units of `each` bytes that [at, at+n) touches, n > 0. */
static inline uint64_t touched(uint64_t at, uint64_t n, uint64_t each)
{
    return (at + n - 1) / each - at / each + 1;
}

/* __copy_user_nocache: a fence unless it has come to its last byte while aligning to 4. */
static inline uint64_t movnti_fences(uint64_t at, uint64_t n)
{
    uint64_t head = at % 2;
    return ((at + head) % 4 == 2 && n - head < 2) ? 0 : 1;
}

/* clean_cache_range of __copy_user_flushcache: below 8 bytes all of it, else the first line when not aligned
 * to 8, and the last when what lies behind the first is no multiple of 8. */
static inline uint64_t movnti_fixups(uint64_t at, uint64_t n)
{
    if (n < 8)
        return at % 4 == 0 && n == 4 ? 0 : touched(at, n, LINE);
    uint64_t rest = at % 8 == 0 ? n : at % LINE + n > LINE ? at % LINE + n - LINE : 0;
    return (at % 8 != 0) + (rest % 8 != 0);
}

/* The first and the last line when the range begins or ends inside a 4-byte word. */
static inline uint64_t wide_fixups(uint64_t at, uint64_t n)
{
    bool head = at % 4 != 0, tail = (at + n) % 4 != 0;
    return touched(at, n, LINE) == 1 ? head || tail : (uint64_t)head + tail;
}

static inline uint64_t whole_words(uint64_t at, uint64_t n)
{
    uint64_t first = ceil_of(at, 4), last = (at + n) / 4;
    return first < last ? (last - first) * 4 : 0;
}

/* The wide bypass copies: all that lies in lines where no 4-byte word is cut by the range's ends. */
static inline uint64_t uncut_lines(uint64_t at, uint64_t n)
{
    uint64_t first = at % 4 ? ceil_of(at, LINE) * LINE : at;
    uint64_t end = (at + n) % 4 ? (at + n) / LINE * LINE : at + n;
    return first < end ? end - first : 0;
}

/* __copy_user_nocache of 6.1: below 8 bytes one word when it is aligned; else head bytes up to 8, then whole
 * 8 bytes and one word more. */
static inline uint64_t movnti61_bytes(uint64_t at, uint64_t n)
{
    if (n < 8)
        return at % 4 == 0 && n >= 4 ? 4 : 0;
    uint64_t rest = n - (ceil_of(at, 8) * 8 - at);
    return rest / 4 * 4;
}

/* __memcpy_flushcache: plain head up to 8 and its lines, 8 and 4 bytes past the cache, plain tail and its
 * lines. */
static inline void expect_flushcache(struct tally *c, uint64_t at, uint64_t n)
{
    uint64_t head = ceil_of(at, 8) * 8 - at;
    head = head < n ? head : n;
    uint64_t rest = n - head, tail = rest % 4;
    c->lines += head ? touched(at, head, LINE) : 0;
    c->nt += rest - tail;
    c->lines += tail ? touched(at + n - tail, tail, LINE) : 0;
}

/* One call of copy and finish. */
static inline void expect_copy(struct expect *e, enum copy_id copy, uint64_t at, uint64_t n)
{
    struct tally *c = &e->step[STEP_COPY], *f = &e->step[STEP_FINISH];
    c->copied += n;
    switch (copy) {
    case COPY_movnti:
    case COPY_movnti_clflushopt:
        c->nt += whole_words(at, n);
        c->fences += movnti_fences(at, n);
        f->lines += movnti_fixups(at, n);
        break;
    case COPY_movdir64b:
    case COPY_movnt_avx512:
    case COPY_movnt_avx2:
    case COPY_movnt_sse2:
        c->nt += uncut_lines(at, n);
        f->lines += wide_fixups(at, n);
        break;
    case COPY_line_clwb:
    case COPY_avx2_clwb:
    case COPY_line_clflushopt:
        c->lines += touched(at, n, LINE);
        break;
    case COPY_movnti_6_1:
        c->nt += movnti61_bytes(at, n);
        c->fences++;
        f->lines += movnti_fixups(at, n);
        break;
    case COPY_memcpy_flushcache:
        expect_flushcache(c, at, n);
        break;
    case COPY_memcpy_clwb:
    case COPY_memcpy_clflushopt:
    case COPY_memcpy_clflush:
        f->lines += touched(at, n, LINE);
        break;
    default:
        break;
    }
}

/* What a tracker has an entry for: a granule, or more of them. */
static inline uint64_t entry_of_cell(const struct cell_spec *s)
{
    uint64_t entry = track_get(s->track, 0)->entry_bytes;
    return entry > s->stream.granule ? entry : s->stream.granule;
}

static inline uint64_t less_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The copies of one write(): one an extent; in a tree one an entry, too, which is locked, marked and
 * unlocked: 4.7 marks it in a section of its own. */
static inline void expect_pieces(struct expect *e, const struct cell_spec *s, enum track_shape shape,
                                 uint64_t at)
{
    uint64_t extent = ceil_of(ceil_of(RIG_BYTES, s->extents), 4096) * 4096, end = at + s->stream.size;
    uint64_t entry = entry_of_cell(s);
    for (uint64_t n; at < end; at += n) {
        n = less_of(extent - at % extent, end - at);
        if (shape == SHAPE_TREE)
            n = less_of(n, entry - at % entry);
        expect_copy(e, s->copy, at, n);
        e->step[STEP_ENTRY_LOCK].locked += shape == SHAPE_TREE ? 2 : 0;
        e->step[STEP_MARK].marked += shape == SHAPE_TREE;
        e->step[STEP_MARK].locked += s->track == TRACK_radix_4_7;
    }
}

static inline void expect_write(struct expect *e, const struct cell_spec *s, enum track_shape shape,
                                uint64_t at)
{
    uint64_t granules = touched(at, s->stream.size, s->stream.granule);
    uint64_t extent = ceil_of(ceil_of(RIG_BYTES, s->extents), 4096) * 4096;
    e->step[STEP_SURROUND].locked += s->surround == SURROUND_KERNEL ? 6 : 0;
    e->step[STEP_LOCK].locked += 2;
    e->step[STEP_LOOKUP].lookups += touched(at, s->stream.size, extent);
    expect_pieces(e, s, shape, at);
    e->step[STEP_FENCE].fences += s->fence_write;
    if (shape == SHAPE_DIRECT || s->bypass)
        return;
    if (shape != SHAPE_BITMAP)
        return;
    e->step[STEP_MARK].marked += granules;
    e->step[STEP_MARK].locked += touched(at, s->stream.size, s->stream.granule * RUN_WORD);
}

/* Distinct units of `each` bytes that the window's slots touch; slots ascend and do not overlap. */
static inline uint64_t distinct_units(const struct stream *s, uint64_t window, uint64_t each)
{
    uint64_t sum = 0, next = 0;
    for (uint64_t i = 0; i < s->slots; i++) {
        uint64_t first = (window + i * s->stride) / each,
                 last = (window + i * s->stride + s->size - 1) / each;
        sum += last + 1 - (first > next ? first : next < last + 1 ? next : last + 1);
        next = last + 1;
    }
    return sum;
}

/* Entries that the scan finds: what the period has marked; 4.7's, whatever was ever marked. */
static inline uint64_t entries_found(const struct cell_spec *s, uint64_t window)
{
    struct stream all = s->stream;
    all.slots *= s->track == TRACK_radix_4_7 ? all.windows : 1;
    return distinct_units(&all, window, entry_of_cell(s));
}

static inline void expect_fsync(struct expect *e, const struct cell_spec *s, uint64_t granules,
                                uint64_t words)
{
    bool tracked = s->track != TRACK_none, flushes = s->domain != DOMAIN_eadr;
    bool drains = domain_get(s->domain, 0)->drain != NULL;
    struct tally *tag = &e->step[STEP_TAG], *scan = &e->step[STEP_SCAN], *hold = &e->step[STEP_HOLD];
    e->step[STEP_FSYNC_FENCE].fences = 1;
    e->step[STEP_DRAIN] = (struct tally){.drains = drains, .fences = drains};
    if (!tracked)
        return;
    e->step[STEP_CLEAN_INODE].locked = 1;
    if (s->bypass) /* a scan that finds nothing holds nothing */
        return;
    scan->scanned = granules;
    if (flushes)
        e->step[STEP_WRITEBACK].lines = granules * (entry_of_cell(s) / LINE);
    switch (s->track) {
    case TRACK_radix: /* tagged under the lock; gangs until an empty one; locked to hold and to release */
        tag->locked = 1 + granules / PAUSE_EACH;
        scan->locked = ceil_of(granules, GANG_SIZE) + 1;
        hold->locked = 2 * granules;
        break;
    case TRACK_radix_4_7: /* the entry step is the scan's */
        tag->locked = 1 + granules / PAUSE_EACH;
        scan->locked = ceil_of(granules, GANG_SIZE) + 1 + 2 * granules;
        break;
    case TRACK_xarray_order:
    case TRACK_xarray: /* the scan holds the lock, drops it to flush and takes it to release */
        tag->locked = 1 + granules / PAUSE_EACH;
        scan->locked = 1 + granules / PAUSE_EACH;
        hold->locked = granules;
        break;
    default: /* each word by exchange, bitmap2 its summary bit too; a claim a word, a slot to enter and leave
              */
        scan->locked = s->track == TRACK_bitmap2 ? 2 * words : words;
        hold->locked = words + 2;
        break;
    }
}

/* What the period over window 0 executes, the tracker and the inode clean before it. */
static inline struct expect expect_period(const struct cell_spec *s)
{
    struct expect e = {.writes = s->stream.slots * s->stream.overwrite};
    enum track_shape shape = track_get(s->track, 0)->shape;
    uint64_t window = FILE_START + s->stream.offset;
    for (uint64_t pass = 0; pass < s->stream.overwrite; pass++)
        for (uint64_t i = 0; i < s->stream.slots; i++)
            expect_write(&e, s, shape, window + i * s->stream.stride);
    uint64_t words = distinct_units(&s->stream, window, s->stream.granule * RUN_WORD);
    e.lines_dirtied = distinct_units(&s->stream, window, LINE);
    e.step[STEP_MARK_INODE].locked = shape != SHAPE_DIRECT && !s->bypass;
    e.step[STEP_MARK].locked +=
        s->track == TRACK_bitmap2 && !s->bypass ? words : 0; /* each summary bit is set once */
    if (s->fsync)
        expect_fsync(&e, s, entries_found(s, window), words);
    return e;
}

static inline struct tally expect_total(const struct expect *e)
{
    struct tally sum = {0};
    for (unsigned i = 0; i < STEPS; i++)
        sum = tally_add(sum, e->step[i], 1);
    return sum;
}

#endif

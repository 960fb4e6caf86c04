/* flip.c - what probes say about the size at which one strategy takes over, and which to make next */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/flip.h"

#include <math.h>
#include <string.h>

#include "results/stats.h"

/* An interval wider than this is no answer, and a probe farther away does not back an end. */
static const double widest = 2;

/* How far beyond the interval probes still tell where the ratio is 1: logarithms are nearly straight there.
 */
static const double near_by = 1.5;

enum { NONE = FLIP_PROBES, GRID_SMALL = 8, GRID = 64, GRID_FROM = 512, SIDES = FLIP_UNKNOWN + 1 };

/* What the probes say together. */
struct picture {
    enum flip_side side[FLIP_PROBES];
    size_t number[SIDES];
    size_t low, high;   /* the interval's ends, indices or NONE */
    unsigned crossings; /* how often A's and B's sizes take turns */
};

static bool measured(struct interval ratio)
{
    return ratio.low > 0 && ratio.low <= ratio.value && ratio.value <= ratio.high && isfinite(ratio.high);
}

enum flip_side flip_side(struct interval ratio, double margin)
{
    if (!measured(ratio))
        return FLIP_UNKNOWN;
    if (ratio.low > margin)
        return FLIP_A;
    if (ratio.high < 1 / margin)
        return FLIP_B;
    return ratio.low >= 1 / margin && ratio.high <= margin ? FLIP_EVEN : FLIP_UNKNOWN;
}

bool flip_add(struct flip *f, struct flip_probe probe)
{
    size_t at = 0;
    while (at < f->count && f->probes[at].size < probe.size)
        at++;
    bool known = at < f->count && f->probes[at].size == probe.size;
    if (!probe.size || (!known && f->count >= FLIP_PROBES))
        return false;
    if (!known) {
        memmove(&f->probes[at + 1], &f->probes[at], (f->count - at) * sizeof(f->probes[0]));
        f->count++;
    }
    f->probes[at] = probe;
    return true;
}

static bool decided(enum flip_side side)
{
    return side == FLIP_A || side == FLIP_B;
}

static struct picture picture_of(const struct flip *f)
{
    struct picture p = {.low = NONE, .high = NONE};
    enum flip_side last = FLIP_UNKNOWN;
    for (size_t i = 0; i < f->count; i++) {
        enum flip_side side = p.side[i] = flip_side(f->probes[i].ratio, f->margin);
        p.number[side]++;
        if (!decided(side))
            continue;
        p.crossings += decided(last) && last != side;
        last = side;
    }
    for (size_t i = 0; i < f->count && p.side[i] != FLIP_B; i++)
        if (p.side[i] == FLIP_A)
            p.low = i;
    for (size_t i = f->count; i > 0 && p.side[i - 1] != FLIP_A; i--)
        if (p.side[i - 1] == FLIP_B)
            p.high = i - 1;
    return p;
}

/* A below, B above, and nothing that speaks against it. */
static bool crosses_once(const struct picture *p)
{
    return p->crossings == 1 && p->low != NONE;
}

static double size_of(const struct flip *f, size_t i)
{
    return (double)f->probes[i].size;
}

/* Whether probe i, were it known better, may turn out as that side. */
static bool may_be(const struct flip *f, size_t i, enum flip_side side)
{
    struct interval r = f->probes[i].ratio;
    return !measured(r) || (side == FLIP_A ? r.high > f->margin : r.low < 1 / f->margin);
}

static bool none_may_be(const struct flip *f, enum flip_side side)
{
    for (size_t i = 0; i < f->count; i++)
        if (may_be(f, i, side))
            return false;
    return true;
}

/* Whether the ratio itself, however well it is known, is on A's side of 1, or on B's. */
static bool leans(const struct flip *f, size_t i, enum flip_side side)
{
    double value = f->probes[i].ratio.value;
    return side == FLIP_A ? value > 1 : value < 1;
}

/* The neighbour of an end away from the interval, or NONE: the low end is A's, the high one B's. */
static size_t beyond(const struct flip *f, size_t end, enum flip_side side)
{
    if (side == FLIP_A)
        return end ? end - 1 : NONE;
    return end + 1 < f->count ? end + 1 : NONE;
}

static double apart(const struct flip *f, size_t i, size_t k)
{
    double a = size_of(f, i), b = size_of(f, k);
    return a < b ? b / a : a / b;
}

/* Why an end does not stand; "" where it does. */
static const char *lacks_backing(const struct flip *f, size_t end, enum flip_side side)
{
    size_t next = beyond(f, end, side);
    if (next == NONE)
        return side == FLIP_A ? "the first is cheaper at the smallest size measured alone"
                              : "the second is cheaper at the largest size measured alone";
    if (apart(f, end, next) > widest)
        return "not measured well enough";
    return leans(f, next, side) ? "" : "a size next to it speaks against it";
}

static const char *why_no_interval(const struct flip *f, const struct picture *p)
{
    size_t a = p->number[FLIP_A], b = p->number[FLIP_B];
    if (!f->count)
        return "nothing was measured";
    if (p->crossings > 1)
        return "they cross more than once, or a size was disturbed";
    if (p->crossings)
        return "the second is cheaper below and the other above: the other way round";
    if (a == f->count)
        return "the first is cheaper at all sizes measured";
    if (b == f->count)
        return "the second is cheaper at all sizes measured";
    if (p->number[FLIP_EVEN] == f->count)
        return "no difference beyond the margin at any size";
    if (a && none_may_be(f, FLIP_B))
        return "the first is cheaper at some sizes, the other at none";
    if (b && none_may_be(f, FLIP_A))
        return "the second is cheaper at some sizes, the other at none";
    return "not measured well enough";
}

static const char *why_not(const struct flip *f, const struct picture *p)
{
    if (!crosses_once(p))
        return why_no_interval(f, p);
    if (apart(f, p->low, p->high) > widest) {
        for (size_t i = p->low + 1; i < p->high; i++)
            if (p->side[i] == FLIP_UNKNOWN)
                return "not measured well enough";
        return "wider than a factor of 2";
    }
    const char *reason = lacks_backing(f, p->low, FLIP_A);
    return *reason ? reason : lacks_backing(f, p->high, FLIP_B);
}

/* Each pair with 1 between its ratios says where they cross; the median of what they say does not move with
 * one of them. */
static double crossing(const struct flip *f, double low, double high)
{
    double guesses[FLIP_PROBES * FLIP_PROBES / 4];
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->count; k++) {
            bool near = size_of(f, i) * near_by >= low && size_of(f, i) <= high * near_by &&
                        size_of(f, k) * near_by >= low && size_of(f, k) <= high * near_by;
            if (!near || !leans(f, i, FLIP_A) || !leans(f, k, FLIP_B) || !(f->probes[k].ratio.value > 0))
                continue;
            double at = log(size_of(f, i)), from = log(f->probes[i].ratio.value);
            double slope = log(f->probes[k].ratio.value) - from;
            guesses[count++] = at - from / slope * (log(size_of(f, k)) - at);
        }
    return fmin(high, fmax(low, exp(stats_median(guesses, count))));
}

struct flip_end flip_end(const struct flip *f)
{
    struct picture p = picture_of(f);
    struct flip_end end = {false, NAN, NAN, NAN, why_not(f, &p)};
    if (p.low != NONE)
        end.low = size_of(f, p.low);
    if (p.high != NONE)
        end.high = size_of(f, p.high);
    end.found = !*end.reason;
    if (end.found)
        end.size = crossing(f, end.low, end.high);
    return end;
}

/* What flip_next has to go by. */
struct search {
    const struct flip *f;
    const struct picture *p;
    const unsigned *tries;
    unsigned tries_most;
};

/* Whether probe i may be asked for again. */
static bool is_open(const struct search *s, size_t i)
{
    return s->p->side[i] == FLIP_UNKNOWN && s->tries[i] < s->tries_most;
}

/* The size of the grid strictly between two sizes that is nearest, on logarithms, to one between them; 0:
 * they are neighbours. */
static uint64_t grid_near(uint64_t low, uint64_t high, double wanted)
{
    double step = wanted < GRID_FROM ? GRID_SMALL : GRID, whole = floor(wanted / step);
    if (!(wanted < 0x1p63))
        return 0;
    uint64_t below = (uint64_t)(whole * step), above = below + (uint64_t)step;
    bool is_below = low < below && below < high;
    bool is_above = low < above && above < high;
    if (is_below && is_above)
        return wanted / (double)below <= (double)above / wanted ? below : above;
    return is_below ? below : is_above ? above : 0;
}

/* A new size between probes i and k, which are neighbours; 0: there is no room. */
static uint64_t new_between(const struct search *s, size_t i, size_t k, double wanted)
{
    return s->f->count < FLIP_PROBES ? grid_near(s->f->probes[i].size, s->f->probes[k].size, wanted) : 0;
}

/* The middle of probes i and k, between which all are open; rather the open one that is nearest to it. */
static uint64_t split(const struct search *s, size_t i, size_t k, double limit)
{
    double middle = sqrt(size_of(s->f, i)) * sqrt(size_of(s->f, k)), nearest = INFINITY;
    uint64_t size = 0;
    if (apart(s->f, i, k) <= limit)
        return 0;
    for (size_t at = i + 1; at < k; at++) {
        double distance = fabs(log(size_of(s->f, at) / middle));
        if (distance < nearest) {
            nearest = distance;
            size = s->f->probes[at].size;
        }
    }
    return size ? size : new_between(s, i, k, middle);
}

/* Narrows the interval, or the two gaps that its zone without a difference leaves, the wider one first. */
static uint64_t narrow(const struct search *s, double factor)
{
    size_t low = s->p->low, high = s->p->high, first = NONE, last = NONE;
    if (apart(s->f, low, high) <= factor)
        return 0;
    for (size_t i = low + 1; i < high; i++) {
        if (is_open(s, i))
            continue;
        first = first == NONE ? i : first;
        last = i;
    }
    if (first == NONE)
        return split(s, low, high, factor);
    bool upper = apart(s->f, last, high) > apart(s->f, low, first);
    uint64_t size = upper ? split(s, last, high, sqrt(factor)) : split(s, low, first, sqrt(factor));
    if (size)
        return size;
    return upper ? split(s, low, first, sqrt(factor)) : split(s, last, high, sqrt(factor));
}

/* Backs one end by the next size of the grid beyond it; where it is an outermost probe, by one inside the
 * interval. */
static uint64_t back(const struct search *s, size_t end, enum flip_side side)
{
    size_t next = beyond(s->f, end, side);
    double size = size_of(s->f, end);
    uint64_t closer;
    if (side == FLIP_A)
        closer = next == NONE ? new_between(s, end, end + 1, sqrt(size) * sqrt(size_of(s->f, end + 1)))
                              : new_between(s, next, end, size - 1);
    else
        closer = next == NONE ? new_between(s, end - 1, end, sqrt(size) * sqrt(size_of(s->f, end - 1)))
                              : new_between(s, end, next, size + 1);
    if (closer || next == NONE)
        return closer;
    return is_open(s, next) && !leans(s->f, next, side) ? s->f->probes[next].size : 0;
}

/* Of the open probes that may be a side which is not there yet, one asked for least often; of these that
 * which is farthest out where that side is expected. */
static uint64_t seek_side(const struct search *s)
{
    bool has_a = s->p->number[FLIP_A], has_b = s->p->number[FLIP_B];
    size_t best = NONE, best_out = 0, count = s->f->count;
    for (size_t i = 0; i < count; i++) {
        bool useful = (!has_a && may_be(s->f, i, FLIP_A)) || (!has_b && may_be(s->f, i, FLIP_B));
        if (!useful || !is_open(s, i))
            continue;
        size_t from_top = count - i, from_bottom = i + 1;
        size_t out = has_a ? from_bottom : has_b ? from_top : from_top > from_bottom ? from_top : from_bottom;
        if (best == NONE || s->tries[i] < s->tries[best] ||
            (s->tries[i] == s->tries[best] && out > best_out)) {
            best = i;
            best_out = out;
        }
    }
    return best == NONE ? 0 : s->f->probes[best].size;
}

uint64_t flip_next(const struct flip *f, double factor, const unsigned *tries, unsigned tries_most)
{
    struct picture p = picture_of(f);
    struct search s = {f, &p, tries, tries_most};
    if (!p.crossings)
        return seek_side(&s);
    if (!crosses_once(&p))
        return 0;
    uint64_t size = narrow(&s, factor);
    if (size || apart(f, p.low, p.high) > widest)
        return size;
    size = back(&s, p.low, FLIP_A);
    return size ? size : back(&s, p.high, FLIP_B);
}

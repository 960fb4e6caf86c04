/* stepped_copy.h - one copy by single steps, and whether it was what its traits and its name say */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_COPY_H
#define TESTS_STRATEGIES_STEPPED_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "strategies/copy.h"
#include "tests/strategies/stepped_lines.h"
#include "tests/strategies/stepped_names.h"

/* What a verdict says; NULL is "as it says". */
#define WRONG_BYTES       "it did not copy every byte"
#define WRONG_LINES       "a line neither stored past the cache nor flushed"
#define WRONG_BYTE        "a byte left in the cache after the last flush of its line"
#define WRONG_PAST        "a store past the cache in a cached copy"
#define WRONG_FLUSH       "a flush in a cached copy"
#define WRONG_NO_FENCE    "no fence inside after the last store past the cache"
#define WRONG_VECTOR      "a vector register in a copy of general registers only"
#define WRONG_KIND        "an instruction that its name does not tell"
#define WRONG_WHOLE_LINE  "a whole line not stored by the instructions of its name"
#define WRONG_FLUSH_COUNT "lines not flushed as its name tells"
#define WRONG_NO_RULE     "a name that has no row in stepped_names.h"

static inline void copy_step_finish(struct lines *l, const struct copy *c, uint8_t *dst, size_t n)
{
    if (c->finish)
        l->steps += stepper_run(lines_see, l, (void (*)(void))c->finish, (uintptr_t)dst, n, 0);
}

/* Copies n bytes to room + from by single steps, then finishes; the source is at `src`. What happened is
 * in *l. */
static inline void copy_step(struct lines *l, const struct copy *c, size_t from, size_t src, size_t n)
{
    uint8_t *dst = l->room + from;
    lines_place(l, from, n, BYTE_UNTOUCHED);
    l->steps +=
        stepper_run(lines_see, l, (void (*)(void))c->copy, (uintptr_t)dst, (uintptr_t)(l->source + src), n);
    if (c->fence == FENCE_INSIDE && l->nt_unfenced)
        lines_accuse(l, NULL, WRONG_NO_FENCE);
    copy_step_finish(l, c, dst, n);
}

static inline const char *copy_wrong_flushes(const struct lines *l, const struct name_rule *rule)
{
    bool any = lines_kinds(l) & CODE_FLUSH_SET;
    if (rule->flushes == FLUSHES_EACH_ONCE && !lines_each_flushed_once(l))
        return WRONG_FLUSH_COUNT;
    return rule->flushes == FLUSHES_NEVER && any ? WRONG_FLUSH_COUNT : NULL;
}

/* What the name tells: kinds, whole lines, flushes. */
static inline const char *copy_unlike_name(const struct lines *l, const struct copy *c)
{
    const struct name_rule *rule = name_rule(c->name);
    if (!rule)
        return WRONG_NO_RULE;
    if (lines_kinds(l) & ~(rule->may | code_bit(CODE_OTHER)))
        return WRONG_KIND;
    size_t first = (l->from + LINES_SIDE - 1) / LINES_SIDE, end = (l->from + l->n) / LINES_SIDE;
    for (size_t line = first; rule->per_line && line < end; line++)
        if (l->stored_past[line] != rule->per_line)
            return WRONG_WHOLE_LINE;
    if (rule->per_line && first < end && l->count[rule->line] < (end - first) * rule->per_line)
        return WRONG_WHOLE_LINE;
    return copy_wrong_flushes(l, rule);
}

/* NULL, or how the run in *l was not what the traits and the name of `c` say. */
static inline const char *copy_wrong(const struct lines *l, const struct copy *c, size_t src)
{
    uint32_t kinds = lines_kinds(l);
    if (l->wrong)
        return l->wrong;
    if (memcmp(l->room + l->from, l->source + src, l->n) != 0 || lines_any(l, BYTE_UNTOUCHED))
        return WRONG_BYTES;
    if (c->durable && !lines_all_covered(l))
        return WRONG_LINES;
    if (c->durable && lines_any(l, BYTE_DIRTY))
        return WRONG_BYTE;
    if (!c->durable && kinds & CODE_NT_SET)
        return WRONG_PAST;
    if (!c->durable && kinds & CODE_FLUSH_SET)
        return WRONG_FLUSH;
    if (c->gpr_only && l->vector)
        return WRONG_VECTOR;
    return copy_unlike_name(l, c);
}

/* Steps one case and judges it. */
static inline const char *copy_verdict(struct lines *l, const struct copy *c, size_t from, size_t n)
{
    size_t src = (from * 13 + n * 7) % LINES_SIDE;
    copy_step(l, c, from, src, n);
    return copy_wrong(l, c, src);
}

/* Once, not stepped: the dynamic linker finds what a copy calls at the first call. */
static inline void copy_warm(struct lines *l, const struct copy *c)
{
    c->copy(l->room, l->source, LINES_PAGE);
    if (c->finish)
        c->finish(l->room, LINES_PAGE);
}

#endif

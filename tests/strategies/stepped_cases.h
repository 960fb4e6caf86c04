/* stepped_cases.h - the table of offsets and lengths, and the tests of all copies of one kind over it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_CASES_H
#define TESTS_STRATEGIES_STEPPED_CASES_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "tests/strategies/stepped_copy.h"

enum {
    CASES_OFFSETS = 64,
    CASES_LENGTH = 300,
    CASES_DENSE = 24 /* up to here every offset with every length: all heads and tails around one line */
};

/* Set: every offset with every length up to 300. */
#define CASES_ALL "PMB_STEPPED_ALL"

/* Above CASES_DENSE one offset in eight, another set for each length: every eighth of a line and every offset
 * within 8 bytes meets every length. A step costs microseconds where a hypervisor sees each trap. */
static inline bool cases_has(size_t offset, size_t n, bool all)
{
    return all || n <= CASES_DENSE || (offset + offset / 8 + 3 * n) % 8 == 0;
}

/* Sanitizers instrument what is stepped: the steps would be theirs. */
static inline bool cases_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
#else
    return false;
#endif
}

/* Which features need no CPU that has them: MOVDIR64B has its stand-in, CLDEMOTE is a NOP elsewhere. */
static inline uint32_t cases_features(void)
{
    return cpu_features() | CPU_MOVDIR64B | CPU_CLDEMOTE;
}

static inline void cases_skip_without(const char *name, uint32_t features)
{
    char missing[128];
    uint32_t lacks = features & ~cases_features();
    if (cases_instrumented()) {
        print_message("%s: skipped, a sanitizer's instrumentation cannot be stepped\n", name);
        skip();
    }
    if (lacks) {
        print_message("%s: skipped, this CPU lacks %s\n", name,
                      cpu_feature_list(lacks, missing, sizeof(missing)));
        skip();
    }
}

/* For the start of a test: handlers, and a room. */
static inline void cases_open(struct lines *l)
{
    assert_true(stepper_handlers(!(cpu_features() & CPU_MOVDIR64B)));
    assert_true(lines_open(l));
}

static inline bool cases_hold(struct lines *l, const struct copy *c, size_t from, size_t n)
{
    const char *wrong = copy_verdict(l, c, from, n);
    if (wrong)
        print_error("%s, %zu bytes at offset %zu of a page: %s%s%s\n", c->name, n, from % LINES_PAGE, wrong,
                    l->mnemonic ? ": " : "", l->mnemonic ? l->mnemonic : "");
    return !wrong;
}

/* Offsets 0..63 from the start of a page, lengths 1..300. */
static inline bool cases_hold_matrix(struct lines *l, const struct copy *c)
{
    bool all = getenv(CASES_ALL) != NULL;
    for (size_t offset = 0; offset < CASES_OFFSETS; offset++)
        for (size_t n = 1; n <= CASES_LENGTH; n++)
            if (cases_has(offset, n, all) && !cases_hold(l, c, LINES_PAGE + offset, n))
                return false;
    return true;
}

/* From `before` bytes before the end of a page into the next one. */
static inline bool cases_hold_crossing(struct lines *l, const struct copy *c)
{
    static const size_t far[] = {64, 65, 100, 127, 128, 191, 200, 256, 299};
    for (size_t before = 1; before < 64; before++)
        if (!cases_hold(l, c, 2 * LINES_PAGE - before, before + 1 + before * 37 % 237))
            return false;
    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
        for (size_t beyond = 1; beyond <= 129; beyond += 32)
            if (!cases_hold(l, c, 2 * LINES_PAGE - far[i], far[i] + beyond))
                return false;
    return true;
}

static inline bool cases_hold_long(struct lines *l, const struct copy *c)
{
    static const size_t lengths[] = {511, 512, 513, 1024, 4095, 4096, 4097};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        for (size_t offset = 0; offset <= 3; offset += 3)
            if (!cases_hold(l, c, LINES_PAGE + offset, lengths[i]))
                return false;
    return true;
}

/* Beyond what a library takes for a large copy: glibc's memcpy goes past the cache from its threshold on,
 * which the test is run with at 20 KiB (GLIBC_TUNABLES), and without REP MOVSB, which it would prefer below a
 * MiB. Two chunks of 16 KiB and a part, and more than that. */
enum { CASES_LARGE = 70000 };

static inline bool cases_hold_large(struct lines *l, const struct copy *c)
{
    return cases_hold(l, c, LINES_PAGE + 5, 2 * 16384 + 77) && cases_hold(l, c, LINES_PAGE, CASES_LARGE);
}

/* A few cases, for the other code layouts: the same sources, the same flags. */
static inline bool cases_hold_few(struct lines *l, const struct copy *c)
{
    static const size_t offsets[] = {0, 1, 4, 7, 63}, lengths[] = {1, 3, 4, 8, 31, 64, 65, 130, 257};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++)
            if (!cases_hold(l, c, LINES_PAGE + offsets[i], lengths[k]))
                return false;
    return true;
}

/* One copy in all code layouts that are timed. */
static inline void cases_test(struct lines *l, enum copy_id id)
{
    struct error err = {0};
    const struct copy *c = copy_get(id, LAYOUT_RUNG);
    cases_skip_without(c->name, c->features);
    cases_open(l);
    if (c->prepare && c->prepare(&err) != 0)
        fail_msg("%s: %s", c->name, err.text);
    copy_warm(l, c);
    assert_true(cases_hold_matrix(l, c));
    assert_true(cases_hold_crossing(l, c));
    assert_true(cases_hold_long(l, c));
    assert_true(cases_hold_large(l, c));
    const struct name_rule *rule = name_rule(c->name);
    if (rule->must & ~l->ever)
        fail_msg("%s: never executed what its name tells (kinds %x)", c->name, rule->must & ~l->ever);
    if (rule->may & CODE_NT_SET && !(l->ever & CODE_NT_SET))
        fail_msg("%s: never stored past the cache", c->name);
    for (unsigned layout = LAYOUT_RUNG + 1; layout < LAYOUT_TRACE; layout++) {
        copy_warm(l, copy_get(id, layout));
        assert_true(cases_hold_few(l, copy_get(id, layout)));
    }
    print_message("%s: %lu steps\n", c->name, (unsigned long)l->steps);
}

static inline void cases_test_state(void **state)
{
    static struct lines lines;
    cases_test(&lines, *(const enum copy_id *)*state);
}

/* Every copy belongs to one program, so that ctest steps them side by side and none is left out. */
enum cases_program { CASES_CACHED, CASES_FENCED, CASES_BYPASS, CASES_WRITTEN_BACK, CASES_LIBRARY };

static inline enum cases_program cases_program_of(const struct copy *c)
{
    if (!c->durable)
        return CASES_CACHED;
    if (c->opaque)
        return CASES_LIBRARY;
    if (c->fence == FENCE_INSIDE)
        return CASES_FENCED;
    const struct name_rule *rule = name_rule(c->name);
    return rule && rule->flushes == FLUSHES_EACH_ONCE ? CASES_WRITTEN_BACK : CASES_BYPASS;
}

/* The main() of one program: a test for each of its copies. */
static inline int cases_main(const char *group, enum cases_program program)
{
    static enum copy_id ids[COPIES];
    struct CMUnitTest tests[COPIES];
    size_t count = 0;
    for (unsigned id = 0; id < COPIES; id++) {
        ids[id] = (enum copy_id)id;
        const struct copy *c = copy_get(ids[id], LAYOUT_RUNG);
        if (cases_program_of(c) == program)
            tests[count++] = (struct CMUnitTest){
                .name = c->name, .test_func = cases_test_state, .initial_state = &ids[id]};
    }
    return _cmocka_run_group_tests(group, tests, count, NULL, NULL);
}

#endif

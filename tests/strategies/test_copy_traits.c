/* test_copy_traits.c - every copy strategy is as durable as it says: offsets 0..63, lengths 1..300, exact
 * counts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/cpu.h"
#include "tests/strategies/copy_promise.h"
#include "tests/strategies/movdir64b_stand_in.h"

static struct promise promise; /* too large for a stack */

/* The CPU lacks nothing (CLDEMOTE is a NOP where it is missing), or MOVDIR64B at most, which is then stood in
 * for (to the end of the test). What the strategy wants prepared is. */
static bool can_run(const struct copy *c)
{
    uint32_t lacks = c->features & ~cpu_features() & ~(uint32_t)CPU_CLDEMOTE;
    if (c->prepare)
        assert_int_equal(c->prepare(NULL), 0);
    return !lacks || (lacks == CPU_MOVDIR64B && movdir64b_stand_in());
}

static void skip_unless_it_runs(const struct copy *c)
{
    char missing[128];
    if (can_run(c))
        return;
    print_message("%s: skipped, this CPU lacks %s\n", c->name,
                  cpu_feature_list(c->features & ~cpu_features(), missing, sizeof(missing)));
    skip();
}

static bool keeps_its_promise(const struct copy *c)
{
    for (size_t offset = 0; offset < 64; offset++)
        for (size_t n = 1; n <= 300; n++) {
            const char *broken = promise_broken(&promise, c, offset, n);
            if (broken) {
                fprintf(stderr, "%s: %s (offset %zu, %zu bytes)\n", c->name, broken, offset, n);
                return false;
            }
        }
    return true;
}

static void promise_is_kept(void **state)
{
    const struct copy *c = copy_get(*(const enum copy_id *)*state, LAYOUT_TRACE);
    skip_unless_it_runs(c);
    assert_true(keeps_its_promise(c));
}

/* What goes non-temporally is every whole aligned 4-byte word, in the kernel's copies of 6.4 and later. */
static uint64_t words_inside(size_t offset, size_t n)
{
    size_t first = (offset + 3) / 4 * 4, last = (offset + n) / 4 * 4;
    return first < last ? last - first : 0;
}

static void kernel_copies_store_every_word_non_temporally(void **state)
{
    static const enum copy_id ids[] = {COPY_movnti, COPY_movnti_clflushopt};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const struct copy *c = copy_get(ids[i], LAYOUT_TRACE);
        bool runs = can_run(c);
        for (size_t offset = 0; runs && offset < 64; offset++)
            for (size_t n = 0; n <= 300; n++) {
                promise_record(&promise, c, offset, n);
                assert_int_equal(promise.counts.nt_bytes, words_inside(offset, n));
            }
    }
}

static void wide_copies_take_each_line_one_way(void **state)
{
    static const enum copy_id ids[] = {COPY_movdir64b, COPY_movnt_avx512, COPY_movnt_avx2, COPY_movnt_sse2};
    uint64_t nt_bytes, lines;
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const struct copy *c = copy_get(ids[i], LAYOUT_TRACE);
        bool runs = can_run(c);
        for (size_t offset = 0; runs && offset < 64; offset++)
            for (size_t n = 0; n <= 400; n++) {
                promise_record(&promise, c, offset, n);
                promise_of_wide(offset, n, &nt_bytes, &lines);
                assert_int_equal(promise.counts.nt_bytes, nt_bytes);
                assert_int_equal(promise.counts.lines_flushed, lines);
            }
    }
}

/* The kernel's other two store non-temporally from the first 8-byte boundary on: whole words of 8, then one
 * of
 * 4. What is shorter than 8 bytes is all tail in 6.1, which may hold one aligned word of 4. */
static uint64_t words_after_the_head(const struct copy *c, size_t offset, size_t n)
{
    bool all_tail = n < 8 && c->fence == FENCE_INSIDE;
    size_t head = all_tail ? 0 : -offset % 8;
    if (all_tail && offset % 4)
        return 0;
    return head < n ? (n - head) / 4 * 4 : 0;
}

static void kernel_copies_with_cached_heads(void **state)
{
    static const enum copy_id ids[] = {COPY_movnti_6_1, COPY_memcpy_flushcache};
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const struct copy *c = copy_get(ids[i], LAYOUT_TRACE);
        bool runs = can_run(c);
        for (size_t offset = 0; runs && offset < 64; offset++)
            for (size_t n = 0; n <= 300; n++) {
                promise_record(&promise, c, offset, n);
                assert_int_equal(promise.counts.nt_bytes, words_after_the_head(c, offset, n));
                assert_int_equal(promise.counts.fences, c->fence == FENCE_INSIDE);
            }
    }
}

/* Worked out by hand from the kernel's rules and from those of edges.h. */
static const struct exact {
    enum copy_id id;
    size_t offset, n;
    uint64_t nt_bytes, lines_flushed, fences;
} exact[] = {
    {COPY_movnti, 0, 64, 64, 0, 1},
    {COPY_movnti, 0, 4096, 4096, 0, 1},
    {COPY_movnti, 0, 65536, 65536, 0, 1},
    {COPY_movnti, 3, 4096, 4092, 2, 1}, /* 1 plain, 4 nt, 63 x 64, 7 x 8, fence, 2 and 1 plain */
    {COPY_movnti, 8, 4096, 4096, 0, 1}, /* aligned to 8 is aligned, line or not */
    {COPY_movnti, 4, 4096, 4096, 2, 1}, /* all non-temporal, and fixed up all the same: first and last line */
    {COPY_movnti, 4, 60, 60, 1, 1},     /* nothing behind the flushed first line */
    {COPY_movnti, 0, 12, 12, 1, 1},     /* 12 is no multiple of 8 */
    {COPY_movnti, 4, 8, 8, 1, 1},
    {COPY_movnti, 57, 70, 64, 2, 1},
    {COPY_movnti, 0, 4, 4, 0, 1},
    {COPY_movnti, 4, 4, 4, 0, 1},
    {COPY_movnti, 2, 4, 0, 1, 1},
    {COPY_movnti, 62, 4, 0, 2, 1}, /* below 8 bytes: every line of the range */
    {COPY_movnti, 60, 6, 4, 2, 1},
    {COPY_movnti, 0, 1, 0, 1, 1},
    {COPY_movnti, 7, 1, 0, 1, 1},
    {COPY_movnti, 1, 1, 0, 1, 0}, /* the kernel's early exits: nothing non-temporal, no fence */
    {COPY_movnti, 1, 2, 0, 1, 0},
    {COPY_movnti, 2, 1, 0, 1, 0},
    {COPY_movnti, 1, 3, 0, 1, 1},
    {COPY_movdir64b, 0, 4096, 4096, 0, 0},
    {COPY_movdir64b, 3, 4096, 4032, 2, 0}, /* 61 plain, 63 lines, 3 plain */
    {COPY_movdir64b, 1, 2, 0, 1, 0},
    {COPY_movdir64b, 8, 100, 100, 0, 0}, /* 56 and 44 by words */
    {COPY_movnt_avx512, 0, 4096, 4096, 0, 0},
    {COPY_movnt_avx512, 3, 4096, 4032, 2, 0},
    {COPY_movnt_avx512, 4, 4096, 4096, 0, 0},
    {COPY_movnt_avx512, 4, 4095, 4092, 1, 0},  /* 60 by words, 63 lines, 3 plain */
    {COPY_movnt_avx512, 13, 4147, 4096, 1, 0}, /* 51 plain, 64 lines */
    {COPY_movnt_avx512, 0, 61, 0, 1, 0},       /* one way for a line: none of its 15 words */
    {COPY_movnt_avx512, 62, 3, 0, 2, 0},
    {COPY_movnt_avx512, 4, 3, 0, 1, 0},
    {COPY_movnt_avx2, 0, 4096, 4096, 0, 0},
    {COPY_movnt_avx2, 3, 4096, 4032, 2, 0},
    {COPY_movnt_sse2, 0, 4096, 4096, 0, 0},
    {COPY_movnt_sse2, 3, 4096, 4032, 2, 0},
    {COPY_movnt_sse2, 62, 3, 0, 2, 0},
    {COPY_movnti_6_1, 0, 4096, 4096, 0, 1},
    {COPY_movnti_6_1, 3, 4096, 4088, 2, 1}, /* 5 plain, 63 x 64, 7 x 8, 3 plain, fence */
    {COPY_movnti_6_1, 4, 4096, 4092, 2, 1}, /* 4 plain where 6.4 has a 4-byte head */
    {COPY_movnti_6_1, 4, 60, 56, 1, 1},
    {COPY_movnti_6_1, 0, 12, 12, 1, 1},
    {COPY_movnti_6_1, 57, 70, 60, 2, 1}, /* 7 plain, 7 x 8, 4 nt, 3 plain */
    {COPY_movnti_6_1, 4, 4, 4, 0, 1},
    {COPY_movnti_6_1, 2, 4, 0, 1, 1},
    {COPY_movnti_6_1, 60, 6, 4, 2, 1},
    {COPY_movnti_6_1, 62, 4, 0, 2, 1},
    {COPY_movnti_6_1, 1, 1, 0, 1, 1}, /* no early exit: one fence always */
    {COPY_movnti_6_1, 0, 0, 0, 0, 1},
    {COPY_movnti_6_1, 5, 0, 0, 1, 1}, /* nothing, and its line all the same: clean_cache_range rounds down */
    {COPY_memcpy_flushcache, 0, 4096, 4096, 0, 0},
    {COPY_memcpy_flushcache, 3, 4096, 4088, 2, 0},
    {COPY_memcpy_flushcache, 4, 4096, 4092, 1, 0}, /* 4 plain, and a tail of 4 non-temporally */
    {COPY_memcpy_flushcache, 4, 60, 56, 1, 0},
    {COPY_memcpy_flushcache, 0, 12, 12, 0, 0},
    {COPY_memcpy_flushcache, 57, 70, 60, 2, 0}, /* its tail is in the line after the head's */
    {COPY_memcpy_flushcache, 3, 50, 44, 2, 0},  /* head and tail of one line: written back twice */
    {COPY_memcpy_flushcache, 3, 5, 0, 1, 0},
    {COPY_memcpy_flushcache, 0, 3, 0, 1, 0},
    {COPY_memcpy_flushcache, 3, 0, 0, 1, 0}, /* nothing, and its line all the same, as in the kernel */
    {COPY_memcpy_clwb, 0, 4096, 0, 64, 0},
    {COPY_memcpy_clwb, 3, 4096, 0, 65, 0},
    {COPY_memcpy_clflushopt, 0, 4096, 0, 64, 0},
    {COPY_memcpy_clflushopt, 63, 66, 0, 3, 0},
    {COPY_memcpy_clflush, 0, 4096, 0, 64, 0},
    {COPY_memcpy_clflush, 3, 4096, 0, 65, 0},
    {COPY_memcpy_cldemote, 3, 4096, 0, 0, 0},
    {COPY_line_clwb, 0, 4096, 0, 64, 0},
    {COPY_line_clwb, 3, 4096, 0, 65, 0},
    {COPY_line_clwb, 3, 5, 0, 1, 0},
    {COPY_avx2_clwb, 0, 4096, 0, 64, 0},
    {COPY_avx2_clwb, 3, 4096, 0, 65, 0},
    {COPY_avx2_clwb, 63, 2, 0, 2, 0},
    {COPY_line_clflushopt, 63, 66, 0, 3, 0},
    {COPY_memcpy, 3, 65536, 0, 0, 0},
    {COPY_rep_movsb, 3, 65536, 0, 0, 0},
    {COPY_movq, 3, 65536, 0, 0, 0},
    {COPY_avx2, 3, 65536, 0, 0, 0},
    {COPY_avx512, 3, 65536, 0, 0, 0},
    {COPY_pmem2, 3, 65536, 0, 0, 0},
    {COPY_pmem2_nt, 3, 65536, 0, 0, 0},
    {COPY_pmem2_t, 3, 65536, 0, 0, 0},
};

static void counts_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
        const struct exact *e = &exact[i];
        const struct copy *c = copy_get(e->id, LAYOUT_TRACE);
        if (!can_run(c))
            continue;
        promise_record(&promise, c, e->offset, e->n);
        const struct trace *t = &promise.counts;
        if (t->nt_bytes != e->nt_bytes || t->lines_flushed != e->lines_flushed || t->fences != e->fences)
            fail_msg("%s, %zu bytes at offset %zu: %lu bytes non-temporal, %lu lines, %lu fences", c->name,
                     e->n, e->offset, (unsigned long)t->nt_bytes, (unsigned long)t->lines_flushed,
                     (unsigned long)t->fences);
    }
}

/* Only the copies that the kernel could use as they are move nothing but general registers. */
static void traits_are_the_designs(void **state)
{
    static const struct {
        bool gpr_only, durable;
        enum copy_resident resident;
        enum copy_fence fence;
    } traits[COPIES] = {
        [COPY_memcpy] = {false, false, RESIDENT_YES, FENCE_NONE},
        [COPY_rep_movsb] = {true, false, RESIDENT_YES, FENCE_NONE},
        [COPY_movq] = {true, false, RESIDENT_YES, FENCE_NONE},
        [COPY_avx2] = {false, false, RESIDENT_YES, FENCE_NONE},
        [COPY_avx512] = {false, false, RESIDENT_YES, FENCE_NONE},
        [COPY_movnti] = {true, true, RESIDENT_NO, FENCE_INSIDE},
        [COPY_movnti_clflushopt] = {true, true, RESIDENT_NO, FENCE_INSIDE},
        [COPY_movnti_6_1] = {true, true, RESIDENT_NO, FENCE_INSIDE},
        [COPY_memcpy_flushcache] = {true, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_movdir64b] = {true, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_movnt_avx512] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_movnt_avx2] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_movnt_sse2] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_memcpy_clwb] = {false, true, RESIDENT_AS_CLWB, FENCE_NEEDED},
        [COPY_memcpy_clflushopt] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_memcpy_clflush] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_memcpy_cldemote] = {false, false, RESIDENT_YES, FENCE_NONE},
        [COPY_line_clwb] = {true, true, RESIDENT_AS_CLWB, FENCE_NEEDED},
        [COPY_avx2_clwb] = {false, true, RESIDENT_AS_CLWB, FENCE_NEEDED},
        [COPY_line_clflushopt] = {true, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_pmem2] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_pmem2_nt] = {false, true, RESIDENT_NO, FENCE_NEEDED},
        [COPY_pmem2_t] = {false, true, RESIDENT_AS_CLWB, FENCE_NEEDED},
    };
    (void)state;
    for (unsigned id = 0; id < COPIES; id++) {
        const struct copy *c = copy_get((enum copy_id)id, LAYOUT_TRACE);
        assert_int_equal(c->gpr_only, traits[id].gpr_only);
        assert_int_equal(c->durable, traits[id].durable);
        assert_int_equal(c->resident, traits[id].resident);
        assert_int_equal(c->fence, traits[id].fence);
        assert_int_equal(c->opaque, id == COPY_pmem2 || id == COPY_pmem2_nt || id == COPY_pmem2_t);
    }
}

/* Wrong strategies, made of right ones, that the checker must find. */
static void movnti_finish_forgotten_when_odd(void *dst, size_t n)
{
    if (n % 2 == 0)
        copy_get(COPY_movnti, LAYOUT_TRACE)->finish(dst, n);
}

static void finish_that_returns_at_once(void *dst, size_t n)
{
    (void)dst, (void)n;
}

static void finish_without_the_last_line(void *dst, size_t n)
{
    size_t last = ((uintptr_t)dst + n) % 64;
    if (last < n)
        copy_get(COPY_memcpy_clwb, LAYOUT_TRACE)->finish(dst, n - last);
}

static void writes_back_before_it_copies(void *dst, const void *src, size_t n)
{
    copy_get(COPY_memcpy_clwb, LAYOUT_TRACE)->finish(dst, n);
    copy_get(COPY_memcpy, LAYOUT_TRACE)->copy(dst, src, n);
}

static void finish_of_one_line_more(void *dst, size_t n)
{
    copy_get(COPY_memcpy_clwb, LAYOUT_TRACE)->finish(dst, n + 64);
}

/* Ends without telling, and tells before it has ended. */
static void library_untold(void *dst, const void *src, size_t n)
{
    copy_get(COPY_pmem2, 0)->copy(dst, src, n);
}

static void library_told_too_early(void *dst, const void *src, size_t n)
{
    trace_event(TRACE_LIBRARY, dst, n);
    copy_get(COPY_pmem2, 0)->copy(dst, src, n);
}

static bool found(const struct copy *right, const struct copy *copy_of, void (*finish)(void *dst, size_t n))
{
    struct copy fake = *right;
    fake.name = "a wrong strategy, to be found";
    fake.copy = copy_of->copy;
    fake.finish = finish;
    return !can_run(right) || !can_run(copy_of) || !keeps_its_promise(&fake);
}

static void wrong_strategies_are_found(void **state)
{
    const struct copy *memcpy_ = copy_get(COPY_memcpy, LAYOUT_TRACE);
    const struct copy *movnti = copy_get(COPY_movnti, LAYOUT_TRACE);
    const struct copy *clwb = copy_get(COPY_memcpy_clwb, LAYOUT_TRACE);
    const struct copy *wide = copy_get(COPY_movnt_avx2, LAYOUT_TRACE);
    const struct copy *pmem2 = copy_get(COPY_pmem2, LAYOUT_TRACE);
    const struct copy *old = copy_get(COPY_movnti_6_1, LAYOUT_TRACE);
    struct copy early = *clwb, untold = *pmem2, told_early = *pmem2;
    early.copy = writes_back_before_it_copies;
    untold.copy = library_untold;
    told_early.copy = library_told_too_early;
    (void)state;
    assert_true(found(movnti, memcpy_, NULL));
    assert_true(found(wide, memcpy_, NULL));
    assert_true(found(wide, memcpy_, wide->finish));
    assert_true(found(movnti, movnti, NULL));
    assert_true(found(movnti, movnti, movnti_finish_forgotten_when_odd));
    assert_true(found(movnti, wide, wide->finish));
    assert_true(found(wide, movnti, movnti->finish));
    assert_true(found(wide, wide, NULL));
    assert_true(found(clwb, clwb, finish_that_returns_at_once));
    assert_true(found(clwb, clwb, finish_without_the_last_line));
    assert_true(found(clwb, clwb, finish_of_one_line_more));
    assert_true(found(clwb, &early, NULL));
    assert_true(found(memcpy_, clwb, clwb->finish));
    assert_true(found(memcpy_, wide, NULL));
    assert_true(found(old, old, NULL));
    assert_true(found(pmem2, &untold, NULL));
    assert_true(found(pmem2, &told_early, NULL));
    assert_true(found(pmem2, clwb, clwb->finish));
    assert_true(found(memcpy_, pmem2, NULL));
}

int main(void)
{
    static enum copy_id ids[COPIES];
    struct CMUnitTest tests[COPIES + 6] = {
        cmocka_unit_test(traits_are_the_designs),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(kernel_copies_store_every_word_non_temporally),
        cmocka_unit_test(wide_copies_take_each_line_one_way),
        cmocka_unit_test(kernel_copies_with_cached_heads),
        cmocka_unit_test(wrong_strategies_are_found),
    };
    for (unsigned i = 0; i < COPIES; i++) {
        ids[i] = (enum copy_id)i;
        tests[6 + i] = (struct CMUnitTest){
            .name = copy_get(ids[i], 0)->name, .test_func = promise_is_kept, .initial_state = &ids[i]};
    }
    return cmocka_run_group_tests_name("copy traits", tests, NULL, NULL);
}

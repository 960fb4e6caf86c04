/* test_stepped_fakes.c - the checker of the single steps finds copies that are not what they say */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/writeback.h"
#include "tests/strategies/stepped_cases.h"

static struct lines lines;

static const struct copy *real(enum copy_id id)
{
    return copy_get(id, LAYOUT_RUNG);
}

/* Wrong copies and finishes, of which most are right but for one thing. */
static void finish_nothing(void *dst, size_t n)
{
    (void)dst, (void)n;
}

static void finish_one_edge(void *dst, size_t n)
{
    writeback_get(WRITEBACK_clwb, LAYOUT_RUNG)->range(dst, n ? 1 : 0);
}

static void finish_all_again(void *dst, size_t n)
{
    writeback_get(WRITEBACK_clwb, LAYOUT_RUNG)->range(dst, n);
}

static void copy_by_line_but_the_last(void *dst, const void *src, size_t n)
{
    size_t last = ((uintptr_t)dst + n) % LINES_SIDE;
    size_t cut = last < n ? n - last : 0;
    real(COPY_line_clwb)->copy(dst, src, cut);
    real(COPY_movq)->copy((uint8_t *)dst + cut, (const uint8_t *)src + cut, n - cut);
}

static void copy_but_the_last_line(void *dst, const void *src, size_t n)
{
    size_t last = ((uintptr_t)dst + n) % LINES_SIDE;
    real(COPY_line_clwb)->copy(dst, src, last < n ? n - last : 0);
}

static void copy_flushed_too_early(void *dst, const void *src, size_t n)
{
    writeback_get(WRITEBACK_clwb, LAYOUT_RUNG)->range(dst, n);
    real(COPY_movq)->copy(dst, src, n);
}

static void copy_flushing_the_next_line(void *dst, const void *src, size_t n)
{
    real(COPY_line_clwb)->copy(dst, src, n);
    writeback_get(WRITEBACK_clwb, LAYOUT_RUNG)->range((uint8_t *)dst + n, LINES_SIDE);
}

static void copy_one_byte_more(void *dst, const void *src, size_t n)
{
    real(COPY_movq)->copy(dst, src, n + 1);
}

static void copy_past_then_plainly(void *dst, const void *src, size_t n)
{
    real(COPY_movnti)->copy(dst, src, n);
    real(COPY_movq)->copy((uint8_t *)dst + 64, (const uint8_t *)src + 64, 8);
}

static void copy_fenced_too_early(void *dst, const void *src, size_t n)
{
    real(COPY_movnti)->copy(dst, src, n);
    real(COPY_memcpy_flushcache)->copy(dst, src, n);
}

static void copy_by_a_system_call(void *dst, const void *src, size_t n)
{
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(39L) : "rcx", "r11", "memory"); /* getpid */
    real(COPY_movq)->copy(dst, src, n);
}

/* `as` lends name and traits. */
static const struct fake {
    const char *what;
    enum copy_id as;
    void (*copy)(void *dst, const void *src, size_t n);
    enum copy_id copy_of; /* where copy is NULL */
    void (*finish)(void *dst, size_t n);
    const char *wrong;
} fakes[] = {
    {"memcpy as movnt-avx512", COPY_movnt_avx512, NULL, COPY_memcpy, NULL, WRONG_LINES},
    {"memcpy as movnt-avx2", COPY_movnt_avx2, NULL, COPY_memcpy, finish_nothing, WRONG_LINES},
    {"memcpy as movnti", COPY_movnti, NULL, COPY_memcpy, NULL, WRONG_LINES},
    {"memcpy as memcpy+clwb", COPY_memcpy_clwb, NULL, COPY_memcpy, finish_nothing, WRONG_LINES},
    {"memcpy+clwb that flushes one line", COPY_memcpy_clwb, NULL, COPY_memcpy, finish_one_edge, WRONG_LINES},
    {"movnti without its fix-up", COPY_movnti, NULL, COPY_movnti, finish_nothing, WRONG_BYTE},
    {"movnti with half of it", COPY_movnti, NULL, COPY_movnti, finish_one_edge, WRONG_BYTE},
    {"movnt-sse2 without its edges", COPY_movnt_sse2, NULL, COPY_movnt_sse2, finish_nothing, WRONG_LINES},
    {"line+clwb but the last", COPY_line_clwb, copy_by_line_but_the_last, 0, NULL, WRONG_LINES},
    {"a copy of less", COPY_line_clwb, copy_but_the_last_line, 0, NULL, WRONG_BYTES},
    {"flushed before it is stored", COPY_line_clwb, copy_flushed_too_early, 0, NULL, WRONG_BYTE},
    {"the next line flushed too", COPY_line_clwb, copy_flushing_the_next_line, 0, NULL,
     "a flush of a line outside of the destination"},
    {"a byte more", COPY_movq, copy_one_byte_more, 0, NULL, "a store outside of the destination"},
    {"stored plainly once more", COPY_movnti, copy_past_then_plainly, 0, NULL, WRONG_BYTE},
    {"movnti without its fence", COPY_movnti, NULL, COPY_memcpy_flushcache, NULL, WRONG_NO_FENCE},
    {"a fence too early", COPY_movnti, copy_fenced_too_early, 0, NULL, WRONG_NO_FENCE},
    {"movnti as movq", COPY_movq, NULL, COPY_movnti, NULL, WRONG_PAST},
    {"movnt-sse2 as memcpy", COPY_memcpy, NULL, COPY_movnt_sse2, NULL, WRONG_PAST},
    {"line+clwb as movq", COPY_movq, NULL, COPY_line_clwb, NULL, WRONG_FLUSH},
    {"memcpy as movq", COPY_movq, NULL, COPY_memcpy, NULL, WRONG_VECTOR},
    {"line+clflushopt as line+clwb", COPY_line_clwb, NULL, COPY_line_clflushopt, NULL, WRONG_KIND},
    {"movnt-sse2 as movnt-avx2", COPY_movnt_avx2, NULL, COPY_movnt_sse2, NULL, WRONG_KIND},
    {"memcpy-flushcache as movnt-avx2", COPY_movnt_avx2, NULL, COPY_memcpy_flushcache, NULL,
     WRONG_WHOLE_LINE},
    {"line+clwb, each line twice", COPY_line_clwb, NULL, COPY_line_clwb, finish_all_again, WRONG_FLUSH_COUNT},
    {"rep-movsb as movq", COPY_movq, NULL, COPY_rep_movsb, NULL, WRONG_KIND},
    {"movq as line+clwb", COPY_line_clwb, NULL, COPY_movq, NULL, WRONG_LINES},
    {"a system call", COPY_movq, copy_by_a_system_call, 0, NULL, "a system call"},
};

static struct copy fake_copy(const struct fake *f)
{
    struct copy c = *real(f->as);
    c.copy = f->copy ? f->copy : real(f->copy_of)->copy;
    c.finish = f->finish ? f->finish : c.finish;
    return c;
}

/* Where head and tail are partial lines with bytes that no bypass copy stores non-temporally. */
enum { FAKE_FROM = LINES_PAGE + 3, FAKE_BYTES = 200 };

static bool can_run(const struct fake *f)
{
    uint32_t needs = CPU_CLWB | CPU_CLFLUSHOPT | real(f->as)->features | real(f->copy_of)->features;
    return !(needs & ~cases_features());
}

static void each_fake_is_found(void **state)
{
    (void)state;
    cases_skip_without("wrong copies", 0);
    cases_open(&lines);
    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
        const struct fake *f = &fakes[i];
        struct copy c = fake_copy(f);
        if (!can_run(f)) {
            print_message("%s: left out, this CPU cannot run it\n", f->what);
            continue;
        }
        copy_warm(&lines, &c);
        const char *wrong = copy_verdict(&lines, &c, FAKE_FROM, FAKE_BYTES);
        if (!wrong || strcmp(wrong, f->wrong) != 0)
            fail_msg("%s: %s instead of: %s", f->what, wrong ? wrong : "nothing found", f->wrong);
    }
}

/* libc's memcpy in one piece goes past the cache when it is large enough; what that is the test's environment
 * says. */
static void copy_in_one_piece(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
}

static void an_unbounded_memcpy_is_found(void **state)
{
    static struct lines l;
    const char *tunables = getenv("GLIBC_TUNABLES");
    struct copy whole = *real(COPY_memcpy);
    if (!tunables || !strstr(tunables, "x86_non_temporal_threshold")) {
        print_message("skipped: GLIBC_TUNABLES does not set glibc.cpu.x86_non_temporal_threshold\n");
        skip();
    }
    cases_skip_without("memcpy", 0);
    (void)state;
    cases_open(&l);
    assert_true(cases_hold_large(&l, &whole));
    whole.copy = copy_in_one_piece;
    const char *wrong = copy_verdict(&l, &whole, LINES_PAGE, CASES_LARGE);
    assert_non_null(wrong);
    assert_string_equal(wrong, WRONG_PAST);
}

/* The same case with what they were made of, so that nothing but the fault is found. */
static void the_real_ones_are_not(void **state)
{
    (void)state;
    cases_skip_without("right copies", 0);
    cases_open(&lines);
    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
        const struct copy *c = real(fakes[i].as);
        if (!can_run(&fakes[i])) {
            print_message("%s: left out, this CPU cannot run it\n", fakes[i].what);
            continue;
        }
        copy_warm(&lines, c);
        assert_null(copy_verdict(&lines, c, FAKE_FROM, FAKE_BYTES));
    }
}

static void a_name_without_a_rule_is_found(void **state)
{
    struct copy c = *real(COPY_movq);
    (void)state;
    cases_skip_without("a name without a rule", 0);
    cases_open(&lines);
    c.name = "movq-of-old";
    copy_warm(&lines, &c);
    const char *wrong = copy_verdict(&lines, &c, FAKE_FROM, FAKE_BYTES);
    assert_non_null(wrong);
    assert_string_equal(wrong, WRONG_NO_RULE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fake_is_found),
        cmocka_unit_test(an_unbounded_memcpy_is_found),
        cmocka_unit_test(the_real_ones_are_not),
        cmocka_unit_test(a_name_without_a_rule_is_found),
    };
    return cmocka_run_group_tests_name("stepped: wrong copies", tests, NULL, NULL);
}

/* test_stepped_writeback.c - by single steps: a write-back flushes each line of its range once, by its
 * instruction */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/writeback.h"
#include "tests/strategies/stepped_cases.h"

#define WRONG_ONCE  "the lines of the range are not flushed each once"
#define WRONG_STORE "a store to the range"

static struct lines lines;

/* By name, so that a strategy cannot choose its own rule. */
static enum code_what kind_of(const char *name)
{
    static const struct {
        const char *name;
        enum code_what kind;
    } kinds[] = {{"clwb", CODE_CLWB}, {"clflushopt", CODE_CLFLUSHOPT}, {"clflush", CODE_CLFLUSH}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    return CODE_OTHER;
}

/* NULL, or what is wrong with the write-back of n bytes, all dirty before. */
static const char *range_wrong(const struct writeback *w, size_t from, size_t n)
{
    lines_place(&lines, from, n, BYTE_DIRTY);
    lines.steps +=
        stepper_run(lines_see, &lines, (void (*)(void))w->range, (uintptr_t)(lines.room + from), n, 0);
    if (lines.wrong)
        return lines.wrong;
    if (lines_kinds(&lines) & ~(code_bit(CODE_OTHER) | code_bit(kind_of(w->name))))
        return WRONG_KIND;
    if (!lines_each_flushed_once(&lines) || lines_any(&lines, BYTE_DIRTY))
        return WRONG_ONCE;
    for (size_t i = from; i < from + n; i++)
        if (lines.room[i])
            return WRONG_STORE;
    return NULL;
}

static bool range_holds(const struct writeback *w, size_t from, size_t n)
{
    const char *wrong = range_wrong(w, from, n);
    if (wrong)
        print_error("%s, %zu bytes at offset %zu of a page: %s\n", w->name, n, from % LINES_PAGE, wrong);
    return !wrong;
}

/* Every offset with every length up to 300, into the next page, and whole pages. */
static bool table_holds(const struct writeback *w)
{
    static const size_t long_ones[] = {4095, 4096, 4097, 8192};
    for (size_t offset = 0; offset < CASES_OFFSETS; offset++)
        for (size_t n = 1; n <= CASES_LENGTH; n++)
            if (!range_holds(w, LINES_PAGE + offset, n))
                return false;
    for (size_t before = 1; before <= 300; before++)
        if (!range_holds(w, 2 * LINES_PAGE - before, before + 1 + before * 37 % 237))
            return false;
    for (size_t i = 0; i < sizeof(long_ones) / sizeof(long_ones[0]); i++)
        for (size_t offset = 0; offset < 64; offset += 21)
            if (!range_holds(w, LINES_PAGE + offset, long_ones[i]))
                return false;
    return true;
}

static void flushes_each_line_once(void **state)
{
    enum writeback_id id = *(const enum writeback_id *)*state;
    const struct writeback *w = writeback_get(id, LAYOUT_RUNG);
    cases_skip_without(w->name, w->features);
    cases_open(&lines);
    if (!w->range) {
        assert_string_equal(w->name, "none");
        return;
    }
    assert_int_not_equal(kind_of(w->name), CODE_OTHER);
    assert_true(table_holds(w));
    for (unsigned layout = LAYOUT_RUNG + 1; layout < LAYOUT_TRACE; layout++)
        for (size_t offset = 0; offset < CASES_OFFSETS; offset += 9)
            assert_true(
                range_holds(writeback_get(id, layout), LINES_PAGE + offset, 1 + offset * 41 % CASES_LENGTH));
    print_message("%s: %lu steps\n", w->name, (unsigned long)lines.steps);
}

/* Wrong write-backs, each of which must be found for what it is. */
static void clwb_range(const void *start, size_t n)
{
    writeback_get(WRITEBACK_clwb, LAYOUT_RUNG)->range(start, n);
}

static void returns_at_once(const void *start, size_t n)
{
    (void)start, (void)n;
}

static void counts_lines_by_length(const void *start, size_t n)
{
    for (size_t i = 0; i < n; i += LINES_SIDE)
        clwb_range((const uint8_t *)start - (uintptr_t)start % LINES_SIDE + i, 1);
}

static void takes_one_line_more(const void *start, size_t n)
{
    clwb_range(start, n + LINES_SIDE);
}

static void takes_a_line_twice(const void *start, size_t n)
{
    clwb_range(start, n);
    clwb_range(start, 1);
}

static void takes_another_instruction(const void *start, size_t n)
{
    writeback_get(WRITEBACK_clflushopt, LAYOUT_RUNG)->range(start, n);
}

static void zeroes_them_too(const void *start, size_t n)
{
    *(volatile uint8_t *)(uintptr_t)start = 0;
    clwb_range(start, n);
    *((volatile uint8_t *)(uintptr_t)start + n - 1) = 0;
}

static void wrong_write_backs_are_found(void **state)
{
    static const struct {
        void (*range)(const void *start, size_t n);
        const char *wrong;
    } fakes[] = {
        {returns_at_once, WRONG_ONCE},
        {counts_lines_by_length, WRONG_ONCE},
        {takes_one_line_more, "a flush of a line outside of the destination"},
        {takes_a_line_twice, WRONG_ONCE},
        {takes_another_instruction, WRONG_KIND},
        {zeroes_them_too, WRONG_ONCE},
    };
    (void)state;
    cases_skip_without("wrong write-backs", CPU_CLWB | CPU_CLFLUSHOPT);
    cases_open(&lines);
    struct writeback right = {.name = "clwb", .range = clwb_range};
    assert_null(range_wrong(&right, LINES_PAGE + 63, 66));
    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
        struct writeback fake = {.name = "clwb", .range = fakes[i].range};
        const char *wrong = range_wrong(&fake, LINES_PAGE + 63, 66);
        assert_non_null(wrong);
        assert_string_equal(wrong, fakes[i].wrong);
    }
}

int main(void)
{
    static enum writeback_id ids[WRITEBACKS];
    struct CMUnitTest tests[WRITEBACKS + 1] = {cmocka_unit_test(wrong_write_backs_are_found)};
    for (unsigned i = 0; i < WRITEBACKS; i++) {
        ids[i] = (enum writeback_id)i;
        tests[1 + i] = (struct CMUnitTest){.name = writeback_get(ids[i], LAYOUT_RUNG)->name,
                                           .test_func = flushes_each_line_once,
                                           .initial_state = &ids[i]};
    }
    return cmocka_run_group_tests_name("stepped: write-back", tests, NULL, NULL);
}

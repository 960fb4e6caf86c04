/* test_writeback.c - every write-back strategy writes back the lines of its range, each once, and no other */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cpu.h"
#include "strategies/trace.h"
#include "strategies/writeback.h"

enum { SIDE = 64, PAGE = 4096, LINES = 1100 };

/* How often each line of the room was written back, and anything else that was reported. */
struct seen {
    const uint8_t *room;
    unsigned times[LINES];
    const char *stray;
};

static void note(void *user, enum trace_kind kind, const void *address, uint64_t bytes)
{
    struct seen *s = user;
    const uint8_t *at = address;
    (void)bytes;
    if (kind != TRACE_WRITEBACK)
        s->stray = "something that is no write-back";
    else if (at < s->room || at >= s->room + LINES * SIDE)
        s->stray = "a line far outside";
    else
        s->times[(at - s->room) / SIDE]++;
}

/* NULL, or what is wrong with the lines written back for n bytes from `offset` on. */
static const char *wrong_lines(const struct writeback *w, size_t offset, size_t n)
{
    static _Alignas(SIDE) uint8_t room[LINES * SIDE];
    static struct seen s;
    s = (struct seen){.room = room};
    struct trace t = {.on_event = note, .user = &s};
    struct trace *before = trace_use(&t);
    w->range(room + SIDE + offset, n);
    trace_use(before);
    if (s.stray)
        return s.stray;
    size_t first = (SIDE + offset) / SIDE, end = (SIDE + offset + n + SIDE - 1) / SIDE;
    for (size_t line = 0; line < LINES; line++) {
        bool inside = line >= first && line < end;
        if (s.times[line] != inside)
            return inside ? "a line not exactly once" : "a line outside of the range";
    }
    return NULL;
}

/* The kernel's arithmetic, n = 0 among it: one line where the start is not aligned, none where it is. */
static bool lines_hold(const struct writeback *w)
{
    static const size_t large[] = {4095, 4096, 4097, 65536};
    for (size_t offset = 0; offset <= 130; offset++)
        for (size_t i = 0; i <= 264; i++) {
            size_t n = i <= 260 ? i : large[i - 261];
            const char *wrong = wrong_lines(w, offset, n);
            if (wrong) {
                fprintf(stderr, "%s: %s (offset %zu, %zu bytes)\n", w->name, wrong, offset, n);
                return false;
            }
        }
    return true;
}

static void skip_without(const struct writeback *w)
{
    char missing[128];
    uint32_t lacks = w->features & ~cpu_features();
    if (!lacks)
        return;
    print_message("%s: skipped, this CPU lacks %s\n", w->name,
                  cpu_feature_list(lacks, missing, sizeof(missing)));
    skip();
}

static void lines_of_the_range(enum writeback_id id)
{
    const struct writeback *w = writeback_get(id, LAYOUT_TRACE);
    skip_without(w);
    assert_true(lines_hold(w));
}

static void clwb(void **state)
{
    (void)state;
    lines_of_the_range(WRITEBACK_clwb);
}

static void clflushopt(void **state)
{
    (void)state;
    lines_of_the_range(WRITEBACK_clflushopt);
}

static void clflush(void **state)
{
    (void)state;
    lines_of_the_range(WRITEBACK_clflush);
}

/* Up to a page that cannot be touched (a write-back of it would die), and nothing changes. */
static void every_layout_stays_in_the_range(void **state)
{
    uint8_t *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)state;
    assert_true(page != MAP_FAILED);
    assert_int_equal(mprotect(page + PAGE, PAGE, PROT_NONE), 0);
    memset(page, 0x5a, PAGE);
    for (unsigned id = 0; id < WRITEBACKS; id++)
        for (unsigned layout = 0; layout < LAYOUTS; layout++) {
            const struct writeback *w = writeback_get((enum writeback_id)id, layout);
            for (size_t n = 0; w->range && !(w->features & ~cpu_features()) && n <= PAGE;
                 n += n < 130 ? 1 : 61)
                w->range(page + PAGE - n, n);
        }
    for (size_t i = 0; i < PAGE; i++)
        assert_int_equal(page[i], 0x5a);
    munmap(page, 2 * PAGE);
}

static void names_and_features(void **state)
{
    (void)state;
    for (unsigned layout = 0; layout < LAYOUTS; layout++) {
        const struct writeback *w = writeback_get(WRITEBACK_clwb, layout);
        const struct writeback *opt = writeback_get(WRITEBACK_clflushopt, layout);
        const struct writeback *flush = writeback_get(WRITEBACK_clflush, layout);
        const struct writeback *none = writeback_get(WRITEBACK_none, layout);
        assert_string_equal(w->name, "clwb");
        assert_int_equal(w->features, CPU_CLWB);
        assert_non_null(w->range);
        assert_string_equal(opt->name, "clflushopt");
        assert_int_equal(opt->features, CPU_CLFLUSHOPT);
        assert_non_null(opt->range);
        assert_string_equal(flush->name, "clflush");
        assert_int_equal(flush->features, CPU_CLFLUSH);
        assert_non_null(flush->range);
        assert_string_equal(none->name, "none");
        assert_int_equal(none->features, 0);
        assert_null(none->range);
    }
}

/* Wrong write-backs, made of the right one, that the checker must find. */
static void right_range(const void *start, size_t n)
{
    writeback_get(WRITEBACK_clflushopt, LAYOUT_TRACE)->range(start, n);
}

static void returns_at_once(const void *start, size_t n)
{
    (void)start, (void)n;
}

static void counts_lines_by_length(const void *start, size_t n)
{
    const uint8_t *from = start;
    right_range(from - (uintptr_t)from % SIDE, n);
}

static void takes_one_line_more(const void *start, size_t n)
{
    right_range(start, n + SIDE);
}

static void takes_a_line_twice(const void *start, size_t n)
{
    right_range(start, n);
    right_range(start, n > 0);
}

static void wrong_write_backs_are_found(void **state)
{
    static void (*const fakes[])(const void *start, size_t n) = {returns_at_once, counts_lines_by_length,
                                                                 takes_one_line_more, takes_a_line_twice};
    (void)state;
    skip_without(writeback_get(WRITEBACK_clflushopt, LAYOUT_TRACE));
    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
        struct writeback fake = {.name = "a wrong write-back, to be found", .range = fakes[i]};
        assert_false(lines_hold(&fake));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_features),
        cmocka_unit_test(clwb),
        cmocka_unit_test(clflushopt),
        cmocka_unit_test(clflush),
        cmocka_unit_test(every_layout_stays_in_the_range),
        cmocka_unit_test(wrong_write_backs_are_found),
    };
    return cmocka_run_group_tests_name("writeback", tests, NULL, NULL);
}

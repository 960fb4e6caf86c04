/* test_stepped_counts.c - by single steps: the kernel's copies execute exactly the kernel's counts, and what
 * the counting instance reports is what is executed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/trace.h"
#include "tests/strategies/stepped_cases.h"
#include "tests/strategies/stepped_kernel.h"

static struct lines lines;

static const enum copy_id kernel_ids[KERNEL_COPIES] = {
    [KERNEL_USER] = COPY_movnti,
    [KERNEL_USER_6_1] = COPY_movnti_6_1,
    [KERNEL_FLUSHCACHE] = COPY_memcpy_flushcache,
};

static bool counts_equal(const char *name, size_t offset, size_t n, struct kernel_counts is,
                         struct kernel_counts should)
{
    if (memcmp(&is, &should, sizeof(is)) == 0)
        return true;
    print_error(
        "%s, %zu bytes at offset %zu: movnti 8 B %zu, 4 B %zu, clwb %zu, sfence %zu instead of %zu, %zu, "
        "%zu, %zu\n",
        name, n, offset, is.movnti8, is.movnti4, is.clwb, is.sfence, should.movnti8, should.movnti4,
        should.clwb, should.sfence);
    return false;
}

static struct kernel_counts stepped(const struct copy *c, size_t offset, size_t n)
{
    copy_step(&lines, c, LINES_PAGE + offset, (offset + n) % LINES_SIDE, n);
    return (struct kernel_counts){.movnti8 = lines.count[CODE_MOVNTI8],
                                  .movnti4 = lines.count[CODE_MOVNTI4],
                                  .clwb = lines.count[CODE_CLWB],
                                  .sfence = lines.count[CODE_SFENCE]};
}

static void open_for(const struct copy *c)
{
    cases_skip_without(c->name, c->features);
    cases_open(&lines);
    copy_warm(&lines, c);
}

static void rows_and_rules_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < KERNEL_ROWS; i++)
        for (unsigned k = 0; k < KERNEL_COPIES; k++) {
            const struct kernel_row *r = &kernel_rows[i];
            struct kernel_counts rule = kernel_counts_of((enum kernel_copy)k, r->offset, r->n);
            assert_true(counts_equal("the rule", r->offset, r->n, rule, r->by[k]));
        }
}

static bool matrix_holds(const struct copy *c, enum kernel_copy k)
{
    for (size_t offset = 0; offset < LINES_SIDE; offset++)
        for (size_t n = 1; n <= CASES_LENGTH; n += n < 20 ? 1 : 7)
            if (!counts_equal(c->name, offset, n, stepped(c, offset, n), kernel_counts_of(k, offset, n)))
                return false;
    return true;
}

static void executes_the_kernels_counts(void **state)
{
    enum kernel_copy k = *(const enum kernel_copy *)*state;
    const struct copy *c = copy_get(kernel_ids[k], LAYOUT_RUNG);
    open_for(c);
    for (size_t i = 0; i < KERNEL_ROWS; i++) {
        const struct kernel_row *r = &kernel_rows[i];
        assert_true(counts_equal(c->name, r->offset, r->n, stepped(c, r->offset, r->n), r->by[k]));
    }
    assert_true(matrix_holds(c, k));
}

/* One kernel's counts are not another's: each of the three is told from the others. */
static void another_kernels_copy_is_found(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KERNEL_COPIES; k++) {
        const struct copy *c = copy_get(kernel_ids[k], LAYOUT_RUNG);
        open_for(c);
        for (unsigned other = 0; other < KERNEL_COPIES; other++)
            if (other != k)
                assert_false(counts_equal("(to be found) another", 4, 64, stepped(c, 4, 64),
                                          kernel_counts_of((enum kernel_copy)other, 4, 64)));
    }
}

/* The sum of what was stored past the cache, flushed and fenced, by steps and by report. */
static bool report_is_true(enum copy_id id, size_t offset, size_t n)
{
    const struct copy *c = copy_get(id, LAYOUT_RUNG), *reporting = copy_get(id, LAYOUT_TRACE);
    struct trace t = {0}, *before = trace_use(&t);
    uint64_t *count = lines.count;
    reporting->copy(lines.room + LINES_PAGE + offset, lines.source, n);
    if (reporting->finish)
        reporting->finish(lines.room + LINES_PAGE + offset, n);
    trace_use(before);
    copy_step(&lines, c, LINES_PAGE + offset, 0, n);
    uint64_t nt_bytes = 8 * count[CODE_MOVNTI8] + 4 * count[CODE_MOVNTI4] + 16 * count[CODE_NT16] +
                        32 * count[CODE_NT32] + 64 * (count[CODE_NT64] + count[CODE_MOVDIR64B]);
    if (t.nt_bytes == nt_bytes &&
        t.lines_flushed == count[CODE_CLWB] + count[CODE_CLFLUSHOPT] + count[CODE_CLFLUSH] &&
        t.fences == count[CODE_SFENCE] + count[CODE_MFENCE] && t.locked_ops == count[CODE_LOCKED])
        return true;
    print_error("%s, %zu bytes at offset %zu: the counting instance reports what was not executed\n", c->name,
                n, offset);
    return false;
}

static void the_counting_instance_is_true(void **state)
{
    static const size_t lengths[] = {1, 2, 4, 7, 8, 12, 63, 64, 65, 131, 256, 300};
    unsigned seen = 0;
    (void)state;
    cases_skip_without("the counting instance", 0);
    cases_open(&lines);
    for (unsigned id = 0; id < COPIES; id++) {
        const struct copy *c = copy_get((enum copy_id)id, LAYOUT_RUNG);
        if (c->opaque)
            continue;
        if (c->features & ~cases_features()) {
            print_message("%s: skipped, this CPU lacks what it needs\n", c->name);
            continue;
        }
        seen++;
        copy_warm(&lines, c);
        for (size_t offset = 0; offset < LINES_SIDE; offset += 3)
            for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
                assert_true(report_is_true((enum copy_id)id, offset, lengths[i]));
    }
    assert_true(seen > 0);
}

int main(void)
{
    static enum kernel_copy which[KERNEL_COPIES];
    struct CMUnitTest tests[KERNEL_COPIES + 3] = {
        cmocka_unit_test(rows_and_rules_agree),
        cmocka_unit_test(another_kernels_copy_is_found),
        cmocka_unit_test(the_counting_instance_is_true),
    };
    for (unsigned k = 0; k < KERNEL_COPIES; k++) {
        which[k] = (enum kernel_copy)k;
        tests[3 + k] = (struct CMUnitTest){.name = copy_get(kernel_ids[k], LAYOUT_RUNG)->name,
                                           .test_func = executes_the_kernels_counts,
                                           .initial_state = &which[k]};
    }
    return cmocka_run_group_tests_name("stepped: counts", tests, NULL, NULL);
}

/* test_copy.c - every copy strategy copies the bytes it is told to and touches no other, in every code layout
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <stdlib.h>

#include "base/cpu.h"
#include "tests/strategies/copy_bytes.h"
#include "tests/strategies/movdir64b_stand_in.h"

static void skip_without(const char *name, uint32_t features)
{
    char missing[128];
    uint32_t lacks = features & ~cpu_features();
    if (!lacks)
        return;
    print_message("%s: skipped, this CPU lacks %s\n", name,
                  cpu_feature_list(lacks, missing, sizeof(missing)));
    skip();
}

/* The steps of the matrix in layout 0 and in the others, and of the long copies (bytes_hold_matrix and
 * _long). */
struct steps {
    size_t dst, src, others_dst, others_src, long_src;
};

static bool holds_everywhere(enum copy_id id, struct steps steps)
{
    static struct bytes_arena a;
    bool good = true;
    bytes_open(&a);
    for (unsigned layout = 0; good && layout < LAYOUTS; layout++) {
        const struct copy *c = copy_get(id, layout);
        if (c->prepare)
            assert_int_equal(c->prepare(NULL), 0);
        good = layout == 0 ? bytes_hold_matrix(&a, c, steps.dst, steps.src)
                           : bytes_hold_matrix(&a, c, steps.others_dst, steps.others_src);
        good = good && bytes_hold_borders(&a, c) && bytes_hold_long(&a, c, steps.long_src);
        if (!good)
            print_error("%s fails in layout %u\n", c->name, layout);
    }
    bytes_close(&a);
    return good;
}

static void copies_exactly_its_bytes(void **state)
{
    enum copy_id id = *(const enum copy_id *)*state;
    const struct copy *c = copy_get(id, 0);
    skip_without(c->name, c->features & ~(uint32_t)CPU_CLDEMOTE); /* a NOP where it is missing */
    assert_true(holds_everywhere(id, (struct steps){1, 1, 5, 9, 21}));
}

static void movdir64b_copies_by_a_stand_in(void **state)
{
    (void)state;
    if (cpu_features() & CPU_MOVDIR64B) {
        print_message("movdir64b by a stand-in: skipped, this CPU has MOVDIR64B\n");
        skip();
    }
    skip_without("movdir64b by a stand-in", copy_get(COPY_movdir64b, 0)->features & ~(uint32_t)CPU_MOVDIR64B);
    assert_true(movdir64b_stand_in());
    assert_true(holds_everywhere(COPY_movdir64b, (struct steps){1, 21, 5, 63, 64}));
}

static void layouts_differ_in_code_only(void **state)
{
    (void)state;
    for (unsigned id = 0; id < COPIES; id++)
        for (unsigned layout = 1; layout < LAYOUTS; layout++) {
            const struct copy *a = copy_get((enum copy_id)id, 0), *b = copy_get((enum copy_id)id, layout);
            assert_string_equal(a->name, b->name);
            assert_string_equal(a->summary, b->summary);
            assert_int_equal(a->features, b->features);
            assert_int_equal(a->gpr_only, b->gpr_only);
            assert_int_equal(a->resident, b->resident);
            assert_int_equal(a->durable, b->durable);
            assert_int_equal(a->fence, b->fence);
            assert_int_equal(a->opaque, b->opaque);
            assert_ptr_equal(a->prepare, b->prepare);
            if (!PMB_FEW_LAYOUTS)
                assert_ptr_not_equal(a->copy, b->copy);
        }
}

static void names_are_the_fields_terms(void **state)
{
    static const char *const names[COPIES] = {"memcpy",
                                              "rep-movsb",
                                              "movq",
                                              "avx2",
                                              "avx512",
                                              "movnti",
                                              "movnti+clflushopt",
                                              "movnti-6.1",
                                              "memcpy-flushcache",
                                              "movdir64b",
                                              "movnt-avx512",
                                              "movnt-avx2",
                                              "movnt-sse2",
                                              "memcpy+clwb",
                                              "memcpy+clflushopt",
                                              "memcpy+clflush",
                                              "memcpy+cldemote",
                                              "line+clwb",
                                              "avx2+clwb",
                                              "line+clflushopt",
                                              "pmem2",
                                              "pmem2-nt",
                                              "pmem2-t"};
    (void)state;
    for (unsigned id = 0; id < COPIES; id++)
        assert_string_equal(copy_get((enum copy_id)id, 0)->name, names[id]);
}

/* Again and by every layout, before or after copies: the same answer and no error. */
static void preparing_is_idempotent(void **state)
{
    uint8_t from[600], to[600];
    struct error err = {.code = EXIT_DONE};
    unsigned prepared = 0;
    (void)state;
    memset(from, 1, sizeof(from));
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < COPIES * LAYOUTS; i++) {
            const struct copy *c = copy_get((enum copy_id)(i % COPIES), i / COPIES);
            assert_true(!c->opaque || c->prepare);
            if (!c->prepare || c->features & ~cpu_features())
                continue;
            prepared++;
            memset(to, 0, sizeof(to));
            assert_int_equal(c->prepare(&err), 0);
            c->copy(to, from, sizeof(to));
            assert_memory_equal(to, from, sizeof(to));
        }
    assert_false(error_is_set(&err));
    assert_int_equal(prepared, 3 * 3 * LAYOUTS);
}

/* Wrong copies that the checker must find. */
static void copies_nothing(void *dst, const void *src, size_t n)
{
    (void)dst, (void)src, (void)n;
}

static void forgets_the_last(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n < 100 ? n : n - 1);
}

static void writes_one_more(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
    if (n == 77)
        ((uint8_t *)dst)[n] = 0;
}

static void writes_one_before(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
    if ((uintptr_t)dst % 64 == 63)
        ((uint8_t *)dst)[-1] = 0;
}

static void spoils_the_source(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
    if (n == 5)
        ((uint8_t *)(uintptr_t)src)[n - 1] ^= 1;
}

static void wrong_copies_are_found(void **state)
{
    static const struct {
        void (*copy)(void *dst, const void *src, size_t n);
        struct bytes_case at;
        const char *wrong;
    } fakes[] = {
        {copies_nothing, {BYTES_START, BYTES_START, 1}, "did not copy every byte"},
        {forgets_the_last, {BYTES_START, BYTES_START, 100}, "did not copy every byte"},
        {writes_one_more, {BYTES_START, BYTES_START, 77}, "wrote after the destination"},
        {writes_one_before, {BYTES_START + 63, BYTES_START, 0}, "wrote before the destination"},
        {spoils_the_source, {BYTES_START, BYTES_START, 5}, "changed the source"},
    };
    static struct bytes_arena a;
    (void)state;
    for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++) {
        struct copy fake = {.name = "a wrong copy, to be found", .copy = fakes[i].copy};
        bytes_open(&a);
        const char *found = bytes_wrong(&a, &fake, fakes[i].at);
        assert_non_null(found);
        assert_string_equal(found, fakes[i].wrong);
        assert_false(bytes_hold_matrix(&a, &fake, 1, 63));
        bytes_close(&a);
    }
}

int main(void)
{
    static enum copy_id ids[COPIES];
    struct CMUnitTest tests[COPIES + 5] = {
        cmocka_unit_test(layouts_differ_in_code_only), cmocka_unit_test(names_are_the_fields_terms),
        cmocka_unit_test(wrong_copies_are_found),      cmocka_unit_test(movdir64b_copies_by_a_stand_in),
        cmocka_unit_test(preparing_is_idempotent),
    };
    for (unsigned i = 0; i < COPIES; i++) {
        ids[i] = (enum copy_id)i;
        tests[5 + i] = (struct CMUnitTest){.name = copy_get(ids[i], 0)->name,
                                           .test_func = copies_exactly_its_bytes,
                                           .initial_state = &ids[i]};
    }
    return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}

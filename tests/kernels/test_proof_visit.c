/* test_proof_visit.c - a visit whose path loses a write says so in one line that names the byte */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "tests/kernels/rig.h"

static bool is_full_path(enum variant_kind kind)
{
    return kind == VARIANT_WHOLE || kind == VARIANT_TWIN || kind == VARIANT_SPIN || kind == VARIANT_PREMARKED;
}

/* The offset that the error names: inside the first window that the visit timed. */
static void check_error(const struct error *err, const struct cell *cell, uint64_t window)
{
    static const char before[] = "data wrong at file offset ";
    const struct stream *s = &cell->spec.stream;
    const char *at = strstr(err->text, before);
    assert_int_equal(err->code, EXIT_CANNOT);
    assert_non_null(at);
    assert_null(strchr(err->text, '\n'));
    assert_non_null(strstr(err->text, cell->period.copy->name));
    uint64_t offset = strtoull(at + strlen(before), NULL, 10), start = stream_window(s, window);
    assert_true(offset >= start && offset < start + s->slots * s->stride);
    const struct period *p = &cell->period; /* still that of the check that failed */
    uint64_t i = 0;
    while (write_target(p, i) > p->base + offset || write_target(p, i) + p->size <= p->base + offset)
        assert_true(++i < p->writes);
}

static void check_combo(const struct workspace *w, const struct combo *c, enum variant_kind kind)
{
    struct cell *cell = rig_combo(w, c, &(struct axes){.size = 4097, .offset = 3, .slots = 4, .windows = 4});
    struct variant v = {.kind = kind, .step = STEP_DRAIN};
    struct error err = {0};
    struct visit out;
    if (!cell)
        return;
    assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 1, 2, false, &out, &err), 0);
    cell->period.hook_skip = STEP_COPY;
    assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 1, 2, false, &out, &err), -1);
    check_error(&err, cell, 1);
    cell->period.hook_skip = -1;
    err = (struct error){0};
    assert_int_equal(cell_visit(cell, &v, LAYOUT_PATH, 1, 2, false, &out, &err), 0);
    cell_destroy(cell);
}

static void a_lost_write_is_named(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned kind = VARIANT_WHOLE; kind <= VARIANT_PREMARKED; kind++) {
            struct combo c = combo_get(i);
            if (is_full_path((enum variant_kind)kind) || kind == VARIANT_PREFIX)
                check_combo(*state, &c, (enum variant_kind)kind);
        }
}

static void a_counted_period_is_checked_too(void **state)
{
    for (unsigned i = 0; i < combo_count(); i++) {
        struct combo c = combo_get(i);
        struct cell *cell = rig_combo(*state, &c, &(struct axes){.size = 64, .windows = 1});
        struct cell_counts counts;
        struct error err = {0};
        if (!cell)
            continue;
        cell->period.hook_skip = STEP_COPY;
        assert_int_equal(cell_count(cell, &counts, &err), -1);
        check_error(&err, cell, 0);
        cell_destroy(cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_write_is_named),
        cmocka_unit_test(a_counted_period_is_checked_too),
    };
    return cmocka_run_group_tests_name("lost writes", tests, rig_open, rig_close);
}

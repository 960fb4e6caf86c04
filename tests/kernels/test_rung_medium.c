/* test_rung_medium.c - a rung leaves the medium as the full path leaves it: what it left out is done after
 * its clock */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/kernels/shadow.h"

enum { PERIODS = 2 };

static const struct axes shapes[] = {
    {.size = 65, .offset = 3, .slots = 40, .access = ACCESS_RANDOM, .domain = DOMAIN_adr},
    {.size = 4097, .offset = 3, .slots = 4, .overwrite = 2, .domain = DOMAIN_hint},
    {.size = 64,
     .slots = 70,
     .access = ACCESS_SPARSE,
     .order = ORDER_BURST,
     .overwrite = 3,
     .domain = DOMAIN_unknown},
};

/* Visits in the counting layout; then all that the last period of each window wrote must be in the image. */
static const char *visit_lost(struct shadow *s, struct cell *cell, const struct variant *v, uint64_t *at)
{
    struct error err = {0};
    struct visit visit;
    memset(s->image + FILE_START, 0, 1 << 20);
    s->pendings = 0;
    s->nt_open = false;
    struct trace *before = trace_use(&s->trace);
    int bad = cell_visit(cell, v, LAYOUT_TRACE, 0, PERIODS, false, &visit, &err);
    trace_use(before);
    shadow_settle(s);
    if (v->kind == VARIANT_PREFIX || v->kind == VARIANT_WITHOUT)
        shadow_apply(s); /* cell_finish_period ends with a fence, which is not compiled to be counted */
    if (bad)
        fail_msg("%s", err.text);
    for (uint64_t window = 0; window < PERIODS; window++) {
        const struct period *p = &cell->period;
        cell_set_period(cell, window, cell->serials[window]);
        for (uint64_t i = 0; i < p->writes; i++)
            memcpy(s->must + (write_target(p, i) - p->base), write_source(p, i), p->size);
        const char *lost = shadow_lost(s, cell, at);
        if (lost)
            return lost;
    }
    return NULL;
}

static void check_all(struct shadow *s, struct cell *cell, const char *name)
{
    static const enum variant_kind kinds[] = {VARIANT_WHOLE, VARIANT_TWIN, VARIANT_PREMARKED, VARIANT_PREFIX,
                                              VARIANT_WITHOUT};
    for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (unsigned step = 0; step < STEPS; step++) {
            uint64_t at;
            if (STEP_BIT(step) & (STEPS_MMAP_ONLY | STEPS_SYS_ONLY))
                continue;
            const char *lost = visit_lost(s, cell, &(struct variant){kinds[k], (enum step)step, 0}, &at);
            if (lost)
                fail_msg("%s, variant %u of step %u, %lu bytes: %s (file offset %lu)", name, kinds[k], step,
                         cell->spec.stream.size, lost, at);
            if (kinds[k] < VARIANT_PREFIX || kinds[k] == VARIANT_PREMARKED)
                break;
        }
}

static void a_rung_leaves_the_data_durable(void **state)
{
    struct shadow *s = shadow_create(*state);
    for (unsigned i = 0; i < combo_count(); i++)
        for (unsigned n = 0; n < sizeof(shapes) / sizeof(shapes[0]); n++) {
            struct combo c = combo_get(i);
            struct cell *cell = c.path && c.path->reference_only ? NULL : rig_combo(*state, &c, &shapes[n]);
            if (!cell)
                continue;
            check_all(s, cell, c.name);
            cell_destroy(cell);
        }
    shadow_destroy(s);
}

/* The check can fail: the floor leaves nothing in the medium. */
static void the_floor_is_found(void **state)
{
    struct shadow *s = shadow_create(*state);
    struct combo c = combo_named("volatile");
    struct cell *cell = rig_combo(*state, &c, &shapes[0]);
    uint64_t at;
    if (cell)
        assert_non_null(visit_lost(s, cell, &(struct variant){VARIANT_PREFIX, STEP_COPY, 0}, &at));
    cell_destroy(cell);
    shadow_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rung_leaves_the_data_durable),
        cmocka_unit_test(the_floor_is_found),
    };
    return cmocka_run_group_tests_name("rung medium", tests, rig_open, rig_close);
}

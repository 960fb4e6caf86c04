/* test_domain.c - every persistence domain fences and drains as its platform's flush does */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "strategies/domain.h"
#include "strategies/trace.h"

/* The kernel's flush is one fence, then (hints and) another; with persistent caches one is enough. */
static const struct {
    const char *name, *drain_kind;
    bool flushes_caches, drain_modelled, uncertain, drains;
} expected[DOMAINS] = {
    [DOMAIN_eadr] = {"eadr", "none", false, false, false, false},
    [DOMAIN_adr] = {"adr", "store-fence", true, false, false, true},
    [DOMAIN_hint] = {"hint", "flush-hint", true, true, false, true},
    [DOMAIN_flush_device] = {"flush-device", "flush-request", true, true, false, true},
    [DOMAIN_gpf] = {"gpf", "store-fence", true, false, false, true},
    [DOMAIN_pcommit] = {"pcommit", "pcommit", true, true, false, true},
    [DOMAIN_unknown] = {"unknown", "store-fence", true, false, true, true},
};

static void traits_are_the_platforms(void **state)
{
    (void)state;
    for (unsigned layout = 0; layout < LAYOUTS; layout++)
        for (unsigned id = 0; id < DOMAINS; id++) {
            const struct domain *d = domain_get((enum domain_id)id, layout);
            assert_string_equal(d->name, expected[id].name);
            assert_string_equal(d->drain_kind, expected[id].drain_kind);
            assert_true(strlen(d->summary) > 0);
            assert_int_equal(d->flushes_caches, expected[id].flushes_caches);
            assert_int_equal(d->drain_modelled, expected[id].drain_modelled);
            assert_int_equal(d->uncertain, expected[id].uncertain);
            assert_non_null(d->fence);
            assert_int_equal(d->drain != NULL, expected[id].drains);
        }
}

/* One call reports one fence and nothing else at all. */
static void assert_one_fence(void (*call)(void))
{
    struct trace t = {0};
    struct trace *before = trace_use(&t);
    call();
    trace_use(before);
    assert_int_equal(t.fences, 1);
    assert_int_equal(t.lines_flushed, 0);
    assert_int_equal(t.nt_bytes, 0);
    assert_int_equal(t.locked_ops, 0);
}

static void each_step_is_one_store_fence(void **state)
{
    (void)state;
    for (unsigned id = 0; id < DOMAINS; id++) {
        const struct domain *d = domain_get((enum domain_id)id, LAYOUT_TRACE);
        assert_one_fence(d->fence);
        if (d->drain)
            assert_one_fence(d->drain);
    }
}

static void timed_layouts_report_nothing(void **state)
{
    struct trace t = {0};
    struct trace *before = trace_use(&t);
    (void)state;
    for (unsigned layout = 0; layout < LAYOUT_TRACE; layout++)
        for (unsigned id = 0; id < DOMAINS; id++) {
            const struct domain *d = domain_get((enum domain_id)id, layout);
            d->fence();
            if (d->drain)
                d->drain();
        }
    trace_use(before);
    assert_int_equal(t.fences, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traits_are_the_platforms),
        cmocka_unit_test(each_step_is_one_store_fence),
        cmocka_unit_test(timed_layouts_report_nothing),
    };
    return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}

/* test_drain.c - the model of a drain is read as written, and is the sum that it says */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "bench/drain.h"

static struct drain_model model_of(const char *text)
{
    struct drain_model m;
    struct error err = {0};
    if (drain_parse(text, &m, &err))
        fail_msg("%s", err.text);
    return m;
}

static void latency_queue_and_refaults_add_up(void **state)
{
    (void)state;
    struct drain_model hint = model_of("latency=300,bandwidth=2,queue=64K");
    struct drain_model host = model_of("refault=500,queue=1G,bandwidth=1,latency=20000");
    assert_true(drain_ns(&hint, 0, 0) == 300);
    assert_true(drain_ns(&hint, 4096, 1) == 300 + 2048);
    assert_true(drain_ns(&hint, 1 << 20, 256) == 300 + 32768); /* no more than the queue holds */
    assert_true(drain_ns(&host, 8192, 2) == 20000 + 8192 + 1000);
}

/* An unknown number of bytes is no full queue. */
static void what_is_not_known_stays_unknown(void **state)
{
    (void)state;
    struct drain_model hint = model_of("latency=300,bandwidth=2,queue=64K"), none = {.latency_ns = NAN};
    assert_true(isnan(drain_ns(&hint, NAN, 1)));
    assert_true(isnan(drain_ns(&none, 64, 1)));
}

static void half_a_model_is_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "latency=300",
                                        "latency=300,bandwidth=2",
                                        "latency=0,bandwidth=2,queue=64K",
                                        "latency=300,bandwidth=-2,queue=64K",
                                        "latency=300,bandwidth=2,queue=x",
                                        "latency=300,bandwidth=2,queue=64K,refault=-1",
                                        "latency=300,bandwidth=2,queue=64K,speed=3"};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct drain_model m;
        struct error err = {0};
        assert_int_equal(drain_parse(wrong[i], &m, &err), -1);
        assert_int_equal(err.code, EXIT_USAGE);
        assert_non_null(strstr(err.text, "latency=NS"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_queue_and_refaults_add_up),
        cmocka_unit_test(what_is_not_known_stays_unknown),
        cmocka_unit_test(half_a_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

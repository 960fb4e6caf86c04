/* test_places.c - threads take one CPU of each core before a sibling, and their own node before another */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sched.h>
#include <stdlib.h>

#include "bench/machine_places.h"

/* hwloc's synthetic machine; binding is not supported there, so that all of its CPUs count as allowed. */
static void order_is(const char *machine, int first, unsigned most, const int *expected, unsigned count)
{
    int is[64];
    setenv("HWLOC_SYNTHETIC", machine, 1);
    unsigned n = machine_places(first, is, most);
    unsetenv("HWLOC_SYNTHETIC");
    assert_int_equal(n, count);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(is[i], expected[i]);
}

static void cores_before_siblings_before_other_nodes(void **state)
{
    (void)state;
    order_is("node:2 core:2 pu:2", 0, 64, (int[]){0, 2, 1, 3, 4, 6, 5, 7}, 8);
    order_is("node:2 core:2 pu:2", 5, 64, (int[]){5, 6, 4, 7, 0, 2, 1, 3}, 8);
    order_is("core:4 pu:1", 2, 64, (int[]){2, 0, 1, 3}, 4);
    order_is("core:4 pu:1", 2, 3, (int[]){2, 0, 1}, 3);
    order_is("core:4 pu:1", 2, 1, (int[]){2}, 1);
}

static void siblings_and_other_nodes_are_told(void **state)
{
    int cpus[8];
    (void)state;
    setenv("HWLOC_SYNTHETIC", "node:2 core:2 pu:2", 1);
    assert_int_equal(machine_places(0, cpus, 8), 8);
    struct places_bounds all = machine_places_bounds(cpus, 8), few = machine_places_bounds(cpus, 2),
                         three = machine_places_bounds(cpus, 3);
    unsetenv("HWLOC_SYNTHETIC");
    assert_int_equal(all.cores, 2);
    assert_int_equal(all.near, 4);
    assert_int_equal(few.cores, 2);
    assert_int_equal(few.near, 2);
    assert_int_equal(three.cores, 2);
    assert_int_equal(three.near, 3);
}

static void only_allowed_cpus_are_taken(void **state)
{
    cpu_set_t all, one;
    int cpus[1024], last = -1;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    assert_int_equal(machine_places(-1, cpus, 1024), CPU_COUNT(&all));
    for (int i = 0; i < CPU_SETSIZE; i++)
        last = CPU_ISSET(i, &all) ? i : last;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(machine_places(-1, cpus, 1024), 1);
    assert_int_equal(cpus[0], last);
    assert_int_equal(machine_places(0, cpus, 0), 0);
    assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cores_before_siblings_before_other_nodes),
        cmocka_unit_test(siblings_and_other_nodes_are_told),
        cmocka_unit_test(only_allowed_cpus_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

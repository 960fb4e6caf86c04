/* test_stepped_fenced.c - by single steps: a copy with its fence inside takes every line past the cache and
 * fences it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/stepped_cases.h"

int main(void)
{
    return cases_main("stepped: copies with a fence inside", CASES_FENCED);
}

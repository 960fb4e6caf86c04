/* test_stepped_bypass.c - by single steps: a copy that bypasses the cache takes every line past it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/stepped_cases.h"

int main(void)
{
    return cases_main("stepped: copies that bypass the cache", CASES_BYPASS);
}

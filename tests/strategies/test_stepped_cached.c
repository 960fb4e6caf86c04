/* test_stepped_cached.c - by single steps: a cached copy stores nothing past the cache and flushes nothing */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/stepped_cases.h"

int main(void)
{
    return cases_main("stepped: cached copies", CASES_CACHED);
}

/* test_stepped_library.c - by single steps: a library's durable copy takes every line past the cache */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/stepped_cases.h"

int main(void)
{
    return cases_main("stepped: durable copies of a library", CASES_LIBRARY);
}

/* test_stepped_written_back.c - by single steps: a copy that writes back flushes every line once, after its
 * last store */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/strategies/stepped_cases.h"

int main(void)
{
    return cases_main("stepped: copies that write back", CASES_WRITTEN_BACK);
}

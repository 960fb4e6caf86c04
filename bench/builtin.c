/* builtin.c - takes the plan files in when the program is built */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/builtin.h"

/* PLAN_DIR is the folder of the plans, given by the build. */
#define PLAN(symbol)                                                                                         \
    __asm__(".pushsection .rodata\n"                                                                         \
            ".global builtin_" #symbol "_start\nbuiltin_" #symbol "_start:\n"                                \
            ".incbin \"" PLAN_DIR "/" #symbol ".json\"\n"                                                    \
            ".global builtin_" #symbol "_end\nbuiltin_" #symbol "_end:\n"                                    \
            ".byte 0\n.popsection\n");                                                                       \
    extern const char builtin_##symbol##_start[], builtin_##symbol##_end[];
PLAN(default)
PLAN(quick)

struct builtin_plan builtin_plan(unsigned i)
{
    if (i == 0)
        return (struct builtin_plan){
            "default", "the surface, a dozen ledgers, the trackers alone: 60 s of measuring",
            builtin_default_start, (size_t)(builtin_default_end - builtin_default_start)};
    return (struct builtin_plan){"quick", "four sizes, two footprints, one ledger: 15 s of measuring",
                                 builtin_quick_start, (size_t)(builtin_quick_end - builtin_quick_start)};
}

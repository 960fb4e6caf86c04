/* builtin.c - takes the plan files in when the program is built */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/builtin.h"

/* PLAN_DIR is the folder of the plans, given by the build. */
#define PLAN_AS(symbol, file)                                                                                \
    __asm__(".pushsection .rodata\n"                                                                         \
            ".global builtin_" #symbol "_start\nbuiltin_" #symbol "_start:\n"                                \
            ".incbin \"" PLAN_DIR "/" file ".json\"\n"                                                       \
            ".global builtin_" #symbol "_end\nbuiltin_" #symbol "_end:\n"                                    \
            ".byte 0\n.popsection\n");                                                                       \
    extern const char builtin_##symbol##_start[], builtin_##symbol##_end[];
#define PLAN(symbol) PLAN_AS(symbol, #symbol)
PLAN(default)
PLAN(quick)
PLAN(mmap)
PLAN(real)
PLAN_AS(dm_writecache, "dm-writecache")

struct builtin_plan builtin_plan(unsigned i)
{
    static const struct {
        const char *name, *summary, *start, *end;
    } plans[BUILTIN_PLANS] = {
        {"default", "the surface, a dozen ledgers, stores through a mapping, the trackers alone: 60 s",
         builtin_default_start, builtin_default_end},
        {"quick", "four sizes, two footprints, one ledger: 15 s of measuring", builtin_quick_start,
         builtin_quick_end},
        {"mmap", "stores through a mapping, with their faults, by tracker: 30 s of measuring",
         builtin_mmap_start, builtin_mmap_end},
        {"real", "the system's own calls on the file of --path beside the model: 30 s of measuring",
         builtin_real_start, builtin_real_end},
        {"dm-writecache",
         "the table of dm-writecache's authors here: movnti against CLFLUSHOPT by size: 10 s",
         builtin_dm_writecache_start, builtin_dm_writecache_end},
    };
    return (struct builtin_plan){plans[i].name, plans[i].summary, plans[i].start,
                                 (size_t)(plans[i].end - plans[i].start)};
}

/* stepped_names.h - the instructions that the name of each copy strategy tells */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_NAMES_H
#define TESTS_STRATEGIES_STEPPED_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/strategies/stepped_code.h"

/* How often the lines of the destination are flushed. */
enum name_flushes {
    FLUSHES_AT_EDGES, /* by the strategy's own rule: the first line, the last, both or none */
    FLUSHES_EACH_ONCE,
    FLUSHES_NEVER,
    FLUSHES_AT_WILL /* a library's */
};

/* A copy strategy, by name. `may` are the kinds of instruction that it may execute and `must` those that it
 * must have executed somewhere in the table of cases; CODE_OTHER is allowed to all. A whole line of the
 * destination is stored past the cache by exactly `per_line` instructions of the kind `line`; 0: no rule. */
struct name_rule {
    const char *name;
    uint32_t may, must;
    enum name_flushes flushes;
    enum code_what line;
    unsigned per_line;
};

enum {
    NAME_MOVNTI = 1u << CODE_MOVNTI8 | 1u << CODE_MOVNTI4,
    NAME_CLWB = 1u << CODE_CLWB,
    NAME_OPT = 1u << CODE_CLFLUSHOPT,
    NAME_FLUSH = 1u << CODE_CLFLUSH,
    NAME_SFENCE = 1u << CODE_SFENCE,
    NAME_WIDE = 1u << CODE_STORE32 | 1u << CODE_STORE64, /* plain, by libc's choice */
    NAME_LIBC = NAME_WIDE | 1u << CODE_REP_MOVSB,
    NAME_PMEM2 = NAME_LIBC | CODE_FLUSH_SET,
    NAME_PMEM2_NT = NAME_PMEM2 | 1u << CODE_NT16 | 1u << CODE_NT32 | 1u << CODE_NT64 | NAME_MOVNTI
};

static inline const struct name_rule *name_rule(const char *name)
{
    static const struct name_rule rules[] = {
        {"memcpy", NAME_LIBC, 0, FLUSHES_NEVER, CODE_OTHER, 0},
        {"rep-movsb", 1u << CODE_REP_MOVSB, 1u << CODE_REP_MOVSB, FLUSHES_NEVER, CODE_OTHER, 0},
        {"movq", 0, 0, FLUSHES_NEVER, CODE_OTHER, 0},
        {"avx2", 1u << CODE_STORE32, 1u << CODE_STORE32, FLUSHES_NEVER, CODE_OTHER, 0},
        {"avx512", NAME_WIDE, 1u << CODE_STORE64, FLUSHES_NEVER, CODE_OTHER, 0},
        {"movnti", NAME_MOVNTI | NAME_SFENCE | NAME_CLWB, NAME_MOVNTI | NAME_SFENCE | NAME_CLWB,
         FLUSHES_AT_EDGES, CODE_MOVNTI8, 8},
        {"movnti+clflushopt", NAME_MOVNTI | NAME_SFENCE | NAME_OPT, NAME_MOVNTI | NAME_SFENCE | NAME_OPT,
         FLUSHES_AT_EDGES, CODE_MOVNTI8, 8},
        {"movnti-6.1", NAME_MOVNTI | NAME_SFENCE | NAME_CLWB, NAME_MOVNTI | NAME_SFENCE | NAME_CLWB,
         FLUSHES_AT_EDGES, CODE_MOVNTI8, 8},
        {"memcpy-flushcache", NAME_MOVNTI | NAME_CLWB, NAME_MOVNTI | NAME_CLWB, FLUSHES_AT_EDGES,
         CODE_MOVNTI8, 8},
        {"movdir64b", 1u << CODE_MOVDIR64B | NAME_MOVNTI | NAME_CLWB,
         1u << CODE_MOVDIR64B | NAME_MOVNTI | NAME_CLWB, FLUSHES_AT_EDGES, CODE_MOVDIR64B, 1},
        {"movnt-sse2", 1u << CODE_NT16 | NAME_MOVNTI | NAME_CLWB, 1u << CODE_NT16 | NAME_MOVNTI | NAME_CLWB,
         FLUSHES_AT_EDGES, CODE_NT16, 4},
        {"movnt-avx2", 1u << CODE_NT32 | NAME_MOVNTI | NAME_CLWB, 1u << CODE_NT32 | NAME_MOVNTI | NAME_CLWB,
         FLUSHES_AT_EDGES, CODE_NT32, 2},
        {"movnt-avx512", 1u << CODE_NT64 | NAME_MOVNTI | NAME_CLWB, 1u << CODE_NT64 | NAME_MOVNTI | NAME_CLWB,
         FLUSHES_AT_EDGES, CODE_NT64, 1},
        {"memcpy+clwb", NAME_LIBC | NAME_CLWB, NAME_CLWB, FLUSHES_EACH_ONCE, CODE_OTHER, 0},
        {"memcpy+clflushopt", NAME_LIBC | NAME_OPT, NAME_OPT, FLUSHES_EACH_ONCE, CODE_OTHER, 0},
        {"memcpy+clflush", NAME_LIBC | NAME_FLUSH, NAME_FLUSH, FLUSHES_EACH_ONCE, CODE_OTHER, 0},
        {"memcpy+cldemote", NAME_LIBC | 1u << CODE_CLDEMOTE, 1u << CODE_CLDEMOTE, FLUSHES_NEVER, CODE_OTHER,
         0},
        {"line+clwb", NAME_CLWB, NAME_CLWB, FLUSHES_EACH_ONCE, CODE_OTHER, 0},
        {"avx2+clwb", 1u << CODE_STORE32 | NAME_CLWB, 1u << CODE_STORE32 | NAME_CLWB, FLUSHES_EACH_ONCE,
         CODE_OTHER, 0},
        {"line+clflushopt", NAME_OPT, NAME_OPT, FLUSHES_EACH_ONCE, CODE_OTHER, 0},
        {"pmem2", NAME_PMEM2_NT, 0, FLUSHES_AT_WILL, CODE_OTHER, 0},
        {"pmem2-nt", NAME_PMEM2_NT, 0, FLUSHES_AT_WILL, CODE_OTHER, 0},
        {"pmem2-t", NAME_PMEM2, 0, FLUSHES_AT_WILL, CODE_OTHER, 0},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

#endif

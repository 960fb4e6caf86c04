/* copy.h - how the bytes get there: the interface of strategies/copy/ */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_COPY_H
#define STRATEGIES_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "strategies/layout.h"

/* What a write() still needs after copy() and finish() so that the bytes are on their way to persistence. */
enum copy_fence {
    FENCE_NONE,   /* nothing helps: the bytes stay in the cache */
    FENCE_NEEDED, /* one store fence */
    FENCE_INSIDE  /* copy() ends with one itself */
};

/* Where the lines are afterwards. */
enum copy_resident { RESIDENT_NO, RESIDENT_YES, RESIDENT_AS_CLWB /* as the CPU's CLWB does: see probe */ };

/* One copy strategy. All are safe to call from any number of threads on disjoint ranges. */
struct copy {
    const char *name;    /* the field's term, unique */
    const char *summary; /* one line for `list` */
    uint32_t features;   /* enum cpu_feature bits without which it cannot run */
    bool gpr_only;       /* general registers only: a kernel could use it in its copy path as it is */
    enum copy_resident resident;
    bool durable; /* after finish() and the fence that `fence` names, every byte is past the cache */
    enum copy_fence fence;
    bool opaque; /* a library's own code: what it executes cannot be counted, only seen step by step */
    /* To be called once before copy(), by one thread; NULL: nothing. 0, or -1 with err (EXIT_CANNOT). */
    int (*prepare)(struct error *err);
    /* Copies n bytes (any n, 0 too; any alignment; no overlap) and touches no byte outside [dst, dst+n). */
    void (*copy)(void *dst, const void *src, size_t n);
    /* What must follow the copy before the fence (fix-ups, write-back); NULL: nothing. Same dst and n. */
    void (*finish)(void *dst, size_t n);
};

/* Ids in the order of copy.def. */
enum copy_id {
#define COPY(symbol) COPY_##symbol,
#include "strategies/copy.def"
#undef COPY
    COPIES
};

/* Strategy `id` as compiled in `layout` (0 .. LAYOUTS-1). Never NULL. */
const struct copy *copy_get(enum copy_id id, unsigned layout);

#endif

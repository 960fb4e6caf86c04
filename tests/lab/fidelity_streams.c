/* fidelity_streams.c - the streams on which our path and Linux are counted side by side */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/fidelity_streams.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 4096, HUGE = 2 << 20 };

/* Every size at every offset: head and tail of the copy in all their combinations. */
static const uint64_t sizes[] = {1,  2,  3,  4,  5,  6,  7,   8,   9,   10,   11,   12,   13,
                                 14, 15, 16, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 65536};
static const uint64_t offsets[] = {0, 1, 2, 3, 4, 5, 6, 7, 63};

enum {
    SIZES = sizeof(sizes) / sizeof(sizes[0]),
    OFFSETS = sizeof(offsets) / sizeof(offsets[0]),
    CROSSED = SIZES * OFFSETS
};

static const struct fidelity_stream single[] = {
    {.kind = "write across pages", .size = 2, .offset = PAGE - 1},
    {.kind = "write across pages", .size = 4, .offset = PAGE - 2},
    {.kind = "write across pages", .size = 8, .offset = PAGE - 4},
    {.kind = "write across pages", .size = 16, .offset = PAGE - 6},
    {.kind = "write across pages", .size = 64, .offset = PAGE - 33},
    {.kind = "write across pages", .size = 513, .offset = PAGE - 256},
    {.kind = "write across pages", .size = 4096, .offset = PAGE - 1},
    {.kind = "write across 2 MiB", .size = 2, .offset = HUGE - 1},
    {.kind = "write across 2 MiB", .size = 8, .offset = HUGE - 4},
    {.kind = "write across 2 MiB", .size = 64, .offset = HUGE - 32},
    {.kind = "write across 2 MiB", .size = 4097, .offset = HUGE - 2048},
    {.kind = "write across 2 MiB", .size = 65536, .offset = HUGE - 4093},
    {.kind = "many writes", .size = 64, .slots = 16},
    {.kind = "many writes", .size = 61, .offset = 3, .slots = 16},
    {.kind = "many writes", .size = 64, .offset = 3, .slots = 16, .access = ACCESS_SPARSE},
    {.kind = "overwrites", .size = 64, .overwrite = 8},
    {.kind = "overwrites", .size = 512, .offset = 3, .slots = 4, .overwrite = 8},
    {.kind = "overwrites", .size = 4096, .slots = 2, .overwrite = 8},
    {.kind = "overwrites", .size = 513, .offset = 63, .slots = 4, .overwrite = 8, .order = ORDER_BURST},
    {.kind = "clean fdatasync", .size = 64, .clean = true},
    {.kind = "stores, PTE", .mmap = true, .size = 1},
    {.kind = "stores, PTE", .mmap = true, .size = 1, .offset = PAGE - 1},
    {.kind = "stores, PTE", .mmap = true, .size = 64},
    {.kind = "stores, PTE", .mmap = true, .size = 64, .offset = PAGE - 32},
    {.kind = "stores, PTE", .mmap = true, .size = 64, .offset = HUGE - 32},
    {.kind = "stores, PTE", .mmap = true, .size = 4096},
    {.kind = "stores, PTE", .mmap = true, .size = 4096, .offset = 2048},
    {.kind = "stores, PTE", .mmap = true, .size = 65536, .offset = 3},
    {.kind = "stores, PTE", .mmap = true, .size = 64, .slots = 4, .overwrite = 8},
    {.kind = "stores, PTE", .mmap = true, .size = 1, .slots = 40, .access = ACCESS_SPARSE},
    {.kind = "clean fdatasync", .mmap = true, .size = 64, .clean = true},
    {.kind = "stores, PMD", .mmap = true, .pages = PAGES_PMD, .size = 1},
    {.kind = "stores, PMD", .mmap = true, .pages = PAGES_PMD, .size = 64, .offset = PAGE},
    {.kind = "stores, PMD", .mmap = true, .pages = PAGES_PMD, .size = 4096, .offset = 2 * PAGE - 1},
    {.kind = "stores, PMD", .mmap = true, .pages = PAGES_PMD, .size = 64, .offset = HUGE - 32},
    {.kind = "stores, PMD", .mmap = true, .pages = PAGES_PMD, .size = 64, .slots = 4, .overwrite = 8},
    {.kind = "clean fdatasync", .mmap = true, .pages = PAGES_PMD, .size = 64, .clean = true},
};

enum { SINGLE = sizeof(single) / sizeof(single[0]) };

/* write-64x4x8@3: size, slots and passes where there are more than one, offset. */
static void name_stream(struct fidelity_stream *s)
{
    char slots[16] = "", passes[16] = "";
    const char *what = s->clean ? "clean" : s->mmap ? "store" : "write";
    if (s->slots > 1 || s->overwrite > 1)
        snprintf(slots, sizeof(slots), "x%u", (unsigned)s->slots);
    if (s->overwrite > 1)
        snprintf(passes, sizeof(passes), "x%u", (unsigned)s->overwrite);
    snprintf(s->name, sizeof(s->name), "%s%s%s-%u%s%s@%u%s", what, s->clean && s->mmap ? "-store" : "",
             s->pages == PAGES_PMD ? "-pmd" : "", (unsigned)s->size, slots, passes, (unsigned)s->offset,
             s->access == ACCESS_SPARSE ? "-sparse" : "");
}

bool fidelity_stream_get(unsigned i, struct fidelity_stream *out)
{
    if (i >= (unsigned)CROSSED + SINGLE)
        return false;
    if (i < CROSSED)
        *out = (struct fidelity_stream){
            .kind = "one write", .size = sizes[i / OFFSETS], .offset = offsets[i % OFFSETS]};
    else
        *out = single[i - CROSSED];
    out->slots += !out->slots;
    out->overwrite += !out->overwrite;
    name_stream(out);
    return true;
}

bool fidelity_stream_asked(const struct fidelity_stream *s, const char *names)
{
    size_t length = strlen(s->name);
    for (const char *at = names; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, s->name, length) && (!at[length] || at[length] == ','))
            return true;
    }
    return !names;
}

/* region_kinds.h - what the memory under test can be used for besides plain stores, before it is opened */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_KINDS_H
#define BENCH_REGION_KINDS_H

#include "bench/region.h"

struct region_kinds {
    const char *no_sys;     /* why the system's own calls cannot be measured on it; NULL: they can */
    const char *no_pagemap; /* why the page tables cannot be asked what was written; NULL: they can */
    uint64_t
        protect_bytes; /* the smallest that can be write-protected: a page, of a DAX device its alignment */
    struct error pagemap; /* what no_pagemap points at */
};

/* Looks at the path's kind and at the system. Changes nothing; what is wrong with the path region_check says.
 * *k must stay where it is. */
void region_kinds_look(struct region_kinds *k, const char *path, const char *sys_root);

#endif

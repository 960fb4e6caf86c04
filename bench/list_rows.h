/* list_rows.h - everything that has a name on the command line, as rows of a table */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_LIST_ROWS_H
#define BENCH_LIST_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list_trait {
    const char *name;
    const char *text; /* NULL: a yes or no */
    bool truth;
};

enum { LIST_TRAITS = 6, LIST_REASON = 192 };

struct list_row {
    const char *name, *summary;
    struct list_trait traits[LIST_TRAITS]; /* up to the first without a name */
    uint32_t features;                     /* enum cpu_feature bits without which it cannot run */
    char reason[LIST_REASON];              /* why else it cannot; empty: nothing stands against it */
    const char *group; /* heading of this row and those after it with the same; NULL: none */
};

struct list_section {
    const char *name; /* member in JSON */
    const char *title;
    bool on_cpu; /* some rows need CPU features */
    size_t count;
    struct list_row (*row)(size_t i);
};

/* The sections in the order of printing. Thread-safe. */
const struct list_section *list_sections(size_t *count);

#endif

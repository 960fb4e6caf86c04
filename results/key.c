/* key.c - the question that a cell answers, as one line of text */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "results/result.h"

struct text {
    char *at;
    size_t left;
};

static void __attribute__((format(printf, 2, 3))) append(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->at, t->left, format, args);
    va_end(args);
    size_t used = n < 0 ? 0 : (size_t)n < t->left ? (size_t)n : t->left - 1;
    t->at += used;
    t->left -= used;
}

static void append_axes(struct text *t, const struct result_cell *cell)
{
    for (int i = 0; i < AXES; i++)
        append(t, "/%s=%s", axis_info((enum axis_id)i)->name, cell->axis[i]);
}

void result_cell_name(struct result_cell *cell)
{
    struct text key = {cell->key, sizeof(cell->key)};
    append(&key, "%s/%s", cell->kernel, cell->path);
    append_axes(&key, cell);
    struct text id = {cell->id, sizeof(cell->id)};
    append(&id, "%s/domain=%s", cell->key, cell->domain);
}

const char *result_family(const char *kernel)
{
    static const char *const families[] = {"write_fsync", "mmap_fsync"};
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (!strncmp(kernel, "sys_", 4) && !strcmp(kernel + 4, families[i]))
            return families[i];
    return kernel;
}

void result_group_name(const struct result_cell *cell, char *out)
{
    struct text group = {out, KEY_TEXT};
    append(&group, "%s", result_family(cell->kernel));
    append_axes(&group, cell);
}

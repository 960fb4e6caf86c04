/* run_plan.c - from the options that name cells to a plan */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/plan.h"
#include "bench/run_rows.h"
#include "bench/run_values.h"
#include "kernels/paths.h"

/* Paths from --copy, --track, --writeback. NULL with err. */
static json_t *combine(const char *const *values, struct error *err)
{
    const int options[3] = {OPT_COPY, OPT_TRACK, OPT_WRITEBACK};
    static const char *const names[3] = {"copy", "track", "writeback"};
    const char *const standard[3] = {"memcpy", "none", "auto"};
    json_t *lists[3] = {NULL, NULL, NULL}, *paths = json_array(), *c, *t, *w;
    size_t i, j, k;
    bool good = true;
    for (int n = 0; n < 3 && good; n++) {
        const char *text = values[options[n]] ? values[options[n]] : standard[n];
        good = (lists[n] = read_list(names[n], text, err)) != NULL;
    }
    if (good)
        json_array_foreach(lists[0], i, c) json_array_foreach(lists[1], j, t)
            json_array_foreach(lists[2], k, w)
                json_array_append_new(paths, json_sprintf("%s:%s:%s", json_string_value(c),
                                                          json_string_value(t), json_string_value(w)));
    for (int n = 0; n < 3; n++)
        json_decref(lists[n]);
    if (good)
        return paths;
    json_decref(paths);
    return NULL;
}

/* The baseline belongs to every comparison. */
static void add_baseline(json_t *paths)
{
    size_t i;
    json_t *p;
    json_array_foreach(paths, i, p) if (!strcmp(json_string_value(p), "bypass")) return;
    json_array_insert_new(paths, 0, json_string("bypass"));
}

/* Sets a member in each block of the plan. */
static void set_in_blocks(json_t *plan, const char *name, json_t *value)
{
    size_t i;
    json_t *block;
    json_array_foreach(json_object_get(plan, "blocks"), i, block) json_object_set(block, name, value);
    json_decref(value);
}

static const char *const track_paths[] = {"xarray", "radix", "bitmap", "bitmap2"}, *const write_paths[] = {
                                                                                       "bypass",
                                                                                       "deferred-xarray",
                                                                                       "deferred-bitmap"};
static const char *const copy_paths[] = {"bypass",      "bypass-wide", "eager",
                                         "eager-range", "libpmem-nt",  "libpmem-t"};

static json_t *list_of(const char *const *names, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

/* All paths of a kernel of stores or of the system's calls, beside what they are compared with. */
static json_t *paths_of(enum kernel kernel)
{
    json_t *paths = json_array();
    if (kernel_is_sys(kernel))
        json_array_append_new(paths, json_string(kernel_baseline(kernel)));
    for (unsigned i = 0; i < PATHS; i++)
        if (path_info(i)->kernel == kernel)
            json_array_append_new(paths, json_string(path_info(i)->name));
    return paths;
}

/* What is measured of a kernel where no path is named. */
static json_t *default_paths(const char *kernel)
{
    if (kernel && !strcmp(kernel, kernel_name(KERNEL_TRACK)))
        return list_of(track_paths, sizeof(track_paths) / sizeof(track_paths[0]));
    if (kernel && !strcmp(kernel, kernel_name(KERNEL_COPY)))
        return list_of(copy_paths, sizeof(copy_paths) / sizeof(copy_paths[0]));
    for (int k = KERNEL_MMAP_FSYNC; kernel && k < KERNEL_TRACK; k++)
        if (!strcmp(kernel, kernel_name((enum kernel)k)))
            return paths_of((enum kernel)k);
    return list_of(write_paths, sizeof(write_paths) / sizeof(write_paths[0]));
}

/* A kernel whose default paths have a baseline of another kernel is said by them. */
static bool is_said_by_paths(const char *const *values)
{
    const char *kernel = values[OPT_KERNEL];
    bool alone = !values[OPT_PLAN] && !values[OPT_PATHS] && !values[OPT_COPY] && !values[OPT_TRACK] &&
                 !values[OPT_WRITEBACK];
    return alone && (!strcmp(kernel, kernel_name(KERNEL_SYS_WRITE_FSYNC)) ||
                     !strcmp(kernel, kernel_name(KERNEL_SYS_MMAP_FSYNC)));
}

bool run_plan_names_cells(const char *const *values)
{
    bool named = values[OPT_KERNEL] || values[OPT_PATHS] || values[OPT_COPY] || values[OPT_TRACK] ||
                 values[OPT_WRITEBACK];
    for (int a = 0; a < AXES; a++)
        named = named || values[OPT_SHOWN + a];
    return named;
}

static json_t *base_plan(const char *const *values, struct run_options *o, struct error *err)
{
    if (o->only)
        return plan_of_key(o->only, o->domain, err);
    if (values[OPT_PLAN] || !run_plan_names_cells(values)) {
        const char *name = values[OPT_PLAN] ? values[OPT_PLAN] : "default";
        o->from_file = values[OPT_PLAN] && (strchr(name, '/') || strchr(name, '.'));
        return plan_load(name, err);
    }
    json_t *paths = default_paths(values[OPT_KERNEL]);
    return json_pack("{s:s, s:[{s:o, s:b}]}", "name", "custom", "blocks", "paths", paths, "ledger", 1);
}

static int override_paths(const char *const *values, struct run_options *o, struct error *err)
{
    json_t *paths;
    if (values[OPT_PATHS] && (values[OPT_COPY] || values[OPT_TRACK] || values[OPT_WRITEBACK]))
        return error_set(
            err, EXIT_USAGE,
            "--paths names whole paths, --copy, --track and --writeback make them: use one or the other");
    if (values[OPT_PATHS])
        paths = read_list("paths", values[OPT_PATHS], err);
    else if (values[OPT_COPY] || values[OPT_TRACK] || values[OPT_WRITEBACK])
        paths = combine(values, err);
    else
        return 0;
    if (!paths)
        return -1;
    if (!values[OPT_PATHS])
        add_baseline(paths);
    set_in_blocks(o->plan, "paths", paths);
    return 0;
}

static int override_plan(const char *const *values, struct run_options *o, struct error *err)
{
    if (values[OPT_KERNEL]) {
        json_t *kernels = read_list("kernel", values[OPT_KERNEL], err);
        if (!kernels)
            return -1;
        if (json_array_size(kernels) != 1) {
            json_decref(kernels);
            return error_set(err, EXIT_USAGE,
                             "--kernel: name one kernel a run; a plan file can have several");
        }
        if (!is_said_by_paths(values))
            set_in_blocks(o->plan, "kernel", json_incref(json_array_get(kernels, 0)));
        json_decref(kernels);
    }
    if (override_paths(values, o, err))
        return -1;
    for (int a = 0; a < AXES; a++) {
        const char *name = axis_info((enum axis_id)a)->name;
        json_t *list = values[OPT_SHOWN + a] ? read_list(name, values[OPT_SHOWN + a], err) : NULL;
        if (values[OPT_SHOWN + a] && !list)
            return -1;
        if (list)
            set_in_blocks(o->plan, name, list);
    }
    if (values[OPT_LEDGER])
        set_in_blocks(o->plan, "ledger", json_true());
    return 0;
}

int run_plan_read(const char *const *values, struct run_options *o, struct error *err)
{
    return !(o->plan = base_plan(values, o, err)) || override_plan(values, o, err) ? -1 : 0;
}

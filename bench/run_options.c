/* run_options.c - reads the command line of `run` into a plan and settings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nearest.h"
#include "base/size.h"
#include "base/text.h"
#include "bench/options_common.h"
#include "bench/plan.h"
#include "bench/run_values.h"
#include "kernels/step.h"

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

enum {
    OPT_PLAN,
    OPT_KERNEL,
    OPT_PATHS,
    OPT_COPY,
    OPT_TRACK,
    OPT_WRITEBACK,
    OPT_DOMAIN,
    OPT_DRAIN,
    OPT_PATH,
    OPT_NODE,
    OPT_KEEP,
    OPT_DESTROY,
    OPT_MEDIUM_IS_REAL,
    OPT_MAX_WRITTEN,
    OPT_OUT,
    OPT_SEED,
    OPT_MAX_TIME,
    OPT_PRECISION,
    OPT_CELL,
    OPT_LEDGER,
    OPT_DRY_RUN,
    OPT_CPU,
    OPT_QUIET,
    OPT_ANONYMOUS,
    OPT_HELP,
    OPT_PLANT,
    OPT_MUTANT,
    OPT_SYS_ROOT,
    OPT_FIXED
};

static const struct option_row fixed[OPT_FIXED] = {
    [OPT_PLAN] = {"plan", "NAME|FILE", "a plan (default: 'default' when no cells are named)"},
    [OPT_KERNEL] = {"kernel", "K,..", "write_fsync or track"},
    [OPT_PATHS] = {"paths", "P,..", "whole paths by name, or copy:track:writeback"},
    [OPT_COPY] = {"copy", "C,..", "copies to combine with --track and --writeback"},
    [OPT_TRACK] = {"track", "T,..", "trackers to combine (default: none)"},
    [OPT_WRITEBACK] = {"writeback", "W,..", "write-backs to combine (default: what the CPU has)"},
    [OPT_DOMAIN] = {"domain", "D", "what the platform asks of fsync; `pmembench list` has all"},
    [OPT_DRAIN] =
        {"drain", "MODEL",
         "of a domain whose drain is modelled: latency=NS,bandwidth=GB/s,queue=BYTES[,refault=NS a page]"},
    [OPT_PATH] = {"path", "FILE", "memory under test: a new file, or /dev/daxX.Y (default: DRAM)"},
    [OPT_NODE] = {"node", "N", "DRAM of this NUMA node (default: of the CPU it runs on)"},
    [OPT_KEEP] = {"keep", NULL, "leave the file of --path there, for a later --path"},
    [OPT_DESTROY] = {"destroy", NULL, "all data on the /dev/daxX.Y of --path may be lost"},
    [OPT_MEDIUM_IS_REAL] = {"medium-is-real", NULL, "the host of this guest gives it persistent memory"},
    [OPT_MAX_WRITTEN] = {"max-written", "SIZE", "end when about this much was written to the memory"},
    [OPT_OUT] = {"out", "DIR", "a new or empty folder (default: runs/DATE-PLAN)"},
    [OPT_SEED] = {"seed", "S", "of streams and order (default: 1)"},
    [OPT_MAX_TIME] = {"max-time", "T", "of measuring: 90, 90s or 2m (default: the plan's)"},
    [OPT_PRECISION] = {"precision", "P%", "wanted half-width of the ratios (default: 1%)"},
    [OPT_CELL] = {"cell", "KEY", "one cell, with its ledger, beside its baseline"},
    [OPT_LEDGER] = {"ledger", NULL, "measure the ledger of every cell (of those with one thread)"},
    [OPT_DRY_RUN] = {"dry-run", NULL, "say what would run, for how long, in how much memory"},
    [OPT_CPU] = {"cpu", "N", "run on this CPU (default: the one it starts on)"},
    [OPT_QUIET] = {"quiet", NULL, "no progress"},
    [OPT_ANONYMOUS] = {"anonymous", NULL, "leave the host name out of the result"},
    [OPT_HELP] = {"help", NULL, "this text"},
    [OPT_PLANT] = {"plant", "STEP=NS", "proofs only: spin in one step, such as COPY=20000 (ns a write)"},
    [OPT_MUTANT] = {"mutant", "STEP", "proofs only: leave one step out"},
    [OPT_SYS_ROOT] = {"sys-root", "DIR", "proofs only: looked at instead of /sys for the medium"},
};

enum { ROWS_MAX = OPT_FIXED + AXES, OPT_SHOWN = PMB_PROOF ? OPT_FIXED : OPT_PLANT };

/* The fixed options that this build has, then one for each axis. */
static size_t make_rows(struct option_row rows[ROWS_MAX])
{
    size_t n = 0;
    for (; n < OPT_SHOWN; n++)
        rows[n] = fixed[n];
    for (int a = 0; a < AXES; a++)
        rows[n++] =
            (struct option_row){axis_info((enum axis_id)a)->name, "V,..", axis_info((enum axis_id)a)->help};
    return n;
}

void run_help(void)
{
    struct option_row rows[ROWS_MAX];
    size_t n = make_rows(rows);
    puts("usage: pmembench run [options]\n\n"
         "Measures write() and fsync with interchangeable parts and writes DIR/result.json and\n"
         "DIR/report.md. Without options: the plan 'default', about 60 s of measuring. Existing\n"
         "data are never touched: --path takes a new name, an empty file, or one of an earlier\n"
         "--keep; a new file is gone at the end unless it is kept.\n");
    options_help(rows, OPT_SHOWN, stdout);
    puts("\naxes (lists by comma, ranges 64..1M by doubling):");
    options_help(rows + OPT_SHOWN, n - OPT_SHOWN, stdout);
    puts("\nexample: pmembench run --paths bypass,deferred-xarray --size 64..64K --footprint l2,beyond "
         "--dirty size");
}

/* "STEP" or "STEP=NS"; a step by its symbol or number in kernels/steps.def. */
static int read_hook(const char *what, const char *text, int *step, double *ns, struct error *err)
{
    size_t length = strcspn(text, "=");
    char *end;
    long number = strtol(text, &end, 10);
    *step = end == text + length && end != text && number >= 0 && number < STEPS ? (int)number : -1;
    for (int s = 0; s < STEPS; s++) {
        const char *symbol = step_info((enum step)s)->symbol;
        *step = strlen(symbol) == length && !strncmp(symbol, text, length) ? s : *step;
    }
    *ns = text[length] ? strtod(text + length + 1, &end) : 0;
    if (*step < 0 || (text[length] && (*end || !(*ns > 0))))
        return error_set(err, EXIT_USAGE,
                         "--%s: '%s' is not STEP or STEP=NS with a step of kernels/steps.def", what, text);
    return 0;
}

/* Paths from --copy, --track, --writeback. NULL with err. */
static json_t *combine(const char *const *values, struct error *err)
{
    const int options[3] = {OPT_COPY, OPT_TRACK, OPT_WRITEBACK};
    const char *const standard[3] = {"memcpy", "none", "auto"};
    json_t *lists[3] = {NULL, NULL, NULL}, *paths = json_array(), *c, *t, *w;
    size_t i, j, k;
    bool good = true;
    for (int n = 0; n < 3 && good; n++) {
        const char *text = values[options[n]] ? values[options[n]] : standard[n];
        good = (lists[n] = read_list(fixed[options[n]].name, text, err)) != NULL;
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

static bool cells_named(const char *const *values)
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
    if (values[OPT_PLAN] || !cells_named(values)) {
        const char *name = values[OPT_PLAN] ? values[OPT_PLAN] : "default";
        o->from_file = values[OPT_PLAN] && (strchr(name, '/') || strchr(name, '.'));
        return plan_load(name, err);
    }
    bool track = values[OPT_KERNEL] && !strcmp(values[OPT_KERNEL], "track");
    json_t *paths = track ? json_pack("[s,s,s,s]", "xarray", "radix", "bitmap", "bitmap2")
                          : json_pack("[s,s,s]", "bypass", "deferred-xarray", "deferred-bitmap");
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

static int read_numbers(const char *const *values, struct run_options *o, struct error *err)
{
    uint64_t cpu = 0;
    if (values[OPT_SEED] && read_whole("seed", values[OPT_SEED], UINT64_MAX, &o->seed, err))
        return -1;
    if (values[OPT_CPU] && read_whole("cpu", values[OPT_CPU], 1 << 20, &cpu, err))
        return -1;
    o->cpu = values[OPT_CPU] ? (int)cpu : -1;
    if (values[OPT_DRAIN] && drain_parse(values[OPT_DRAIN], &o->drain, err))
        return -1;
    if (values[OPT_PRECISION] && read_precision(values[OPT_PRECISION], &o->precision, err))
        return -1;
    return values[OPT_MAX_TIME] ? read_seconds(values[OPT_MAX_TIME], &o->max_time_s, err) : 0;
}

/* What belongs to --path and what to anonymous memory. */
static int read_memory(const char *const *values, struct run_options *o, struct error *err)
{
    uint64_t node = 0;
    o->path = values[OPT_PATH];
    o->keep = values[OPT_KEEP];
    o->destroy = values[OPT_DESTROY];
    o->medium_is_real = values[OPT_MEDIUM_IS_REAL];
    if (values[OPT_NODE] && read_whole("node", values[OPT_NODE], 1 << 20, &node, err))
        return -1;
    o->node = values[OPT_NODE] ? (int)node : -1;
    if (values[OPT_MAX_WRITTEN] && size_parse(values[OPT_MAX_WRITTEN], "--max-written", &o->max_written, err))
        return -1;
    if (values[OPT_MAX_WRITTEN] && !o->max_written)
        return error_set(err, EXIT_USAGE, "--max-written: 0 is no room for a measurement; write such as 64G");
    if (o->path && o->node >= 0)
        return error_set(err, EXIT_USAGE,
                         "--node places anonymous memory, a --path is where it is: use one or the other");
    if (!o->path && (o->keep || o->destroy || o->medium_is_real))
        return error_set(err, EXIT_USAGE, "--%s is about a --path: name one, or leave it out",
                         o->keep      ? "keep"
                         : o->destroy ? "destroy"
                                      : "medium-is-real");
    return 0;
}

static int read_hooks(const char *const *values, struct run_options *o, struct error *err)
{
    double none;
    o->sys_root = "/sys";
#if PMB_PROOF
    if (values[OPT_SYS_ROOT])
        o->sys_root = values[OPT_SYS_ROOT];
    if (values[OPT_PLANT] && read_hook("plant", values[OPT_PLANT], &o->hook_delay, &o->hook_ns, err))
        return -1;
    return values[OPT_MUTANT] ? read_hook("mutant", values[OPT_MUTANT], &o->hook_skip, &none, err) : 0;
#else
    (void)values, (void)o, (void)err, (void)none, (void)read_hook;
    return 0;
#endif
}

int run_options_read(int argc, char **argv, struct run_options *o, struct error *err)
{
    struct option_row rows[ROWS_MAX];
    const char *values[ROWS_MAX];
    size_t n = make_rows(rows);
    *o = (struct run_options){.seed = 1,
                              .precision = 0.01,
                              .drain = {.latency_ns = NAN},
                              .cpu = -1,
                              .hook_skip = -1,
                              .hook_delay = -1};
    if (options_read(argc, argv, rows, n, values, err))
        return -1;
    o->help = values[OPT_HELP];
    o->dry_run = values[OPT_DRY_RUN];
    o->quiet = values[OPT_QUIET];
    o->anonymous = values[OPT_ANONYMOUS];
    o->out = values[OPT_OUT];
    o->only = values[OPT_CELL];
    if (o->help)
        return 0;
    if (o->only && (values[OPT_PLAN] || cells_named(values)))
        return error_set(err, EXIT_USAGE,
                         "--cell names one cell whole: leave --plan, --paths and the axes out");
    if (read_numbers(values, o, err) || read_memory(values, o, err) || read_hooks(values, o, err) ||
        !(o->plan = base_plan(values, o, err)) || override_plan(values, o, err))
        return -1;
    if (values[OPT_DOMAIN])
        text_copy(o->domain, NAME_TEXT, values[OPT_DOMAIN]);
    o->domain_chosen = o->domain[0];
    if (!o->domain_chosen)
        text_copy(o->domain, NAME_TEXT, o->path ? "unknown" : "adr");
    int domain = spec_domain(o->domain, err);
    if (domain < 0)
        return -1;
    if (values[OPT_DRAIN] && !domain_get((enum domain_id)domain, 0)->drain_modelled)
        return error_set(
            err, EXIT_USAGE,
            "--drain: the drain of domain '%s' is executed, not modelled; it goes with --domain hint, "
            "flush-device or pcommit",
            o->domain);
    json_t *time = json_object_get(o->plan, "max_time");
    if (!(o->max_time_s > 0))
        o->max_time_s = time ? json_number_value(time) : 60;
    return 0;
}

void run_options_free(struct run_options *o)
{
    json_decref(o->plan);
    o->plan = NULL;
}

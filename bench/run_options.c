/* run_options.c - reads the command line of `run` into a plan and settings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nearest.h"
#include "base/cpu.h"
#include "base/size.h"
#include "base/text.h"
#include "bench/options_common.h"
#include "bench/plan.h"
#include "bench/run_domain.h"
#include "bench/run_rows.h"
#include "bench/run_values.h"
#include "kernels/step.h"

enum { REPEATS_MOST = 1000 };

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
    uint64_t repeats = 1;
    if (values[OPT_REPEATS] && read_whole("repeats", values[OPT_REPEATS], REPEATS_MOST, &repeats, err))
        return -1;
    if (!repeats)
        return error_set(err, EXIT_USAGE, "--repeats: 0 measures nothing; write 1 or more");
    o->repeats = (unsigned)repeats;
    if (values[OPT_LLC] && size_parse(values[OPT_LLC], "--llc", &o->llc_bytes, err))
        return -1;
    if (values[OPT_LLC] && !o->llc_bytes)
        return error_set(err, EXIT_USAGE, "--llc: a cache of 0 bytes is none; write such as 16M");
    if (values[OPT_STREAM] && read_whole("stream", values[OPT_STREAM], 1 << 20, &o->stream, err))
        return -1;
    if (values[OPT_STREAM] && !o->stream)
        return error_set(err, EXIT_USAGE, "--stream: 0 periods are nothing to print; write 1 or more");
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

#if PMB_PROOF
/* CPU features by name. */
static int read_lacks(const char *text, uint32_t *lacks, struct error *err)
{
    json_t *names = read_list("lacks", text, err), *name;
    size_t i;
    int result = names ? 0 : -1;
    json_array_foreach(names, i, name)
    {
        unsigned f = 0;
        while (f < CPU_FEATURES && strcasecmp(cpu_feature_name(f), json_string_value(name)) != 0)
            f++;
        *lacks |= 1u << f;
        if (f == CPU_FEATURES)
            result =
                error_set(err, EXIT_USAGE, "--lacks: there is no CPU feature '%s'", json_string_value(name));
    }
    json_decref(names);
    return result;
}
#endif

static int read_hooks(const char *const *values, struct run_options *o, struct error *err)
{
    double none;
    o->sys_root = "/sys";
#if PMB_PROOF
    if (values[OPT_SYS_ROOT])
        o->sys_root = values[OPT_SYS_ROOT];
    if (values[OPT_SABOTAGE] && sabotage_parse(values[OPT_SABOTAGE], &o->sabotage, err))
        return -1;
    if (values[OPT_SLOW] && sabotage_parse_slow(values[OPT_SLOW], &o->sabotage, err))
        return -1;
    if (values[OPT_PLANT_COPY] && sabotage_parse_copy(values[OPT_PLANT_COPY], &o->sabotage, err))
        return -1;
    if (values[OPT_LACKS] && read_lacks(values[OPT_LACKS], &o->lacks, err))
        return -1;
    if (values[OPT_PLANT] && read_hook("plant", values[OPT_PLANT], &o->hook_delay, &o->hook_ns, err))
        return -1;
    return values[OPT_MUTANT] ? read_hook("mutant", values[OPT_MUTANT], &o->hook_skip, &none, err) : 0;
#else
    (void)values, (void)o, (void)err, (void)none, (void)read_hook;
    return 0;
#endif
}

/* A run that goes on is the one that it was: only how long and how closely may be said anew. */
static int read_resume(const char *const *values, struct run_options *o, struct error *err)
{
    struct option_row rows[ROWS_MAX];
    size_t n = run_rows(rows);
    for (size_t i = 0; i < n; i++)
        if (values[i] && i != OPT_RESUME && i != OPT_MAX_TIME && i != OPT_PRECISION && i != OPT_QUIET &&
            i != OPT_MAX_WRITTEN)
            return error_set(err, EXIT_USAGE,
                             "--resume goes on with that run as it was: leave --%s out, or run anew with "
                             "another --out",
                             rows[i].name);
    o->resume = values[OPT_RESUME];
    o->precision = o->max_time_s = NAN;
    if (values[OPT_MAX_WRITTEN] && size_parse(values[OPT_MAX_WRITTEN], "--max-written", &o->max_written, err))
        return -1;
    return read_numbers(values, o, err);
}

static int read_plan(const char *const *values, json_t *plan, struct run_options *o, struct error *err)
{
    o->plan = plan;
    if (plan && o->only) /* the key may name a domain */
        json_decref(plan_of_key(o->only, o->domain, err));
    if (plan)
        return 0;
    return run_plan_read(values, o, err);
}

int run_options_read(int argc, char **argv, json_t *plan, struct run_options *o, struct error *err)
{
    struct option_row rows[ROWS_MAX];
    const char *values[ROWS_MAX];
    size_t n = run_rows(rows);
    *o = (struct run_options){.seed = 1,
                              .precision = 0.01,
                              .drain = {.latency_ns = NAN},
                              .cpu = -1,
                              .hook_skip = -1,
                              .hook_delay = -1};
    if (options_read(argc, argv, rows, n, values, err)) {
        json_decref(plan);
        return -1;
    }
    o->help = values[OPT_HELP];
    o->dry_run = values[OPT_DRY_RUN];
    o->quiet = values[OPT_QUIET];
    o->anonymous = values[OPT_ANONYMOUS];
    o->latency = values[OPT_LATENCY];
    o->out = values[OPT_OUT];
    o->only = values[OPT_CELL];
    o->tuning = values[OPT_TUNING];
    o->force = values[OPT_FORCE];
    if (o->help)
        return 0;
    if (values[OPT_RESUME])
        return read_resume(values, o, err);
    if (o->force && !o->tuning)
        return error_set(err, EXIT_USAGE,
                         "--force is about a --tuning of elsewhere: name one, or leave it out");
    if (o->only && o->tuning)
        return error_set(err, EXIT_USAGE,
                         "--cell names one cell whole: leave --tuning out, and name hybrid@SIZE in its key");
    if (o->only && (values[OPT_PLAN] || run_plan_names_cells(values)))
        return error_set(err, EXIT_USAGE,
                         "--cell names one cell whole: leave --plan, --paths and the axes out");
    if (read_plan(values, plan, o, err) || read_numbers(values, o, err) || read_memory(values, o, err) ||
        read_hooks(values, o, err) || sabotage_check(&o->sabotage, o->plan, err))
        return -1;
    if (values[OPT_DOMAIN])
        text_copy(o->domain, NAME_TEXT, values[OPT_DOMAIN]);
    o->domain_chosen = o->domain[0];
    if (!o->domain_chosen)
        text_copy(o->domain, NAME_TEXT, o->path ? "unknown" : "adr");
    o->posted = !strcmp(o->domain, "posted");
    int domain = o->posted ? DOMAIN_hint : spec_domain(o->domain, err);
    if (domain < 0)
        return -1;
    bool settled = o->domain_chosen || !o->path; /* else it is asked of the machine */
    if (settled && run_domain_drain(o, (enum domain_id)domain, EXIT_USAGE, err))
        return -1;
    json_t *time = json_object_get(o->plan, "max_time");
    if (!(o->max_time_s > 0))
        o->max_time_s = time ? json_number_value(time) : 60;
    return 0;
}

void run_options_free(struct run_options *o)
{
    json_decref(o->plan);
    json_decref(o->tuned);
    o->plan = o->tuned = NULL;
}

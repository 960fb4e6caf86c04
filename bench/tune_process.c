/* tune_process.c - starts one fresh process on a plan, reads its result, and leaves no file of it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_process.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/progress.h"
#include "bench/tune_environment.h"
#include "results/file.h"
#include "results/output.h"

#define PLAN_FILE   "plan.json"
#define OUT_FOLDER  "out"
#define LEAST_ROUND "0.001" /* s: over when a group has its least rounds */

enum { ARGUMENTS = 40, NUMBER = 24, FTW_FOLDERS = 8 };

/* The texts of one command line. */
struct texts {
    char plan[PATH_MAX + 32], out[PATH_MAX + 32], llc[NUMBER], cpu[NUMBER], node[NUMBER], seed[NUMBER];
};

struct arguments {
    char *list[ARGUMENTS];
    size_t count;
    bool too_many;
};

static void add(struct arguments *a, const char *text)
{
    if (a->count + 1 < ARGUMENTS)
        a->list[a->count++] = (char *)(uintptr_t)text; /* argv's type; nobody writes to it */
    else
        a->too_many = true;
}

static void add_option(struct arguments *a, const char *option, const char *value)
{
    add(a, option);
    add(a, value);
}

static const char *number(char out[NUMBER], uint64_t value)
{
    snprintf(out, NUMBER, "%llu", (unsigned long long)value);
    return out;
}

/* Where it measures and in what memory. */
static void add_memory(struct arguments *a, const struct tune_processes *all, struct texts *t)
{
    if (all->llc_bytes)
        add_option(a, "--llc", number(t->llc, all->llc_bytes));
    if (all->cpu >= 0 && child_place_has(all->place, all->cpu))
        add_option(a, "--cpu", number(t->cpu, (uint64_t)all->cpu));
    if (all->node >= 0)
        add_option(a, "--node", number(t->node, (uint64_t)all->node));
    if (all->path)
        add_option(a, "--path", all->path);
    if (all->destroy)
        add(a, "--destroy");
    if (all->medium_is_real)
        add(a, "--medium-is-real");
    add_option(a, "--domain", all->domain);
}

static int make_arguments(const struct tune_processes *all, const char *dir, const char *slow, uint64_t seed,
                          struct texts *t, struct arguments *a, struct error *err)
{
    snprintf(t->plan, sizeof(t->plan), "%s/" PLAN_FILE, dir);
    snprintf(t->out, sizeof(t->out), "%s/" OUT_FOLDER, dir);
    add(a, "pmembench");
    add(a, "run");
    add_option(a, "--plan", t->plan);
    add_memory(a, all, t);
    add_option(a, "--seed", number(t->seed, seed));
    add_option(a, "--max-time", LEAST_ROUND);
    add(a, "--quiet");
    if (*slow)
        add_option(a, "--slow", slow);
    for (char *const *more = all->more; more && *more; more++)
        add(a, *more);
    add_option(a, "--out", t->out);
    return a->too_many ? error_set(err, EXIT_CANNOT, "tune: too many options for a fresh process") : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    remove(path);
    return 0;
}

/* What cannot be removed stays; the process' result is worth the same. */
static void remove_all(const char *dir)
{
    nftw(dir, remove_one, FTW_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int write_plan(const json_t *plan, const char *dir, struct error *err)
{
    char *text = json_dumps(plan, JSON_COMPACT);
    int result = text ? output_file(dir, PLAN_FILE, text, strlen(text), err)
                      : error_set(err, EXIT_CANNOT, "tune: no memory for the plan of a process");
    free(text);
    return result;
}

/* "for libpmem, with PMEM_NO_CLWB=1 PMEM_AVX512F=0" */
static const char *name_process(const json_t *plan, const struct tune_variable *variables, size_t count,
                                char out[LINE_TEXT])
{
    const char *purpose = json_string_value(json_object_get(plan, "name"));
    size_t used = (size_t)snprintf(out, LINE_TEXT, "for %.40s, %s", purpose ? purpose : "a plan",
                                   count ? "with" : "without a variable of libpmem");
    for (size_t i = 0; i < count && used < LINE_TEXT; i++)
        used +=
            (size_t)snprintf(out + used, LINE_TEXT - used, " %s=%s", variables[i].name, variables[i].value);
    return out;
}

static json_t *run_in(const struct tune_processes *all, const char *dir, const json_t *plan,
                      const struct tune_variable *variables, size_t count, uint64_t seed, struct error *err)
{
    struct texts texts;
    struct arguments arguments = {.count = 0};
    char slow[TUNE_SLOW_TEXT], name[LINE_TEXT];
    int status = 0;
    tune_planted(variables, count, slow);
    if (write_plan(plan, dir, err) || make_arguments(all, dir, slow, seed, &texts, &arguments, err))
        return NULL;
    char **environment = tune_environment(variables, count, err);
    if (!environment)
        return NULL;
    int result = child_run_with(arguments.list, environment, all->place, &status);
    int number_of = errno;
    tune_environment_free(environment);
    name_process(plan, variables, count, name);
    if (result) {
        error_set(err, EXIT_CANNOT, "tune: the process %s, cannot be started: %s", name, strerror(number_of));
        return NULL;
    }
    if (signals_received())
        return NULL;
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return result_read(texts.out, err);
    error_set(err, EXIT_CANNOT, "tune: the process %s, ended with %s %d (its own line is above)", name,
              WIFSIGNALED(status) ? "signal" : "exit code",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return NULL;
}

json_t *tune_process(const struct tune_processes *all, const json_t *plan,
                     const struct tune_variable *variables, size_t count, uint64_t seed, struct error *err)
{
    char dir[PATH_MAX];
    if (signals_received())
        return NULL;
    if (all->progress)
        progress_update(all->progress);
    int length = snprintf(dir, sizeof(dir), "%s/process-XXXXXX", all->dir);
    if (length < 0 || (size_t)length >= sizeof(dir) || !mkdtemp(dir)) {
        error_set(err, EXIT_CANNOT, "%s: no folder for a process can be made in it: %s", all->dir,
                  strerror((size_t)length >= sizeof(dir) ? ENAMETOOLONG : errno));
        return NULL;
    }
    json_t *document = run_in(all, dir, plan, variables, count, seed, err);
    remove_all(dir);
    return document;
}

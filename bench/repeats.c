/* repeats.c - starts a process for each repeat, and merges what they measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/repeats.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/out_dir.h"
#include "bench/repeats_request.h"
#include "bench/resume.h"
#include "bench/run_report.h"
#include "results/file.h"
#include "results/merge.h"
#include "results/output.h"

#define PLAN_FILE        "plan.json"
#define TUNING_USED_FILE "tuning-used.json" /* no tuning of this folder */

enum { MORE_ARGUMENTS = 22 };

struct repeats {
    char dir[PATH_MAX];
    json_t *request; /* as repeats_request_make makes it */
    unsigned count;
    const struct run_options *options; /* of this process */
    const struct child_place *place;
    json_t **documents; /* of the repeats that are there, in order */
    unsigned done;
};

static void close_repeats(struct repeats *r)
{
    for (unsigned i = 0; r->documents && i < r->done; i++)
        json_decref(r->documents[i]);
    free(r->documents);
    json_decref(r->request);
}

static int no_memory(struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--repeats: no memory");
}

static void repeat_dir(const struct repeats *r, unsigned number, char *out, size_t bytes)
{
    snprintf(out, bytes, "%s/repeat-%u", r->dir, number);
}

static bool has_plan_file(const struct repeats *r)
{
    return json_is_true(json_object_get(r->request, "from_file"));
}

static const json_t *tuning_of(const struct repeats *r)
{
    return json_object_get(r->request, "tuning");
}

/* Options that a process has from here, not from the whole's command line; a value follows, or is held. */
static bool is_of_the_whole(const struct repeats *r, const char *arg, bool *value_follows)
{
    const char *const names[] = {"--out",
                                 "--repeats",
                                 "--llc",
                                 "--cpu",
                                 has_plan_file(r) ? "--plan" : NULL,
                                 tuning_of(r) ? "--tuning" : NULL};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = names[i] ? strlen(names[i]) : 0;
        if (!length || strncmp(arg, names[i], length) || (arg[length] && arg[length] != '='))
            continue;
        *value_follows = !arg[length];
        return true;
    }
    return false;
}

/* The texts of one command line that are not the whole's. */
struct texts {
    char plan[PATH_MAX + 32], tuning[PATH_MAX + 32], llc[32], cpu[32], max_time[48], precision[48];
};

static void add(char **argv, size_t *n, const char *option, const char *value)
{
    argv[(*n)++] = (char *)option;
    if (value)
        argv[(*n)++] = (char *)value;
}

/* What a process that begins has of the whole. */
static void add_given(const struct repeats *r, struct texts *t, char **argv, size_t *n)
{
    const json_t *given = json_object_get(r->request, "argv");
    json_int_t cpu = json_integer_value(json_object_get(r->request, "cpu"));
    bool skip = false;
    for (size_t i = 1; i < json_array_size(given); i++) {
        const char *arg = json_string_value(json_array_get(given, i));
        bool follows = false;
        if (skip || is_of_the_whole(r, arg, &follows))
            skip = follows;
        else
            add(argv, n, arg, NULL);
    }
    snprintf(t->llc, sizeof(t->llc), "%lld",
             (long long)json_integer_value(json_object_get(r->request, "llc_bytes")));
    snprintf(t->cpu, sizeof(t->cpu), "%lld", (long long)cpu);
    snprintf(t->plan, sizeof(t->plan), "%s/" PLAN_FILE, r->dir);
    snprintf(t->tuning, sizeof(t->tuning), "%s/" TUNING_USED_FILE, r->dir);
    add(argv, n, "--llc", t->llc);
    if (child_place_has(r->place, (int)cpu))
        add(argv, n, "--cpu", t->cpu);
    if (has_plan_file(r))
        add(argv, n, "--plan", t->plan);
    if (tuning_of(r))
        add(argv, n, "--tuning", t->tuning);
}

/* What this process was told of how the run is to go on: of options said twice the last counts. */
static void add_anew(const struct run_options *o, struct texts *t, char **argv, size_t *n)
{
    if (!o->resume)
        return;
    if (o->quiet)
        add(argv, n, "--quiet", NULL);
    snprintf(t->max_time, sizeof(t->max_time), "%.9gs", o->max_time_s);
    snprintf(t->precision, sizeof(t->precision), "%.9g%%", o->precision * 100);
    if (!isnan(o->max_time_s))
        add(argv, n, "--max-time", t->max_time);
    if (!isnan(o->precision))
        add(argv, n, "--precision", t->precision);
}

/* The command line of one process. The texts are borrowed. NULL for want of memory. */
static char **make_argv(const struct repeats *r, const char *dir, bool go_on, struct texts *t)
{
    size_t n = 0;
    char **argv =
        calloc(json_array_size(json_object_get(r->request, "argv")) + MORE_ARGUMENTS, sizeof(*argv));
    if (!argv)
        return NULL;
    add(argv, &n, "pmembench", NULL);
    add(argv, &n, "run", NULL);
    if (!go_on)
        add_given(r, t, argv, &n);
    add(argv, &n, go_on ? "--resume" : "--out", dir);
    add_anew(r->options, t, argv, &n);
    return argv;
}

static int run_one(const struct repeats *r, unsigned number, const char *dir, bool go_on, struct error *err)
{
    struct texts texts;
    int status = 0;
    char **argv = make_argv(r, dir, go_on, &texts);
    if (!argv)
        return no_memory(err);
    if (!r->options->quiet)
        fprintf(stderr, "repeat %u of %u\n", number, r->count);
    int result = child_run(argv, r->place, &status);
    free(argv);
    if (result)
        return error_set(err, EXIT_CANNOT, "--repeats: a process cannot be started: %s", strerror(errno));
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return 0;
    if (signals_received())
        return -1;
    return error_set(
        err, EXIT_CANNOT,
        "repeat %u of %u ended with %s %d (its own line is above); once that is mended: pmembench run "
        "--resume %s",
        number, r->count, WIFSIGNALED(status) ? "signal" : "exit code",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), r->dir);
}

static bool is_complete(const json_t *document)
{
    const char *status = json_string_value(json_object_get(document, "status"));
    return status && !strcmp(status, "complete");
}

/* The document of a repeat that is complete, or NULL. */
static json_t *finished(const char *dir)
{
    struct error why = {0};
    json_t *document = result_read(dir, &why);
    if (is_complete(document))
        return document;
    json_decref(document);
    return NULL;
}

static bool has_journal(const char *dir)
{
    struct error why = {0};
    uint64_t whole;
    json_t *journal = journal_read(dir, &whole, &why);
    json_decref(journal);
    return journal;
}

/* Nothing there, or an empty folder: a process can begin in it. */
static bool is_free(const char *dir)
{
    DIR *folder = opendir(dir);
    const struct dirent *entry;
    bool empty = true;
    if (!folder)
        return errno == ENOENT;
    while (empty && (entry = readdir(folder)))
        empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    closedir(folder);
    return empty;
}

/* What is neither complete nor can go on would block the repeat for ever; nothing is deleted. */
static int move_aside(const char *dir, unsigned number, struct error *err)
{
    char aside[PATH_MAX + 64];
    struct stat st;
    unsigned n = 1;
    do
        snprintf(aside, sizeof(aside), "%s.unusable-%u", dir, n++);
    while (!lstat(aside, &st));
    if (rename(dir, aside))
        return error_set(err, EXIT_CANNOT, "%s: cannot be gone on with, nor moved aside: %s", dir,
                         strerror(errno));
    fprintf(stderr, "pmembench: %s: cannot be gone on with: is %s now, and repeat %u is measured anew\n", dir,
            strrchr(aside, '/') + 1, number);
    return 0;
}

/* Measures a repeat unless an earlier process did; its document joins the others. An interrupted one's does
 * only when it is all that there is. */
static int one_repeat(struct repeats *r, unsigned number, struct error *err)
{
    char dir[PATH_MAX + 32];
    repeat_dir(r, number, dir, sizeof(dir));
    json_t *document = finished(dir);
    if (!document) {
        struct error why = {0};
        bool go_on = has_journal(dir);
        if (!go_on && !is_free(dir) && move_aside(dir, number, err))
            return -1;
        int result = run_one(r, number, dir, go_on, err);
        document = !result                          ? result_read(dir, err)
                   : signals_received() && !r->done ? result_read(dir, &why)
                                                    : finished(dir);
        if (document)
            r->documents[r->done++] = document;
        return document ? result : -1;
    }
    r->documents[r->done++] = document;
    return 0;
}

/* What there is so far, as one result with the whole's command line. */
static json_t *merge(const struct repeats *r, struct error *err)
{
    json_t *merged = result_merge((const json_t *const *)r->documents, r->done, err);
    json_t *run = json_object_get(merged, "run");
    if (merged &&
        (json_object_set(run, "argv", json_object_get(r->request, "argv")) ||
         (r->done < r->count && json_object_set_new(merged, "status", json_string("interrupted"))))) {
        json_decref(merged);
        no_memory(err);
        return NULL;
    }
    return merged;
}

static int measure_all(struct repeats *r, struct error *err)
{
    json_t *merged = NULL;
    int result = 0;
    r->documents = calloc(r->count + 1, sizeof(json_t *));
    if (!r->documents)
        return no_memory(err);
    for (unsigned number = 1; !result && number <= r->count && !signals_stop(); number++) {
        result = one_repeat(r, number, err);
        if (!r->done)
            break;
        json_decref(merged);
        merged = merge(r, err);
        if (!merged || result_write_document(merged, r->dir, err))
            result = -1;
    }
    if (merged && !error_is_set(err))
        result = run_report(merged, r->dir, err);
    else if (!error_is_set(err))
        fprintf(
            stderr,
            "pmembench: interrupted before anything was measured; go on with: pmembench run --resume %s\n",
            r->dir);
    json_decref(merged);
    return result;
}

static int write_json(const struct repeats *r, const char *name, const json_t *value, struct error *err)
{
    char *text = json_dumps(value, JSON_INDENT(1));
    int result = text ? output_file(r->dir, name, text, strlen(text), err) : no_memory(err);
    free(text);
    return result;
}

/* The user's plan and tuning may be edited between two repeats: each reads the copy. */
static int write_copies(const struct repeats *r, struct error *err)
{
    if (has_plan_file(r) && write_json(r, PLAN_FILE, json_object_get(r->request, "plan"), err))
        return -1;
    return tuning_of(r) ? write_json(r, TUNING_USED_FILE, tuning_of(r), err) : 0;
}

int repeats_run(const struct run_options *o, char **argv, uint64_t llc_bytes, const struct child_place *place,
                struct error *err)
{
    struct repeats r = {.count = o->repeats, .options = o, .place = place};
    const char *plan = json_string_value(json_object_get(o->plan, "name"));
    char dir[PATH_MAX];
    bool made;
    r.request = repeats_request_make(o, argv, llc_bytes, err);
    int result = r.request ? out_dir_make(o->out, plan ? plan : "plan", dir, sizeof(dir), &made, err) : -1;
    if (!result && !realpath(dir, r.dir))
        result = error_set(err, EXIT_CANNOT, "--out %s: %s", dir, strerror(errno));
    if (!result)
        result = write_json(&r, REPEATS_FILE, r.request, err) || write_copies(&r, err) || measure_all(&r, err)
                     ? -1
                     : 0;
    close_repeats(&r);
    return result;
}

/* Another machine's repeats are not joined: asked of the first repeat, of which there is always one. */
static int check_machine(const struct repeats *r, struct error *err)
{
    char dir[PATH_MAX + 32];
    struct machine_probe probe;
    repeat_dir(r, 1, dir, sizeof(dir));
    json_t *document = finished(dir);
    int result = !document
                     ? 0
                     : machine_probe(&probe, PROBE_QUICK, err) ||
                           resume_same_machine(json_object_get(document, "machine"), &probe, r->dir, err);
    json_decref(document);
    return result ? -1 : 0;
}

bool repeats_resume(const struct run_options *o, const struct child_place *place, struct error *err)
{
    struct repeats r = {.options = o, .place = place};
    r.request = repeats_request_read(o->resume, err);
    if (!r.request)
        return error_is_set(err);
    r.count = (unsigned)json_integer_value(json_object_get(r.request, "repeats"));
    const char *cwd = json_string_value(json_object_get(r.request, "cwd"));
    if (!realpath(o->resume, r.dir) || chdir(cwd))
        error_set(err, EXIT_CANNOT, "--resume %s: that run began in %.200s, which cannot be entered: %s",
                  o->resume, cwd, strerror(errno));
    else if (!check_machine(&r, err) && !write_copies(&r, err))
        measure_all(&r, err);
    close_repeats(&r);
    return true;
}

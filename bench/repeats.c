/* repeats.c - starts a process for each repeat, and merges what they measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/repeats.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/out_dir.h"
#include "bench/resume.h"
#include "bench/run_report.h"
#include "results/file.h"
#include "results/merge.h"
#include "results/output.h"

#define REPEATS_FILE "repeats.json"

struct repeats {
    char dir[PATH_MAX];
    json_t *request; /* argv, cwd, repeats, llc_bytes */
    unsigned count;
    bool quiet;
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

/* Options of the whole that are not a process' own; those with a value are followed by it or hold it. */
static bool is_of_the_whole(const char *arg, bool *value_follows)
{
    static const char *const names[] = {"--out", "--repeats", "--llc"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i]);
        if (strncmp(arg, names[i], length) || (arg[length] && arg[length] != '='))
            continue;
        *value_follows = !arg[length];
        return true;
    }
    return false;
}

/* The command line of one process. The texts are borrowed. NULL for want of memory. */
static char **make_argv(const struct repeats *r, const char *dir, const char *llc, bool go_on)
{
    const json_t *given = json_object_get(r->request, "argv");
    size_t count = json_array_size(given), n = 0;
    char **argv = calloc(count + 8, sizeof(*argv));
    bool skip = false;
    if (!argv)
        return NULL;
    argv[n++] = (char *)"pmembench";
    argv[n++] = (char *)"run";
    for (size_t i = 1; i < count && !go_on; i++) {
        const char *arg = json_string_value(json_array_get(given, i));
        bool follows = false;
        if (skip || is_of_the_whole(arg, &follows))
            skip = follows;
        else
            argv[n++] = (char *)arg;
    }
    argv[n++] = (char *)(go_on ? "--resume" : "--out");
    argv[n++] = (char *)dir;
    if (!go_on) {
        argv[n++] = (char *)"--llc";
        argv[n++] = (char *)llc;
    } else if (r->quiet) {
        argv[n++] = (char *)"--quiet";
    }
    return argv;
}

/* In the child: its report is not the whole's, and it ends with its parent. */
static void become(char **argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    execv("/proc/self/exe", argv);
    fprintf(stderr, "pmembench: /proc/self/exe: cannot be started: %s\n", strerror(errno));
    _exit(EXIT_CANNOT);
}

/* Waits for it; a signal of ours is passed on, once. */
static int wait_for(pid_t child, int *status)
{
    bool passed = false;
    while (waitpid(child, status, 0) < 0) {
        if (errno != EINTR)
            return -1;
        if (signals_received() && !passed)
            passed = !kill(child, signals_received());
    }
    return 0;
}

static int run_one(const struct repeats *r, unsigned number, const char *dir, bool go_on, struct error *err)
{
    char llc[32];
    int status = 0;
    snprintf(llc, sizeof(llc), "%lld",
             (long long)json_integer_value(json_object_get(r->request, "llc_bytes")));
    char **argv = make_argv(r, dir, llc, go_on);
    if (!argv)
        return no_memory(err);
    if (!r->quiet)
        fprintf(stderr, "repeat %u of %u\n", number, r->count);
    fflush(NULL);
    pid_t child = fork();
    if (!child)
        become(argv);
    free(argv);
    if (child < 0 || wait_for(child, &status))
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

static bool is_there(const char *dir, const char *name)
{
    char path[PATH_MAX + 64];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return !stat(path, &st);
}

/* Measures a repeat unless an earlier process did; its document joins the others. */
static int one_repeat(struct repeats *r, unsigned number, struct error *err)
{
    char dir[PATH_MAX + 32];
    repeat_dir(r, number, dir, sizeof(dir));
    json_t *document = finished(dir);
    int result = document ? 0 : run_one(r, number, dir, is_there(dir, JOURNAL_FILE), err);
    if (!document)
        document = result ? finished(dir) : result_read(dir, err);
    if (document)
        r->documents[r->done++] = document;
    return document ? result : -1;
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
    json_decref(merged);
    return result;
}

static int write_request(const struct repeats *r, struct error *err)
{
    char *text = json_dumps(r->request, JSON_INDENT(1));
    int result = text ? output_file(r->dir, REPEATS_FILE, text, strlen(text), err) : no_memory(err);
    free(text);
    return result;
}

static json_t *make_request(const struct run_options *o, char **argv, uint64_t llc_bytes)
{
    char cwd[PATH_MAX];
    json_t *list = json_array();
    for (char **arg = argv; list && *arg; arg++)
        json_array_append_new(list, json_string(*arg));
    return json_pack("{s:s, s:i, s:o, s:i, s:I, s:s}", "schema", "pmembench-repeats", "schema_version", 1,
                     "argv", list, "repeats", (int)o->repeats, "llc_bytes", (json_int_t)llc_bytes, "cwd",
                     getcwd(cwd, sizeof(cwd)) ? cwd : "/");
}

int repeats_run(const struct run_options *o, char **argv, uint64_t llc_bytes, struct error *err)
{
    struct repeats r = {.count = o->repeats, .quiet = o->quiet, .request = make_request(o, argv, llc_bytes)};
    const char *plan = json_string_value(json_object_get(o->plan, "name"));
    char dir[PATH_MAX];
    bool made;
    int result =
        r.request ? out_dir_make(o->out, plan ? plan : "plan", dir, sizeof(dir), &made, err) : no_memory(err);
    if (!result && !realpath(dir, r.dir))
        result = error_set(err, EXIT_CANNOT, "--out %s: %s", dir, strerror(errno));
    if (!result)
        result = write_request(&r, err) || measure_all(&r, err) ? -1 : 0;
    close_repeats(&r);
    return result;
}

/* The request of an interrupted run with repeats, checked; NULL when the folder has none, or with err. */
static json_t *read_request(const char *dir, struct error *err)
{
    char file[PATH_MAX + 32];
    json_error_t problem;
    if (!is_there(dir, REPEATS_FILE))
        return NULL;
    snprintf(file, sizeof(file), "%s/" REPEATS_FILE, dir);
    json_t *request = json_load_file(file, 0, &problem);
    size_t i;
    json_t *arg, *argv = json_object_get(request, "argv");
    bool good = json_array_size(argv) && json_integer_value(json_object_get(request, "repeats")) > 0 &&
                json_string_value(json_object_get(request, "cwd"));
    json_array_foreach(argv, i, arg) good = good && json_is_string(arg);
    if (good)
        return request;
    json_decref(request);
    error_set(err, EXIT_CANNOT, "%s: is damaged; run anew with another --out", file);
    return NULL;
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

bool repeats_resume(const struct run_options *o, struct error *err)
{
    struct repeats r = {.quiet = o->quiet};
    r.request = read_request(o->resume, err);
    if (!r.request)
        return error_is_set(err);
    r.count = (unsigned)json_integer_value(json_object_get(r.request, "repeats"));
    const char *cwd = json_string_value(json_object_get(r.request, "cwd"));
    if (!realpath(o->resume, r.dir) || chdir(cwd))
        error_set(err, EXIT_CANNOT, "--resume %s: that run began in %.200s, which cannot be entered: %s",
                  o->resume, cwd, strerror(errno));
    else if (!check_machine(&r, err))
        measure_all(&r, err);
    close_repeats(&r);
    return true;
}

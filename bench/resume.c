/* resume.c - reads what an interrupted run left, and refuses to mix it with anything else */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/resume.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "bench/build_info.h"
#include "bench/group_state.h"
#include "bench/run_report.h"
#include "results/file.h"

/* The folder of a path that need not be there yet, absolute, and its last name. NULL: as it was given. */
static char *absolute(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    char dir[PATH_MAX], whole[PATH_MAX], *result = NULL;
    if (!path)
        return NULL;
    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    if (!realpath(dir, whole) || asprintf(&result, "%s/%s", whole, slash ? slash + 1 : path) < 0)
        return NULL;
    return result;
}

/* One text for the very program: samples of two builds are never mixed. */
static const char build[] = BUILD_VERSION " " BUILD_GIT " " BUILD_COMPILER " " BUILD_FLAGS;

const char *resume_build(void)
{
    return build;
}

json_t *resume_request(const struct run_options *o)
{
    char *path = absolute(o->path);
    const char *known = path ? path : o->path;
    json_t *text = known ? json_string(known) : NULL; /* NULL for a name that is not UTF-8 */
    json_t *request = json_pack("{s:O, s:b, s:o, s:s}", "plan", o->plan, "from_file", o->from_file, "path",
                                text ? text : json_null(), "build", build);
    free(path);
    return request;
}

char **resume_argv(const json_t *list)
{
    size_t count = json_array_size(list), used = 0;
    char **argv = calloc(count + 1, sizeof(*argv));
    for (size_t i = 0; argv && i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text)
            argv[used++] = (char *)text;
    }
    return argv;
}

static int not_ours(const struct run_options *o, const char *what, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--resume %s: %s; run anew with another --out", o->resume, what);
}

/* The options of that run: its own command line and plan. */
static int read_options(struct resume *r, struct run_options *o, struct error *err)
{
    const json_t *head = json_object_get(r->journal, "head"), *request = json_object_get(head, "request");
    json_t *plan = json_object_get(request, "plan");
    const char *by = json_string_value(json_object_get(request, "build"));
    int argc = 0;
    if (!json_is_object(plan) || !by)
        return not_ours(o, "its journal does not say what was asked for", err);
    if (strcmp(by, build))
        return not_ours(
            o, "was begun by another build of pmembench, whose samples cannot be mixed with this one's", err);
    r->argv = resume_argv(json_object_get(json_object_get(head, "run"), "argv"));
    while (r->argv && r->argv[argc])
        argc++;
    if (!argc)
        return not_ours(o, "its journal does not say how it was called", err);
    if (run_options_read(argc, r->argv, json_incref(plan), o, err))
        return -1;
    o->from_file = json_is_true(json_object_get(request, "from_file"));
    const char *path = json_string_value(json_object_get(request, "path"));
    if (o->path && !path)
        return not_ours(o, "its --path is no UTF-8, which its journal cannot keep", err);
    o->path = o->path ? path : NULL;
    return 0;
}

static const json_t *last_visit(const json_t *visits)
{
    return json_array_size(visits) ? json_array_get(visits, json_array_size(visits) - 1) : NULL;
}

int resume_read(struct resume *r, struct run_options *o, struct error *err)
{
    const struct run_options asked = *o;
    r->journal = journal_read(asked.resume, &r->whole, err);
    if (!r->journal || read_options(r, o, err))
        return -1;
    const json_t *last = last_visit(json_object_get(r->journal, "visits"));
    json_int_t written = json_integer_value(json_object_get(last, "written"));
    r->measured_s = json_number_value(json_object_get(last, "measured_s"));
    r->written = written > 0 ? (uint64_t)written : 0;
    r->torn = json_is_true(json_object_get(r->journal, "torn"));
    o->resume = asked.resume;
    o->quiet |= asked.quiet;
    o->max_time_s = isnan(asked.max_time_s) ? o->max_time_s : asked.max_time_s;
    o->precision = isnan(asked.precision) ? o->precision : asked.precision;
    o->max_written = asked.max_written ? asked.max_written : o->max_written;
    return 0;
}

void resume_close(struct resume *r)
{
    json_decref(r->journal);
    free(r->argv);
    *r = (struct resume){0};
}

uint64_t resume_llc(const struct resume *r)
{
    const json_t *machine = json_object_get(json_object_get(r->journal, "head"), "machine");
    json_int_t bytes = json_integer_value(json_object_get(machine, "llc_bytes_measured"));
    return bytes > 0 ? (uint64_t)bytes : 0;
}

int resume_same_memory(const struct resume *r, const struct result_region *now, const char *where,
                       struct error *err)
{
    const json_t *region = json_object_get(json_object_get(r->journal, "head"), "region");
    const struct {
        const char *what, *now;
    } facts[] = {{"path_kind", now->path_kind},   {"medium", now->medium},
                 {"provenance", now->provenance}, {"provider", now->provider},
                 {"map_sync", now->map_sync},     {"granularity", now->granularity}};
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *then = json_string_value(json_object_get(region, facts[i].what));
        if (then && *facts[i].now && strcmp(then, facts[i].now))
            return error_set(
                err, EXIT_CANNOT,
                "--resume %s: began on memory of %s %.40s, this is %.40s: samples of two media are "
                "not mixed; look at --path, or run anew with another --out",
                where, facts[i].what, then, facts[i].now);
    }
    return 0;
}

int resume_same_machine(const json_t *machine, const struct machine_probe *p, const char *where,
                        struct error *err)
{
    const json_t *cpu = json_object_get(machine, "cpu");
    const char *host = json_string_value(json_object_get(machine, "host"));
    bool anonymous = !host || !strcmp(host, "anonymous");
    const struct {
        const char *what, *now;
        const json_t *then;
    } facts[] = {{"CPU", p->machine.model, json_object_get(cpu, "model")},
                 {"microcode", p->machine.microcode, json_object_get(cpu, "microcode")},
                 {"kernel", p->machine.kernel, json_object_get(machine, "kernel")},
                 {"hypervisor", p->machine.hypervisor, json_object_get(machine, "hypervisor")},
                 {"host", anonymous ? "" : p->machine.host, json_object_get(machine, "host")}};
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *then = json_string_value(facts[i].then);
        if (then && *facts[i].now && strcmp(then, facts[i].now))
            return error_set(
                err, EXIT_CANNOT,
                "--resume %s: began with %s %.60s, this is %.60s: samples of two machines are not "
                "mixed; run anew with another --out",
                where, facts[i].what, then, facts[i].now);
    }
    return 0;
}

void resume_warn(struct machine_probe *p, const char *code, const char *hint, const char *message)
{
    if (p->warning_count == sizeof(p->warnings) / sizeof(p->warnings[0]))
        return;
    struct result_warning *w = &p->warnings[p->warning_count++];
    text_copy(w->code, sizeof(w->code), code);
    text_copy(w->hint, sizeof(w->hint), hint);
    text_copy(w->message, sizeof(w->message), message);
}

void resume_head(const struct resume *r, struct result_run *run, struct machine_probe *p)
{
    const json_t *then = json_object_get(json_object_get(r->journal, "head"), "run");
    const char *id = json_string_value(json_object_get(then, "id"));
    const char *started = json_string_value(json_object_get(then, "started"));
    const char *tuning = json_string_value(json_object_get(then, "tuning"));
    char message[LINE_TEXT];
    snprintf(message, sizeof(message),
             "the run was interrupted after %.1f s of measuring, and went on in another process",
             r->measured_s);
    text_copy(run->id, sizeof(run->id), id ? id : "unknown");
    text_copy(run->started, sizeof(run->started), started ? started : "unknown");
    text_copy(run->tuning, sizeof(run->tuning), tuning ? tuning : "");
    resume_warn(p, "RESUMED", "load, steal and drift are those of the last process", message);
    if (r->torn)
        resume_warn(
            p, "JOURNAL_TORN", "nothing: the rounds of that line were measured again",
            "the journal's last line was incomplete: the run died while writing it, and it was dropped");
}

static bool is_directory(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool resume_complete(const char *dir, struct error *err)
{
    struct error why = {0};
    if (!is_directory(dir)) {
        error_set(err, EXIT_CANNOT, "--resume %s: is no folder; name the --out folder of an interrupted run",
                  dir);
        return true;
    }
    json_t *document = result_read(dir, &why);
    const char *status = json_string_value(json_object_get(document, "status"));
    if (status && !strcmp(status, "failed")) {
        json_decref(document);
        error_set(err, EXIT_CANNOT,
                  "--resume %s: that run failed and cannot go on; run anew with another --out", dir);
        return true;
    }
    bool complete = status && !strcmp(status, "complete");
    if (complete) {
        fprintf(stderr, "pmembench: --resume %s: is complete: nothing to go on with\n", dir);
        journal_remove(dir);
        run_report(document, dir, err);
    }
    json_decref(document);
    return complete;
}

static struct group *find_group(struct group *groups, size_t count, const char *key)
{
    for (size_t g = 0; g < count; g++)
        if (!strcmp(groups[g].key, key))
            return &groups[g];
    return NULL;
}

int resume_groups(const struct resume *r, const char *dir, struct group *groups, size_t count,
                  struct error *err)
{
    size_t i;
    json_t *visit;
    char file[PATH_MAX + 32];
    snprintf(file, sizeof(file), "%s/" JOURNAL_FILE, dir);
    json_array_foreach(json_object_get(r->journal, "visits"), i, visit)
    {
        const char *key = json_string_value(json_object_get(visit, "group"));
        struct group *g = find_group(groups, count, key ? key : "");
        if (!g)
            return error_set(err, EXIT_CANNOT,
                             "%s:%zu: a group that this run does not have; run anew with another --out", file,
                             i + 2);
        if (group_restore(g, visit, file, err))
            return -1;
    }
    return 0;
}

/* repeats_request.c - makes, reads and checks repeats.json of a run with repeats */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/repeats_request.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/resume.h"
#include "bench/run_tuning.h"
#include "results/json.h"

static int no_memory(struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--repeats: no memory");
}

static int not_utf8(const char *what, const char *text, struct error *err)
{
    return error_set(err, EXIT_USAGE, "--repeats: %s is not UTF-8: %.200s; rename the %s", what, text,
                     *what == 'a' ? "file" : "folder");
}

/* The whole's command line. NULL with err. */
static json_t *list_arguments(char **argv, struct error *err)
{
    json_t *list = json_array();
    for (char **arg = argv; list && *arg; arg++) {
        json_t *text = json_string(*arg);
        if (text && !json_array_append_new(list, text))
            continue;
        if (!text)
            not_utf8("an argument", *arg, err);
        json_decref(list);
        list = NULL;
    }
    if (!list && !error_is_set(err))
        no_memory(err);
    return list;
}

/* As it was read, and where. -1: no memory. */
static int put_tuning(json_t *request, const struct run_options *o)
{
    json_t *tuning = json_copy(o->tuned);
    if (tuning && !json_object_set_new(tuning, TUNING_READ_FROM, json_text(o->tuning)))
        return json_object_set_new(request, "tuning", tuning);
    json_decref(tuning);
    return -1;
}

json_t *repeats_request_make(const struct run_options *o, char **argv, uint64_t llc_bytes, struct error *err)
{
    char room[PATH_MAX];
    const char *cwd = getcwd(room, sizeof(room));
    json_t *list = list_arguments(argv, err), *folder = json_string(cwd ? cwd : "/"), *request = NULL;
    if (list && folder)
        request = json_pack("{s:s, s:i, s:O, s:i, s:I, s:i, s:O, s:s, s:O, s:b}", "schema",
                            "pmembench-repeats", "schema_version", 1, "argv", list, "repeats",
                            (int)o->repeats, "llc_bytes", (json_int_t)llc_bytes, "cpu", sched_getcpu(), "cwd",
                            folder, "build", resume_build(), "plan", o->plan, "from_file", o->from_file);
    else if (list)
        not_utf8("the current folder", cwd, err);
    if (request && o->tuned && put_tuning(request, o)) {
        json_decref(request);
        request = NULL;
    }
    if (!request && !error_is_set(err))
        no_memory(err);
    json_decref(list);
    json_decref(folder);
    return request;
}

static bool is_whole(const json_t *request)
{
    size_t i;
    json_t *arg, *argv = json_object_get(request, "argv");
    bool good = json_array_size(argv) && json_integer_value(json_object_get(request, "repeats")) > 0 &&
                json_string_value(json_object_get(request, "cwd"));
    json_array_foreach(argv, i, arg) good = good && json_is_string(arg);
    return good &&
           (!json_is_true(json_object_get(request, "from_file")) ||
            json_is_object(json_object_get(request, "plan"))) &&
           (!json_object_get(request, "tuning") || json_is_object(json_object_get(request, "tuning")));
}

static int check(const json_t *request, const char *dir, const char *file, struct error *err)
{
    const char *by = json_string_value(json_object_get(request, "build"));
    if (!is_whole(request))
        return error_set(err, EXIT_CANNOT, "%s: is damaged; run anew with another --out", file);
    if (by && !strcmp(by, resume_build()))
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "--resume %s: was begun by another build of pmembench, whose samples cannot be mixed "
                     "with this one's; run anew with another --out",
                     dir);
}

json_t *repeats_request_read(const char *dir, struct error *err)
{
    char file[PATH_MAX + 32];
    json_error_t problem;
    struct stat st;
    snprintf(file, sizeof(file), "%s/" REPEATS_FILE, dir);
    if (stat(file, &st))
        return NULL;
    json_t *request = json_load_file(file, 0, &problem);
    if (!check(request, dir, file, err))
        return request;
    json_decref(request);
    return NULL;
}

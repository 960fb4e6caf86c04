/* plan.c - loads plans and refuses what they do not know */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/nearest.h"
#include "bench/builtin.h"
#include "kernels/paths.h"

enum { PLAN_BYTES_MAX = 16 << 20, MEMBERS = 4, BLOCK_FIXED = 3 };

static const char *const members[MEMBERS] = {"name", "summary", "max_time", "blocks"};

static int unknown_member(const char *source, const char *place, const char *key, const char *const *known,
                          size_t count, struct error *err)
{
    const char *near = nearest_name(key, known, count);
    return error_set(err, EXIT_CANNOT, "plan %s: %s: unknown member '%s'%s%s%s", source, place, key,
                     near ? "; did you mean '" : "; remove it", near ? near : "", near ? "'?" : "");
}

static int check_value(const char *source, const char *place, const char *key, const json_t *value,
                       struct error *err)
{
    size_t index;
    json_t *item;
    if (json_is_string(value) || json_is_integer(value))
        return 0;
    if (!json_is_array(value) || !json_array_size(value))
        return error_set(err, EXIT_CANNOT, "plan %s: %s.%s: must be a value or a list of values", source,
                         place, key);
    json_array_foreach(
        (json_t *)(uintptr_t)value, index,
        item) if (!json_is_string(item) &&
                  !json_is_integer(
                      item)) return error_set(err, EXIT_CANNOT,
                                              "plan %s: %s.%s[%zu]: must be a string or a whole number",
                                              source, place, key, index);
    return 0;
}

static int check_block(const char *source, size_t number, json_t *block, struct error *err)
{
    const char *known[AXES + BLOCK_FIXED] = {"kernel", "paths", "ledger"};
    char place[NAME_TEXT];
    const char *key;
    json_t *value;
    snprintf(place, sizeof(place), "blocks[%zu]", number);
    for (int a = 0; a < AXES; a++)
        known[BLOCK_FIXED + a] = axis_info((enum axis_id)a)->name;
    if (!json_is_object(block))
        return error_set(err, EXIT_CANNOT, "plan %s: %s: must be an object", source, place);
    json_object_foreach(block, key, value)
    {
        bool found = false;
        for (int i = 0; i < AXES + BLOCK_FIXED; i++)
            found = found || !strcmp(known[i], key);
        if (!found)
            return unknown_member(source, place, key, known, AXES + BLOCK_FIXED, err);
        if (!strcmp(key, "ledger") ? !json_is_boolean(value) : check_value(source, place, key, value, err))
            return error_set(err, EXIT_CANNOT, "plan %s: %s.ledger: must be true or false", source, place);
    }
    const json_t *kernel = json_object_get(block, "kernel");
    if (kernel && !json_is_string(kernel))
        return error_set(err, EXIT_CANNOT,
                         "plan %s: %s.kernel: must be one name; write a block for each kernel", source,
                         place);
    if (!json_object_get(block, "paths"))
        return error_set(err, EXIT_CANNOT, "plan %s: %s: has no 'paths'", source, place);
    return 0;
}

static int check_plan(const char *source, json_t *plan, struct error *err)
{
    const char *key;
    json_t *value;
    size_t index;
    if (!json_is_object(plan))
        return error_set(err, EXIT_CANNOT, "plan %s: must be an object with 'blocks'", source);
    json_object_foreach(plan, key, value)
    {
        bool found = false;
        for (int i = 0; i < MEMBERS; i++)
            found = found || !strcmp(members[i], key);
        if (!found)
            return unknown_member(source, "top level", key, members, MEMBERS, err);
    }
    json_t *blocks = json_object_get(plan, "blocks"), *time = json_object_get(plan, "max_time");
    if (!json_is_array(blocks) || !json_array_size(blocks))
        return error_set(err, EXIT_CANNOT, "plan %s: 'blocks' must be a list of at least one block", source);
    if (time && (!json_is_number(time) || json_number_value(time) <= 0))
        return error_set(err, EXIT_CANNOT, "plan %s: max_time: must be seconds above 0", source);
    json_array_foreach(blocks, index, value) if (check_block(source, index, value, err)) return -1;
    return 0;
}

static json_t *parse(const char *source, const char *text, size_t bytes, struct error *err)
{
    json_error_t where;
    json_t *plan = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &where);
    if (!plan) {
        error_set(err, EXIT_CANNOT, "plan %s: line %d, column %d: not JSON: %s", source, where.line,
                  where.column, where.text);
        return NULL;
    }
    if (check_plan(source, plan, err)) {
        json_decref(plan);
        return NULL;
    }
    return plan;
}

static json_t *load_file(const char *file, FILE *in, struct error *err)
{
    char *text = malloc(PLAN_BYTES_MAX);
    size_t bytes = text ? fread(text, 1, PLAN_BYTES_MAX, in) : 0;
    json_t *plan = NULL;
    if (!text || ferror(in) || bytes == PLAN_BYTES_MAX)
        error_set(err, EXIT_CANNOT, "plan %s: cannot be read, or is larger than 16 MiB", file);
    else
        plan = parse(file, text, bytes, err);
    free(text);
    return plan;
}

json_t *plan_load(const char *name_or_file, struct error *err)
{
    const char *names[BUILTIN_PLANS];
    for (unsigned i = 0; i < BUILTIN_PLANS; i++) {
        struct builtin_plan b = builtin_plan(i);
        if (!strcmp(names[i] = b.name, name_or_file))
            return parse(b.name, b.text, b.bytes, err);
    }
    struct stat st;
    FILE *in = stat(name_or_file, &st) == 0 && S_ISREG(st.st_mode) ? fopen(name_or_file, "r") : NULL;
    if (in) {
        json_t *plan = load_file(name_or_file, in, err);
        fclose(in);
        return plan;
    }
    const char *near = nearest_name(name_or_file, names, BUILTIN_PLANS);
    error_set(err, strchr(name_or_file, '/') || strchr(name_or_file, '.') ? EXIT_CANNOT : EXIT_USAGE,
              "--plan: '%s' is neither a plan of this program nor a file that can be read%s%s%s",
              name_or_file, near ? "; did you mean '" : "; `pmembench list` shows the plans",
              near ? near : "", near ? "'?" : "");
    return NULL;
}

/* Adds axis "name=value" of a key to the block. */
static int add_key_part(json_t *block, const char *part, char *domain, struct error *err)
{
    const char *names[AXES + 1];
    const char *equal = strchr(part, '=');
    char name[NAME_TEXT];
    snprintf(name, sizeof(name), "%.*s", equal ? (int)(equal - part) : 0, part);
    for (int a = 0; a < AXES; a++)
        names[a] = axis_info((enum axis_id)a)->name;
    names[AXES] = "domain";
    for (int i = 0; equal && i <= AXES; i++)
        if (!strcmp(names[i], name)) {
            if (i == AXES)
                snprintf(domain, NAME_TEXT, "%s", equal + 1);
            else
                json_object_set_new(block, name, json_string(equal + 1));
            return 0;
        }
    return error_set(err, EXIT_USAGE, "--cell: '%s' is not part of a key; copy the key from a report", part);
}

json_t *plan_of_key(const char *key, char *domain, struct error *err)
{
    char text[KEY_TEXT + 64], *save = NULL;
    snprintf(text, sizeof(text), "%s", key);
    char *kernel = strtok_r(text, "/", &save), *path = strtok_r(NULL, "/", &save), *part;
    if (!kernel || !path) {
        error_set(err, EXIT_USAGE,
                  "--cell: '%s' is not a key (kernel/path/axis=value/...); copy it from a report", key);
        return NULL;
    }
    bool track = !strcmp(kernel, kernel_name(KERNEL_TRACK)), copy = !strcmp(kernel, kernel_name(KERNEL_COPY));
    enum kernel of = track ? KERNEL_TRACK : copy ? KERNEL_COPY : spec_kernel_of(path);
    if (of != KERNELS && strcmp(kernel, kernel_name(of))) {
        error_set(err, EXIT_USAGE,
                  "--cell: '%s' is a path of kernel %s, not of %.40s; copy the key from a report", path,
                  kernel_name(of), kernel);
        return NULL;
    }
    const char *baseline = kernel_baseline(of == KERNELS ? KERNEL_WRITE_FSYNC : of);
    json_t *paths = strcmp(path, baseline) ? json_pack("[s,s]", baseline, path) : json_pack("[s]", path);
    json_t *block = json_pack("{s:o, s:b}", "paths", paths, "ledger", 1);
    if (track || copy) /* any other path has its own kernel, and the baseline perhaps another */
        json_object_set_new(block, "kernel", json_string(kernel));
    while ((part = strtok_r(NULL, "/", &save)))
        if (add_key_part(block, part, domain, err)) {
            json_decref(block);
            return NULL;
        }
    return json_pack("{s:s, s:[o]}", "name", "cell", "blocks", block);
}

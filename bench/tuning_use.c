/* tuning_use.c - a tuning in the hands of a run: refused where it does not belong, else it changes the plan
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tuning_use.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "bench/spec.h"
#include "bench/tuning_difference.h"
#include "kernels/paths.h"

enum { SWITCH_MOST = 1 << 28 }; /* as of hybrid@SIZE on the command line */

static int refuse(const struct tuning_difference *d, const char *where, struct error *err)
{
    return error_set(err, EXIT_CANNOT,
                     "%s: was tuned where the %s is '%s', here it is '%s': run `pmembench tune` here, or use "
                     "it all the same with --force",
                     where, d->what, d->then, d->now);
}

int tuning_same_machine(const json_t *tuning, const struct result_machine *here, const char *where,
                        struct error *err)
{
    struct tuning_difference d;
    return tuning_machine_differs(tuning, here, &d) ? refuse(&d, where, err) : 0;
}

int tuning_same_memory(const json_t *tuning, const struct result_region *region, const char *domain,
                       const char *where, struct error *err)
{
    struct tuning_difference d;
    return tuning_memory_differs(tuning, region, domain, &d) ? refuse(&d, where, err) : 0;
}

static bool is_text(const json_t *object, const char *member, const char *text)
{
    const char *value = json_string_value(json_object_get(object, member));
    return value && !strcmp(value, text);
}

bool tuning_any_kept(const json_t *tuning)
{
    size_t i;
    json_t *proposal;
    json_array_foreach(json_object_get(tuning, "proposals"), i, proposal)
    {
        if (json_is_true(json_object_get(proposal, "kept")))
            return true;
    }
    return false;
}

/* The kept proposal `hybrid` and its size; NULL: there is none. */
static const json_t *kept_hybrid(const json_t *tuning, uint64_t *bytes)
{
    size_t i;
    json_t *proposal;
    json_array_foreach(json_object_get(tuning, "proposals"), i, proposal)
    {
        const char *value = json_string_value(json_object_get(proposal, "value"));
        if (is_text(proposal, "id", "hybrid") && json_is_true(json_object_get(proposal, "kept")) && value &&
            !size_parse(value, "hybrid", bytes, NULL) && *bytes && *bytes <= SWITCH_MOST)
            return proposal;
    }
    return NULL;
}

uint64_t tuning_hybrid(const json_t *tuning)
{
    uint64_t bytes;
    return kept_hybrid(tuning, &bytes) ? bytes : 0;
}

const char *tuning_hybrid_situation(const json_t *tuning)
{
    uint64_t bytes;
    const char *id = json_string_value(json_object_get(kept_hybrid(tuning, &bytes), "situation"));
    return id ? id : "";
}

bool tuning_hybrid_is_elsewhere(const json_t *tuning)
{
    const char *id = tuning_hybrid_situation(tuning);
    size_t i;
    json_t *situation;
    json_array_foreach(json_object_get(tuning, "situations"), i, situation)
    {
        if (is_text(situation, "id", id) && is_text(situation, "question", "fsync"))
            return !json_is_true(json_object_get(situation, "primary"));
    }
    return *id;
}

static bool is_hybrid(const char *path)
{
    return !strncmp(path, "hybrid", 6) && (!path[6] || path[6] == '@');
}

/* One path, however its size is written. */
static bool same_path(const char *a, const char *b)
{
    uint64_t sizes[2];
    if (!strcmp(a, b))
        return true;
    return is_hybrid(a) && is_hybrid(b) && a[6] && b[6] && !size_parse(a + 7, "hybrid", &sizes[0], NULL) &&
           !size_parse(b + 7, "hybrid", &sizes[1], NULL) && sizes[0] == sizes[1];
}

static int add_path(json_t *paths, const char *path)
{
    size_t i;
    json_t *there;
    json_array_foreach(paths, i, there)
    {
        if (json_is_string(there) && same_path(json_string_value(there), path))
            return 0;
    }
    return json_array_append_new(paths, json_string(path));
}

/* What is best at some sizes. hybrid is a proposal: whether and from where on is not said by a segment. */
static int add_best(json_t *paths, const json_t *situation)
{
    size_t i;
    json_t *segment;
    json_array_foreach(json_object_get(situation, "segments"), i, segment)
    {
        const char *name = json_string_value(json_object_get(segment, "strategy"));
        const struct path_info *info = name ? path_find(name) : NULL;
        if (info && info->kernel == KERNEL_WRITE_FSYNC && !is_hybrid(name) && add_path(paths, name))
            return -1;
    }
    return 0;
}

/* What the tuning adds to paths of write(). NULL: no memory. */
static json_t *added_paths(const json_t *tuning, const char *hybrid)
{
    size_t i;
    json_t *paths = json_array(), *situation;
    bool good = paths && (!*hybrid || !add_path(paths, hybrid));
    json_array_foreach(json_object_get(tuning, "situations"), i, situation)
    {
        if (is_text(situation, "question", "fsync") && json_is_true(json_object_get(situation, "primary")))
            good = good && !add_best(paths, situation);
    }
    if (good)
        return paths;
    json_decref(paths);
    return NULL;
}

/* The block's paths as a list, which other blocks may share. NULL: no memory. */
static json_t *list_of_paths(const json_t *block)
{
    const json_t *paths = json_object_get(block, "paths");
    if (json_is_array(paths))
        return json_incref((json_t *)(uintptr_t)paths);
    return json_pack("[O]", paths);
}

/* Where no kernel is named, each path has its own: one of write() is enough for a group of it. */
static bool is_of_writes(const json_t *block, const json_t *paths)
{
    const json_t *kernel = json_object_get(block, "kernel");
    size_t i;
    json_t *path;
    if (kernel)
        return is_text(block, "kernel", kernel_name(KERNEL_WRITE_FSYNC));
    json_array_foreach(paths, i, path)
    {
        const char *name = json_string_value(path);
        if (name && spec_kernel_of(name) == KERNEL_WRITE_FSYNC)
            return true;
    }
    return false;
}

/* In place: hybrid@SIZE stands where hybrid stood, unless it is there already. -1: no memory. */
static int replace_hybrid(json_t *paths, const char *hybrid)
{
    bool there = false;
    size_t i;
    json_t *path;
    if (!*hybrid)
        return 0;
    json_array_foreach(paths, i, path) there |=
        json_is_string(path) && same_path(json_string_value(path), hybrid);
    for (i = 0; i < json_array_size(paths); i++) {
        const char *name = json_string_value(json_array_get(paths, i));
        if (!name || strcmp(name, "hybrid"))
            continue;
        if (there)
            json_array_remove(paths, i--);
        else if (json_array_set_new(paths, i, json_string(hybrid)))
            return -1;
        there = true;
    }
    return 0;
}

/* 1: changed, 0: not, -1: no memory. */
static int change_block(json_t *block, const json_t *added, const char *hybrid)
{
    json_t *before = list_of_paths(block), *after = json_copy(before), *path;
    bool good = before && after;
    int result = good ? 0 : -1;
    size_t i;
    if (good && is_of_writes(block, before)) {
        good = !replace_hybrid(after, hybrid);
        json_array_foreach(added, i, path) good = good && !add_path(after, json_string_value(path));
        result = !good ? -1 : json_equal(before, after) ? 0 : 1;
        if (result > 0 && json_object_set(block, "paths", after))
            result = -1;
    }
    json_decref(before);
    json_decref(after);
    return result;
}

int tuning_apply(json_t *plan, const json_t *tuning, struct error *err)
{
    char hybrid[NAME_TEXT] = "";
    uint64_t bytes = tuning_hybrid(tuning);
    int changed = 0;
    size_t i;
    json_t *block;
    if (!tuning_any_kept(tuning))
        return 0;
    if (bytes)
        snprintf(hybrid, sizeof(hybrid), "hybrid@%" PRIu64, bytes);
    json_t *added = added_paths(tuning, hybrid);
    bool good = added;
    json_array_foreach(json_object_get(plan, "blocks"), i, block)
    {
        int result = good ? change_block(block, added, hybrid) : -1;
        good = result >= 0;
        changed += result > 0;
    }
    json_decref(added);
    return good ? changed : error_set(err, EXIT_CANNOT, "--tuning: no memory for the plan; free some");
}

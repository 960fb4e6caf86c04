/* merge_controls.c - the controls of several processes: what they are held to, and the floor they set */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

enum { ALL_MUST = 3 }; /* processes: of so few each must have held */

double merge_floor(const json_t *group)
{
    const json_t *same = json_object_get(group, "same");
    double up = merge_number(same, "ci_high"), down = 1 / merge_number(same, "ci_low");
    return isnan(up) || isnan(down) ? NAN : fmax(fmax(up, down), 1);
}

/* By chance a control at 99.9 % fails now and then. */
static bool holds(size_t held, size_t n)
{
    return n <= ALL_MUST ? held == n : 4 * held >= 3 * n;
}

static json_t *merge_ratio(struct merge *m, size_t n, const char *name)
{
    static const struct merge_names names = {"ratio", "ci_low", "ci_high"};
    for (size_t i = 0; i < n; i++)
        m->members[i] = json_object_get(m->found[i], name);
    struct interval ratio = merge_intervals(m, m->members, n, &names);
    struct object o = object_begin();
    merge_put_interval(&o, &names, ratio);
    return object_end(&o);
}

/* Of the n groups in m->found. */
static json_t *merge_group(struct merge *m, size_t n)
{
    size_t held = 0;
    for (size_t i = 0; i < n; i++)
        held += json_is_true(json_object_get(m->found[i], "held"));
    struct object o = object_begin();
    object_put(&o, "group", json_text(merge_text(m->found[0], "group")));
    object_put(&o, "same", merge_ratio(m, n, "same"));
    object_put(&o, "different", merge_ratio(m, n, "different"));
    size_t known = merge_numbers(m->found, n, "expected_different", m->numbers);
    object_put(&o, "expected_different", json_number(stats_median(m->numbers, known)));
    object_put(&o, "held", json_boolean(holds(held, n)));
    object_put(&o, "held_repeats", json_count(held));
    return object_end(&o);
}

static const json_t *groups_of(const struct merge *m, size_t document)
{
    return json_object_get(json_object_get(m->documents[document], "controls"), "groups");
}

/* For each document: group name to its controls. */
static json_t *index_groups(const struct merge *m)
{
    json_t *index = json_array();
    for (size_t d = 0; index && d < m->count; d++) {
        struct object names = object_begin();
        size_t i;
        json_t *group;
        json_array_foreach(groups_of(m, d), i, group)
            object_put(&names, merge_text(group, "group"), json_incref(group));
        if (json_array_append_new(index, object_end(&names))) {
            json_decref(index);
            return NULL;
        }
    }
    return index;
}

/* Adds the group where no document before this one had it. 0 or -1: no memory. */
static int add_group(struct merge *m, const json_t *index, size_t document, const char *name, json_t *list)
{
    size_t n = 0;
    for (size_t d = 0; d < m->count; d++) {
        const json_t *group = json_object_get(json_array_get(index, d), name);
        if (group && d < document)
            return 0;
        if (group)
            m->found[n++] = group;
    }
    return json_array_append_new(list, merge_group(m, n));
}

static json_t *merge_groups(struct merge *m)
{
    json_t *index = index_groups(m), *list = index ? json_array() : NULL, *group;
    const char *name;
    int status = list ? 0 : -1;
    for (size_t d = 0; !status && d < m->count; d++) {
        json_object_foreach(json_array_get(index, d), name, group)
        {
            if (!status)
                status = add_group(m, index, d, name, list);
        }
    }
    json_decref(index);
    if (!status)
        return list;
    json_decref(list);
    return NULL;
}

json_t *merge_controls(struct merge *m)
{
    json_t *groups = merge_groups(m), *group;
    bool held = json_array_size(groups) > 0, known = true;
    double floor = 1;
    size_t i;
    json_array_foreach(groups, i, group)
    {
        double own = merge_floor(group);
        known = known && !isnan(own);
        floor = fmax(floor, own);
        held = held && json_is_true(json_object_get(group, "held"));
    }
    struct object o = object_begin();
    object_put(&o, "groups", groups);
    object_put(&o, "floor_ratio", json_number(known ? floor : NAN));
    object_put(&o, "held", json_boolean(held));
    return object_end(&o);
}

/* merge_head.c - who ran what where, and what to mind about it, of several processes */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/json.h"
#include "results/merge_parts.h"
#include "results/stats.h"

static const json_t *part(const struct merge *m, size_t document, const char *name)
{
    return json_object_get(m->documents[document], name);
}

json_t *merge_run(const struct merge *m)
{
    const json_t *last = part(m, m->count - 1, "run");
    struct object o = {json_deep_copy(part(m, 0, "run")), false};
    double seconds = 0;
    for (size_t d = 0; d < m->count; d++)
        seconds += merge_number(part(m, d, "run"), "measuring_s");
    object_put(&o, "finished", json_text(merge_text(last, "finished")));
    object_put(&o, "measuring_s", json_number(seconds));
    object_put(&o, "repeats", json_count(m->count));
    for (size_t d = 1; d < m->count; d++)
        if (!json_equal(json_object_get(part(m, d, "run"), "tuning"), json_object_get(o.json, "tuning")))
            json_object_del(o.json, "tuning"); /* of them all, or of none */
    return object_end(&o);
}

/* Numbers of what disturbed the run, rather than of the machine. */
static bool is_noise(const char *name)
{
    static const char tail[] = "_percent";
    size_t length = strlen(name), tail_length = sizeof(tail) - 1;
    return (length > tail_length && !strcmp(name + length - tail_length, tail)) ||
           !strncmp(name, "load", 4) || !strncmp(name, "involuntary", 11) || !strncmp(name, "throttle", 8) ||
           strstr(name, "switches");
}

/* The larger, in whichever direction; but of what is good the less. */
static bool is_worse(const char *name, const json_t *value, const json_t *than)
{
    if (!json_is_number(value) || !json_is_number(than))
        return json_is_number(value);
    double a = fabs(json_number_value(value)), b = fabs(json_number_value(than));
    return strcmp(name, "huge_page_percent") ? a > b : a < b;
}

/* No noise, but the speed that the processes ran at. */
static void merge_spin(const struct merge *m, struct object *o)
{
    for (size_t d = 0; d < m->count; d++)
        m->members[d] = part(m, d, "machine");
    size_t n = merge_numbers(m->members, m->count, "spin_ns", m->numbers);
    if (n)
        object_put(o, "spin_ns", json_number(stats_median(m->numbers, n)));
}

json_t *merge_machine(const struct merge *m)
{
    struct object o = {json_deep_copy(part(m, 0, "machine")), false};
    for (size_t d = 1; o.json && d < m->count; d++) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)part(m, d, "machine"), name, value)
        {
            if (is_noise(name) && is_worse(name, value, json_object_get(o.json, name)))
                object_put(&o, name, json_copy(value));
        }
    }
    merge_spin(m, &o);
    return object_end(&o);
}

/* NULL: there is none. */
static const json_t *with_code(const json_t *warnings, const char *code)
{
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
    {
        if (!strcmp(merge_text(warning, "code"), code))
            return warning;
    }
    return NULL;
}

/* The warning as the first process has it that has it, and how many have it where that is not all of them in
 * the same words. NULL: no memory. */
static json_t *counted(const struct merge *m, const json_t *warning)
{
    const char *code = merge_text(warning, "code"), *message = merge_text(warning, "message");
    struct object o = {json_deep_copy(warning), false};
    size_t having = 0;
    bool same = true;
    for (size_t d = 0; d < m->count; d++) {
        const json_t *its = with_code(part(m, d, "warnings"), code);
        having += its != NULL;
        same = same && (!its || !strcmp(merge_text(its, "message"), message));
    }
    if (having < m->count || !same)
        object_put(&o, "message", json_sprintf("%s (in %zu of %zu processes)", message, having, m->count));
    return object_end(&o);
}

/* 0 or -1: no memory. */
static int add_warning(json_t *warnings, const char *code, const char *message, const char *hint)
{
    struct object o = object_begin();
    object_put(&o, "code", json_string(code));
    object_put(&o, "message", json_text(message));
    object_put(&o, "hint", json_string(hint));
    return json_array_append_new(warnings, object_end(&o));
}

static int add_differing(const struct merge *m, json_t *warnings)
{
    char message[KEY_TEXT + LINE_TEXT];
    const struct merge_differing *counts = &m->counts, *repeats = &m->repeats;
    if (counts->cells) {
        snprintf(message, sizeof(message),
                 "the processes counted differently what they execute, in %zu cells; the first: %s",
                 counts->cells, counts->worst);
        if (add_warning(warnings, "COUNTS_DIFFER", message,
                        "counts are those of the first process; were all of one build on one machine?"))
            return -1;
    }
    if (!repeats->cells)
        return 0;
    snprintf(message, sizeof(message),
             "the processes' medians differ by more than their own intervals tell, in %zu cells; most, by "
             "%.0f %%: %s",
             repeats->cells, repeats->most * 100, repeats->worst);
    return add_warning(warnings, "REPEATS_DIFFER", message,
                       "fresh mappings differ: page placement; take the interval over the repeats");
}

static int add_all(const struct merge *m, json_t *warnings)
{
    for (size_t d = 0; d < m->count; d++) {
        size_t i;
        json_t *warning;
        json_array_foreach(part(m, d, "warnings"), i, warning)
        {
            if (!with_code(warnings, merge_text(warning, "code")) &&
                json_array_append_new(warnings, counted(m, warning)))
                return -1;
        }
    }
    return add_differing(m, warnings);
}

json_t *merge_warnings(const struct merge *m)
{
    json_t *warnings = json_array();
    if (!warnings || !add_all(m, warnings))
        return warnings;
    json_decref(warnings);
    return NULL;
}

/* model.c - a result document as plain data with clean strings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/model.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name, *standard;
} axes[AXES] = {
#define AXIS(symbol, name, standard, help) [AXIS_##symbol] = {name, standard},
#include "results/axes.def"
#undef AXIS
};

const char *model_axis_name(enum axis_id axis)
{
    return axes[axis].name;
}

const char *model_axis_standard(enum axis_id axis)
{
    return axes[axis].standard;
}

const json_t *model_object(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

const char *model_text(struct model *m, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (json_is_string(value))
        return arena_clean(&m->arena, json_string_value(value));
    if (json_is_integer(value))
        return arena_format(&m->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    return "";
}

double model_number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool boolean(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

static struct interval named_interval(const json_t *o, const char *value, const char *low, const char *high)
{
    return (struct interval){model_number(o, value), model_number(o, low), model_number(o, high)};
}

/* {value, low, high}, or a bare number. */
static struct interval interval_member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (json_is_number(value))
        return (struct interval){json_number_value(value), NAN, NAN};
    return named_interval(value, "value", "low", "high");
}

static struct summary summary_member(const json_t *object, const char *name)
{
    const json_t *s = json_object_get(object, name);
    double n = model_number(s, "n"), outliers = model_number(s, "outliers");
    return (struct summary){
        .median = model_number(s, "median"),
        .ci_low = model_number(s, "ci_low"),
        .ci_high = model_number(s, "ci_high"),
        .mad = model_number(s, "mad"),
        .p50 = model_number(s, "p50"),
        .p90 = model_number(s, "p90"),
        .p99 = model_number(s, "p99"),
        .max = model_number(s, "max"),
        .n = n > 0 && n < 1e15 ? (uint64_t)n : 0,
        .outliers = outliers > 0 && outliers < 1e15 ? (uint64_t)outliers : 0,
    };
}

static void load_ledger(struct model *m, struct model_cell *cell)
{
    const json_t *ledger = json_object_get(cell->json, "ledger");
    size_t n = json_array_size(ledger);
    cell->rows = n ? arena_alloc(&m->arena, n * sizeof *cell->rows) : NULL;
    for (size_t i = 0; cell->rows && i < n; i++) {
        const json_t *row = json_array_get(ledger, i);
        if (!json_is_object(row))
            continue;
        cell->rows[cell->row_count++] = (struct model_row){
            .stage = model_text(m, row, "stage"),
            .side = model_text(m, row, "side"),
            .how = model_text(m, row, "how"),
            .provenance = model_text(m, row, "provenance"),
            .added = named_interval(row, "ns_added", "added_low", "added_high"),
            .saved = named_interval(row, "ns_saved", "saved_low", "saved_high"),
            .overlaps = boolean(row, "overlaps"),
            .first_fence = boolean(row, "first_fence"),
        };
    }
}

static enum cell_status cell_status(const char *name)
{
    if (!strcmp(name, "measured"))
        return CELL_MEASURED;
    return strcmp(name, "skipped") ? CELL_FAILED : CELL_SKIPPED;
}

static void load_axes(struct model *m, struct model_cell *cell)
{
    for (int i = 0; i < AXES; i++) {
        char member[AXIS_TEXT];
        size_t n = 0;
        for (const char *c = axes[i].name; *c && n + 1 < sizeof member; c++)
            member[n++] = *c == '-' ? '_' : *c;
        member[n] = 0;
        const char *value = model_text(m, cell->json, member);
        cell->axis[i] = *value ? value : axes[i].standard;
    }
}

/* family/rest of key without the path, and the domain: what the cells of a group have in common. */
static const char *group_name(struct model *m, const struct model_cell *cell)
{
    const char *after_kernel = strchr(cell->key, '/');
    const char *rest = after_kernel ? strchr(after_kernel + 1, '/') : NULL;
    return arena_format(&m->arena, "%s%s", result_family(cell->kernel), rest ? rest : "");
}

static void load_names(struct model *m, struct model_cell *c)
{
    c->key = model_text(m, c->json, "key");
    c->id = model_text(m, c->json, "id");
    c->kernel = model_text(m, c->json, "kernel");
    c->copy = model_text(m, c->json, "copy");
    c->copy_resolved = model_text(m, c->json, "copy_resolved");
    c->track = model_text(m, c->json, "track");
    c->writeback = model_text(m, c->json, "writeback");
    c->domain = model_text(m, c->json, "domain");
    c->path = model_text(m, c->json, "path");
    if (!*c->path)
        c->path = arena_format(&m->arena, "%s+%s", *c->copy ? c->copy : "?", *c->track ? c->track : "?");
    if (!*c->id)
        c->id = c->key;
    c->reason = model_text(m, c->json, "reason");
    c->ended_by = model_text(m, c->json, "ended_by");
    load_axes(m, c);
    c->group = group_name(m, c);
}

static void load_cell(struct model *m, struct model_cell *c)
{
    load_names(m, c);
    c->status = cell_status(model_text(m, c->json, "status"));
    c->reference_only = boolean(c->json, "reference_only");
    c->bistable = boolean(c->json, "bistable");
    c->footprint_bytes = model_number(c->json, "footprint_bytes");
    c->dirty_bytes = model_number(c->json, "dirty_bytes");
    c->file_bytes = model_number(c->json, "file_bytes");
    c->rounds = model_number(c->json, "rounds");
    c->dropped = model_number(c->json, "dropped");
    c->gb_per_s = model_number(c->json, "gb_per_s");
    c->modelled_ns = model_number(c->json, "modelled_ns");
    c->summary = summary_member(c->json, "summary");
    c->write = summary_member(c->json, "write");
    c->fsync = summary_member(c->json, "fsync");
    c->fsync_call = summary_member(c->json, "fsync_call_ns");
    c->overlap = interval_member(c->json, "overlap_ns");
    c->unattributed = interval_member(c->json, "unattributed_ns");
    c->persistence = interval_member(c->json, "persistence_ns");
    load_ledger(m, c);
}

static void load_cells(struct model *m)
{
    const json_t *list = json_object_get(m->document, "cells");
    size_t n = json_array_size(list);
    m->cells = n ? arena_alloc(&m->arena, n * sizeof *m->cells) : NULL;
    for (size_t i = 0; m->cells && i < n; i++) {
        const json_t *cell = json_array_get(list, i);
        if (!json_is_object(cell))
            continue;
        m->cells[m->cell_count].json = cell;
        load_cell(m, &m->cells[m->cell_count++]);
    }
}

static enum model_verdict verdict_named(const char *name)
{
    static const char *const names[MODEL_VERDICTS] = {"",           "faster",     "slower",
                                                      "equivalent", "unresolved", "bistable"};
    for (int v = MODEL_FASTER; v < MODEL_DISTRUSTED; v++)
        if (!strcmp(name, names[v]))
            return (enum model_verdict)v;
    return MODEL_UNRESOLVED;
}

static void load_comparisons(struct model *m)
{
    const json_t *list = json_object_get(m->document, "comparisons");
    size_t n = json_array_size(list);
    m->comparisons = n ? arena_alloc(&m->arena, n * sizeof *m->comparisons) : NULL;
    for (size_t i = 0; m->comparisons && i < n; i++) {
        const json_t *c = json_array_get(list, i);
        if (!json_is_object(c))
            continue;
        m->comparisons[m->comparison_count++] = (struct model_comparison){
            .a = model_text(m, json_object_get(c, "a"), "id"),
            .b = model_text(m, json_object_get(c, "b"), "id"),
            .ratio = named_interval(c, "ratio", "ci_low", "ci_high"),
            .difference = interval_member(c, "difference_ns"),
            .p_holm = model_number(c, "p_holm"),
            .ratio_modelled = model_number(c, "ratio_modelled"),
            .ratio_modelled_serial = model_number(c, "ratio_modelled_serial"),
            .rounds = model_number(c, "rounds"),
            .more_rounds = model_number(c, "more_rounds"),
            .verdict = verdict_named(model_text(m, c, "verdict")),
            .method = model_text(m, c, "method"),
        };
    }
}

static void load_one_control(struct model *m, const json_t *group, const char *name)
{
    const json_t *same = json_object_get(group, "same"), *different = json_object_get(group, "different");
    struct model_controls *c = &m->controls[m->control_count++];
    *c = (struct model_controls){
        .group = name,
        .same = named_interval(same, "ratio", "ci_low", "ci_high"),
        .different = named_interval(different, "ratio", "ci_low", "ci_high"),
        .expected_different = model_number(group, "expected_different"),
        .held = boolean(group, "held"),
    };
    m->held_count += c->held;
}

static void load_controls(struct model *m)
{
    const json_t *controls = json_object_get(m->document, "controls");
    const json_t *groups = json_object_get(controls, "groups");
    size_t n = json_array_size(groups);
    m->floor_ratio = model_number(controls, "floor_ratio");
    m->controls_held = boolean(controls, "held");
    m->controls = arena_alloc(&m->arena, (n + 1) * sizeof *m->controls);
    if (!m->controls)
        return;
    for (size_t i = 0; i < n; i++) {
        const json_t *group = json_array_get(groups, i);
        if (json_is_object(group))
            load_one_control(m, group, model_text(m, group, "group"));
    }
    if (!groups && json_is_object(json_object_get(controls, "same")))
        load_one_control(m, controls, "");
}

static void load_warnings(struct model *m)
{
    const json_t *list = json_object_get(m->document, "warnings");
    size_t n = json_array_size(list);
    m->warnings = n ? arena_alloc(&m->arena, n * sizeof *m->warnings) : NULL;
    for (size_t i = 0; m->warnings && i < n; i++) {
        const json_t *w = json_array_get(list, i);
        if (json_is_object(w))
            m->warnings[m->warning_count++] = (struct model_warning){
                model_text(m, w, "code"), model_text(m, w, "message"), model_text(m, w, "hint")};
    }
}

int model_load(struct model *m, const json_t *document, struct error *err)
{
    *m = (struct model){.document = document};
    if (!json_is_object(document))
        return error_set(err, EXIT_CANNOT, "report: not a result document: no JSON object");
    m->status = model_text(m, document, "status");
    load_controls(m);
    load_warnings(m);
    load_comparisons(m);
    load_cells(m);
    model_join(m);
    if (m->arena.failed) {
        model_free(m);
        return error_set(err, EXIT_CANNOT, "report: out of memory: close other programs and try again");
    }
    return 0;
}

void model_free(struct model *m)
{
    arena_free(&m->arena);
    *m = (struct model){0};
}

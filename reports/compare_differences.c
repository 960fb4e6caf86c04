/* compare_differences.c - in what two files differ before any number: machine, medium, domain, program */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"
#include "results/stats.h"

struct fact {
    const char *what, *part, *inner, *member; /* inner: an object in the part, or NULL */
};

static const struct fact facts[] = {
    {"domain", "domain", NULL, "name"},
    {"drain", "domain", "drain", "provenance"},
    {"provenance", "region", NULL, "provenance"},
    {"medium", "region", NULL, "medium"},
    {"memory", "region", NULL, "path_kind"},
    {"provider", "region", NULL, "provider"},
    {"map_sync", "region", NULL, "map_sync"},
    {"page_bytes", "region", NULL, "page_bytes"},
    {"cpu", "machine", "cpu", "model"},
    {"clwb", "machine", "cpu", "clwb"},
    {"microcode", "machine", "cpu", "microcode"},
    {"host", "machine", NULL, "host"},
    {"hypervisor", "machine", NULL, "hypervisor"},
    {"kernel", "machine", NULL, "kernel"},
    {"governor", "machine", NULL, "governor"},
    {"turbo", "machine", NULL, "turbo"},
    {"smt", "machine", NULL, "smt"},
    {"huge pages", "machine", NULL, "huge_pages"},
    {"nodes", "machine", NULL, "nodes"},
    {"plan", "run", NULL, "plan"},
    {"tuning", "run", NULL, "tuning"},
    {"seed", "run", NULL, "seed"},
    {"version", "run", NULL, "version"},
    {"git", "run", NULL, "git"},
    {"compiler", "run", NULL, "compiler"},
    {"flags", "run", NULL, "flags"},
};

static const char *text_of(struct compare_file *file, const struct fact *f)
{
    const json_t *object = model_object(file->model.document, f->part);
    if (f->inner)
        object = model_object(object, f->inner);
    const char *text = model_text(&file->model, object, f->member);
    return *text ? text : strcmp(f->member, "tuning") ? "unknown" : "none";
}

static void add(struct compare *c, struct compare_pair *pair, const char *what, const char *a, const char *b)
{
    struct compare_difference *list =
        arena_grow(&c->arena, pair->differences, pair->difference_count, sizeof *list);
    if (!list)
        return;
    pair->differences = list;
    list[pair->difference_count++] = (struct compare_difference){what, a, b};
}

/* How far two are apart, as a ratio above 1; 0 where one is not known. */
static double apart(double a, double b)
{
    return a > 0 && b > 0 && isfinite(a) && isfinite(b) ? fmax(a / b, b / a) : 0;
}

/* Two probes of one machine differ a little; more means that strangers took or left some of a shared cache.
 */
static void measured_llc(struct compare *c, struct compare_pair *pair)
{
    static const double FAR = 1.2;
    double a = model_number(model_object(pair->a->model.document, "machine"), "llc_bytes_measured");
    double b = model_number(model_object(pair->b->model.document, "machine"), "llc_bytes_measured");
    if (apart(a, b) > FAR)
        add(c, pair, "measured LLC", arena_format(&c->arena, "%s", shown_bytes(a).text),
            arena_format(&c->arena, "%s", shown_bytes(b).text));
}

/* The spin runs as fast as the clock: another speed is another clock, or a slower host. */
static void reference_spin(struct compare *c, struct compare_pair *pair)
{
    static const double FAR = 1.02;
    double a = model_number(model_object(pair->a->model.document, "machine"), "spin_ns");
    double b = model_number(model_object(pair->b->model.document, "machine"), "spin_ns");
    if (apart(a, b) > FAR)
        add(c, pair, "reference spin", arena_format(&c->arena, "%.0f ns", a),
            arena_format(&c->arena, "%.0f ns", b));
}

/* The median over the measured cells; NAN: there are none. */
static double rounds_a_process(struct arena *arena, const struct model *m)
{
    double *rounds = arena_alloc(arena, (m->cell_count + 1) * sizeof *rounds);
    size_t n = 0;
    for (size_t i = 0; rounds && i < m->cell_count; i++) {
        const struct model_cell *cell = &m->cells[i];
        size_t repeats = json_array_size(model_object(cell->json, "repeat"));
        if (cell->status == CELL_MEASURED && cell->rounds > 0 && isfinite(cell->rounds))
            rounds[n++] = cell->rounds / (double)(repeats ? repeats : 1);
    }
    return n ? stats_median(rounds, n) : NAN;
}

/* Few rounds are known worse, and what is slow at first weighs more in them. */
static void rounds(struct compare *c, struct compare_pair *pair)
{
    static const double FAR = 1.5;
    double a = rounds_a_process(&c->arena, &pair->a->model);
    double b = rounds_a_process(&c->arena, &pair->b->model);
    if (apart(a, b) > FAR)
        add(c, pair, "rounds a process", arena_format(&c->arena, "%.0f", a),
            arena_format(&c->arena, "%.0f", b));
}

void compare_find_differences(struct compare *c, struct compare_pair *pair)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *a = text_of(pair->a, &facts[i]), *b = text_of(pair->b, &facts[i]);
        if (strcmp(a, b))
            add(c, pair, facts[i].what, a, b);
    }
    measured_llc(c, pair);
    reference_spin(c, pair);
    rounds(c, pair);
}

/* compare_differences.c - in what two files differ before any number: machine, medium, domain, program */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_parts.h"
#include "reports/format.h"

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
    return *text ? text : "unknown";
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

/* Two probes of one machine differ somewhat: only what would change the sizes called llc is told. */
static void measured_llc(struct compare *c, struct compare_pair *pair)
{
    static const double FAR = 1.5;
    double a = model_number(model_object(pair->a->model.document, "machine"), "llc_bytes_measured");
    double b = model_number(model_object(pair->b->model.document, "machine"), "llc_bytes_measured");
    if (a > 0 && b > 0 && fmax(a / b, b / a) > FAR)
        add(c, pair, "measured LLC", arena_format(&c->arena, "%s", shown_bytes(a).text),
            arena_format(&c->arena, "%s", shown_bytes(b).text));
}

void compare_find_differences(struct compare *c, struct compare_pair *pair)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *a = text_of(pair->a, &facts[i]), *b = text_of(pair->b, &facts[i]);
        if (strcmp(a, b))
            add(c, pair, facts[i].what, a, b);
    }
    measured_llc(c, pair);
}

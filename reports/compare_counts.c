/* compare_counts.c - counts per write and per fsync of the cells that all files have */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/compare_counts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 };

static const struct {
    const char *name, *member;
} duties[DUTIES] = {
    [DUTY_WRITE_NT_BYTES] = {"non-temporal bytes a write", "write_nt_bytes"},
    [DUTY_WRITE_LINES] = {"lines flushed by a write", "write_lines_flushed"},
    [DUTY_WRITE_FENCES] = {"fences by a write", "write_fences"},
    [DUTY_FSYNC_LINES] = {"lines flushed by fsync", "fsync_lines_flushed"},
    [DUTY_FSYNC_FENCES] = {"fences by fsync", "fsync_fences"},
    [DUTY_FSYNC_DRAINS] = {"drain by fsync", "fsync_drains"},
    [DUTY_FSYNC_SCANNED] = {"entries scanned by fsync", "fsync_entries_scanned"},
    [DUTY_PERIOD_FAULTS] = {"page faults", "period_faults"},
    [DUTY_PERIOD_LOCKED] = {"LOCKed operations", "period_locked_ops"},
};

const char *duty_name(enum duty_id id)
{
    return duties[id].name;
}

const char *duty_member(enum duty_id id)
{
    return duties[id].member;
}

static double counted(const struct model_cell *cell, const char *name)
{
    return model_number(model_object(cell->json, "counts"), name);
}

/* An axis that is a plain number; NAN otherwise. */
static double axis_number(const struct model_cell *cell, enum axis_id axis)
{
    const char *text = cell->axis[axis];
    return *text && !text[strspn(text, "0123456789")] ? strtod(text, NULL) : NAN;
}

/* Of a thread between two of its fsyncs (kernels/stream.h: slots times passes). */
static double writes_an_fsync(const struct model_cell *cell)
{
    double size = axis_number(cell, AXIS_size), passes = axis_number(cell, AXIS_overwrite);
    double threads = axis_number(cell, AXIS_threads), dirty = axis_number(cell, AXIS_dirty);
    if (!strcmp(cell->axis[AXIS_dirty], "never"))
        return 0;
    if (cell->dirty_bytes > 0 && size > 0 && threads > 0 && passes > 0)
        return fmax(1, cell->dirty_bytes / size / threads) * passes;
    if (!strcmp(cell->axis[AXIS_dirty], "size"))
        return passes;
    if (dirty > 0 && size > 0)
        return fmax(1, floor(dirty / size)) * passes;
    double drains = counted(cell, "drains");
    return drains > 0 ? 1 / drains : NAN;
}

static struct duty_count per_fsync(const struct duty_side *s, double an_op)
{
    if (!isfinite(an_op))
        return (struct duty_count){NAN, DUTY_NOT_COUNTED};
    if (!isfinite(s->writes))
        return (struct duty_count){NAN, DUTY_NO_PERIOD};
    if (!(s->writes > 0))
        return (struct duty_count){NAN, DUTY_NO_FSYNC};
    return (struct duty_count){an_op * s->writes, DUTY_COUNTED};
}

static struct duty_count per_write(double an_op)
{
    return (struct duty_count){an_op, isfinite(an_op) ? DUTY_COUNTED : DUTY_NOT_COUNTED};
}

/* `whole` an op, of which `own` an fsync are its own at most: the rest is the writes'. */
static void split(struct duty_side *s, enum duty_id write, enum duty_id fsync, double whole, double own)
{
    s->of[write] = per_write(whole);
    s->of[fsync] = per_fsync(s, whole);
    if (s->of[fsync].state == DUTY_NO_PERIOD)
        s->of[write] = s->of[fsync];
    if (s->of[fsync].state != DUTY_COUNTED)
        return;
    s->of[fsync].value = fmin(own, s->of[fsync].value);
    s->of[write].value = whole - s->of[fsync].value / s->writes;
    if (s->of[write].value < 1e-6 * whole)
        s->of[write].value = 0;
}

/* Where fsync scanned nothing it flushed nothing; of a copy that flushes itself the rest is the writes'. */
static double lines_of_fsync(const struct duty_side *s)
{
    const struct model_cell *cell = s->cell;
    double scanned = counted(cell, "entries_scanned"), granule = axis_number(cell, AXIS_granule);
    bool copy_flushes = strchr(cell->copy, '+') || strchr(cell->copy_resolved, '+');
    if (!strcmp(cell->track, "none") || scanned == 0)
        return 0;
    if (!copy_flushes || !isfinite(scanned))
        return INFINITY;
    return !strcmp(cell->domain, "eadr") ? 0 : scanned * s->writes * fmax(1, granule / LINE_BYTES);
}

/* A real drain takes the place of the fence that stands for one. */
static double fences_of_fsync(const struct duty_side *s, const struct duty_platform *platform)
{
    bool real = strcmp(s->drain, "store-fence") && !strcmp(platform->drain_time, "measured");
    return 1 + (counted(s->cell, "drains") > 0 && !real);
}

/* The document has one drain, of its own domain. */
static const char *drain_of(const struct model_cell *cell, const struct duty_platform *platform)
{
    static const struct {
        const char *domain, *drain;
    } kinds[] = {{"eadr", "none"},           {"adr", "store-fence"}, {"gpf", "store-fence"},
                 {"unknown", "store-fence"}, {"hint", "flush-hint"}, {"flush-device", "flush-request"},
                 {"pcommit", "pcommit"}};
    if (!strcmp(cell->domain, platform->domain) && *platform->drain && strcmp(platform->drain, "unknown"))
        return platform->drain;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(cell->domain, kinds[i].domain))
            return kinds[i].drain;
    return "";
}

static struct duty_side side_of(const struct model_cell *cell, const struct duty_platform *platform)
{
    struct duty_side s = {.cell = cell, .writes = writes_an_fsync(cell), .drain = drain_of(cell, platform)};
    s.of[DUTY_WRITE_NT_BYTES] = per_write(counted(cell, "nt_bytes"));
    split(&s, DUTY_WRITE_LINES, DUTY_FSYNC_LINES, counted(cell, "lines_flushed"), lines_of_fsync(&s));
    split(&s, DUTY_WRITE_FENCES, DUTY_FSYNC_FENCES, counted(cell, "fences"), fences_of_fsync(&s, platform));
    /* The system's own fsync is not traced: that nobody counted its drains does not make them none. */
    bool traced = isfinite(counted(cell, "fences"));
    s.of[DUTY_FSYNC_DRAINS] = per_fsync(&s, traced ? counted(cell, "drains") : NAN);
    s.of[DUTY_FSYNC_SCANNED] = per_fsync(&s, traced ? counted(cell, "entries_scanned") : NAN);
    s.of[DUTY_PERIOD_FAULTS] = per_fsync(&s, counted(cell, "faults"));
    s.of[DUTY_PERIOD_LOCKED] = per_fsync(&s, counted(cell, "locked_ops"));
    return s;
}

static bool unequal(const struct duty_side *a, const struct duty_side *b, enum duty_id id)
{
    const struct duty_count *x = &a->of[id], *y = &b->of[id];
    if (x->state != y->state || compare_count_differs(x->value, y->value))
        return true;
    return id == DUTY_FSYNC_DRAINS && x->value > 0 && strcmp(a->drain, b->drain);
}

static int by_place(const void *key, const void *item)
{
    const struct model_cell *base = key, *a = ((const struct compare_item *)item)->a;
    return (base > a) - (base < a);
}

/* The items are in the order of the base's cells. */
static const struct compare_item *item_of(const struct compare_pair *pair, const struct model_cell *base)
{
    const struct compare_item *item =
        pair->count ? bsearch(base, pair->items, pair->count, sizeof *item, by_place) : NULL;
    return item && item->shown ? item : NULL;
}

/* false where a file lacks it. */
static bool find_sides(struct compare *c, const struct model_cell *base, struct compare_duty *d)
{
    d->sides = arena_alloc(&c->arena, c->file_count * sizeof *d->sides);
    if (!d->sides)
        return false;
    d->sides[0] = side_of(base, &c->platforms[0]);
    for (size_t i = 0; i < c->pair_count; i++) {
        const struct compare_item *item = item_of(&c->pairs[i], base);
        if (!item)
            return false;
        d->sides[i + 1] = side_of(item->b, &c->platforms[i + 1]);
        if (item->other_work && !d->other_work)
            d->other_work = item->other_work;
    }
    return true;
}

static void find_differences(const struct compare *c, struct compare_duty *d)
{
    d->same = !d->other_work;
    for (int id = 0; id < DUTIES && !d->other_work; id++) {
        for (size_t i = 1; i < c->file_count; i++)
            d->differs[id] |= unequal(&d->sides[0], &d->sides[i], (enum duty_id)id);
        d->same &= !d->differs[id];
    }
}

static struct duty_platform platform_of(struct compare_file *file)
{
    struct model *m = &file->model;
    const json_t *domain = model_object(m->document, "domain"), *region = model_object(m->document, "region");
    const json_t *drain = model_object(domain, "drain");
    return (struct duty_platform){
        .domain = model_text(m, domain, "name"),
        .source = model_text(m, domain, "source"),
        .detected = model_text(m, domain, "detected"),
        .provenance = model_text(m, region, "provenance"),
        .provider = model_text(m, region, "provider"),
        .map_sync = model_text(m, region, "map_sync"),
        .granularity = model_text(m, region, "granularity"),
        .drain = model_text(m, drain, "kind"),
        .drain_time = model_text(m, drain, "provenance"),
    };
}

void compare_duties_find(struct compare *c)
{
    const struct compare_pair *first = &c->pairs[0];
    c->platforms = arena_alloc(&c->arena, c->file_count * sizeof *c->platforms);
    c->duties = arena_alloc(&c->arena, (first->count + 1) * sizeof *c->duties);
    if (!c->platforms || !c->duties)
        return;
    for (size_t i = 0; i < c->file_count; i++)
        c->platforms[i] = platform_of(&c->files[i]);
    for (size_t i = 0; i < first->count; i++) {
        struct compare_duty d = {0};
        if (!first->items[i].shown)
            continue;
        c->duty_questions++;
        if (!find_sides(c, first->items[i].a, &d))
            continue;
        find_differences(c, &d);
        c->duties[c->duty_count++] = d;
    }
}

bool compare_emulated(struct compare_file *file)
{
    const json_t *region = model_object(file->model.document, "region");
    return !strcmp(model_text(&file->model, region, "provenance"), "emulated");
}

static bool domains_differ(const struct compare *c)
{
    for (size_t i = 0; i < c->duty_count; i++)
        for (size_t k = 1; k < c->file_count; k++)
            if (strcmp(c->duties[i].sides[0].cell->domain, c->duties[i].sides[k].cell->domain))
                return true;
    for (size_t k = 1; c->platforms && k < c->file_count; k++)
        if (strcmp(c->platforms[0].domain, c->platforms[k].domain))
            return true;
    return false;
}

bool compare_duties_matter(const struct compare *c)
{
    for (size_t i = 0; c->platforms && i < c->file_count; i++)
        if (!strcmp(c->platforms[i].provenance, "emulated"))
            return true;
    return domains_differ(c);
}

bool compare_times_hidden(struct compare *c)
{
    for (size_t i = 0; i < c->file_count; i++)
        if (!compare_emulated(&c->files[i]))
            return false;
    return !c->options.force;
}

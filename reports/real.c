/* real.c - the system's own calls beside the model of them, and stores through a mapping beside write() */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

enum { COLUMNS = 9 };

static bool is_shown(const struct model_cell *c)
{
    return model_is_sys(c) && c->status == CELL_MEASURED;
}

/* One call alone, compared with nothing, is told elsewhere. */
bool real_shown(const struct section *s)
{
    for (size_t i = 0; i < s->model->cell_count; i++)
        if (is_shown(&s->model->cells[i]) && s->model->cells[i].vs)
            return true;
    return false;
}

/* The model that it was compared with; NULL: none, or another call of the system. */
static const struct model_cell *model_of(const struct model *m, const struct model_cell *c)
{
    for (size_t i = 0; c->vs && i < m->cell_count; i++) {
        const struct model_cell *base = &m->cells[i];
        bool modelled = !strcmp(base->kernel, "write_fsync") || !strcmp(base->kernel, "mmap_fsync");
        if (modelled && !strcmp(base->id, c->vs->a))
            return base;
    }
    return NULL;
}

/* A size where nothing else varies, else all that is not at its standard. */
static const char *point_label(const struct section *s, const struct model_cell *c)
{
    const struct model *m = s->model;
    for (size_t i = 0; i < m->cell_count; i++)
        for (int a = 0; is_shown(&m->cells[i]) && a < AXES; a++)
            if (a != AXIS_size && strcmp(m->cells[i].axis[a], c->axis[a]))
                return show_point(&s->model->arena, c);
    return show_axis(AXIS_size, c->axis[AXIS_size], &s->model->arena);
}

/* Paired by round where the file has it; an older one has medians only. */
static struct interval residual(const struct model_cell *c, const struct model_cell *base)
{
    if (!base)
        return (struct interval){NAN, NAN, NAN};
    struct interval r = c->vs->difference;
    if (isfinite(r.value))
        return r;
    return (struct interval){c->summary.median - base->summary.median, NAN, NAN};
}

static const char *show_residual(const struct section *s, const struct model_cell *c, struct interval r)
{
    if (!isfinite(r.value))
        return "-";
    const char *mark = c->distrusted ? "!" : r.low <= 0 && r.high >= 0 ? "?" : "";
    return arena_format(&s->model->arena, "%s%s", mark, shown_number(r.value).text);
}

static const char *show_row(const struct section *s, const struct model_cell *c, const char *stage)
{
    const char *const stages[] = {stage, NULL};
    struct interval sum = ledger_sum(c, stages, NULL);
    return isfinite(sum.value) ? arena_format(&s->model->arena, "%s", shown_number(sum.value).text) : "";
}

/* A write that is durable by itself has its fsync in it; with dirty=never there is none. */
static const char *show_fsync(const struct section *s, const struct model_cell *c)
{
    const char *ns = show_row(s, c, "sys-fsync");
    if (*ns || !c->row_count)
        return ns;
    return strstr(c->path, "-dsync") ? "in write" : "-";
}

static void put_cell(const struct section *s, const struct model_cell *c)
{
    struct arena *a = &s->model->arena;
    const struct model_cell *base = model_of(s->model, c);
    struct interval r = residual(c, base);
    page_field(s->page, point_label(s, c));
    page_field(s->page, c->path);
    page_field(s->page, arena_format(a, "%s", shown_number(c->summary.median).text));
    page_field(s->page, base ? arena_format(a, "%s", shown_number(base->summary.median).text) : "-");
    page_field(s->page, show_residual(s, c, r));
    page_field(s->page, show_interval(a, r.low, r.high, true));
    page_field(s->page, show_row(s, c, "fault"));
    page_field(s->page, show_row(s, c, "sys-write"));
    page_field(s->page, show_fsync(s, c));
}

/* "file system ext4, DAX" among the evidence of the domain; empty where nothing says it. */
static const char *file_system(struct model *m)
{
    size_t i;
    json_t *item;
    static const char begin[] = "file system ";
    json_array_foreach(model_object(model_object(m->document, "domain"), "evidence"), i, item)
    {
        const char *text = json_string_value(item);
        if (text && !strncmp(text, begin, sizeof begin - 1))
            return arena_clean(&m->arena, text + sizeof begin - 1);
    }
    return "";
}

/* Stores whose real faults and fsync() are surely cheaper than the modelled ones. */
static bool any_cheaper(const struct section *s)
{
    const struct model *m = s->model;
    for (size_t i = 0; i < m->cell_count; i++)
        if (is_shown(&m->cells[i]) && strstr(m->cells[i].kernel, "mmap") && model_of(m, &m->cells[i]) &&
            m->cells[i].vs->difference.high < 0)
            return true;
    return false;
}

enum { HAS_WRITE = 1, HAS_STORES = 2, HAS_SURROUND = 4 };

/* Which models there are, and whether that of write() has the surround of a system call. */
static unsigned models_shown(const struct section *s)
{
    const struct model *m = s->model;
    unsigned has = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *base = is_shown(&m->cells[i]) ? model_of(m, &m->cells[i]) : NULL;
        if (!base)
            continue;
        has |= strcmp(base->kernel, "write_fsync") ? HAS_STORES : HAS_WRITE;
        if (!strcmp(base->kernel, "write_fsync") && strcmp(base->axis[AXIS_surround], "none"))
            has |= HAS_SURROUND;
    }
    return has;
}

static void add_models(struct line *line, unsigned has)
{
    line_add(line, "residual: what Linux does besides what the model (");
    if (has & HAS_WRITE)
        line_add(line, "bypass%s%s", has & HAS_SURROUND ? ", with the surround of a system call" : "",
                 has & HAS_STORES ? "; for stores " : "");
    if (has & HAS_STORES)
        line_add(line, "mmap-xarray, without %s",
                 has & HAS_SURROUND ? "one" : "the surround of a system call");
    line_add(line, ") has");
}

static void put_meaning(const struct section *s)
{
    struct model *m = s->model;
    struct line line = {0};
    const char *system = file_system(m);
    const char *medium = model_text(m, model_object(m->document, "region"), "medium");
    unsigned has = models_shown(s);
    if (!has)
        return;
    add_models(&line, has);
    if (*system)
        line_add(&line, ", on %s", system);
    if (strcmp(medium, "page-cache"))
        line_add(&line, ".");
    else if (!strcmp(system, "tmpfs")) /* shmem: noop_fsync, and no write-back that would protect pages */
        line_add(&line, ", which is memory: its fsync() does nothing, and no store faults after it.");
    else
        line_add(&line, ": the page cache and its disk instead of DAX.");
    if (any_cheaper(s))
        line_add(&line,
                 " Below 0: delivered to user space, as in the model, a fault costs more than its own.");
    if (!s->room->terse)
        line_add(&line, " ! controls not held; ? may be 0.");
    page_text(s->page, arena_format(&m->arena, "%s", line.text));
}

/* Those come first: of the others there may be no room for all. */
static bool is_like_headline(const struct section *s, const struct model_cell *c)
{
    const struct model_cell *h = s->surface->headline;
    return !h || !strcmp(h->axis[AXIS_size], c->axis[AXIS_size]);
}

void real_add(const struct section *s)
{
    static const char *const header[COLUMNS] = {"",     "path",  "real",        "model",    "residual",
                                                "95 %", "fault", "write/store", "sys-fsync"};
    const struct model *m = s->model;
    size_t shown = 0, all = 0;
    if (!real_shown(s))
        return;
    page_head(s->page, models_shown(s) ? "The real calls beside the model, in ns an op"
                                       : "The real calls, in ns an op");
    page_table(s->page, "llrrrlrrr");
    for (int i = 0; i < COLUMNS; i++)
        page_field(s->page, header[i]);
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < m->cell_count; i++) {
            if (!is_shown(&m->cells[i]) || is_like_headline(s, &m->cells[i]) != !turn ||
                all++ >= s->room->real)
                continue;
            put_cell(s, &m->cells[i]);
            shown++;
        }
    put_meaning(s);
    if (shown < all)
        page_text(s->page, arena_format(&s->model->arena, "... %zu more: --all", all - shown));
}

/* The steps of more than this share of the whole; with a share in few words. */
static void add_parts(struct line *whole, const struct model_cell *cell, double share)
{
    double least = fmax(cell->floor_ratio - 1, share) * cell->summary.median;
    static const char *const stages[] = {"fault", "copy", "mark", "scan", "write-protect", "writeback"};
    struct line line = {0};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const char *const one[] = {stages[i], NULL};
        struct interval sum = ledger_sum(cell, one, NULL);
        if (sum.low > 0 && sum.value >= least)
            line_add(&line, "%s%s %s", line.used ? ", " : "", stages[i], shown_number(sum.value).text);
    }
    if (line.used && share > 0)
        line_add(whole, "%s with %s (%s)", shown_ns(cell->summary.median).text, cell->path, line.text);
    else if (line.used)
        line_add(whole, "Of %s with %s: %s.", shown_ns(cell->summary.median).text, cell->path, line.text);
}

/* What a kernel would pay for its own fault is less than a fault that is delivered to user space. */
static void add_bare_fault(struct line *line, const struct model *m, const struct model_cell *cell)
{
    static const char *const fault[] = {"fault", NULL};
    for (size_t i = 0; line->used && i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (strcmp(c->group, cell->group) || strcmp(c->path, "mmap-pagemap"))
            continue;
        struct interval bare = ledger_sum(c, fault, NULL);
        if (bare.low > 0)
            line_add(line, " The kernel's bare fault, delivered to nobody: %s (mmap-pagemap).",
                     shown_number(bare.value).text);
    }
}

void mapped_parts(const struct section *s, const struct model_cell *cell)
{
    struct line line = {0};
    add_parts(&line, cell, 0);
    add_bare_fault(&line, s->model, cell);
    if (line.used)
        page_text(s->page, arena_format(&s->model->arena, "%s", line.text));
}

/* The cell that the others of its group are compared with, best with a ledger. */
static const struct model_cell *mapped_headline(const struct model *m)
{
    const struct model_cell *best = NULL;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (strcmp(c->kernel, "mmap_fsync") || c->status != CELL_MEASURED || c->vs)
            continue;
        if (!best || (c->row_count && !best->row_count))
            best = c;
    }
    return best;
}

/* `first`: what stands before them. */
static size_t add_others(struct line *line, const struct section *s, const struct model_cell *base,
                         const char *first)
{
    const struct model *m = s->model;
    size_t shown = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (strcmp(c->group, base->group) || model_verdict(c) == MODEL_NONE || model_is_sys(c))
            continue;
        line_add(line, "%s%s %s", shown++ ? ", " : first, c->path, show_ratio(&s->model->arena, c));
    }
    return shown;
}

void mapped_add(const struct section *s)
{
    const struct model_cell *c = mapped_headline(s->model);
    struct line line = {0};
    bool terse = s->room->terse;
    if (!c || !strcmp(s->model->family, "mmap_fsync"))
        return;
    if (!terse)
        page_head(s->page, arena_format(&s->model->arena, "Stores through a mapping (times %s): %s", c->path,
                                        show_point(&s->model->arena, c)));
    add_parts(&line, c, terse ? 0.1 : 0);
    if (!terse)
        add_bare_fault(&line, s->model, c);
    bool parts = line.used;
    if (add_others(&line, s, c, !parts ? "" : terse ? "; " : " ") || (parts && terse))
        line_add(&line, ".");
    if (line.used)
        page_text(s->page, arena_format(&s->model->arena, "%s%s", terse ? "By mmap(): " : "", line.text));
}

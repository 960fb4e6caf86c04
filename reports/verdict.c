/* verdict.c - the answer in words: nothing is claimed that is not resolved */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

static bool is_tracked(const struct model_cell *c)
{
    return *c->track && strcmp(c->track, "none");
}

/* What is one operation of this point, in words. */
static void add_operation(struct line *line, struct model *m, const struct model_cell *c)
{
    const char *size = show_axis(AXIS_size, c->axis[AXIS_size], &m->arena), *dirty = c->axis[AXIS_dirty];
    bool mapped = strstr(c->kernel, "mmap");
    const char *call = mapped ? "store through a mapping" : "write()";
    if (!strcmp(dirty, "size"))
        line_add(line, "One %s %s and its fsync()", size, call);
    else if (!strcmp(dirty, "never"))
        line_add(line, "One %s %s without fsync()", size, call);
    else if (c->dirty_bytes > 0)
        line_add(line, "One %s %s with its share of an fsync() every %s", size, call,
                 shown_bytes(c->dirty_bytes).text);
    else
        line_add(line, "One %s %s with its share of an fsync()", size, call);
    line_add(line, " (footprint %s", show_axis(AXIS_footprint, c->axis[AXIS_footprint], &m->arena));
    for (int i = 0; i < AXES; i++)
        if (i != AXIS_size && i != AXIS_footprint && i != AXIS_dirty &&
            strcmp(c->axis[i], model_axis_standard((enum axis_id)i)))
            line_add(line, ", %s %s", model_axis_name((enum axis_id)i),
                     show_axis((enum axis_id)i, c->axis[i], &m->arena));
    line_add(line, ")");
}

static void add_interval(struct line *line, struct model *m, const struct model_cell *c)
{
    line_add(line, " (%s", show_interval(&m->arena, c->vs->ratio.low, c->vs->ratio.high, false));
    const struct model_cell *base = model_in_group(m, c, m->baseline);
    if (base && isfinite(base->summary.median) && isfinite(c->summary.median))
        line_add(line, "; %s against %s", shown_ns(c->summary.median).text,
                 shown_ns(base->summary.median).text);
    line_add(line, ")");
    if (isfinite(c->vs->ratio_modelled))
        line_add(line, ", %s with the modelled drain", show_modelled(&m->arena, c));
}

static void add_unsettled(struct line *line, struct model *m, const struct model_cell *c,
                          enum model_verdict v)
{
    const char *interval = show_interval(&m->arena, c->vs->ratio.low, c->vs->ratio.high, false);
    if (v == MODEL_BISTABLE) {
        line_add(line, " is bistable with %s: it runs at two speeds, so no verdict", c->path);
    } else if (v == MODEL_DISTRUSTED) {
        line_add(line, " has no verdict: the controls of this point did not hold");
    } else {
        line_add(line, " is unresolved between %s and %s: the ratio lies in %s", c->path, m->baseline,
                 interval);
        if (c->vs->more_rounds > 0 && model_number(model_object(m->document, "run"), "repeats") > 1)
            line_add(line, ", more --repeats may settle it");
        else if (c->vs->more_rounds > 0)
            line_add(line, ", about %.0f more rounds would settle it", c->vs->more_rounds);
    }
    line_add(line, ".");
}

static void answer(const struct section *s, const struct model_cell *c)
{
    struct model *m = s->model;
    enum model_verdict v = model_verdict(c);
    const char *where = cpu_is_emulated(m) ? " in this emulator" : "";
    struct line line = {0};
    add_operation(&line, m, c);
    if (v == MODEL_FASTER || v == MODEL_SLOWER) {
        bool faster = v == MODEL_FASTER;
        line_add(&line, " costs " STYLE_BOLD "%s times %s" STYLE_OFF " with %s",
                 shown_ratio(c->vs->ratio.value).text, m->baseline, c->path);
        add_interval(&line, m, c);
        line_add(&line, ": %s%s%s%s.", faster ? STYLE_GOOD : STYLE_BAD, faster ? "faster" : "slower",
                 STYLE_OFF, where);
    } else if (v == MODEL_EQUIVALENT) {
        line_add(&line, " costs the same with %s as with %s", c->path, m->baseline);
        add_interval(&line, m, c);
        line_add(&line, "%s.", where);
    } else {
        add_unsettled(&line, m, c, v);
    }
    page_text(s->page, arena_format(&m->arena, "%s", line.text));
}

/* The deferred path's rows that bring cost back: those that are clearly there and above the floor. */
static void add_bringers(struct line *line, const struct model_cell *c)
{
    double floor = (c->floor_ratio - 1) * c->summary.median;
    static const char *const stages[] = {"entry-lock", "mark", "tag", "scan", "writeback", "drain"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        const char *const one[] = {stages[i], NULL};
        struct interval sum = ledger_sum(c, one, NULL);
        if (sum.low > 0 && !(sum.value < floor))
            line_add(line, "%s%s %s", n++ ? ", " : " (", stages[i], shown_number(sum.value).text);
    }
    line_add(line, n ? ")" : "");
}

static struct interval less(struct interval a, struct interval b)
{
    double value = a.value - b.value;
    return (struct interval){value, value - hypot(a.value - a.low, b.high - b.value),
                             value + hypot(a.high - a.value, b.value - b.low)};
}

/* What is saved on the copy, what the rest to persistence brings back: told on the sums (measurement.md, 4).
 */
static void moved(const struct section *s, const struct model_cell *c, const struct model_cell *base)
{
    static const char *const copying[] = {"copy", "finish", "fence", NULL};
    struct interval copy = ledger_sum(c, copying, "write"), base_copy = ledger_sum(base, copying, "write");
    struct interval all = ledger_persistence(c), base_all = ledger_persistence(base);
    struct interval saved = less(base_copy, copy), brought = less(less(all, copy), less(base_all, base_copy));
    struct line line = {0};
    if (!isfinite(saved.low) || !isfinite(saved.high) || !isfinite(brought.value))
        return;
    if (saved.low > 0)
        line_add(&line, "The copy gets %s cheaper (%s for %s)", shown_ns(saved.value).text,
                 shown_number(copy.value).text, shown_number(base_copy.value).text);
    else if (saved.high < 0)
        line_add(&line, "Nothing saved: the copy itself gets %s dearer (%s for %s)",
                 shown_ns(-saved.value).text, shown_number(copy.value).text,
                 shown_number(base_copy.value).text);
    else
        line_add(&line, "Nothing saved: no difference between the copies is resolved (%s and %s ns)",
                 shown_number(copy.value).text, shown_number(base_copy.value).text);
    if (is_tracked(c) && brought.low > 0) {
        line_add(&line,
                 saved.low > 0 ? "; tracking and fsync() bring %s back" : "; tracking and fsync() add %s",
                 shown_ns(brought.value).text);
        add_bringers(&line, c);
        if (saved.low > 0)
            line_add(&line, ": %.0f %% of what was saved", 100 * brought.value / saved.value);
    }
    line_add(&line, ".");
    page_text(s->page, arena_format(&s->model->arena, "%s", line.text));
}

static void add_counts(struct line *line, const struct surface_count *n)
{
    static const char *const names[MODEL_VERDICTS] = {
        [MODEL_FASTER] = "faster",         [MODEL_SLOWER] = "slower",     [MODEL_EQUIVALENT] = "equal",
        [MODEL_UNRESOLVED] = "unresolved", [MODEL_BISTABLE] = "bistable", [MODEL_DISTRUSTED] = "not trusted"};
    const char *before = " ";
    for (int v = MODEL_FASTER; v < MODEL_VERDICTS; v++) {
        if (!n->of[v])
            continue;
        line_add(line, "%s%s in %zu", before, names[v], n->of[v]);
        before = ", ";
    }
}

static void add_flips(struct line *line, const struct surface *s)
{
    size_t kinds[4] = {0}, columns = 0;
    for (size_t b = 0; b < s->block_count; b++) {
        if (surface_is_bare(s, s->blocks[b]))
            continue;
        for (size_t c = 0; c < s->column_count; c++) {
            kinds[surface_flip(s, s->blocks[b], c, s->path).kind]++;
            columns++;
        }
    }
    if (s->row_count < 2 || !kinds[FLIP_BETWEEN])
        return;
    line_add(line, " It flips with %s in %zu of %zu columns.", model_axis_name(s->row_axis),
             kinds[FLIP_BETWEEN], columns);
}

/* What more time would do, if each unresolved ratio's rounds grew with it; beyond eight times the time is no
 * advice. What processes differ by does not shrink with their time. */
static void add_settling(struct line *line, const struct model *m)
{
    const double most = 8;
    const json_t *run = model_object(m->document, "run");
    double seconds = model_number(run, "measuring_s"), factor = 0;
    bool merged = model_number(run, "repeats") > 1;
    size_t all = 0, settled = 0;
    for (size_t i = 0; i < m->cell_count; i++) {
        const struct model_cell *c = &m->cells[i];
        if (model_verdict(c) != MODEL_UNRESOLVED)
            continue;
        all++;
        double needed = (c->vs->rounds + c->vs->more_rounds) / c->vs->rounds;
        if (!(c->vs->more_rounds > 0) || !(needed <= most))
            continue;
        settled++;
        factor = fmax(factor, needed);
    }
    if (settled && merged)
        line_add(line, " More --repeats may settle %zu of %zu unresolved.", settled, all);
    else if (settled && isfinite(seconds))
        line_add(line, " About --max-time %.0f would settle %zu of %zu unresolved.", ceil(seconds * factor),
                 settled, all);
}

static void over_all(const struct section *s)
{
    const struct surface *f = s->surface;
    struct surface_count n = surface_count(f, f->path);
    struct line line = {0};
    if (n.all < 2)
        return;
    line_add(&line, "Over %zu points %s is", n.all, f->path);
    add_counts(&line, &n);
    if (n.lowest <= n.highest)
        line_add(&line, " (%s to %s times)", shown_ratio(n.lowest).text, shown_ratio(n.highest).text);
    line_add(&line, ".");
    if (n.of[MODEL_SLOWER] == n.all)
        line_add(&line, " %s wins everywhere.", s->model->baseline);
    else if (n.of[MODEL_FASTER] == n.all)
        line_add(&line, " %s wins everywhere.", f->path);
    add_flips(&line, f);
    struct surface_count other = surface_count(f, f->other);
    if (other.all) {
        line_add(&line, " Cheapest of the others is %s:", f->other);
        add_counts(&line, &other);
        line_add(&line, ".");
    }
    add_settling(&line, s->model);
    page_text(s->page, arena_format(&s->model->arena, "%s", line.text));
}

/* All paths of the headline's point, cheapest first. */
static void ranking(const struct section *s, const struct model_cell *headline)
{
    const struct model *m = s->model;
    struct line line = {0};
    const struct model_cell *last = NULL;
    size_t shown = 0;
    line_add(&line, "All paths there, times %s: ", s->model->baseline);
    for (;;) {
        const struct model_cell *next = NULL;
        for (size_t i = 0; i < m->cell_count; i++) {
            const struct model_cell *c = &m->cells[i];
            if (strcmp(c->group, headline->group) || model_verdict(c) == MODEL_NONE || model_is_aside(m, c))
                continue;
            double r = c->vs->ratio.value;
            bool after = !last || r > last->vs->ratio.value || (r == last->vs->ratio.value && c > last);
            if (after && (!next || r < next->vs->ratio.value))
                next = c;
        }
        if (!next)
            break;
        line_add(&line, "%s%s %s%s", shown++ ? ", " : "", next->path,
                 show_ratio_short(&s->model->arena, next),
                 next->reference_only ? " (not durable, reference only)" : "");
        last = next;
    }
    line_add(&line, ".");
    if (shown > 2)
        page_text(s->page, arena_format(&s->model->arena, "%s", line.text));
}

void verdict_add(const struct section *s)
{
    const struct model_cell *c = s->surface->headline;
    bool mapped = !strcmp(s->model->family, "mmap_fsync");
    if (!c && (real_shown(s) || copies_shown(s))) /* which are the answer */
        return;
    page_head(
        s->page,
        mapped
            ? "What does a store through a mapping cost, with its fault and fsync(), by tracker?"
            : "Where does the bypass's cost go if write() copies cached and fsync() flushes (deferred-*)?");
    if (!c) {
        page_text(s->page, mapped ? "No answer: no two trackers were compared in this result."
                                  : "No answer: no path was compared with the cache bypass in this result.");
        return;
    }
    enum model_verdict v = model_verdict(c);
    const struct model_cell *base = model_in_group(s->model, c, s->model->baseline);
    answer(s, c);
    if (base && (v == MODEL_FASTER || v == MODEL_SLOWER || v == MODEL_EQUIVALENT))
        mapped ? mapped_parts(s, base) : moved(s, c, base);
    over_all(s);
    if (s->surface->groups > 1 && s->room->ranking)
        ranking(s, c);
}

/* compare_csv.c - a comparison as one line a cell, for spreadsheets and scripts */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/compare_counts.h"

enum { DUTY_TEXTS = 3 };

/* Quoted as RFC 4180 says. A spreadsheet takes a text that begins with one of these for a formula, and the
 * text may come from a file of somebody else: an apostrophe before it keeps it a text. */
static void put_text(const char *text, FILE *out)
{
    fputs(*text && strchr("=+-@", *text) ? "\"'" : "\"", out);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){*text, 0}, out);
    fputc('"', out);
}

static void put_number(double x, FILE *out)
{
    fputc(',', out);
    if (isfinite(x))
        fprintf(out, "%.9g", x);
}

static void next_text(const char *text, FILE *out)
{
    fputc(',', out);
    put_text(text, out);
}

static void put_header(FILE *out)
{
    fputs("status,file_a,file_b,key,id_a,id_b,verdict,reason,other_work,method,ratio,ci_low,ci_high,p,p_holm,"
          "ratio_modelled,ratio_modelled_serial,floor_ratio,repeats_a,repeats_b,ns_a,ns_b,modelled_ns_a,"
          "modelled_ns_b",
          out);
    for (size_t i = 0; i < COMPARE_COUNTS; i++)
        fprintf(out, ",%s_a,%s_b", compare_count_name(i), compare_count_name(i));
    fputs(",domain,drain_kind,drain_provenance,writes_per_fsync", out);
    for (int id = 0; id < DUTIES; id++)
        fprintf(out, ",%s", duty_member((enum duty_id)id));
    fputc('\n', out);
}

static void put_counts(const struct model_cell *a, const struct model_cell *b, FILE *out)
{
    for (size_t i = 0; i < COMPARE_COUNTS; i++) {
        put_number(a ? compare_count(a, i) : NAN, out);
        put_number(b ? compare_count(b, i) : NAN, out);
    }
    for (int i = 0; i < DUTY_TEXTS + 1 + DUTIES; i++)
        put_number(NAN, out);
    fputc('\n', out);
}

/* A row for each file of a cell that all have: status "counts", verdict "same", "differs" or "other work". */
static void put_duty(const struct compare *c, const struct compare_duty *d, size_t i, FILE *out)
{
    enum { FROM_METHOD_TO_COUNTS = 1 + 14 + 2 * COMPARE_COUNTS };
    const struct duty_side *s = &d->sides[i];
    fputs("counts", out);
    next_text(c->files[0].name, out);
    next_text(c->files[i].name, out);
    next_text(s->cell->key, out);
    next_text(d->sides[0].cell->id, out);
    next_text(s->cell->id, out);
    next_text(d->other_work ? "other work" : d->same ? "same" : "differs", out);
    next_text("", out);
    next_text(d->other_work ? d->other_work : "", out);
    for (int k = 0; k < FROM_METHOD_TO_COUNTS; k++)
        put_number(NAN, out);
    next_text(s->cell->domain, out);
    next_text(s->drain, out);
    next_text(c->platforms[i].drain_time, out);
    put_number(s->writes, out);
    for (int id = 0; id < DUTIES; id++)
        put_number(s->of[id].value, out);
    fputc('\n', out);
}

static void put_item(const struct compare_pair *pair, const struct compare_item *x, FILE *out)
{
    fputs("compared", out);
    next_text(pair->a->name, out);
    next_text(pair->b->name, out);
    next_text(x->b->key, out);
    next_text(x->a->id, out);
    next_text(x->b->id, out);
    next_text(stats_verdict_name(x->verdict), out);
    next_text(x->reason, out);
    next_text(x->other_work ? x->other_work : "", out);
    next_text(x->method, out);
    const double numbers[] = {x->ratio.value,
                              x->ratio.low,
                              x->ratio.high,
                              x->p,
                              x->p_holm,
                              x->ratio_modelled,
                              x->ratio_modelled_serial,
                              x->floor_ratio,
                              (double)x->repeats_a,
                              (double)x->repeats_b,
                              x->median_a,
                              x->median_b,
                              x->a->modelled_ns,
                              x->b->modelled_ns};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_number(numbers[i], out);
    put_counts(x->a, x->b, out);
}

/* What the cell has stands on the side that it is of. */
static void put_unmatched(const struct compare_pair *pair, const struct compare_unmatched *u, FILE *out)
{
    enum { FROM_RATIO_TO_REPEATS = 10 };
    bool in_a = u->file == pair->a;
    fputs("unmatched", out);
    next_text(in_a ? pair->a->name : "", out);
    next_text(in_a ? "" : pair->b->name, out);
    next_text(u->cell->key, out);
    next_text(in_a ? u->cell->id : "", out);
    next_text(in_a ? "" : u->cell->id, out);
    next_text("", out);
    next_text(u->reason, out);
    next_text("", out);
    next_text("", out);
    for (int i = 0; i < FROM_RATIO_TO_REPEATS; i++)
        put_number(NAN, out);
    put_number(in_a ? u->cell->summary.median : NAN, out);
    put_number(in_a ? NAN : u->cell->summary.median, out);
    put_number(in_a ? u->cell->modelled_ns : NAN, out);
    put_number(in_a ? NAN : u->cell->modelled_ns, out);
    put_counts(in_a ? u->cell : NULL, in_a ? NULL : u->cell, out);
}

int compare_csv(struct compare *c, FILE *out, struct error *err)
{
    put_header(out);
    for (size_t p = 0; p < c->pair_count; p++) {
        const struct compare_pair *pair = &c->pairs[p];
        for (size_t i = 0; i < pair->count; i++)
            if (pair->items[i].shown)
                put_item(pair, &pair->items[i], out);
        for (size_t i = 0; i < pair->unmatched_count; i++)
            if (pair->unmatched[i].shown)
                put_unmatched(pair, &pair->unmatched[i], out);
    }
    for (size_t i = 0; compare_duties_matter(c) && i < c->duty_count; i++)
        for (size_t k = 0; k < c->file_count; k++)
            put_duty(c, &c->duties[i], k, out);
    if (fflush(out) || ferror(out))
        return error_set(err, EXIT_CANNOT, "compare: cannot write it: check the disk or the pipe it goes to");
    return 0;
}

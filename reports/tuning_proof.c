/* tuning_proof.c - bandwidth by threads, and the proof of what is proposed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

enum { THREADS_MOST = 12, SIZES_SHOWN = 16 };

static double rate_at(const struct tuned_threads *h, double threads)
{
    for (size_t i = 0; i < h->rate_count; i++)
        if (h->rates[i].threads == threads)
            return h->rates[i].rate.value;
    return NAN;
}

/* The numbers of threads of all rows, ascending. */
static size_t thread_counts(const struct tuned *t, double *counts)
{
    size_t n = 0;
    for (size_t i = 0; i < t->thread_count; i++)
        for (size_t r = 0; r < t->threads[i].rate_count; r++) {
            double threads = t->threads[i].rates[r].threads;
            size_t at = 0;
            while (at < n && counts[at] < threads)
                at++;
            if ((at < n && counts[at] == threads) || n == THREADS_MOST)
                continue;
            memmove(counts + at + 1, counts + at, (n - at) * sizeof *counts);
            counts[at] = threads;
            n++;
        }
    return n;
}

void tuning_threads_add(const struct tuning_page *p)
{
    static const char alignment[] = "lrrrrrrrrrrrr";
    struct arena *a = &p->t->model.arena;
    double counts[THREADS_MOST + 1];
    size_t n = thread_counts(p->t, counts), all = p->t->thread_count;
    if (!n || !p->room->thread_table)
        return;
    page_head(p->page, "GB/s of all threads together (* the fewest that are not provably below the best)");
    page_table(p->page, arena_format(a, "%.*s", (int)n + 1, alignment));
    page_field(p->page, "threads");
    for (size_t i = 0; i < n; i++)
        page_field(p->page, arena_format(a, "%.0f", counts[i]));
    for (size_t i = 0; i < all && i < p->room->threads; i++) {
        const struct tuned_threads *h = &p->t->threads[i];
        page_field(p->page, arena_format(a, "%s, %s", h->strategy, tuned_bytes(a, h->size)));
        for (size_t c = 0; c < n; c++)
            page_field(p->page, arena_format(a, "%s%s", shown_number(rate_at(h, counts[c])).text,
                                             h->peak == counts[c] ? "*" : ""));
    }
    if (all > p->room->threads)
        page_text(p->page, tuned_more(a, all - p->room->threads, "strategy", "strategies"));
}

/* "1.38 whole lines, aligned, warm": what is warm or cold is always the source. */
static const char *show_class(struct arena *a, double ratio, const char *where)
{
    static const char source[] = "source ";
    const char *word = strstr(where, source);
    if (!isfinite(ratio))
        return "-";
    if (!word)
        return arena_format(a, "%s %s", shown_ratio(ratio).text, where);
    return arena_format(a, "%s %.*s%s", shown_ratio(ratio).text, (int)(word - where), where,
                        word + strlen(source));
}

static const char *show_verdict(struct arena *a, const char *verdict)
{
    const char *style = !strcmp(verdict, "faster") ? STYLE_GOOD : !strcmp(verdict, "slower") ? STYLE_BAD : "";
    return arena_format(a, "%s%s%s", style, *verdict ? verdict : "-", *style ? STYLE_OFF : "");
}

/* A variable's own name; the id of another tells what it was proven against. */
static const char *show_id(const char *id)
{
    static const char prefix[] = "libpmem/";
    if (!strcmp(id, "libpmem"))
        return "libpmem (all of it)";
    return strncmp(id, prefix, strlen(prefix)) ? id : id + strlen(prefix);
}

static void proof_row(const struct tuning_page *p, const struct tuned_proof *proof)
{
    struct arena *a = &p->t->model.arena;
    page_field(p->page, show_id(proof->id));
    page_field(p->page, arena_format(a, "%s (%s)", shown_ratio(proof->ratio.value).text,
                                     show_interval(a, proof->ratio.low, proof->ratio.high, false)));
    page_field(p->page, show_class(a, proof->worst_ratio, proof->worst));
    page_field(p->page, show_verdict(a, proof->verdict));
    page_field(p->page, proof->kept ? "yes" : "no");
}

/* Where a proposal that is for one situation was proven. */
static void where_lines(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    for (size_t i = 0; i < t->proposal_count; i++) {
        bool any = false;
        for (size_t k = 0; k < t->proof_count && *t->proposals[i].where; k++)
            any |= !strcmp(t->proofs[k].proposal, t->proposals[i].id);
        if (any)
            page_text(p->page, arena_format(&p->t->model.arena, "%s@%s: proven %s", t->proposals[i].name,
                                            t->proposals[i].value, t->proposals[i].where));
    }
}

static bool same_sizes(const struct tuned_proof *a, const struct tuned_proof *b)
{
    return a->size_count == b->size_count && a->pairs == b->pairs &&
           (!a->size_count || !memcmp(a->sizes, b->sizes, a->size_count * sizeof *a->sizes));
}

/* Whether all proofs were made on the same sizes, by as many pairs. */
static bool all_same(const struct tuned *t)
{
    for (size_t i = 1; i < t->proof_count; i++)
        if (!same_sizes(&t->proofs[0], &t->proofs[i]))
            return false;
    return t->proof_count > 0;
}

static const char *title(const struct tuned *t, struct arena *a)
{
    const struct tuned_proof *first = t->proofs;
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < (all_same(t) ? first->size_count : 0); i++) {
        low = fmin(low, first->sizes[i]);
        high = fmax(high, first->sizes[i]);
    }
    if (!(low <= high) || !isfinite(first->pairs))
        return "Proof by pairs of fresh processes, on sizes that the search has not used";
    return arena_format(
        a, "Proof by %.0f pairs of fresh processes, on %zu sizes that the search has not used (%s)",
        first->pairs, first->size_count, tuned_range(a, low, high));
}

static void sizes_line(const struct tuning_page *p, const struct tuned_proof *proof, bool named)
{
    struct arena *a = &p->t->model.arena;
    struct line line = {0};
    if (named)
        line_add(&line, "%s: ", proof->id);
    if (isfinite(proof->pairs))
        line_add(&line, "%.0f pairs of processes, ", proof->pairs);
    if (proof->size_count > SIZES_SHOWN)
        line_add(&line, "each on its own of %zu sizes, %.0f to %.0f", proof->size_count, proof->sizes[0],
                 proof->sizes[proof->size_count - 1]);
    for (size_t i = 0; i < proof->size_count && proof->size_count <= SIZES_SHOWN; i++)
        line_add(&line, "%s %.0f", i ? "," : "sizes", proof->sizes[i]);
    line_add(&line, proof->size_count ? " B" : "sizes not known");
    page_text(p->page, arena_format(a, "%s", line.text));
}

static void sizes_lines(const struct tuning_page *p)
{
    const struct tuned *t = p->t;
    bool same = all_same(t);
    for (size_t i = 0; i < t->proof_count && i < (same ? 1 : p->room->proofs); i++)
        sizes_line(p, &t->proofs[i], !same);
}

void tuning_proof_add(const struct tuning_page *p)
{
    static const char *const heads[] = {"proposal", "cost ratio (95 %)", "worst", "verdict", "kept"};
    const struct tuned *t = p->t;
    page_head(p->page, title(t, &p->t->model.arena));
    if (!t->proof_count) {
        page_text(p->page, t->proposal_count ? "Nothing was proven, so nothing is kept."
                                             : "There was nothing to prove: nothing was proposed.");
        return;
    }
    page_table(p->page, "lllll");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        page_field(p->page, heads[i]);
    for (size_t i = 0; i < t->proof_count && i < p->room->proofs; i++)
        proof_row(p, &t->proofs[i]);
    if (t->proof_count > p->room->proofs)
        page_text(p->page,
                  tuned_more(&p->t->model.arena, t->proof_count - p->room->proofs, "proof", "proofs"));
    where_lines(p);
    if (p->room->proof_sizes)
        sizes_lines(p);
}

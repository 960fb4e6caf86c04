/* tune_pairs.c - what pairs of processes tell: ratio, interval, verdict */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "bench/tune_rounds.h"
#include "results/stats.h"

static const double CONFIDENCE = 0.95, EQUIVALENCE = 1.02;

/* The sum of a round's differences in one class or in all. */
struct sum {
    double log;
    size_t count;
};

static void add(struct sum *sum, double difference)
{
    sum->log += difference;
    sum->count++;
}

static double mean(const struct sum *sum)
{
    return sum->count ? sum->log / (double)sum->count : NAN;
}

static size_t class_of(size_t cell, uint64_t size, uint64_t from)
{
    return 4 * cell + 2 * (from && size >= from) + !is_whole_lines(size);
}

static void add_round(struct tune_pairs *pairs, const double *with, const double *without,
                      const struct tune_sizes *sizes, size_t cells)
{
    struct sum all = {0}, classes[TUNE_CLASSES] = {0};
    for (size_t c = 0; c < cells; c++)
        for (size_t z = 0; z < sizes->count; z++) {
            double difference = with[c * PROVE_SIZES + z] - without[c * PROVE_SIZES + z];
            if (!isfinite(difference))
                continue;
            add(&all, difference);
            add(&classes[class_of(c, sizes->list[z], pairs->from)], difference);
        }
    if (!all.count)
        return;
    pairs->mean[pairs->count] = mean(&all);
    for (size_t i = 0; i < TUNE_CLASSES; i++)
        pairs->class[i][pairs->count] = mean(&classes[i]);
    pairs->count++;
}

void tune_pairs_of(const struct tune_contest *contest, const struct tune_source *source,
                   struct tune_side with, struct tune_side without, struct tune_pairs *pairs)
{
    size_t path = source->cells * PROVE_SIZES;
    *pairs = (struct tune_pairs){.what = source->what, .from = contest->draw ? contest->draw->from : 0};
    for (unsigned r = 0; r < contest->rounds; r++)
        add_round(pairs, contest->figures[r][with.variant].log_ns + with.path * path,
                  contest->figures[r][without.variant].log_ns + without.path * path, &contest->sizes[r],
                  source->cells);
}

struct interval tune_pairs_ratio(const struct tune_pairs *pairs)
{
    struct interval r = stats_median_interval(pairs->mean, pairs->count, CONFIDENCE);
    return (struct interval){exp(r.value), exp(r.low), exp(r.high)};
}

const char *tune_verdict(struct interval ratio)
{
    return ratio.high < 1                                              ? "faster"
           : ratio.low > 1                                             ? "slower"
           : ratio.low >= 1 / EQUIVALENCE && ratio.high <= EQUIVALENCE ? "equivalent"
                                                                       : "unresolved";
}

static struct interval class_ratio(const struct tune_pairs *pairs, size_t class)
{
    double known[TUNE_ROUNDS];
    size_t n = 0;
    for (size_t i = 0; i < pairs->count; i++)
        if (isfinite(pairs->class[class][i]))
            known[n++] = pairs->class[class][i];
    struct interval r = stats_median_interval(known, n, CONFIDENCE);
    return (struct interval){exp(r.value), exp(r.low), exp(r.high)};
}

/* "whole lines, aligned, source warm"; "partial lines, from 1664 B on" */
static void put_class(struct tuning_class *out, const struct tune_pairs *pairs, size_t class,
                      struct interval ratio)
{
    int used = snprintf(out->where, sizeof(out->where), "%s", class % 2 ? "partial lines" : "whole lines");
    char *end = out->where + used;
    size_t left = sizeof(out->where) - (size_t)used;
    if (pairs->what)
        snprintf(end, left, ", %.50s", pairs->what[class / 4]);
    else if (pairs->from)
        snprintf(end, left, class / 2 % 2 ? ", from %llu B on" : ", below %llu B",
                 (unsigned long long)pairs->from);
    out->ratio = ratio.value;
    out->low = ratio.low;
    out->high = ratio.high;
}

static bool loses(double low)
{
    return low > TUNING_MARGIN;
}

bool tune_class_loses(const struct tuning_proof *proof)
{
    return loses(proof->worst.low);
}

/* A class that provably loses is worse than any that may only be noisy. */
static bool is_worse(struct interval ratio, const struct tuning_class *worst)
{
    return loses(ratio.low) != loses(worst->low) ? loses(ratio.low) : !(worst->ratio >= ratio.value);
}

void tune_pairs_fill(const struct tune_pairs *pairs, struct tuning_proof *proof)
{
    proof->ratio = tune_pairs_ratio(pairs);
    proof->pairs = (unsigned)pairs->count;
    text_copy(proof->verdict, sizeof(proof->verdict), tune_verdict(proof->ratio));
    proof->best = proof->worst = (struct tuning_class){.ratio = NAN, .low = NAN, .high = NAN};
    for (size_t i = 0; i < TUNE_CLASSES; i++) {
        struct interval ratio = class_ratio(pairs, i);
        if (!isfinite(ratio.value))
            continue;
        if (!(proof->best.ratio <= ratio.value))
            put_class(&proof->best, pairs, i, ratio);
        if (is_worse(ratio, &proof->worst))
            put_class(&proof->worst, pairs, i, ratio);
    }
    proof->kept = proof->ratio.high < 1 && !tune_class_loses(proof);
}

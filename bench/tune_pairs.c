/* tune_pairs.c - what pairs of processes tell: ratio, interval, verdict */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "bench/tune_rounds.h"
#include "results/stats.h"

static const double CONFIDENCE = 0.95, EQUIVALENCE = 1.02;

void tune_pairs_add(struct tune_pairs *pairs, const double *with, const double *without, size_t sizes,
                    size_t cells)
{
    double sum = 0;
    size_t all = 0, at = pairs->count;
    if (at == TUNE_ROUNDS)
        return;
    for (size_t z = 0; z < sizes; z++) {
        double of_size = 0;
        size_t n = 0;
        for (size_t c = 0; c < cells; c++) {
            double difference = with[c * sizes + z] - without[c * sizes + z];
            if (isfinite(difference)) {
                of_size += difference;
                n++;
            }
        }
        pairs->size[z][at] = n ? of_size / (double)n : NAN;
        sum += of_size;
        all += n;
    }
    if (all) {
        pairs->mean[at] = sum / (double)all;
        pairs->count++;
    }
}

void tune_pairs_of(const struct tune_contest *contest, const struct tune_source *source, size_t with,
                   size_t without, struct tune_pairs *pairs)
{
    *pairs = (struct tune_pairs){.count = 0};
    for (unsigned r = 0; r < contest->rounds; r++)
        tune_pairs_add(pairs, contest->figures[r][with].log_ns, contest->figures[r][without].log_ns,
                       source->sizes, source->cells);
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

static double ratio_at(const struct tune_pairs *pairs, size_t size)
{
    double known[TUNE_ROUNDS];
    size_t n = 0;
    for (size_t i = 0; i < pairs->count; i++)
        if (isfinite(pairs->size[size][i]))
            known[n++] = pairs->size[size][i];
    return exp(stats_median(known, n));
}

void tune_pairs_fill(const struct tune_pairs *pairs, const uint64_t *sizes, size_t count,
                     struct tuning_proof *proof)
{
    proof->ratio = tune_pairs_ratio(pairs);
    proof->kept = proof->ratio.high < 1;
    proof->pairs = (unsigned)pairs->count;
    text_copy(proof->verdict, sizeof(proof->verdict), tune_verdict(proof->ratio));
    proof->best.ratio = proof->worst.ratio = NAN;
    proof->best.size = proof->worst.size = 0;
    for (size_t z = 0; z < count; z++) {
        double ratio = ratio_at(pairs, z);
        if (isfinite(ratio) && !(proof->best.ratio <= ratio)) {
            proof->best.ratio = ratio;
            proof->best.size = sizes[z];
        }
        if (isfinite(ratio) && !(proof->worst.ratio >= ratio)) {
            proof->worst.ratio = ratio;
            proof->worst.size = sizes[z];
        }
    }
}

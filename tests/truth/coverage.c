/* coverage.c - how often the intervals at 95 % hold the truth, in simulated samples of every bad kind */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/results/noise.h"
#include "tests/truth/truth.h"

/* Nothing is timed: the same table everywhere. "plain" is the sign interval that takes its values for
 * independent; "width": how many times as wide as that one, of the same sample, the interval is in the mean.
 */

enum { TRIALS = 10000, TRIALS_SMOKE = 20, REPEATS = 8, RUN = 16, MOST = 1024 };

static const double NOISE = 0.01, RATIO = 1.03, CONFIDENCE = 0.95, BOUND = 0.94;

struct tally {
    unsigned trials, covered, plain;
    double width; /* sum over the trials, each by that of the plain interval */
};

struct scratch {
    double a[MOST], b[MOST], x[MOST];
};

static bool holds(struct interval i, double truth)
{
    return i.low <= truth && truth <= i.high;
}

static void count(struct tally *t, struct interval i, struct interval plain, double truth)
{
    t->trials++;
    t->covered += holds(i, truth);
    t->plain += holds(plain, truth);
    t->width += (i.high - i.low) / (plain.high - plain.low);
}

/* Two paths of the same rounds: their drift is one, their noise is each its own. */
static void try_paired(const struct noise_kind *k, size_t n, struct rng *r, struct scratch *s,
                       struct tally *t)
{
    noise_fill(k, s->a, n, r);
    noise_fill(k, s->b, n, r);
    for (size_t i = 0; i < n; i++) {
        double drift = noise_drift(k, i, n);
        s->x[i] = NOISE * (s->b[i] - s->a[i]);
        s->a[i] = 500 * exp(NOISE * (s->a[i] + drift));
        s->b[i] = 500 * RATIO * exp(NOISE * (s->b[i] + drift));
    }
    struct interval ratio = stats_paired_ratio(s->a, s->b, n, CONFIDENCE).ratio;
    struct interval logs = {log(ratio.value), log(ratio.low), log(ratio.high)};
    struct interval plain = stats_median_interval(s->x, n, CONFIDENCE);
    plain.low += log(RATIO);
    plain.high += log(RATIO);
    count(t, logs, plain, log(RATIO));
}

static void try_summary(const struct noise_kind *k, size_t n, double median, struct rng *r, struct scratch *s,
                        struct tally *t)
{
    noise_fill(k, s->x, n, r);
    for (size_t i = 0; i < n; i++)
        s->x[i] += noise_drift(k, i, n);
    count(t, stats_series_interval(s->x, n, CONFIDENCE), stats_median_interval(s->x, n, CONFIDENCE), median);
}

/* Eight processes of each of two files, each the median of a run of its own. */
static void try_unpaired(const struct noise_kind *k, struct rng *r, struct scratch *s, struct tally *t)
{
    for (size_t i = 0; i < 2 * REPEATS; i++) {
        noise_fill(k, s->x, RUN, r);
        for (size_t round = 0; round < RUN; round++)
            s->x[round] += noise_drift(k, round, RUN);
        double ns = 500 * exp(NOISE * stats_median(s->x, RUN));
        if (i < REPEATS)
            s->a[i] = ns;
        else
            s->b[i - REPEATS] = RATIO * ns;
    }
    struct interval ratio = stats_unpaired_ratio(s->a, REPEATS, s->b, REPEATS, CONFIDENCE).ratio;
    count(t, ratio, ratio, RATIO);
}

static void print_head(void)
{
    printf("%-9s %-26s %5s %6s  %-24s %7s %6s\n", "interval", "kind of sample", "n", "trials",
           "covers (95 % interval)", "plain", "width");
}

/* With the interval of E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209-212. */
static void print_line(const char *interval, const struct noise_kind *k, size_t n, const struct tally *t)
{
    double trials = t->trials, share = t->covered / trials, z = 1.96, weight = 1 / (1 + z * z / trials);
    double middle = weight * (share + z * z / 2 / trials);
    double half = weight * z * sqrt(share * (1 - share) / trials + z * z / 4 / trials / trials);
    printf("%-9s %-26s %5zu %6u  %5.1f %% (%5.1f .. %5.1f)  %5.1f %% %5.2f  %s\n", interval, k->name, n,
           t->trials, 100 * share, 100 * (middle - half), 100 * (middle + half), 100 * t->plain / trials,
           t->width / trials, truth_met(share >= BOUND));
}

static void run(const struct noise_kind *k, size_t n, unsigned trials, bool paired, struct scratch *s)
{
    struct tally t = {0};
    struct rng r = {.state = 1000 * n + (uint64_t)(k - noise_kinds) + (paired ? 500 : 0)};
    double median = noise_median(k, n);
    for (unsigned i = 0; i < trials; i++)
        if (paired)
            try_paired(k, n, &r, s, &t);
        else
            try_summary(k, n, median, &r, s, &t);
    print_line(paired ? "paired" : "summary", k, n, &t);
}

static void run_unpaired(const struct noise_kind *k, unsigned trials, struct scratch *s)
{
    struct tally t = {0};
    struct rng r = {.state = 77 + (uint64_t)(k - noise_kinds)};
    for (unsigned i = 0; i < trials; i++)
        try_unpaired(k, &r, s, &t);
    print_line("unpaired", k, REPEATS, &t);
}

static void usage(FILE *to)
{
    fprintf(
        to,
        "usage: %s [--trials N] [--smoke]\nhow often the intervals at 95 %% hold the truth, by simulation\n"
        "  --trials N  of each line (also --rounds; %d)\n  --smoke     a second or so\n",
        program_invocation_short_name, TRIALS);
}

static unsigned read_options(int argc, char **argv)
{
    unsigned long trials = TRIALS;
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        if (!strcmp(argv[i], "--help")) {
            usage(stdout);
            exit(0);
        }
        if (!strcmp(argv[i], "--smoke"))
            trials = TRIALS_SMOKE;
        else if ((!strcmp(argv[i], "--trials") || !strcmp(argv[i], "--rounds")) && i + 1 < argc)
            trials = strtoul(argv[++i], &end, 10);
        if ((!end && trials != TRIALS_SMOKE) || (end && *end) || !trials || trials > 10000000) {
            usage(stderr);
            exit(2);
        }
    }
    return (unsigned)trials;
}

int main(int argc, char **argv)
{
    static const size_t counts[] = {16, 24, 64, 256, MOST};
    unsigned trials = read_options(argc, argv);
    struct scratch *s = truth_alloc(1, sizeof(*s));
    setvbuf(stdout, NULL, _IOLBF, 0);
    print_head();
    for (int paired = 1; paired >= 0; paired--)
        for (size_t k = 0; k < NOISE_KINDS; k++)
            for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
                run(&noise_kinds[k], counts[i], trials, paired, s);
    for (size_t k = 0; k < NOISE_KINDS; k++)
        run_unpaired(&noise_kinds[k], trials, s);
    free(s);
    return 0;
}

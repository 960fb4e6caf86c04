/* promises.c - many fsyncs against many writers over a shadow medium, and the litmus of the mark */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "tests/kernels/promise_stress.h"
#include "tests/strategies/litmus.h"

struct options {
    uint64_t fsyncs; /* in all, for each tracker */
    uint64_t litmus; /* rounds; 0: no litmus */
    bool smoke;
};

enum { FSYNCS_SMOKE = 200, LITMUS_SMOKE = 20000, ROW_TEXT = 200 };

static const char usage[] =
    "usage: %s [--fsyncs N] [--litmus N] [--smoke]\n"
    "For each tracker, write-back, domain, and durable copy: writers and fsyncs on the same lines, over a\n"
    "shadow of the medium. After each fsync whatever had returned when it was called must be there.\n"
    "  --fsyncs N  fsyncs for each tracker, shared by its rows (default 10000000, unless --litmus is given)\n"
    "  --litmus N  rounds of mark against take on two CPUs, for each kind of mark\n"
    "  --smoke     a second or so, only to see that it runs\n"
    "Exits with 1 when a promise is broken.\n";

/* A count above 0, or exit 2. */
static uint64_t number(const char *text)
{
    char *end = NULL;
    uint64_t n = text ? strtoull(text, &end, 10) : 0;
    if (!n || *end) {
        fprintf(stderr, usage, program_invocation_short_name);
        exit(2);
    }
    return n;
}

static struct options options_of(int argc, char **argv)
{
    struct options o = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help")) {
            printf(usage, program_invocation_short_name);
            exit(0);
        }
        if (!strcmp(argv[i], "--smoke"))
            o.smoke = true;
        else if (!strcmp(argv[i], "--fsyncs"))
            o.fsyncs = number(argv[++i]);
        else if (!strcmp(argv[i], "--litmus"))
            o.litmus = number(argv[++i]);
        else
            number(NULL);
    }
    if (o.smoke)
        return (struct options){.fsyncs = FSYNCS_SMOKE, .litmus = LITMUS_SMOKE, .smoke = true};
    if (!o.fsyncs && !o.litmus)
        o.fsyncs = 10000000;
    return o;
}

static unsigned rows_of(enum track_id track)
{
    struct path_parts_ids ids;
    unsigned rows = 0;
    for (unsigned i = 0; composition(i, &ids); i++) {
        struct row row;
        struct error why = {0};
        rows += ids.track == track && row_of(i, &ids, &row, &why);
    }
    return rows;
}

/* Adds up what a tracker's rows did; prints those that break anything, and what the CPU lacks. */
static struct tally run_tracker(enum track_id track, uint64_t fsyncs, bool quiet)
{
    struct tally sum = {0};
    struct path_parts_ids ids;
    unsigned rows = rows_of(track), row_number = 0;
    for (unsigned i = 0; composition(i, &ids); i++) {
        struct row row;
        struct tally t;
        struct error err = {0};
        char text[ROW_TEXT];
        if (ids.track != track || !row_of(i, &ids, &row, &err)) {
            if (ids.track == track && err.text[0] && !ids.domain)
                printf("skipped: %s\n", err.text);
            continue;
        }
        row_text(&row, text, sizeof(text));
        if (!quiet)
            fprintf(stderr, "%s: row %u of %u: %s\n", track_get(track, 0)->name, ++row_number, rows, text);
        if (stress_run(&row, NULL, fsyncs / rows + row.syncers, &t, &err)) {
            fprintf(stderr, "%s: %s\n", text, err.text);
            exit(1);
        }
        if (t.broken || t.unfenced || t.strays)
            printf("BROKEN %s: %lu of %lu fsyncs, %lu of %lu writes without a fence at their end, %lu stray "
                   "lines\n",
                   text, t.broken, t.fsyncs, t.unfenced, t.writes, t.strays);
        sum.fsyncs += t.fsyncs;
        sum.writes += t.writes;
        sum.broken += t.broken + t.unfenced + t.strays;
    }
    printf("%-14s %5u rows %12lu fsyncs %12lu writes %8lu broken promises\n", track_get(track, 0)->name, rows,
           sum.fsyncs, sum.writes, sum.broken);
    fflush(stdout);
    return sum;
}

/* Returns the broken rounds, or 0 where there are not two CPUs, which is said. */
static uint64_t run_litmus(const char *name, enum litmus_kind kind, const struct track *track,
                           uint64_t rounds)
{
    uint64_t broken = 0;
    int cpu[2];
    fprintf(stderr, "litmus: %s\n", name);
    if (!litmus_cpus(cpu))
        printf("litmus %-28s skipped: two CPUs are needed\n", name);
    else if (litmus_run(kind, track, rounds, &broken))
        printf("litmus %-28s skipped: no memory, or no thread\n", name);
    else
        printf("litmus %-28s %12lu rounds %10lu broken\n", name, rounds, broken);
    return broken;
}

static uint64_t run_all_litmus(uint64_t rounds)
{
    uint64_t broken = 0;
    for (unsigned t = 0; t < TRACKS; t++) {
        const struct track *track = track_get((enum track_id)t, 0);
        if (track->shape == SHAPE_BITMAP)
            broken += run_litmus(track->name, LITMUS_MARK, track, rounds);
    }
    broken += run_litmus("test before set, fenced", LITMUS_TEST_FENCED, NULL, rounds);
    run_litmus("test before set (wrong)", LITMUS_TEST_FIRST, NULL, rounds);
    return broken;
}

int main(int argc, char **argv)
{
    struct options o = options_of(argc, argv);
    uint64_t broken = 0;
    for (unsigned t = 0; t < TRACKS && o.fsyncs; t++)
        broken += run_tracker((enum track_id)t, o.fsyncs, o.smoke).broken;
    if (o.litmus)
        broken += run_all_litmus(o.litmus);
    return broken ? 1 : 0;
}

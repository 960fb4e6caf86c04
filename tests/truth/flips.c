/* flips.c - how often the search for flips finds them, and how right it is, on simulated machines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/results/flip_machine.h"

enum { MACHINES = 2000, MACHINES_SMOKE = 20 };

struct tally {
    unsigned machines, found, covered, both, overlapping;
    double asked, sizes, wide, off; /* sums: of all; of those found, the logarithms */
};

static void count(struct tally *t, const struct flip_search *s, struct flip_end end, double crossing)
{
    t->machines++;
    t->asked += s->asked;
    t->sizes += (double)s->flip.count;
    if (!end.found)
        return;
    t->found++;
    t->covered += flip_covers(end, crossing);
    t->wide += log(end.high / end.low);
    t->off += fabs(log(end.size / crossing));
}

static void print_share(unsigned part, unsigned whole)
{
    if (whole)
        printf(" %9.2f %%", 100.0 * part / whole);
    else
        printf(" %11s", "-");
}

static void print_head(void)
{
    printf("%-24s %5s %8s %11s %11s %11s %8s %6s %9s %6s\n", "curve", "noise", "machines", "found", "covered",
           "overlapping", "measured", "sizes", "high/low", "off");
}

/* overlapping: of machines found twice, with other noise, those whose two intervals have a size in common. */
static void print_line(const char *name, double noise, const struct tally *t)
{
    printf("%-24s %3.0f %% %8u", name, 100 * noise, t->machines / 2);
    print_share(t->found, t->machines);
    print_share(t->covered, t->found);
    print_share(t->overlapping, t->both);
    printf(" %8.1f %6.1f", t->asked / t->machines, t->sizes / t->machines);
    if (t->found)
        printf(" %9.2f %6.3f", exp(t->wide / t->found), exp(t->off / t->found));
    printf("\n");
}

/* Each machine twice, with other noise. */
static void run(const char *name, struct flip_machine kind, unsigned machines)
{
    bool wild = kind.wild;
    struct tally t = {0};
    struct rng places = {.state = 4711};
    kind.rng.state = (uint64_t)(1e6 * kind.noise + 1e3 * kind.steep) + 77 * kind.curve;
    for (unsigned i = 0; i < machines; i++) {
        struct flip_end end[2];
        kind.crossing = log_uniform(&places, 80, kind.curve == CURVE_TWICE ? 5000 : 40000);
        kind.second = kind.crossing * log_uniform(&places, 3, 8);
        kind.wild = wild ? SWEEP_SIZES + 1 + (unsigned)rng_below(&places, 5) : 0;
        for (int k = 0; k < 2; k++) {
            struct flip_search s = machine_search(&kind);
            end[k] = flip_end(&s.flip);
            count(&t, &s, end[k], kind.crossing);
        }
        bool both = end[0].found && end[1].found;
        t.both += both;
        t.overlapping += both && end[0].low <= end[1].high && end[1].low <= end[0].high;
    }
    print_line(name, kind.noise, &t);
}

static void run_smooth(double noise, unsigned machines)
{
    static const double steeps[] = {0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1};
    char name[40];
    for (size_t i = 0; i < sizeof(steeps) / sizeof(steeps[0]); i++) {
        snprintf(name, sizeof(name), "smooth, steepness %.2f", steeps[i]);
        run(name, (struct flip_machine){CURVE_SMOOTH, .steep = steeps[i], .height = 0.5, .noise = noise},
            machines);
    }
}

static void run_others(double noise, unsigned machines)
{
    static const struct {
        const char *name;
        struct flip_machine kind;
    } others[] = {
        {"step of 20 %", {CURVE_STEP, .height = 0.2}},
        {"step of 20 %, one wild", {CURVE_STEP, .height = 0.2, .wild = 1}},
        {"equal", {CURVE_EQUAL, .height = 0}},
        {"parallel, 10 % apart", {CURVE_PARALLEL, .height = 0.1}},
        {"crossing twice", {CURVE_TWICE, .steep = 0.5, .height = 0.5}},
        {"sawtooth", {CURVE_SAWTOOTH, .height = 0.1}},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct flip_machine kind = others[i].kind;
        kind.noise = noise;
        run(others[i].name, kind, machines);
    }
}

static void usage(FILE *to)
{
    fprintf(to,
            "usage: %s [--machines N] [--smoke]\nhow often flips are found, and how right, by simulation\n"
            "  --machines N  of each line (%d)\n  --smoke       a second or so\n",
            program_invocation_short_name, MACHINES);
}

static unsigned read_options(int argc, char **argv)
{
    unsigned long machines = MACHINES;
    for (int i = 1; i < argc; i++) {
        char *end = "";
        if (!strcmp(argv[i], "--help")) {
            usage(stdout);
            exit(0);
        }
        if (!strcmp(argv[i], "--smoke"))
            machines = MACHINES_SMOKE;
        else if (!strcmp(argv[i], "--machines") && i + 1 < argc)
            machines = strtoul(argv[++i], &end, 10);
        else
            machines = 0;
        if (*end || !machines || machines > 10000000) {
            usage(stderr);
            exit(2);
        }
    }
    return (unsigned)machines;
}

int main(int argc, char **argv)
{
    static const double noises[] = {0.01, 0.02, 0.05};
    unsigned machines = read_options(argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    print_head();
    for (size_t i = 0; i < sizeof(noises) / sizeof(noises[0]); i++) {
        run_smooth(noises[i], machines);
        run_others(noises[i], machines);
    }
    return 0;
}

/* sabotage.h - what a proof does to a run, to see that its controls and its verdicts notice */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_SABOTAGE_H
#define BENCH_SABOTAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "results/result.h"

/* Only a build for proofs (PMB_PROOF) can set anything here or looks at it; in every other one the functions
 * below do nothing. All zero: no sabotage. */
struct sabotage {
    double drift; /* each sample's clock runs exp(drift) times as fast as that of the sample before */
    bool aabb;    /* all rounds of one variant, then all of the next */
    bool no_spin; /* the control `different` is not spun */
    char slow_path[NAME_TEXT]; /* "all": every path; empty: none */
    double slow_share;         /* of its first median, by which each of its periods is spun longer */
    uint64_t samples;          /* so far */
    struct planted_copy {      /* copies that are slow on one side of a size */
        char path[NAME_TEXT];
        double ns;  /* a write */
        bool above; /* slow from `size` on; else below it */
        uint64_t size;
    } planted[2];
};

/* "drift", "drift=RATE", "aabb", "no-spin", or a list of them by comma. -1 with err (EXIT_USAGE). */
int sabotage_parse(const char *text, struct sabotage *s, struct error *err);
/* "PATH=PERCENT" or "all=PERCENT". -1 with err (EXIT_USAGE). */
int sabotage_parse_slow(const char *text, struct sabotage *s, struct error *err);
/* "PATH=NS@below:SIZE" or "@above:SIZE", or two by comma: that path's copy step spins so much longer. -1 with
 * err (EXIT_USAGE). */
int sabotage_parse_copy(const char *text, struct sabotage *s, struct error *err);
/* That the path to be slowed is in the plan: else the proof would prove nothing. -1 with err (EXIT_USAGE). */
int sabotage_check(const struct sabotage *s, const json_t *plan, struct error *err);

/* What this sample's clock shows of ns. `s` may be NULL in all of these. */
double sabotage_clock(struct sabotage *s, double ns);
bool sabotage_aabb(const struct sabotage *s);
bool sabotage_no_spin(const struct sabotage *s);
/* The share by which this path is to be slowed; 0: not at all. */
double sabotage_slow(const struct sabotage *s, const char *path);
/* By how many ns a write the copy of this path is slowed at this size; 0: not at all. */
double sabotage_copy(const struct sabotage *s, const char *path, uint64_t size);

#endif

/* group.h - the unit of measuring: cells that differ only in their path, with all their rungs and controls */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_GROUP_H
#define BENCH_GROUP_H

#include "base/clock.h"
#include "bench/drain.h"
#include "bench/spec.h"
#include "kernels/cell.h"
#include "kernels/latency.h"
#include "results/result.h"

enum {
    ROUNDS_BLOCK =
        8, /* one permutation forwards and backwards, each in four code layouts: positions balance out */
    ROUNDS_LEAST = 16, /* below it no interval at 99.9 % can be told */
    ROUNDS_MIN = 64,   /* of the first pass, as long as the time allows */
    ROUNDS_MAX = 4096
};

enum slot_role {
    ROLE_PATH,      /* the path without a mask */
    ROLE_TWIN,      /* control `same`, of the baseline */
    ROLE_SPIN,      /* control `different`, of the longest path */
    ROLE_RUNG,      /* ladder: steps up to variant.step */
    ROLE_WITHOUT,   /* leave-one-out */
    ROLE_UNFLUSHED, /* leave-one-out of a flush request that is not made up for before the next period */
    ROLE_PREMARKED, /* what leaving `tag` out is compared with */
    ROLE_STAMPED,   /* --latency: each call stamped; no sample of anything else */
};

/* One variant of one cell, run once a round. */
struct slot {
    size_t member;
    enum slot_role role;
    struct variant variant;
    double *ns; /* ns/op by round */
    uint64_t faults;
    double *thread_ns;       /* of several threads: each one's ns a write of its own, threads to a round */
    struct stamped *stamped; /* ROLE_STAMPED: its calls (latency.h); owned */
    uint64_t turn, turn_sum; /* turns.h: the last one, and of all rounds */
    bool failed;             /* it has no samples; also of what this machine cannot run (ROLE_UNFLUSHED) */
};

struct group {
    char key[KEY_TEXT];
    struct run_cell **members; /* runnable cells; not owned */
    size_t member_count, baseline, longest;
    struct slot *slots;
    size_t slot_count;
    uint64_t periods;         /* windows by which a round moves on */
    uint64_t *member_periods; /* a sample of each member */
    bool natural;             /* the footprint is far over the caches: its windows are met cold by themselves;
                                 never where paths of the group write-protect one file's pages */
    unsigned rounds, capacity;
    unsigned journaled; /* rounds that the journal has */
    uint64_t cursor;    /* next window of a natural stream */
    uint64_t turns;     /* taken so far by all slots */
    bool scattered;     /* a turn was taken outside of its round */
    bool turns_cut;     /* the first of them were in the middle of a block */
    double first_ns;    /* first median of the longest path, ns a period */
    double planted_ns;  /* what the control `different` spins a period */
    double half_width;  /* the widest of the ratios to the baseline and of the controls; 1 before they are
                           known */
    uint64_t moved;     /* periods of a thread that ran on another CPU than asked for */
    double skew_ns;     /* by which the threads' counters disagree at least */
    unsigned dropped;   /* warm-up samples */
    bool short_samples; /* a sample could not be made as long as the clock asks */
    double *factors;  /* by round: how much slower than usual all whole paths were; group_analyse sets them */
    uint8_t *layouts; /* by round, 0 .. LAYOUTS_EACH-1 */
    struct result_controls controls;
};

struct stamped;
struct written;
struct sabotage;
struct real_drain;

/* Kernel `track`: trackers alone, compared with xarray. */
static inline bool group_is_track(const struct group *g)
{
    return g->members[0]->spec.kernel == KERNEL_TRACK;
}

/* What a group's visit needs to know of the run. */
struct group_env {
    const struct workspace *workspace;
    double tsc_ghz, clock_ns, clock_resolution_ns;
    struct chain_cost chain;
    struct stamp_clock stamp_clock; /* --latency */
    uint64_t seed;
    double precision;  /* wanted half-width of a ratio, such as 0.01 */
    double measured_s; /* of measuring before this process went on with the run; 0: from the start */
    const char *region_provenance;
    struct drain_model drain;            /* of domains whose drain is modelled */
    const struct real_drain *real_drain; /* what this machine has instead; NULL, or none in it: none */
    struct drift *drift;
    struct written *written; /* what has been written to the memory under test; NULL: not counted */
    struct progress *progress;
    int hook_skip, hook_delay; /* test hooks of the path, -1: none; only a build with hooks looks at them */
    uint64_t hook_ticks;
    struct sabotage *sabotage; /* of proofs, see sabotage.h; NULL: none */
};

/* Groups of the runnable cells, in the order of the cells. NULL when memory is short; *count of them. */
struct group *groups_make(struct run_cell *cells, size_t cell_count, size_t *count, struct error *err);
void groups_free(struct group *groups, size_t count);

/* Room for that many rounds in every slot. -1 with err for want of memory. */
int group_reserve(struct group *g, unsigned rounds, struct error *err);

/* Makes the group's cells, goes on for at least `rounds` more rounds (in whole blocks; fewer when a signal
 * came or, after ROUNDS_LEAST, the deadline in clock_now_ns() time passed or the precision is reached), and
 * drops the cells again. A cell whose data are wrong becomes CELL_FAILED, the others go on. -1 with err only
 * for want of memory. */
int group_visit(struct group *g, const struct group_env *env, unsigned rounds, uint64_t deadline,
                struct error *err);

/* analyse.c: from the samples to the members' results and the controls; half_width too. */
int group_analyse(struct group *g, const struct group_env *env, struct error *err);

#endif

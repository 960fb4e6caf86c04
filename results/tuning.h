/* tuning.h - what tune finds out about one machine, as plain data, and its file */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_TUNING_H
#define RESULTS_TUNING_H

#include <jansson.h>

#include "base/error.h"
#include "results/result.h"

/* As in result.h: what is missing is NAN and becomes null; sizes in bytes, costs in ns a write, rates in
 * GB/s. Arrays are malloc'ed and owned. */

#define TUNING_SCHEMA "pmembench-tuning"
#define TUNING_FILE   "tuning.json"
#define TUNING_ENV    "libpmem.env"
#define TUNING_HEADER "pmembench_tuning.h"
#define TUNING_REPORT "report.md"
enum { TUNING_VERSION = 1 };

/* Two strategies that differ by less than this are as good as each other: processes of one program differ by
 * as much. */
#define TUNING_MARGIN 1.03

/* One strategy at one size of a situation. */
struct tuning_cell {
    char strategy[NAME_TEXT]; /* durable: a copy; fsync: a path; tracker: "bitmap2", "bitmap@64" (granule) */
    double ns, gb_per_s;
    struct interval ratio; /* cost over that of the point's cheapest, paired by round; of that one itself 1 */
};

struct tuning_point {
    uint64_t size;
    unsigned rounds;
    bool held;          /* the group's controls, and they could tell a difference of a tenth */
    double floor_ratio; /* of the group: differences up to it are noise */
    struct tuning_cell *cells;
    size_t cell_count;
};

/* A stretch of sizes in which one strategy is nowhere worse than the margin; of those that reach as far, the
 * cheapest. */
struct tuning_segment {
    char strategy[NAME_TEXT];
    uint64_t from, to;        /* first and last size measured in it */
    char (*equal)[NAME_TEXT]; /* the others that are as good in the whole of it */
    size_t equal_count;
};

/* What the sizes are swept in: everything else is fixed. */
struct tuning_situation {
    char id[KEY_TEXT]; /* "durable/offset=0/dest=own/source=warm/threads=1": question and what varies */
    char question[NAME_TEXT]; /* durable: each write by itself; fsync: write()s, then fsync; tracker */
    char kernel[NAME_TEXT];
    char axis[AXES][AXIS_TEXT];  /* as asked; that of size is empty */
    bool primary;                /* the one of its question that hand-overs are made from */
    char state[16];              /* searched; part: not at all sizes, or not well; no: not at all */
    bool no_difference;          /* no strategy is worse than the margin at any size */
    struct tuning_point *points; /* by rising size */
    size_t point_count;
    struct tuning_segment *segments; /* by rising size, without gaps */
    size_t segment_count;
};

/* Where one strategy takes over from another. */
struct tuning_crossover {
    char id[KEY_TEXT];        /* "libpmem/source=warm", ..., else the situation's id + "/A>B" */
    char situation[KEY_TEXT]; /* its id */
    char below[NAME_TEXT], above[NAME_TEXT];
    double size;            /* bytes; NAN: not found */
    double ci_low, ci_high; /* below ci_low `below` is cheaper by more than the margin, above ci_high `above`;
                               NAN: never seen */
    unsigned probes;        /* sizes measured for it */
    char reason[LINE_TEXT]; /* of not found: one sentence; else empty */
};

struct tuning_rate {
    unsigned threads;
    struct interval gb_per_s; /* of all threads together */
};

/* How bandwidth grows with threads. */
struct tuning_threads {
    char id[KEY_TEXT]; /* "threads/size=4096/movnt-avx2" */
    char strategy[NAME_TEXT];
    uint64_t size;
    unsigned peak; /* the fewest threads within the margin of the best, all fewer provably below it; 0: cannot
                      be told */
    struct tuning_rate *rates;
    size_t rate_count;
};

/* Something to use, once it is proven. */
struct tuning_proposal {
    char id[NAME_TEXT];       /* "libpmem/PMEM_NO_CLWB", "hybrid" */
    char kind[16];            /* environment (of libpmem and libpmem2) or constant */
    char name[NAME_TEXT];     /* PMEM_NO_CLWB; hybrid */
    char value[NAME_TEXT];    /* "1"; bytes */
    char situation[KEY_TEXT]; /* id of the one that it was found and is proven in; empty: none */
    char what[LINE_TEXT];     /* one sentence: what it does */
    double found_gain;        /* cost ratio in the search or screening; NAN unknown */
    bool proven;              /* the proof was made; else kept is false */
    bool kept;                /* it won all its proofs outside their intervals */
    char reason[LINE_TEXT];   /* of not kept; else empty */
};

/* Writes that have something in common, such as whole lines from a cold source. */
struct tuning_class {
    char where[NAME_TEXT * 2]; /* in words: "whole lines, aligned, source warm" */
    double ratio, low, high;   /* as of the proof; the interval over the rounds, whose sizes differ */
};

/* One comparison of the proof, made by fresh processes on sizes and seeds that the search has not used. */
struct tuning_proof {
    char id[NAME_TEXT];       /* "libpmem/PMEM_NO_CLWB", "libpmem" (the whole environment), "hybrid/bypass" */
    char proposal[NAME_TEXT]; /* its id; of the whole environment "libpmem" */
    char against[NAME_TEXT];  /* "no environment", "bypass", ... */
    bool kept;                /* the interval lies below 1, and no class' lies wholly above TUNING_MARGIN */
    struct interval ratio;    /* cost with the proposal over cost without, geometric mean over the sizes; over
                                 pairs of processes, each with sizes of its own: so the interval holds the choice
                                 of sizes, too */
    char verdict[16]; /* faster: the interval lies below 1; slower: above; unresolved; equivalent: inside
                         +-2 % */
    unsigned pairs;
    uint64_t seed;
    uint64_t *sizes; /* of all pairs, rising, each once */
    size_t size_count;
    struct tuning_class best, worst; /* the one that provably loses, if any does */
};

struct tuning_part {
    char kind[16]; /* copy, path, tracker */
    char name[NAME_TEXT];
    bool used;
    char reason[LINE_TEXT]; /* of not used: what lacks; else empty */
};

struct tuning {
    enum run_status status; /* interrupted: also while tune is at work */
    struct result_run run;  /* plan is "tune" */
    struct result_machine machine;
    struct result_region region;
    struct result_domain domain;
    struct result_warning *warnings;
    size_t warning_count;

    double max_time_s, searched_s, proved_s; /* asked for; spent */
    char ended_by[16];                       /* found, time or signal */
    size_t groups, held;                     /* measured; whose controls held */
    double floor_ratio;                      /* the median of the groups' floors */
    uint64_t *probed; /* sizes that flips were sought at, as they came: no proof uses them */
    size_t probed_count;
    struct tuning_part *parts;
    size_t part_count;
    struct tuning_situation *situations;
    size_t situation_count;
    struct tuning_crossover *crossovers;
    size_t crossover_count;
    struct tuning_threads *threads;
    size_t thread_count;
    struct tuning_proposal *proposals;
    size_t proposal_count;
    struct tuning_proof *proofs;
    size_t proof_count;
};

/* Frees what it owns (not argv, not the struct itself) and zeroes it. */
void tuning_free(struct tuning *t);

/* The document (new reference) as in results/tuning.schema.json: the head's members "schema",
 * "schema_version", "status", "run", "machine", "region", "domain", "warnings" as in a result, without
 * `plan`'s cells; then "search" {max_time_s, searched_s, proved_s, ended_by, margin, groups, held,
 * floor_ratio}, and "parts", "situations" (with "axes" {member: text}, "points", "segments"), "crossovers",
 * "threads", "proposals", "proof": lists of objects with the members of the structs above by their names;
 * intervals become ratio, ci_low, ci_high (gb_per_s, ci_low, ci_high). NULL only when memory is short. */
json_t *tuning_to_json(const struct tuning *t);

/* Writes DIR/tuning.json as output_file does. */
int tuning_write_document(const json_t *document, const char *dir, struct error *err);

/* Reads FILE or DIR/tuning.json: refuses what result_read refuses of a result, in the same words. Every
 * member of the schema is there, of its type. New reference or NULL (EXIT_CANNOT). */
json_t *tuning_read(const char *file_or_dir, struct error *err);

/* Whether the file, or DIR/tuning.json, looks like a tuning rather than a result: a regular file of that name
 * in the folder, or a file whose schema says so. Never fails. */
bool tuning_is(const char *file_or_dir);

/* The reverse, as far as a proof needs it: proposals with what was found, and the sizes that the search has
 * measured (as a list of sizes in *sizes, malloc'ed). 0, or -1 with err for want of memory. */
int tuning_proposals_from(const json_t *document, struct tuning *t, uint64_t **sizes, size_t *size_count,
                          struct error *err);

#endif

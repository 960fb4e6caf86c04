/* tune_parts.h - what the files of the verb `tune` share */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_TUNE_PARTS_H
#define BENCH_TUNE_PARTS_H

#include "bench/run_parts.h"
#include "bench/tune_options.h"
#include "bench/tune_process.h"
#include "results/segments.h"
#include "results/tuning.h"

enum tune_question { TUNE_DURABLE, TUNE_FSYNC, TUNE_TRACKER, TUNE_QUESTIONS };

enum { TUNE_STRATEGIES = 48, TUNE_SIZES = 16 };

/* Something to choose, as reports call it and as a cell is asked for. */
struct tune_strategy {
    char label[NAME_TEXT], path[NAME_TEXT];
    char granule[AXIS_TEXT]; /* empty: the situation's */
    bool usable;             /* the CPU has what it needs, and it is durable here */
    char reason[LINE_TEXT];  /* of not usable */
};

struct tune_choices {
    struct tune_strategy list[TUNE_STRATEGIES];
    size_t count;
};

/* One group that is measured: some strategies of a situation at one size. */
struct tune_point {
    struct run_cells cells;
    struct group *group; /* NULL: not open */
    size_t groups;
    size_t strategy[TUNE_STRATEGIES]; /* of each member */
    bool counted;
    size_t floor_at; /* of it in the tune's floors */
};

/* One of the sizes that all of a situation's strategies were measured at. */
struct tune_look {
    size_t situation; /* index */
    uint64_t size;
    struct tune_point point;
};

/* All that a tune holds. */
struct tune {
    struct tune_options options;
    struct child_place place; /* this process binds itself; its children are placed as it was */
    struct run run;
    struct spec_env spec;
    struct group_env env;
    struct tune_choices choices[TUNE_QUESTIONS];
    struct tuning found;
    struct tune_look *looks; /* the groups of the coarse sizes, still open; malloc'ed, owned */
    size_t look_count;
    double *floors; /* of the groups measured; malloc'ed, owned */
    char dir[4096];
    bool dir_made;
    uint64_t started, search_end, end; /* clock_now_ns() */
    bool out_of_time;                  /* something was left out for want of it */
};

/* tune_space.c: what there is to choose from (options, CPU, domain), as far as names tell; -1 with err. */
int tune_choose(struct tune *t, struct error *err);
/* A plan that holds the largest cells of the search: memory and CPU are looked at by it. NULL with err. */
json_t *tune_largest(const struct tune *t, struct error *err);
/* After run_look with that plan: what of the choices can run, into choices and found.parts; a line on stderr
 * for what is worth one. -1 with err: nothing can be chosen. */
int tune_sort_out(struct tune *t, struct error *err);
/* Index of the usable strategy with this label; -1: there is none. */
int tune_strategy_find(const struct tune *t, enum tune_question question, const char *label);

/* tune_situations.c: all situations, those that matter most first, into found.situations. -1 with err for
 * want of memory. */
int tune_situations(struct tune *t, struct error *err);
/* In how many axes it differs from the primary situation of its question; other threads count twice. */
int tune_off(const struct tune *t, const struct tuning_situation *s);

/* tune_questions.c */
enum tune_question tune_question_of(const struct tuning_situation *s);
/* Sizes that each of its situations is first looked at, rising. Returns how many. */
size_t tune_sizes(enum tune_question question, const uint64_t **sizes);

/* tune_point.c: opens the point for `count` strategies (indices); -1 with err. */
int tune_point_open(struct tune *t, const struct tuning_situation *s, uint64_t size, const size_t *strategies,
                    size_t count, struct tune_point *p, struct error *err);
/* At least `rounds` more rounds; counts the group once in found. -1 with err. */
int tune_point_visit(struct tune *t, struct tune_point *p, unsigned rounds, struct error *err);
/* Whether its controls held, and differences of a tenth are beyond their noise. */
bool tune_point_tells(const struct tune_point *p);
void tune_point_close(struct tune_point *p);
/* Cost of member b over member a; NAN where one failed or the controls did not hold. */
struct interval tune_point_ratio(const struct tune_point *p, size_t a, size_t b, double confidence);
const double *tune_point_samples(const struct tune_point *p, size_t member, unsigned *rounds);
/* Keeps what it shows in the situation: a new point, or in place of one of the same size. -1 with err. */
int tune_point_keep(const struct tune_point *p, struct tuning_situation *s,
                    const struct tune_choices *choices, struct error *err);

/* tune_search.c: all situations at coarse sizes, until a share of search_end or a signal; closed by
 * tune_close_looks. */
int tune_search(struct tune *t, struct error *err);
void tune_close_looks(struct tune *t);
/* The view of a situation over its points, for results/segments.h: `ratio` is malloc'ed. -1 with err. */
int tune_view(const struct tune *t, const struct tuning_situation *s, struct surface_view *view,
              struct error *err);
/* tune_flips.c: the crossovers of what the search has seen. */
int tune_flips(struct tune *t, struct error *err);
/* Whether somebody's constant is about this strategy: its crossover is sought in any case. */
bool tune_is_of_pair(const char *label);
/* tune_threads.c: how bandwidth grows. */
int tune_bandwidth(struct tune *t, struct error *err);
/* tune_propose.c: from what was found to proposals, and their proof; the memory under test is closed. */
int tune_propose(struct tune *t, struct error *err);
/* What the processes of the proof are given. Borrows t. */
struct tune_processes tune_processes_of(struct tune *t);

/* tune_write.c: the folder and its files. tune_keep writes tuning.json as far as it is known; tune_hand_over
 * all files, and the report on stdout. -1 with err. */
int tune_keep(struct tune *t, enum run_status status, struct error *err);
int tune_hand_over(struct tune *t, enum run_status status, struct error *err);

/* tune_check.c: --check. */
int tune_check(struct tune *t, char **argv, struct error *err);

/* The memory under test and what belongs to it; its facts stay. May be called again. */
void tune_close_memory(struct tune *t);

/* How many seconds are left until `end` (clock_now_ns()); below 0: none. */
double tune_left(uint64_t end);

/* A new zeroed element at the end of the malloc'ed list that `list` points to (a T **). NULL with err. */
void *tune_add(void *list, size_t *count, size_t item_bytes, struct error *err);

#endif

/* compare_parts.h - what the parts of a comparison share: the joined cells and what may be said of them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_COMPARE_PARTS_H
#define REPORTS_COMPARE_PARTS_H

#include "reports/compare.h"
#include "reports/page.h"

enum {
    COMPARE_COUNTS = 10,
    COMPARE_REPEATS_MOST = 100 /* a file: stats_unpaired_ratio has no p value for more than twice as many */
};

/* Why a cell has no verdict, the stronger first. */
enum compare_why {
    WHY_JUDGED,
    WHY_WITHHELD,   /* time means nothing on one of the sides */
    WHY_DISTRUSTED, /* controls not held on one of the sides */
    WHY_BISTABLE,
    WHY_MANY,    /* more repeats than can be judged */
    WHY_REPEATS, /* too few for the family */
    WHY_FLOOR,   /* not known, or the difference lies inside it */
    WHY_WIDE,    /* more repeats would narrow the interval */
    WHYS
};

struct compare_file {
    struct model model;
    const char *name; /* clean */
    char letter;
};

struct compare_item { /* a cell that is measured in both files */
    const struct model_cell *a, *b;
    struct interval ratio; /* b over a in cost */
    double p, p_holm, ratio_modelled, ratio_modelled_serial;
    double median_a, median_b; /* of the repeats: of levels or of medians */
    bool levels;               /* which of the two */
    double floor_ratio;        /* the larger of the two; NAN when one is not known */
    size_t repeats_a, repeats_b;
    enum verdict verdict;
    enum compare_why why;
    const char *reason;     /* of why; "" when judged */
    const char *method;     /* at most 39 characters */
    const char *other_work; /* "footprint 4 MiB in A, 6 MiB in B"; NULL: the same stream of writes */
    bool shown;             /* not left out by --cell */
};

struct compare_unmatched {
    const struct compare_file *file;
    const struct model_cell *cell;
    const char *reason;
    bool shown;
    bool in_neither; /* measured in neither file: listed twice, once for each */
};

struct compare_difference {
    const char *what, *a, *b;
};

struct compare_pair {
    struct compare_file *a, *b;
    struct compare_item *items; /* in the order of a */
    size_t count;
    struct compare_unmatched *unmatched;
    size_t unmatched_count;
    struct compare_difference *differences;
    size_t difference_count;
    size_t family;           /* the shown items: what --cell names was named before it was judged */
    unsigned repeats_needed; /* a side, for the family */
    const char *withheld;    /* why no time is judged, force or not; NULL: nothing speaks against it */
};

struct compare {
    struct arena arena;
    struct compare_options options;
    struct compare_file files[COMPARE_FILES];
    size_t file_count;
    struct compare_pair pairs[COMPARE_FILES];
    size_t pair_count;
    struct duty_platform *platforms;   /* compare_counts.h: one a file */
    struct compare_duty *duties;       /* the cells that all files have */
    size_t duty_count, duty_questions; /* questions: the cells that the first two files have */
    const char *warning;
};

/* Fills in items (a, b, other_work, repeats and medians) and unmatched. */
void compare_join(struct compare *c, struct compare_pair *pair);
/* The repeats of a cell, one number a process: its levels, or its medians where one of the two cells has none
 * of some process; positive and finite; n 0: no time was measured. */
struct compare_repeats {
    double *ns;
    size_t n;
    bool levels;
};
struct compare_repeats compare_repeats(struct arena *arena, const struct model_cell *cell,
                                       const struct model_cell *other);
/* Fills in the rest of the shown items, in a family of their own; of the others nothing is claimed. */
void compare_judge(struct compare *c, struct compare_pair *pair);
/* How many repeats a side to run for a narrower interval; 0: as many as can be judged there are. */
unsigned compare_more_repeats(const struct compare_item *item);
void compare_find_differences(struct compare *c, struct compare_pair *pair);

struct compare_tally { /* of the shown items */
    size_t all, of[VERDICT_BISTABLE + 1], why[WHYS], other_work;
    const struct compare_item *worst; /* the slower one with the largest ratio; NULL: none */
};
struct compare_tally compare_tally(const struct compare_pair *pair);

/* The counts per op: their names, and what a cell has (NAN: not counted). */
const char *compare_count_name(size_t i);
double compare_count(const struct model_cell *cell, size_t i);
bool compare_count_differs(double a, double b);

/* A ledger's stages, those of both cells in one order. */
struct compare_row {
    const char *stage, *side;
    const struct model_row *a, *b; /* NULL: absent there */
};
/* Into rows (malloc'ed by the arena); returns how many. */
size_t compare_ledger(struct arena *arena, const struct compare_item *item, struct compare_row **rows);
/* All rows added and what is unattributed: the whole path; its median where that is not known. */
double compare_whole(const struct model_cell *cell);
/* The shown item whose ledger a page has room for, or whose counts when there is no ledger; NULL: none. */
const struct compare_item *compare_choose(const struct compare *c, const struct compare_pair *pair);

/* How much a page may say. */
struct compare_room {
    size_t rows, differences, unmatched, groups; /* groups: of cells with the same counts */
    bool ledger, fold, notes, spaced, every;     /* every: all ledgers, keys instead of points */
};
struct compare_page {
    struct compare *c;
    struct page *page;
    const struct compare_room *room;
};
void compare_head_add(const struct compare_page *p);
void compare_words_add(const struct compare_page *p, const struct compare_pair *pair);
void compare_counts_add(const struct compare_page *p, const struct compare_pair *pair);
void compare_table_add(const struct compare_page *p, const struct compare_pair *pair);
void compare_cell_add(const struct compare_page *p, const struct compare_pair *pair,
                      const struct compare_item *item);
void compare_ledger_add(const struct compare_page *p, const struct compare_pair *pair,
                        const struct compare_item *item);
void compare_unmatched_add(const struct compare_page *p, const struct compare_pair *pair);
/* "deferred-xarray 4 KiB/l2 dirty=8192": a cell in the space of a table's field. */
const char *compare_point(struct arena *a, const struct compare_pair *pair, const struct compare_item *item);
const char *compare_cell_point(struct arena *a, const struct model_cell *cell);
const char *compare_name(struct arena *a, const struct compare_file *file); /* at most 40 characters */

#endif

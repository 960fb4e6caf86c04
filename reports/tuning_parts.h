/* tuning_parts.h - what the parts of a tuning's report share: the document as plain data, and how it is said
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_TUNING_PARTS_H
#define REPORTS_TUNING_PARTS_H

#include "reports/sections.h"
#include "reports/tuning.h"

/* As in model.h: what is missing is NAN, "" or 0, all strings are clean. Members: results/tuning.h. */

struct tuned_cell {
    const char *strategy;
    double ns, gb_per_s;
    struct interval ratio;
    bool good; /* not provably worse than the margin */
};

struct tuned_point {
    double size;
    bool held;
    struct tuned_cell *cells;
    size_t cell_count;
    size_t best; /* index of the cheapest; cell_count: none is known */
};

struct tuned_segment {
    const char *strategy;
    double from, to;
    const char **equal;
    size_t equal_count;
};

enum tuned_state { TUNED_SEARCHED, TUNED_PART, TUNED_NO };

struct tuned_situation {
    const char *id, *question;
    const struct tuned_situation *first; /* the primary one of its question; NULL: there is none */
    const char *axis[AXES];              /* "": it varies or is not known */
    bool primary, no_difference;
    enum tuned_state state;
    struct tuned_point *points;
    size_t point_count;
    struct tuned_segment *segments;
    size_t segment_count;
    const char **strategies; /* of all points, each once: those of the segments first, then by their cost */
    size_t strategy_count;
};

struct tuned_crossover {
    const struct tuned_situation *at; /* that `situation` names; NULL: none of these */
    const char *id, *situation, *below, *above, *reason;
    double size, low, high;
    bool found;
};

struct tuned_rate {
    double threads;
    struct interval rate;
};

struct tuned_threads {
    const char *id, *strategy;
    double size, peak; /* peak 0: not found */
    struct tuned_rate *rates;
    size_t rate_count;
};

struct tuned_proposal {
    const char *id, *kind, *name, *value, *what, *reason;
    const char *where;  /* the situation that it is for, in words; "": of none, or not known */
    const char *effect; /* what, without that */
    double found_gain;
    bool proven, kept;
};

struct tuned_proof {
    const char *id, *proposal, *against, *verdict;
    bool kept;
    struct interval ratio;
    double pairs, worst_ratio;
    const char *worst; /* the class, in words; "": not known */
    double *sizes;
    size_t size_count;
};

struct tuned_part {
    const char *kind, *name, *reason;
    bool used;
};

struct tuned {
    struct model model; /* the document's head and warnings; the arena of everything here */
    double margin, max_time_s, searched_s, proved_s;
    const char *ended_by;
    struct tuned_situation *situations;
    struct tuned_crossover *crossovers;
    struct tuned_threads *threads;
    struct tuned_proposal *proposals;
    struct tuned_proof *proofs;
    struct tuned_part *parts;
    size_t situation_count, crossover_count, thread_count, proposal_count, proof_count, part_count;
};

/* Reads the document (borrowed). -1 with EXIT_CANNOT when it is no object or memory is short. */
int tuned_load(struct tuned *t, const json_t *document, struct error *err);
void tuned_free(struct tuned *t);

/* Steps of tuned_load: the strategies of a situation, each once; which situation belongs to which. */
void tuned_strategies(struct tuned *t, struct tuned_situation *s);
void tuned_link(struct tuned *t);
/* The primary situation of a question, or NULL. */
const struct tuned_situation *tuned_primary(const struct tuned *t, const char *question);
/* The segment that a size lies in, or NULL. */
const struct tuned_segment *tuned_segment_at(const struct tuned_situation *s, double size);
const struct tuned_point *tuned_point(const struct tuned_situation *s, double size);
const struct tuned_cell *tuned_cell(const struct tuned_point *p, const char *strategy);
/* Found in situation s, from `below` to `above`; NULL: there is none. */
const struct tuned_crossover *tuned_flip(const struct tuned *t, const struct tuned_situation *s,
                                         const char *below, const char *above);
/* The program that a crossover is of by its id, with what it does itself; NULL: of none. */
struct tuned_program {
    const char *prefix; /* of ids: "libpmem/" */
    const char *name;   /* libpmem */
    double from;        /* bytes from which on it takes the second */
    const char *takes;  /* "non-temporal stores": what it takes from there on */
};
const struct tuned_program *tuned_program(const struct tuned_crossover *c);

/* tuning_words.c */
/* At most two digits for what is no round number: "1.5 KiB", "768 B", "23 KiB". */
const char *tuned_bytes(struct arena *a, double bytes);
/* "1.2 to 1.9 KiB"; open ends: "up to 1.9 KiB", "from 1.2 KiB". "" when neither is known. */
const char *tuned_range(struct arena *a, double low, double high);
/* For the heads of columns: "64", "1.5K", "2M". */
const char *tuned_short(struct arena *a, double bytes);
/* "12 % cheaper (9 to 15 %)" of a cost ratio. */
const char *tuned_gain(struct arena *a, struct interval ratio);
/* "bitmap2 of 64 B granules" for bitmap2@64 of question tracker; else as it is. */
const char *tuned_strategy(struct arena *a, const struct tuned_situation *s, const char *strategy);
/* tuning_names.c */
/* The axes in words: those in which situations of its question differ, else those not at their standard. */
const char *tuned_where(struct tuned *t, const struct tuned_situation *s);
/* Of a situation that is not primary only that in which it differs from the primary one; else "as above". */
const char *tuned_off(struct tuned *t, const struct tuned_situation *s);
/* The same in as few letters as a table needs: "+24 B, dest cached, src cold". */
const char *tuned_off_brief(struct tuned *t, const struct tuned_situation *s);
/* How a crossover is named: its program and the rest of its id in words, or its situation. */
const char *tuned_flip_name(struct tuned *t, const struct tuned_crossover *c);
/* For tables: program or question, and briefly in what the situation differs from the primary one. */
const char *tuned_flip_brief(struct tuned *t, const struct tuned_crossover *c);

/* tuning_words.c again */
/* "1 more proof: --all". */
const char *tuned_more(struct arena *a, size_t n, const char *one, const char *more);
/* "a write that is durable at once"; "" where the question's name says it. */
const char *tuned_question(const char *question);
/* "64 B to 64 KiB": smallest and largest size measured. */
const char *tuned_span(struct arena *a, const struct tuned_situation *s);
/* Of n things in order, whether the i-th is shown when only `most` may be: first, last, and evenly between.
 */
bool tuned_is_shown(size_t i, size_t n, size_t most);

/* How much the page may say: the text report takes the first that fits its lines. */
struct tuning_room {
    struct room shared;    /* what head.c and notes.c ask: spaced, terse, warnings, hints */
    size_t flips, missing; /* rows of the table; lines of what was not found */
    size_t strategies;     /* rows of a surface */
    bool fsync_surface, all_surfaces;
    size_t situations; /* rows of the map */
    size_t sizes;      /* columns of a surface and of the map */
    size_t threads, proofs, parts;
    size_t answers; /* lines of proposals that were not kept */
    size_t equals;  /* strategies named beside one that they do not differ from, at least 1 */
    bool proof_sizes;
    bool fold; /* the map's lines that are as their question's first */
    bool thread_table;
};

struct tuning_page {
    struct tuned *t;
    struct page *page;
    const struct tuning_room *room;
    const struct report_options *options;
};

void tuning_head_add(const struct tuning_page *p);
void tuning_answer_add(const struct tuning_page *p);    /* what to use, and where */
void tuning_proposals_add(const struct tuning_page *p); /* its lines of what was proposed, kept or not */
void tuning_flips_add(
    const struct tuning_page *p); /* those found, beside the programs' constants; those not found */
void tuning_missing_add(const struct tuning_page *p);  /* what was not found */
void tuning_surfaces_add(const struct tuning_page *p); /* cost relative to the cheapest, strategy by size */
void tuning_map_add(const struct tuning_page *p);      /* what to use by situation and size, a letter each */
void tuning_threads_add(const struct tuning_page *p);
void tuning_proof_add(const struct tuning_page *p);
void tuning_notes_add(const struct tuning_page *p); /* parts not used, warnings, how to repeat */

enum { SIZE_COLUMNS = 16 };
/* Begins a table with a column for names and one for each of tuned_sizes, which it puts into `sizes` (room
 * for SIZE_COLUMNS), and heads it; sizes whose controls did not hold in s are marked. Returns how many. */
size_t tuning_size_table(const struct tuning_page *p, const struct tuned_situation *s, double *sizes);

/* The sizes that columns stand for: all, or where those are more than `most` the powers of two, ascending,
 * of one situation or (NULL) of all. Returns how many, into `out` (room for `most`). */
size_t tuned_sizes(const struct tuned *t, const struct tuned_situation *s, size_t most, double *out);

/* tuning_comment.c: comments of the files that are handed over. */
/* Printable ASCII in which nothing ends or continues a comment or a string: * ? \ " ` $ become '.'. */
const char *comment_plain(struct arena *a, const char *text);
/* Wraps `text` at 100 columns, each line after `prefix`. */
void comment_put(FILE *out, const char *prefix, const char *text);
/* "AMD EPYC ..., family 25, model 17, stepping 1, microcode 0x...; dram, stand-in; domain adr". */
const char *comment_machine(struct tuned *t);
const char *comment_origin(struct tuned *t); /* program, version, time, seed, status */
/* Each proof of a proposal in words, with its sizes. */
const char *comment_proofs(struct tuned *t, const struct tuned_proposal *proposal);
/* The last words of both: 0, or -1 with EXIT_CANNOT for a stream that failed or want of memory. Frees t. */
int tuning_written(struct tuned *t, FILE *out, struct error *err);

#endif

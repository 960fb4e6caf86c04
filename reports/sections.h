/* sections.h - the sections of a report: each puts what it has to say on the page */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_SECTIONS_H
#define REPORTS_SECTIONS_H

#include "reports/model.h"
#include "reports/page.h"
#include "reports/report.h"
#include "reports/surface.h"

/* How much a report may say: the text report takes the first that fits its lines. */
struct room {
    unsigned blocks;  /* of the surface in full; the others get one line each */
    unsigned rows;    /* of a block, of a table of cells */
    unsigned cells;   /* in a table of cells */
    unsigned real;    /* rows of the system's own calls */
    unsigned ledgers; /* 2: the system's own path beside the model too */
    unsigned warnings, failures;
    bool ranking; /* all paths at the headline's point */
    bool hints;   /* of warnings */
    bool fold;    /* one line for all ledger rows below the floor */
    bool both;    /* the surface of the second path for every block, not only the first */
    bool spaced;  /* an empty line before each heading */
    bool terse;   /* no explanations that the documentation also has */
};

struct section {
    struct model *model;
    const struct surface *surface;
    struct page *page;
    const struct room *room;
    const struct report_options *options;
};

void head_of_cell(const struct section *s, const struct model_cell *c); /* controls of its group */
/* Parts of head_add for other documents; of controls the model's counts and floors are enough. */
void head_controls(const struct section *s);
void head_times(const struct section *s); /* that an emulated CPU's say nothing; else no line */
void head_place(const struct section *s); /* machine, medium, domain and what goes with them */

void head_add(const struct section *s);    /* controls, status, machine, medium, domain */
bool cpu_is_emulated(struct model *m);     /* no time is any hardware's, then */
void verdict_add(const struct section *s); /* the answer in words */
void surface_add(const struct section *s); /* ratio to the baseline, size by footprint */
void ledger_add(const struct section *s);  /* where it moved: baseline and deferred path side by side */
void latency_add(const struct section *s); /* --latency: percentiles of the calls at the headline's point */
void real_add(const struct section *s);    /* the system's own calls beside the model */
void mapped_add(const struct section *s);  /* stores through a mapping, beside a verdict on write() */
bool real_shown(const struct section *s);  /* whether real_add has anything to say */
/* What a cell of stores through a mapping is made of, in one sentence; nothing without a ledger. */
void mapped_parts(const struct section *s, const struct model_cell *cell);
void tracks_add(const struct section *s);   /* trackers alone */
void points_add(const struct section *s);   /* small results: a table of all paths a point */
void copies_add(const struct section *s);   /* kernel copy: bandwidth by size and strategy */
bool copies_shown(const struct section *s); /* whether copies_add has anything to say */
bool copies_alone(const struct model *m);   /* whether the result has nothing else */
/* The path that the cell is compared with, in words of --paths; NULL: with none. */
const char *copies_baseline(const struct model *m, const struct model_cell *cell);
/* A cell of kernel copy to show how to repeat; NULL: there is none. */
const struct model_cell *copies_example(const struct section *s);
void failures_add(const struct section *s); /* failed cells, warnings */
void warnings_add(const struct section *s); /* as many as the room has */
void repeat_add(const struct section *s);   /* how to repeat any line */
void cells_add(const struct section *s);    /* --all: every cell and every ledger */
void cell_add(const struct section *s, const struct model_cell *cell); /* --cell: one in full */
void latency_of_all(const struct section *s);
/* Percentiles and histograms of one cell; nothing where there are none. */
void latency_of_cell(const struct section *s, const struct model_cell *cell);
/* The ledger of one cell with intervals; nothing where there is none. */
void ledger_of_cell(const struct section *s, const struct model_cell *cell);

/* The sum of the rows that end in persistence: as in the document, else summed here (measurement: copy +
 * finish + fence without a tracker; with one copy + entry-lock + mark + tag + scan + writeback + fence +
 * drain). NAN without rows. */
struct interval ledger_persistence(const struct model_cell *cell);
/* The sum of the cell's rows of these stages (NULL ends them); side NULL: both. value NAN when it has none of
 * them. */
struct interval ledger_sum(const struct model_cell *cell, const char *const *stages, const char *side);

/* "1.62 slower", "0.71 faster", "~1.00 equal", "?1.03": the only way in which a ratio is shown. */
const char *show_ratio(struct arena *a, const struct model_cell *cell);
/* The same without the word faster, slower or equal: where the order or the number says it. */
const char *show_ratio_short(struct arena *a, const struct model_cell *cell);
/* "4 KiB, footprint l2, access sparse": size and footprint, and every axis that is not at its standard. */
const char *show_point(struct arena *a, const struct model_cell *cell);
/* "1.58..1.66"; "-" when not known. ns with `as_ns`. */
const char *show_interval(struct arena *a, double low, double high, bool as_ns);

/* The ratio with the modelled drains: side by side, and in turn where that differs (several threads). */
const char *show_modelled(struct arena *a, const struct model_cell *c);
const char *show_axis(enum axis_id axis, const char *value, struct arena *a);
/* Quoted for a shell where it must be; the word SOURCE when it is longer than any line. */
const char *show_quoted(struct arena *a, const char *text);

#endif

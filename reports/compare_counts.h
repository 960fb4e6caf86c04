/* compare_counts.h - what fsync has to do, by counts: the cells that all files have, side by side */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_COMPARE_COUNTS_H
#define REPORTS_COMPARE_COUNTS_H

#include "reports/compare_parts.h"

enum duty_id {
    DUTY_WRITE_NT_BYTES, /* of one write */
    DUTY_WRITE_LINES,
    DUTY_WRITE_FENCES,
    DUTY_FSYNC_LINES, /* of one fsync */
    DUTY_FSYNC_FENCES,
    DUTY_FSYNC_DRAINS,
    DUTY_FSYNC_SCANNED,
    DUTY_PERIOD_FAULTS, /* of one fsync and the writes before it */
    DUTY_PERIOD_LOCKED,
    DUTIES
};

enum duty_state {
    DUTY_COUNTED,
    DUTY_NOT_COUNTED, /* null in the file */
    DUTY_NO_FSYNC,    /* dirty=never */
    DUTY_NO_PERIOD    /* how many writes an fsync has is not known */
};

struct duty_count {
    double value; /* of DUTY_COUNTED; else NAN */
    enum duty_state state;
};

struct duty_side { /* one cell in one file */
    const struct model_cell *cell;
    double writes;     /* an fsync, of its own thread; NAN: not known; 0: there is no fsync */
    const char *drain; /* its kind, as the file names it: "store-fence", "flush-request", ..., "" */
    struct duty_count of[DUTIES];
};

struct compare_duty { /* one cell that all files have */
    struct duty_side *sides;
    const char *other_work; /* why the counts are not compared; NULL: the same stream in all */
    bool same;
    bool differs[DUTIES];
};

struct duty_platform { /* one file: where its fsync has to get the data to */
    const char *domain, *source, *detected, *provenance, *provider, *map_sync, *granularity, *drain,
        *drain_time;
};

/* Fills in c->duties (in the order of the base) and c->platforms: of what is measured in all files and shown.
 * The split between write and fsync is made of what the document says: fsync runs the domain's fence and,
 * where a drain is a fence or modelled beside one, a second one; lines are flushed by fsync where it scanned
 * entries. */
void compare_duties_find(struct compare *c);
/* Results of an emulated machine are here, or the files' domains differ. */
bool compare_duties_matter(const struct compare *c);
bool compare_emulated(struct compare_file *file);
/* Every file is of an emulated machine, and --force is not given: no time is shown. */
bool compare_times_hidden(struct compare *c);
/* "A, B and C" with `last` " and ", "A, B, C" with ", ": those of an emulated machine; NULL: there is none.
 */
const char *compare_emulated_letters(struct compare *c, const char *last);

const char *duty_name(enum duty_id id);   /* "lines flushed by fsync" */
const char *duty_member(enum duty_id id); /* "fsync_lines_flushed" */
/* "64", "not counted", "second fence": what a table's field shows. */
const char *duty_shown(struct arena *a, const struct duty_side *side, enum duty_id id);

/* Cells whose counts that differ are the same ones. */
struct duty_group {
    const struct compare_duty **duties;
    size_t count;
    const struct compare_duty *first; /* that stands for it */
};
/* The groups that differ, the most differing first, then those that are the same in all files. */
size_t duty_groups(struct compare *c, struct duty_group **groups);
/* "deferred-bitmap, deferred-xarray: 64 B, 4 KiB (6 cells)" */
const char *duty_group_cells(struct arena *a, const struct duty_group *g);
/* "fsync of deferred-xarray 4 KiB: A (adr) 64 lines flushed, two fences; ..." */
const char *duty_sentence(struct compare *c, const struct duty_group *g);

/* The section; nothing where compare_duties_matter is false. */
void compare_duties_add(const struct compare_page *p);

#endif

/* model.h - a result document as plain data with clean strings: what the sections of a report read */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef REPORTS_MODEL_H
#define REPORTS_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "reports/arena.h"
#include "results/result.h"

/* Everything may be missing in a document: numbers are then NAN, strings "", counts 0. All strings are clean
 * (arena_clean), so that whatever prints them cannot be led to print an escape sequence. */

enum model_verdict {
    MODEL_NONE, /* not compared */
    MODEL_FASTER,
    MODEL_SLOWER,
    MODEL_EQUIVALENT,
    MODEL_UNRESOLVED, /* also a verdict of a name that we do not know */
    MODEL_BISTABLE,
    MODEL_DISTRUSTED, /* the controls of its group did not hold: whatever the document says, nothing is
                         claimed */
    MODEL_VERDICTS
};

struct model_comparison {
    const char *a, *b; /* ids */
    struct interval ratio;
    struct interval difference; /* b less a, ns */
    double p_holm, ratio_modelled, ratio_modelled_serial, rounds, more_rounds;
    enum model_verdict verdict;
    const char *method;
};

struct model_row { /* of a ledger */
    const char *stage, *side, *how, *provenance;
    struct interval added, saved;
    bool overlaps, first_fence;
};

struct model_cell {
    const json_t *json;
    const char *key, *id, *kernel, *path, *copy, *copy_resolved, *track, *writeback, *domain;
    const char *axis[AXES];
    const char *group; /* the key without the path, and the domain */
    enum cell_status status;
    const char *reason, *ended_by;
    bool reference_only, bistable;
    double footprint_bytes, dirty_bytes, file_bytes;
    double rounds, dropped, gb_per_s, modelled_ns;
    struct summary summary, write, fsync, fsync_call;
    struct interval overlap, unattributed, persistence;
    struct model_row *rows;
    size_t row_count;
    const struct model_comparison *vs; /* against the baseline of its group, or NULL */
    bool distrusted;
    double floor_ratio; /* of its group; the run's where the group's is not known */
};

struct model_controls {
    const char *group;
    struct interval same, different;
    double expected_different;
    bool held;
};

struct model_warning {
    const char *code, *message, *hint;
};

struct model {
    struct arena arena;
    const json_t *document;
    const char *status;
    const char *baseline; /* path that the others are compared with */
    const char *family;   /* of the kernels that the verdict and the surface speak of */
    struct model_cell *cells;
    size_t cell_count;
    struct model_comparison *comparisons;
    size_t comparison_count;
    struct model_controls *controls;
    size_t control_count, held_count;
    bool controls_held;
    double floor_ratio; /* the widest of the groups'; NAN: not known */
    double floor_usual; /* the median of the groups' */
    struct model_warning *warnings;
    size_t warning_count;
};

/* Reads the document (borrowed: it must outlive the model). -1 with EXIT_CANNOT when it is no object or
 * memory is short. */
int model_load(struct model *m, const json_t *document, struct error *err);
void model_free(struct model *m);
/* The last step of model_load: comparisons, controls and baseline to their cells. */
void model_join(struct model *m);

/* A member: text is clean; missing or of another type: "", NAN, NULL. */
const char *model_text(struct model *m, const json_t *object, const char *name);
double model_number(const json_t *object, const char *name);
const json_t *model_object(const json_t *object, const char *name);

/* The verdict that may be claimed of a cell. */
enum model_verdict model_verdict(const struct model_cell *cell);
bool model_is_part(
    const struct model_cell *cell); /* its kernel runs a part of the path alone (track, copy, ...) */
/* A whole path that the verdict and the surface leave to sections of its own: the system's own calls, and
 * what is of another family than most. */
bool model_is_aside(const struct model *m, const struct model_cell *cell);
bool model_is_sys(const struct model_cell *cell); /* the system's own calls */
/* Measured, of this path, in the group of `like`; NULL when there is none. */
const struct model_cell *model_in_group(const struct model *m, const struct model_cell *like,
                                        const char *path);
/* The cell whose key or id is `name`, or the only one that has `name` as a part. NULL with EXIT_CANNOT and
 * the nearest. */
const struct model_cell *model_find(const struct model *m, const char *name, struct error *err);

/* The names of the axes, "file-size" and so on, and their standard values. */
const char *model_axis_name(enum axis_id axis);
const char *model_axis_standard(enum axis_id axis);

#endif

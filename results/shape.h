/* shape.h - the members of a document and their types, as a table */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_SHAPE_H
#define RESULTS_SHAPE_H

#include <stdbool.h>

/* What a JSON value can be, one bit each. */
enum kind {
    OBJECT = 1u << 0,
    LIST = 1u << 1,
    TEXT = 1u << 2,
    WHOLE = 1u << 3,
    REAL = 1u << 4,
    TRUTH = 1u << 5,
    NOTHING = 1u << 6,
    NUMBER = WHOLE | REAL
};

/* One member; a table of them ends with a name of NULL. */
struct shape {
    const char *name;
    unsigned kinds;              /* what it may be */
    unsigned items;              /* of a list: what its elements may be */
    const struct shape *members; /* of the object, or of a list's elements */
    const char *const *values;   /* of a text: all that it may be, then NULL; NULL: any */
    bool optional;
};

/* What all documents of a machine have. */
extern const struct shape shape_run[], shape_machine[], shape_region[], shape_domain[], shape_warning[];
extern const char *const shape_statuses[];

#endif

/* none.c - no tracker: what is durable when write() returns needs no memory */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "strategies/track.h"

struct tracker {
    uint64_t granules;
};

static struct tracker *none_create(uint64_t file_bytes, uint32_t granule, struct error *err)
{
    struct tracker *t = malloc(sizeof(*t));
    if (!t) {
        error_set(err, EXIT_CANNOT, "tracker 'none': no memory; end other programs and run again");
        return NULL;
    }
    t->granules = file_bytes / granule;
    return t;
}

static void none_destroy(struct tracker *t)
{
    free(t);
}

static uint64_t none_memory(const struct tracker *t)
{
    return sizeof(*t);
}

static bool none_empty(const struct tracker *t)
{
    (void)t;
    return true;
}

const struct track IN_LAYOUT(track_none) = {
    .name = "none",
    .summary = "nothing to remember: write() itself takes the bytes past the cache",
    .promise = "every write() has executed its store fence before it returns",
    .shape = SHAPE_DIRECT,
    .create = none_create,
    .destroy = none_destroy,
    .memory = none_memory,
    .empty = none_empty,
};

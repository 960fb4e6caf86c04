/* tuning_from.c - what a proof needs of a tuning that was read: proposals, and the sizes already measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/tuning.h"

static void take_text(const json_t *object, const char *name, char *out, size_t bytes)
{
    snprintf(out, bytes, "%s", json_string_value(json_object_get(object, name)));
}

static void take_proposal(const json_t *from, struct tuning_proposal *p)
{
    const json_t *gain = json_object_get(from, "found_gain");
    take_text(from, "id", p->id, sizeof(p->id));
    take_text(from, "kind", p->kind, sizeof(p->kind));
    take_text(from, "name", p->name, sizeof(p->name));
    take_text(from, "value", p->value, sizeof(p->value));
    take_text(from, "situation", p->situation, sizeof(p->situation));
    take_text(from, "what", p->what, sizeof(p->what));
    take_text(from, "reason", p->reason, sizeof(p->reason));
    p->found_gain = json_is_number(gain) ? json_number_value(gain) : NAN;
    p->proven = json_is_true(json_object_get(from, "proven"));
    p->kept = json_is_true(json_object_get(from, "kept"));
}

struct sizes {
    uint64_t *list;
    size_t count, room;
};

static int add_size(struct sizes *sizes, const json_t *size)
{
    if (sizes->count == sizes->room) {
        size_t room = sizes->room ? sizes->room * 2 : 64;
        uint64_t *list = realloc(sizes->list, room * sizeof(*list));
        if (!list)
            return -1;
        sizes->list = list;
        sizes->room = room;
    }
    sizes->list[sizes->count++] = (uint64_t)json_integer_value(size);
    return 0;
}

static int add_sizes(struct sizes *sizes, const json_t *objects)
{
    size_t i;
    json_t *object;
    json_array_foreach(objects, i, object)
    {
        if (add_size(sizes, json_is_object(object) ? json_object_get(object, "size") : object))
            return -1;
    }
    return 0;
}

static int rising(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Each size once, by rising size. */
static void order(struct sizes *sizes)
{
    size_t kept = 0;
    if (sizes->count)
        qsort(sizes->list, sizes->count, sizeof(*sizes->list), rising);
    for (size_t i = 0; i < sizes->count; i++)
        if (!kept || sizes->list[kept - 1] != sizes->list[i])
            sizes->list[kept++] = sizes->list[i];
    sizes->count = kept;
}

static int take_sizes(const json_t *document, struct sizes *sizes)
{
    size_t i;
    json_t *situation;
    json_array_foreach(json_object_get(document, "situations"), i, situation)
    {
        if (add_sizes(sizes, json_object_get(situation, "points")))
            return -1;
    }
    if (add_sizes(sizes, json_object_get(document, "threads")) ||
        add_sizes(sizes, json_object_get(json_object_get(document, "search"), "probed")))
        return -1;
    order(sizes);
    return 0;
}

int tuning_proposals_from(const json_t *document, struct tuning *t, uint64_t **sizes, size_t *size_count,
                          struct error *err)
{
    const json_t *from = json_object_get(document, "proposals");
    size_t count = json_array_size(from);
    struct tuning_proposal *proposals = calloc(count ? count : 1, sizeof(*proposals));
    struct sizes all = {NULL, 0, 0};
    if (!proposals || take_sizes(document, &all)) {
        free(proposals);
        free(all.list);
        return error_set(err, EXIT_CANNOT, "%s: out of memory; free some", TUNING_FILE);
    }
    for (size_t i = 0; i < count; i++)
        take_proposal(json_array_get(from, i), &proposals[i]);
    free(t->proposals);
    t->proposals = proposals;
    t->proposal_count = count;
    *sizes = all.list;
    *size_count = all.count;
    return 0;
}

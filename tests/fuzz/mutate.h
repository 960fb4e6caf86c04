/* mutate.h - changes of an input that keep it JSON: one value at random gets another one, goes, or comes
 * twice */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* The first byte of an input that is a journal; all others are result files. */
enum { MUTATE_JOURNAL = '#' };

/* libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

static const char *const mutate_values[] = {"null",
                                            "true",
                                            "false",
                                            "0",
                                            "-0",
                                            "1",
                                            "-1",
                                            "64",
                                            "1e308",
                                            "-1e308",
                                            "5e-324",
                                            "0.5",
                                            "1.5",
                                            "9223372036854775807",
                                            "-9223372036854775808",
                                            "\"\"",
                                            "\"none\"",
                                            "\"bypass\"",
                                            "\"deferred-xarray\"",
                                            "\"measured\"",
                                            "\"skipped\"",
                                            "\"failed\"",
                                            "\"faster\"",
                                            "\"slower\"",
                                            "\"equivalent\"",
                                            "\"unresolved\"",
                                            "\"bistable\"",
                                            "\"write_fsync\"",
                                            "\"track\"",
                                            "\"xarray\"",
                                            "\"4096\"",
                                            "\"l2\"",
                                            "\"llc\"",
                                            "\"beyond\"",
                                            "\"size\"",
                                            "\"fsync\"",
                                            "\"copy\"",
                                            "\"interrupted\"",
                                            "\"%s%n\"",
                                            "\"<b>|`*_[x](y://z)\"",
                                            "\"\\u001b[31m\\n\\u202e\\u009b\"",
                                            "\"/\"",
                                            "\"a/b/c\"",
                                            "[]",
                                            "{}",
                                            "[[]]",
                                            "[null]"};

static inline json_t *mutate_value(struct rng *r)
{
    size_t count = sizeof(mutate_values) / sizeof(mutate_values[0]);
    return json_loads(mutate_values[rng_below(r, count)], JSON_DECODE_ANY, NULL);
}

static inline size_t mutate_size(const json_t *value)
{
    return json_is_object(value) ? json_object_size(value) : json_array_size(value);
}

static inline void mutate_list(json_t *list, size_t i, struct rng *r)
{
    switch (rng_below(r, 4)) {
    case 0:
        json_array_remove(list, i);
        break;
    case 1:
        json_array_append_new(list, json_deep_copy(json_array_get(list, i)));
        break;
    case 2:
        json_array_insert_new(list, i, mutate_value(r));
        break;
    default:
        json_array_set_new(list, i, mutate_value(r));
    }
}

/* Goes down from `value` at random and changes what it comes to. */
static inline void mutate_inside(json_t *value, struct rng *r)
{
    while (mutate_size(value)) {
        size_t i = rng_below(r, mutate_size(value));
        const char *name = NULL;
        json_t *inner = json_array_get(value, i);
        if (json_is_object(value)) {
            void *at = json_object_iter(value);
            while (i--)
                at = json_object_iter_next(value, at);
            name = json_object_iter_key(at);
            inner = json_object_iter_value(at);
        }
        if (mutate_size(inner) && rng_below(r, 8)) {
            value = inner;
            continue;
        }
        if (!name)
            mutate_list(value, i, r);
        else if (rng_below(r, 8))
            json_object_set_new(value, name, mutate_value(r));
        else
            json_object_del(value, name);
        return;
    }
}

/* What is JSON from data[from] on for `size` bytes is changed; returns the new size of all `whole` bytes, 0
 * when that could not be done. */
static inline size_t mutate_part(uint8_t *data, size_t whole, size_t from, size_t size, size_t max,
                                 struct rng *r)
{
    json_t *value = json_loadb((char *)data + from, size, 0, NULL);
    if (!value)
        return 0;
    for (uint64_t n = 1 + rng_below(r, 3); n; n--)
        mutate_inside(value, r);
    size_t after = whole - from - size;
    char *text = json_dumps(value, JSON_REAL_PRECISION(9));
    size_t length = text ? strlen(text) : 0, result = 0;
    if (text && from + length + after <= max) {
        memmove(data + from + length, data + from + size, after);
        memcpy(data + from, text, length);
        result = from + length + after;
    }
    free(text);
    json_decref(value);
    return result;
}

/* The start of a line of a journal, and its length into *length. */
static inline size_t mutate_line(const uint8_t *data, size_t size, struct rng *r, size_t *length)
{
    size_t from = 1 + rng_below(r, size - 1);
    while (from > 1 && data[from - 1] != '\n')
        from--;
    const uint8_t *end = memchr(data + from, '\n', size - from);
    *length = end ? (size_t)(end - data) - from : size - from;
    return from;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    struct rng r = {seed};
    size_t from = 0, length = size, done = 0;
    if (rng_below(&r, 3) && size > 1) {
        if (*data == MUTATE_JOURNAL)
            from = mutate_line(data, size, &r, &length);
        done = mutate_part(data, size, from, length, max, &r);
    }
    return done ? done : LLVMFuzzerMutate(data, size, max);
}

#endif

/* tune_fresh.c - the plans of fresh processes, and their figures */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_fresh.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"

/* Of a process before any has run: its start, and the source of four last-level caches that it fills. */
static const double START_S = 0.5, FILL_BYTES_A_S = 1e9;

/* The longest process so far is not the longest there will be. */
static const double LONGER = 1.25;

static json_t *size_list(const struct tune_fresh *fresh)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < fresh->size_count; i++)
        if (json_array_append_new(list, json_integer((json_int_t)fresh->sizes[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *path_list(const struct tune_fresh *fresh)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < fresh->path_count; i++)
        if (json_array_append_new(list, json_string(fresh->paths[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static int open_plan(struct tune_fresh *fresh, const char *name, const struct tune_processes *all,
                     const char *const *paths, size_t path_count, const uint64_t *sizes, size_t count,
                     uint64_t deadline)
{
    *fresh =
        (struct tune_fresh){.all = all, .deadline = deadline, .size_count = count, .path_count = path_count};
    memcpy(fresh->sizes, sizes, count * sizeof(*sizes));
    for (size_t i = 0; i < path_count; i++)
        text_copy(fresh->paths[i], sizeof(fresh->paths[i]), paths[i]);
    fresh->plan = json_pack("{s:s, s:[]}", "name", name, "blocks");
    return fresh->plan ? 0 : -1;
}

/* Takes over `block`; its sizes and paths are those of all. */
static int add_block(struct tune_fresh *fresh, json_t *block)
{
    if (json_object_set_new(block, "size", size_list(fresh)) ||
        json_object_set_new(block, "paths", path_list(fresh))) {
        json_decref(block);
        return -1;
    }
    fresh->blocks++;
    return json_array_append_new(json_object_get(fresh->plan, "blocks"), block);
}

static int no_memory(struct tune_fresh *fresh, struct error *err)
{
    tune_fresh_close(fresh);
    return error_set(err, EXIT_CANNOT, "tune: no memory for the plan of a process");
}

int tune_fresh_library(struct tune_fresh *fresh, const struct tune_processes *all, const uint64_t *sizes,
                       size_t count, uint64_t deadline, struct error *err)
{
    static const char *const path = "pmem2:none:none", *const sources[] = {"warm", "cold"};
    static const int offsets[] = {0, 24};
    int result = open_plan(fresh, "libpmem", all, &path, 1, sizes, count, deadline);
    for (int i = 0; !result && i < 4; i++)
        result = add_block(fresh, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "kernel", "copy", "offset",
                                            offsets[i / 2], "source", sources[i % 2], "footprint", "512K",
                                            "dirty", "16384", "dest", "own"));
    return result ? no_memory(fresh, err) : 0;
}

int tune_fresh_paths(struct tune_fresh *fresh, const struct tune_processes *all, const char *const *paths,
                     size_t path_count, const uint64_t *sizes, size_t count, uint64_t deadline,
                     struct error *err)
{
    int result = open_plan(fresh, "hybrid", all, paths, path_count, sizes, count, deadline);
    if (!result)
        result = add_block(fresh, json_pack("{s:s, s:s, s:s, s:i}", "kernel", "write_fsync", "footprint",
                                            "l2", "dirty", "size", "overwrite", 1));
    return result ? no_memory(fresh, err) : 0;
}

void tune_fresh_close(struct tune_fresh *fresh)
{
    json_decref(fresh->plan);
    fresh->plan = NULL;
}

static double left_s(const struct tune_fresh *fresh)
{
    uint64_t now = clock_now_ns();
    return now < fresh->deadline ? (double)(fresh->deadline - now) / 1e9 : 0;
}

static double guess_s(const struct tune_fresh *fresh)
{
    return START_S + 4 * (double)fresh->all->llc_bytes / FILL_BYTES_A_S;
}

static double fits(void *state)
{
    const struct tune_fresh *fresh = state;
    return floor(left_s(fresh) / (fresh->ran ? fresh->spent_s / fresh->ran : guess_s(fresh)));
}

static void read_figures(const struct tune_fresh *fresh, const json_t *result, struct tune_figures *out)
{
    size_t n = 0;
    for (size_t p = 0; p < fresh->path_count; p++)
        for (size_t b = 0; b < fresh->blocks; b++)
            for (size_t z = 0; z < fresh->size_count; z++) {
                double ns = tune_process_ns(result, fresh->plan, b, fresh->paths[p], fresh->sizes[z]);
                out->log_ns[n++] = ns > 0 ? log(ns) : NAN;
            }
}

static enum tune_end run(void *state, const struct tune_set *set, uint64_t seed, struct tune_figures *out,
                         struct error *err)
{
    struct tune_fresh *fresh = state;
    if (signals_received())
        return TUNE_SIGNAL;
    if (left_s(fresh) < (fresh->ran ? LONGER * fresh->longest_s : guess_s(fresh)))
        return TUNE_TIME;
    uint64_t start = clock_now_ns();
    json_t *result = tune_process(fresh->all, fresh->plan, set->list, set->count, seed, err);
    if (!result)
        return error_is_set(err) ? TUNE_FAILED : TUNE_SIGNAL;
    read_figures(fresh, result, out);
    json_decref(result);
    double took = (double)(clock_now_ns() - start) / 1e9;
    fresh->spent_s += took;
    fresh->longest_s = fmax(fresh->longest_s, took);
    fresh->ran++;
    return TUNE_RAN;
}

struct tune_source tune_fresh_source(struct tune_fresh *fresh)
{
    return (struct tune_source){
        .state = fresh, .sizes = fresh->size_count, .cells = fresh->blocks, .run = run, .fits = fits};
}

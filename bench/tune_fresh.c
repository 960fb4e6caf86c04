/* tune_fresh.c - the plans of fresh processes, and their figures */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_fresh.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "base/text.h"
#include "results/situation.h"

/* Of a process before any has run: its start, and the source of four last-level caches that it fills. */
static const double START_S = 0.5, FILL_BYTES_A_S = 1e9;

/* The longest process so far is not the longest there will be. */
static const double LONGER = 1.25;

static json_t *size_list(const struct tune_sizes *sizes)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < sizes->count; i++)
        if (json_array_append_new(list, json_integer((json_int_t)sizes->list[i]))) {
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
                     const char *const *paths, size_t path_count, uint64_t deadline)
{
    *fresh = (struct tune_fresh){.all = all, .deadline = deadline, .path_count = path_count};
    for (size_t i = 0; i < path_count; i++)
        text_copy(fresh->paths[i], sizeof(fresh->paths[i]), paths[i]);
    fresh->plan = json_pack("{s:s, s:[]}", "name", name, "blocks");
    return fresh->plan ? 0 : -1;
}

/* Takes over `block`; its paths are those of all, its sizes come with each process. */
static int add_block(struct tune_fresh *fresh, json_t *block)
{
    if (json_object_set_new(block, "paths", path_list(fresh))) {
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

int tune_fresh_library(struct tune_fresh *fresh, const struct tune_processes *all, uint64_t deadline,
                       struct error *err)
{
    static const char *const path = "pmem2:none:none", *const sources[] = {"warm", "cold"};
    static const int offsets[] = {0, 24};
    static const char *const what[TUNE_CELLS] = {"aligned, source warm", "aligned, source cold",
                                                 "24 B off, source warm", "24 B off, source cold"};
    int result = open_plan(fresh, "libpmem", all, &path, 1, deadline);
    fresh->what = what;
    for (int i = 0; !result && i < TUNE_CELLS; i++)
        result = add_block(fresh, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "kernel", "copy", "offset",
                                            offsets[i / 2], "source", sources[i % 2], "footprint", "512K",
                                            "dirty", "16384", "dest", "own"));
    return result ? no_memory(fresh, err) : 0;
}

/* The axes of a situation over those of the primary one. NULL: no memory. */
static json_t *block_of_writes(const char *situation)
{
    struct situation_part part;
    json_t *block = json_pack("{s:s, s:s, s:s, s:s}", "kernel", "write_fsync", "footprint", "l2", "dirty",
                              "size", "overwrite", "1");
    while (block && situation_next(&situation, &part))
        if (part.axis >= 0 &&
            json_object_set_new(block, axis_info((enum axis_id)part.axis)->name, json_string(part.value))) {
            json_decref(block);
            return NULL;
        }
    return block;
}

int tune_fresh_paths(struct tune_fresh *fresh, const struct tune_processes *all, const char *situation,
                     const char *const *paths, size_t path_count, uint64_t deadline, struct error *err)
{
    int result = open_plan(fresh, "hybrid", all, paths, path_count, deadline);
    if (!result)
        result = add_block(fresh, block_of_writes(situation));
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

int tune_fresh_sizes(struct tune_fresh *fresh, const struct tune_sizes *sizes, struct error *err)
{
    for (size_t b = 0; b < fresh->blocks; b++) {
        json_t *block = json_array_get(json_object_get(fresh->plan, "blocks"), b);
        if (json_object_set_new(block, "size", size_list(sizes)))
            return error_set(err, EXIT_CANNOT, "tune: no memory for the plan of a process");
    }
    return 0;
}

static void read_figures(const struct tune_fresh *fresh, const struct tune_sizes *sizes, const json_t *result,
                         struct tune_figures *out)
{
    for (size_t p = 0; p < fresh->path_count; p++)
        for (size_t b = 0; b < fresh->blocks; b++)
            for (size_t z = 0; z < sizes->count; z++) {
                double ns = tune_process_ns(result, fresh->plan, b, fresh->paths[p], sizes->list[z]);
                out->log_ns[(p * fresh->blocks + b) * PROVE_SIZES + z] = ns > 0 ? log(ns) : NAN;
            }
}

static enum tune_end run(void *state, const struct tune_set *set, const struct tune_sizes *sizes,
                         uint64_t seed, struct tune_figures *out, struct error *err)
{
    struct tune_fresh *fresh = state;
    if (signals_received())
        return TUNE_SIGNAL;
    if (left_s(fresh) < (fresh->ran ? LONGER * fresh->longest_s : guess_s(fresh)))
        return TUNE_TIME;
    uint64_t start = clock_now_ns();
    if (tune_fresh_sizes(fresh, sizes, err))
        return TUNE_FAILED;
    json_t *result = tune_process(fresh->all, fresh->plan, set->list, set->count, seed, err);
    if (!result)
        return error_is_set(err) ? TUNE_FAILED : TUNE_SIGNAL;
    read_figures(fresh, sizes, result, out);
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
        .state = fresh, .cells = fresh->blocks, .what = fresh->what, .run = run, .fits = fits};
}

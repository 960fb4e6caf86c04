/* expand.c - from a plan's blocks to its cells */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan.h"
#include "results/file.h"

enum { CELLS_MAX = RESULT_OBJECTS };

/* A block's value i of a list, or the value itself; numbers as text. */
static void value_text(const json_t *value, size_t i, const char *standard, char *out, size_t bytes)
{
    const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
    if (json_is_integer(item))
        snprintf(out, bytes, "%lld", (long long)json_integer_value(item));
    else
        snprintf(out, bytes, "%s", json_is_string(item) ? json_string_value(item) : standard);
}

static size_t value_count(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : 1;
}

static int add(struct run_cells *out, const struct run_cell *cell, struct error *err)
{
    for (size_t i = 0; i < out->count; i++)
        if (!strcmp(out->cells[i].out.id, cell->out.id)) {
            out->cells[i].ledger |= cell->ledger;
            return 0;
        }
    if (out->count == CELLS_MAX)
        return error_set(err, EXIT_USAGE, "plan: more than %d cells; use fewer values", CELLS_MAX);
    if ((out->count & (out->count - 1)) == 0) {
        size_t room = out->count ? 2 * out->count : 1;
        struct run_cell *cells = realloc(out->cells, room * sizeof(*cells));
        if (!cells)
            return error_set(err, EXIT_CANNOT, "plan: no memory for %zu cells", room);
        out->cells = cells;
    }
    out->cells[out->count++] = *cell;
    return 0;
}

/* Cell number n of the block: n counts through paths first, then through the axes from the last to the first.
 */
static int build(const json_t *block, size_t n, struct run_cell *cell, const struct spec_env *env,
                 struct error *err)
{
    const json_t *paths = json_object_get(block, "paths"), *kernel = json_object_get(block, "kernel");
    value_text(kernel, 0, "", cell->out.kernel, NAME_TEXT);
    value_text(paths, n % value_count(paths), "", cell->out.path, NAME_TEXT);
    n /= value_count(paths);
    for (int a = AXES - 1; a >= 0; a--) {
        const struct axis_info *info = axis_info((enum axis_id)a);
        const json_t *value = json_object_get(block, info->name);
        value_text(value, n % value_count(value), info->standard, cell->out.axis[a], AXIS_TEXT);
        n /= value_count(value);
    }
    cell->ledger = json_is_true(json_object_get(block, "ledger"));
    return spec_build(cell, env, err);
}

static size_t block_cells(const json_t *block)
{
    size_t n = value_count(json_object_get(block, "paths"));
    for (int a = 0; a < AXES && n <= CELLS_MAX; a++)
        n *= value_count(json_object_get(block, axis_info((enum axis_id)a)->name));
    return n;
}

static int expand_block(const json_t *block, const struct spec_env *env, struct run_cells *out,
                        struct error *err)
{
    size_t cells = block_cells(block);
    if (cells > CELLS_MAX)
        return error_set(err, EXIT_USAGE, "plan: more than %d cells; use fewer values", CELLS_MAX);
    for (size_t n = 0; n < cells; n++) {
        struct run_cell cell;
        memset(&cell, 0, sizeof(cell));
        if (build(block, n, &cell, env, err) || add(out, &cell, err))
            return -1;
    }
    return 0;
}

int plan_expand(const json_t *plan, const struct spec_env *env, bool from_file, struct run_cells *out,
                struct error *err)
{
    size_t index;
    json_t *block;
    *out = (struct run_cells){0};
    json_array_foreach(json_object_get(plan, "blocks"), index, block)
    {
        struct error inner = {0};
        if (!expand_block(block, env, out, &inner))
            continue;
        run_cells_free(out);
        if (!from_file)
            return error_set(err, inner.code, "%s", inner.text);
        const char *name = json_string_value(json_object_get(plan, "name"));
        return error_set(err, EXIT_CANNOT, "plan %s: blocks[%zu]: %s", name ? name : "?", index, inner.text);
    }
    return 0;
}

void run_cells_free(struct run_cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        free(cells->cells[i].out.samples);
        free(cells->cells[i].out.thread_ns);
        free(cells->cells[i].out.layouts);
        free(cells->cells[i].out.latency.write.buckets);
        free(cells->cells[i].out.latency.fsync.buckets);
    }
    free(cells->cells);
    *cells = (struct run_cells){0};
}

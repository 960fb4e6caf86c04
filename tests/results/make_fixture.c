/* make_fixture.c - writes DIR/result.json as a default plan would, with invented numbers */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/file.h"
#include "tests/results/sample.h"

/* Build: cc -std=gnu11 -D_GNU_SOURCE -I. tests/results/make_fixture.c results/[a-z]*.c base/error.c -ljansson
 * -lm Use:   ./a.out tests/reports/fixture */

struct path {
    const char *name, *copy, *track, *writeback;
    double copy_base, copy_byte;   /* ns a write and a byte of it */
    double mark, flush_line, scan; /* ns a write, a line of the granule, an fsync */
};

static const struct path paths[] = {
    {"bypass", "movnti", "none", "none", 130, 0.110, 0, 0, 12},
    {"bypass-wide", "movdir64b", "none", "none", 118, 0.062, 0, 0, 12},
    {"eager", "line+clwb", "none", "none", 122, 0.125, 0, 0, 12},
    {"dm-writecache", "line+clflushopt", "none", "none", 125, 0.131, 0, 0, 12},
    {"deferred-radix", "rep-movsb", "radix", "clwb", 24, 0.021, 118, 4.9, 95},
    {"deferred-xarray", "rep-movsb", "xarray", "clwb", 24, 0.021, 84, 4.9, 71},
    {"deferred-bitmap", "rep-movsb", "bitmap", "clwb", 24, 0.021, 19, 4.9, 24},
    {"volatile", "rep-movsb", "none", "none", 24, 0.021, 0, 0, 0},
};

static const double surround_ns = 290;
enum { ROUNDS = 16 };

struct shape {
    const char *size, *footprint, *overwrite, *access;
};

static void shape_cell(struct result_cell *cell, const struct shape *shape)
{
    SAMPLE_SET(cell->axis[AXIS_size], shape->size);
    SAMPLE_SET(cell->axis[AXIS_footprint], shape->footprint);
    SAMPLE_SET(cell->axis[AXIS_overwrite], shape->overwrite);
    SAMPLE_SET(cell->axis[AXIS_access], shape->access);
    SAMPLE_SET(cell->axis[AXIS_dirty], "size");
    bool l2 = !strcmp(shape->footprint, "l2"), llc = !strcmp(shape->footprint, "llc");
    cell->footprint_bytes = l2 ? 1 << 20 : llc ? 16 << 20 : 128 << 20;
    cell->file_bytes = cell->footprint_bytes;
    cell->dirty_bytes = strtoull(shape->size, NULL, 10);
}

/* ns of an op's share of the fsync, which comes once for all passes over the window. */
static double fsync_share(const struct path *path, double size, double passes)
{
    double granules = size < 4096 ? 1 : size / 4096;
    return (path->scan + granules * 64 * path->flush_line + (path->scan > 0 ? 46 : 0)) / passes;
}

static void measure(struct result_cell *cell, const struct path *path, const struct shape *shape,
                    uint64_t seed)
{
    double size = strtod(shape->size, NULL), passes = strtod(shape->overwrite, NULL);
    double far = *shape->footprint == 'b' ? 1.7 : !strcmp(shape->footprint, "llc") ? 1.25 : 1;
    double write = surround_ns + path->copy_base + path->mark + size * path->copy_byte * far;
    double fsync = fsync_share(path, size, passes) * far, call[ROUNDS];
    sample_times(cell, write + fsync, write / (write + fsync), ROUNDS, seed);
    for (unsigned i = 0; i < ROUNDS; i++)
        call[i] = cell->samples[i] * fsync / (write + fsync) * passes;
    cell->fsync_call_ns = stats_summary(call, ROUNDS);
    cell->gb_per_s = size / cell->summary.median;
    cell->reference_only = !strcmp(path->name, "volatile");
    if (fsync <= 0)
        cell->fsync = cell->fsync_call_ns = stats_summary(NULL, 0);
    bool deferred = path->mark > 0;
    double lines = size < 64 ? 1 : size / 64;
    cell->counts = (struct result_counts){.bytes_copied = size,
                                          .lines_flushed = deferred ? (lines < 64 ? 64 : lines) / passes : 0,
                                          .nt_bytes = !strncmp(path->name, "bypass", 6) ? size : 0,
                                          .fences = deferred ? 2 / passes : 1 + 2 / passes,
                                          .locked_ops = deferred ? 12 : 10,
                                          .entries_marked = deferred,
                                          .entries_scanned = deferred / passes,
                                          .drains = 1 / passes,
                                          .lines_dirtied = lines / passes};
}

static void add_ledger(struct result_cell *cell, const struct path *path)
{
    bool deferred = path->mark > 0, xarray = !strcmp(path->track, "xarray");
    double copy = path->copy_base + 4096 * path->copy_byte;
    sample_row(cell, "loop", "write", 5.2, 4.9);
    sample_row(cell, "surround", "write", surround_ns - 31, surround_ns - 44);
    sample_row(cell, "lock", "write", 14.5, deferred ? 13.9 : 1.2);
    sample_row(cell, "lookup", "write", 11.3, 10.2);
    if (xarray)
        sample_row(cell, "entry-lock", "write", path->mark * 0.6, path->mark * 0.5);
    if (deferred)
        sample_row(cell, "mark-inode", "write", 1.1, 0.3);
    sample_row(cell, "copy", "write", copy - (deferred ? 1 : 22), copy - (deferred ? 12 : 30));
    cell->ledger[cell->ledger_rows - 1].first_fence = !deferred;
    if (!strcmp(path->name, "eager"))
        sample_row(cell, "fence", "write", 22, 57);
    if (deferred)
        sample_row(cell, "mark", "write", path->mark * (xarray ? 0.4 : 1),
                   path->mark * (xarray ? 0.35 : 0.9));
    sample_row(cell, "tag", "fsync", 0.8, 0.2);
    if (deferred) {
        sample_row(cell, "scan", "fsync", path->scan, path->scan * 0.8);
        sample_row(cell, "writeback", "fsync", 64 * path->flush_line, 64 * path->flush_line * 0.96);
        cell->ledger[2].first_fence = true;
    }
    sample_row(cell, "fence", "fsync", deferred ? 46 : 33, deferred ? 12 : 7);
    double total = 0, persistence = 0, saved = 0;
    for (unsigned i = 0; i < cell->ledger_rows; i++) {
        total += cell->ledger[i].added.value;
        saved += cell->ledger[i].saved.value;
        persistence += i >= 4 ? cell->ledger[i].added.value : 0;
    }
    double whole = cell->summary.median;
    cell->persistence_ns = (struct interval){persistence, persistence * 0.98, persistence * 1.02};
    cell->overlap_ns = (struct interval){whole - saved, (whole - saved) * 0.9, (whole - saved) * 1.1};
    cell->unattributed_ns = (struct interval){whole - total, whole - total - 6, whole - total + 6};
}

static const char *sweep[][4] = {{"64", "512", "4096", "65536"}, {"l2", "llc", "beyond"}};

/* One group: every path at one shape. Returns the cells made. */
static size_t add_group(struct result *r, const struct shape *shape)
{
    struct result_cell *first = &r->cells[r->cell_count];
    size_t count = sizeof(paths) / sizeof(paths[0]);
    bool ledgers = !strcmp(shape->size, "4096") && !strcmp(shape->footprint, "l2") &&
                   !strcmp(shape->overwrite, "1") && !strcmp(shape->access, "seq");
    for (size_t i = 0; i < count; i++) {
        const struct path *path = &paths[i];
        struct result_cell *cell = &first[i];
        sample_cell(cell, "write_fsync", path->name, path->copy, path->track, path->writeback);
        shape_cell(cell, shape);
        result_cell_name(cell);
        if (!strcmp(shape->access, "sparse") && !strcmp(shape->size, "65536")) {
            SAMPLE_SET(cell->reason, "access=sparse: a write of 65536 bytes does not fit a granule of 4096");
            continue;
        }
        measure(cell, path, shape, r->cell_count * 31 + i);
        if (ledgers && strcmp(path->name, "dm-writecache") && strcmp(path->name, "volatile") &&
            strcmp(path->name, "bypass-wide") && strcmp(path->name, "deferred-radix"))
            add_ledger(cell, path);
        if (i)
            sample_compare(&r->comparisons[r->comparison_count++], first, cell);
    }
    if (first->status == CELL_MEASURED)
        sample_controls(&r->controls[r->control_count++], first);
    r->cell_count += count;
    return count;
}

static void add_surface(struct result *r)
{
    for (int size = 0; size < 4; size++) {
        for (int footprint = 0; footprint < 3; footprint++) {
            struct shape shape = {sweep[0][size], sweep[1][footprint], "1", "seq"};
            add_group(r, &shape);
            shape.overwrite = "8";
            add_group(r, &shape);
            shape.overwrite = "1";
            shape.access = "sparse";
            add_group(r, &shape);
        }
    }
}

static void add_trackers(struct result *r, const char *file_size, const char *access)
{
    static const char *const tracks[] = {"xarray", "radix", "bitmap", "bitmap2"};
    bool tera = !strcmp(file_size, "1TiB"), sparse = !strcmp(access, "sparse");
    const double ns[] = {sparse ? 310 : 128, sparse ? 388 : 190, (tera ? 41000 : 52) + (sparse ? 21 : 0),
                         (tera ? 96 : 38) + (sparse ? 25 : 0)};
    struct result_cell *first = &r->cells[r->cell_count];
    for (int i = 0; i < 4; i++) {
        struct result_cell *cell = &first[i];
        sample_cell(cell, "track", tracks[i], "none", tracks[i], "none");
        SAMPLE_SET(cell->axis[AXIS_file_size], file_size);
        SAMPLE_SET(cell->axis[AXIS_access], access);
        cell->file_bytes = tera ? (uint64_t)1 << 40 : 1 << 30;
        result_cell_name(cell);
        sample_times(cell, ns[i], 0.4, ROUNDS, (uint64_t)i + 77);
        cell->counts.entries_marked = cell->counts.entries_scanned = 1;
        if (i)
            sample_compare(&r->comparisons[r->comparison_count++], first, cell);
    }
    sample_controls(&r->controls[r->control_count++], first);
    r->cell_count += 4;
}

static void adjust(struct result *r)
{
    double *p = sample_alloc(r->comparison_count, sizeof(*p));
    for (size_t i = 0; i < r->comparison_count; i++)
        p[i] = r->comparisons[i].p;
    stats_holm(p, r->comparison_count, p);
    for (size_t i = 0; i < r->comparison_count; i++) {
        struct result_comparison *c = &r->comparisons[i];
        c->p_holm = p[i];
        enum verdict verdict = stats_verdict(c->ratio, p[i], r->floor_ratio, false);
        SAMPLE_SET(c->verdict, stats_verdict_name(verdict));
        c->more_rounds =
            verdict == VERDICT_UNRESOLVED ? stats_more_rounds(c->ratio, c->rounds, r->floor_ratio) : 0;
    }
    free(p);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_fixture DIR\n");
        return EXIT_USAGE;
    }
    struct result r;
    struct error err = {0};
    sample_head(&r);
    r.cells = sample_alloc(400, sizeof(*r.cells));
    r.comparisons = sample_alloc(400, sizeof(*r.comparisons));
    r.controls = sample_alloc(100, sizeof(*r.controls));
    add_surface(&r);
    add_trackers(&r, "1GiB", "seq");
    add_trackers(&r, "1GiB", "sparse");
    add_trackers(&r, "1TiB", "seq");
    add_trackers(&r, "1TiB", "sparse");
    adjust(&r);
    if (result_write(&r, argv[1], &err))
        fprintf(stderr, "%s\n", err.text);
    result_free(&r);
    return (int)err.code;
}

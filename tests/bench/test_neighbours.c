/* test_neighbours.c - a path takes the page faults of its own, whoever else writes to the same file */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/magic.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cpu.h"
#include "bench/drift.h"
#include "bench/natural.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/region_parts.h"
#include "bench/region_stores.h"
#include "bench/region_sys.h"
#include "bench/run_warnings.h"

/* A cache so small that four times as much is written soon; of it the stream takes a window of one page. */
enum { LLC = 1 << 20, FILE_BYTES = 16 << 20, ROUNDS = 8, PATHS_MOST = 4 };

/* Writing back in the background may protect a page of a few at any time. */
static const double FEW = 0.1;

/* The file under test, as run_memory.c has it. */
struct beside {
    char folder[32], path[48];
    struct region region;
    struct region_stores stores;
    struct sys_file sys;
    struct workspace w;
};

static int close_file(void **state)
{
    struct beside *b = *state;
    if (!b)
        return 0;
    workspace_close(&b->w);
    region_sys_close(&b->sys);
    region_stores_close(&b->stores);
    region_close(&b->region);
    int left = rmdir(b->folder);
    free(b);
    return left;
}

static int open_file(void **state)
{
    struct statfs fs;
    struct error err = {0};
    *state = NULL;
    if (statfs("/tmp", &fs) || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC) {
        print_message("skipped: /tmp is in memory alone, where fsync protects no page\n");
        return 0;
    }
    struct beside *b = calloc(1, sizeof(*b));
    if (!b)
        return -1;
    snprintf(b->folder, sizeof(b->folder), "/tmp/pmb-beside-XXXXXX");
    if (!mkdtemp(b->folder))
        return -1;
    snprintf(b->path, sizeof(b->path), "%s/file", b->folder);
    struct region_request q = {
        .path = b->path, .bytes = FILE_BYTES, .node = -1, .hypervisor = "none", .sys_root = "/sys"};
    if (region_open(&b->region, &q, &err) ||
        region_stores_open(&b->stores, &b->region, &q, FILE_BYTES, false, &err)) {
        print_message("%s\n", err.text);
        return -1;
    }
    region_sys_open(&b->sys, &b->region, false);
    b->w = (struct workspace){.base = b->region.base,
                              .bytes = b->region.bytes,
                              .file = true,
                              .stores = b->stores.base,
                              .stores_bytes = b->stores.bytes,
                              .sys = &b->sys,
                              .l1d_bytes = 32 << 10,
                              .l2_bytes = 256 << 10,
                              .llc_bytes = LLC};
    *state = b;
    return workspace_open(&b->w, 4096, 0, 1, &err);
}

/* What the plan's one group is measured with. */
static struct group_env group_env(const struct workspace *w, struct drift *drift, struct progress *progress)
{
    return (struct group_env){.workspace = w,
                              .tsc_ghz = 1,
                              .clock_resolution_ns = 25,
                              .chain = {.fixed_ns = 5, .link_ns = 0.5},
                              .seed = 1,
                              .precision = 0.01,
                              .region_provenance = "stand-in",
                              .drain = {.latency_ns = NAN},
                              .drift = drift,
                              .progress = progress,
                              .hook_skip = -1,
                              .hook_delay = -1};
}

static double faults_of(const struct group *groups, size_t count, const char *path)
{
    for (const struct group *g = groups; g < groups + count; g++)
        for (const struct slot *slot = g->slots; slot < g->slots + g->slot_count; slot++) {
            const struct run_cell *c = g->members[slot->member];
            if (slot->role == ROLE_PATH && !strcmp(c->out.path, path) && !slot->failed)
                return (double)slot->faults / ((double)g->rounds * (double)g->member_periods[slot->member] *
                                               (double)c->spec.stream.writes);
        }
    fail_msg("%s: was not measured", path);
    return NAN;
}

/* The groups of these paths, of windows far over the cache. */
static struct group *make_groups(const struct workspace *w, const char *const *paths, struct run_cells *cells,
                                 size_t *count)
{
    struct error err = {0};
    struct spec_env spec = {.features = cpu_features(),
                            .l1d_bytes = w->l1d_bytes,
                            .l2_bytes = w->l2_bytes,
                            .llc_bytes = w->llc_bytes,
                            .domain = DOMAIN_adr,
                            .seed = 1};
    json_t *list = json_array();
    for (size_t i = 0; i < PATHS_MOST && paths[i]; i++)
        json_array_append_new(list, json_string(paths[i]));
    json_t *plan = json_pack("{s:s, s:[{s:o, s:s, s:s, s:s}]}", "name", "test", "blocks", "paths", list,
                             "size", "4096", "footprint", "beyond", "dirty", "size");
    assert_int_equal(plan_expand(plan, &spec, false, cells, &err), 0);
    json_decref(plan);
    struct group *groups = groups_make(cells->cells, cells->count, count, &err);
    assert_non_null(groups);
    return groups;
}

/* Measures these paths side by side, several groups twice in turn; fills in the system's page faults of each,
 * an op. */
static void measure(const struct workspace *w, const char *const *paths, double *faults)
{
    struct error err = {0};
    struct drift drift = {0};
    struct progress progress = {.quiet = true};
    struct group_env env = group_env(w, &drift, &progress);
    struct run_cells cells;
    size_t count;
    struct group *groups = make_groups(w, paths, &cells, &count);
    for (size_t g = 0; g < (count > 1 ? 2 * count : 1); g++)
        if (group_visit(&groups[g % count], &env, ROUNDS, UINT64_MAX, &err))
            fail_msg("%s", err.text);
    for (size_t i = 0; i < PATHS_MOST && paths[i]; i++)
        faults[i] = faults_of(groups, count, paths[i]);
    groups_free(groups, count);
    run_cells_free(&cells);
    drift_free(&drift);
}

/* What each of these paths meets alone it meets beside the others. */
static void check_together(void **state, const char *const *paths, const double *expected)
{
    const struct beside *b = *state;
    double alone, together[PATHS_MOST];
    if (!b)
        skip();
    measure(&b->w, paths, together);
    for (size_t i = 0; i < PATHS_MOST && paths[i]; i++) {
        const char *const one[PATHS_MOST] = {paths[i]};
        measure(&b->w, one, &alone);
        if (fabs(alone - expected[i]) > FEW || fabs(together[i] - expected[i]) > FEW)
            fail_msg("%s: %.3f faults an op alone, %.3f beside others, where %.0f are its own", paths[i],
                     alone, together[i], expected[i]);
    }
}

static void stores_meet_no_faults_of_a_neighbours_sync(void **state)
{
    check_together(state, (const char *const[PATHS_MOST]){"bypass", "deferred-xarray", "sys-fdatasync"},
                   (const double[]){0, 0, 0});
}

static void a_mapping_of_ours_and_the_systems_have_each_their_own(void **state)
{
    check_together(state, (const char *const[PATHS_MOST]){"mmap-xarray", "sys-mmap-msync"},
                   (const double[]){0, 1});
    check_together(state, (const char *const[PATHS_MOST]){"mmap-xarray", "sys-mmap-fsync"},
                   (const double[]){0, 1});
}

static void groups_with_and_without_syncs_take_turns(void **state)
{
    check_together(state, (const char *const[PATHS_MOST]){"bypass", "mmap-xarray", "sys-mmap-msync"},
                   (const double[]){0, 0, 1});
}

/* Only where nobody protects pages of one file are windows left as they are met. */
static void no_group_of_syncs_is_natural(void **state)
{
    static const struct {
        const char *paths[PATHS_MOST];
        bool anonymous, in_file;
    } rows[] = {{{"bypass", "deferred-xarray"}, true, true},
                {{"mmap-xarray"}, true, false},
                {{"bypass", "sys-fsync@append"}, false, false},
                {{"sys-mmap-fsync"}, false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int file = 0; file < 2; file++) {
            const struct workspace w = {
                .l1d_bytes = 32 << 10, .l2_bytes = 256 << 10, .llc_bytes = LLC, .file = file};
            struct run_cells cells;
            size_t count;
            struct group *groups = make_groups(&w, rows[i].paths, &cells, &count);
            assert_int_equal(count, 1);
            assert_int_equal(natural_is(groups, &w), file ? rows[i].in_file : rows[i].anonymous);
            groups_free(groups, count);
            run_cells_free(&cells);
        }
}

/* 100 writes of a path that met `faults`: how often is KERNEL_FAULTS warned of? */
static unsigned warned(enum kernel kernel, uint64_t faults)
{
    static const struct run_options options = {.node = -1};
    static const struct machine_probe probe;
    static const struct region region;
    static const struct written written;
    struct result r = {0};
    struct run_cell cell = {.spec = {.kernel = kernel, .stream = {.writes = 1}}}, *member = &cell;
    struct slot slot = {.role = ROLE_PATH, .faults = faults};
    uint64_t periods = 10;
    const struct group g = {.members = &member,
                            .member_count = 1,
                            .slots = &slot,
                            .slot_count = 1,
                            .member_periods = &periods,
                            .rounds = 10};
    unsigned found = 0;
    noise_unknown(&r.machine);
    run_warnings(&r, &options, &probe, &region, &written, &g, 1);
    for (size_t i = 0; i < r.warning_count; i++)
        found += !strcmp(r.warnings[i].code, "KERNEL_FAULTS");
    free(r.warnings);
    return found;
}

static void faults_besides_are_warned_of(void **state)
{
    (void)state;
    assert_int_equal(warned(KERNEL_MMAP_FSYNC, 5), 0);
    assert_int_equal(warned(KERNEL_MMAP_FSYNC, 6), 1);
    assert_int_equal(warned(KERNEL_SYS_MMAP_FSYNC, 100), 0);
    assert_int_equal(warned(KERNEL_WRITE_FSYNC, 100), 0); /* PAGE_FAULTS tells it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_meet_no_faults_of_a_neighbours_sync),
        cmocka_unit_test(a_mapping_of_ours_and_the_systems_have_each_their_own),
        cmocka_unit_test(groups_with_and_without_syncs_take_turns),
        cmocka_unit_test(no_group_of_syncs_is_natural),
        cmocka_unit_test(faults_besides_are_warned_of),
    };
    return cmocka_run_group_tests_name("neighbours", tests, open_file, close_file);
}

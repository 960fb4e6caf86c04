/* test_real_kernels.c - paths of stores and of the system's calls: their kernel, their group, what they need
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu.h"
#include "bench/group.h"
#include "bench/ledger.h"
#include "bench/plan.h"
#include "bench/region_parts.h"
#include "bench/region_stores.h"
#include "bench/region_sys.h"
#include "kernels/paths.h"

static struct spec_env some_env(void)
{
    return (struct spec_env){.features = cpu_features(),
                             .l1d_bytes = 32 << 10,
                             .l2_bytes = 1 << 20,
                             .llc_bytes = 32 << 20,
                             .domain = DOMAIN_adr,
                             .seed = 1};
}

/* The cells of one block, a JSON text. */
static int expand(const char *block, const struct spec_env *env, struct run_cells *cells, struct error *err)
{
    json_error_t problem;
    json_t *plan = json_pack("{s:[o]}", "blocks", json_loads(block, 0, &problem));
    assert_non_null(plan);
    *err = (struct error){0};
    int result = plan_expand(plan, env, false, cells, err);
    json_decref(plan);
    return result;
}

static void each_path_brings_its_kernel(void **state)
{
    (void)state;
    struct run_cells cells;
    struct error err;
    struct spec_env env = some_env();
    static const char *const kernels[] = {"write_fsync", "mmap_fsync", "sys_write_fsync", "sys_mmap_fsync"};
    assert_int_equal(
        expand("{\"paths\": [\"bypass\", \"mmap-radix\", \"sys-fsync@append\", \"sys-mmap-msync\"]}", &env,
               &cells, &err),
        0);
    assert_int_equal(cells.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(cells.cells[i].out.kernel, kernels[i]);
        assert_true(cells.cells[i].runnable);
        assert_true(!strncmp(cells.cells[i].out.key, kernels[i], strlen(kernels[i])));
    }
    assert_string_equal(cells.cells[2].out.copy, "system");
    assert_string_equal(cells.cells[2].out.copy_resolved, "system");
    assert_int_equal(cells.cells[2].spec.sys.blocks, SYS_BLOCKS_APPEND);
    assert_int_equal(cells.cells[3].spec.sys.end, SYS_END_MSYNC);
    run_cells_free(&cells);
}

static void real_and_modelled_are_one_group_with_one_stream(void **state)
{
    (void)state;
    struct run_cells cells;
    struct error err;
    struct spec_env env = some_env();
    assert_int_equal(
        expand("{\"ledger\": true, \"paths\": [\"sys-rwf-dsync\", \"bypass\", \"sys-mmap-fsync\","
               " \"mmap-xarray\", \"mmap-pagemap\"], \"surround\": \"kernel\"}",
               &env, &cells, &err),
        0);
    size_t count;
    struct group *groups = groups_make(cells.cells, cells.count, &count, &err);
    assert_non_null(groups);
    assert_int_equal(count, 2);
    assert_int_equal(groups[0].member_count, 2);
    assert_int_equal(groups[1].member_count, 3);
    for (size_t g = 0; g < 2; g++) {
        const struct run_cell *first = groups[g].members[0], *base = groups[g].members[groups[g].baseline];
        assert_string_equal(base->out.path, g ? "mmap-xarray" : "bypass");
        for (size_t m = 1; m < groups[g].member_count; m++) {
            assert_string_equal(groups[g].members[m]->out.stream_hash, first->out.stream_hash);
            assert_memory_equal(&groups[g].members[m]->spec.stream, &first->spec.stream,
                                sizeof(struct stream));
        }
    }
    for (size_t s = 0; s < groups[0].slot_count; s++) /* a durable write has no call after it */
        if (groups[0].slots[s].member == 0 && groups[0].slots[s].role == ROLE_RUNG)
            assert_true(groups[0].slots[s].variant.step == STEP_LOOP ||
                        groups[0].slots[s].variant.step == STEP_SYS_WRITE);
    groups_free(groups, count);
    run_cells_free(&cells);
}

static void a_kernel_that_is_named_must_be_the_paths_own(void **state)
{
    (void)state;
    struct run_cells cells;
    struct error err;
    struct spec_env env = some_env();
    assert_int_equal(expand("{\"kernel\": \"mmap_fsync\", \"paths\": \"bypass\"}", &env, &cells, &err), -1);
    assert_int_equal(err.code, EXIT_USAGE);
    assert_string_equal(err.text,
                        "path: 'bypass' is of kernel write_fsync, not of mmap_fsync; leave the kernel "
                        "out: each path has its own");
    assert_int_equal(
        expand("{\"kernel\": \"sys_write_fsync\", \"paths\": \"sys-o-dsync\"}", &env, &cells, &err), 0);
    run_cells_free(&cells);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *block, *says;
    } wrong[] = {
        {"{\"paths\": \"mmap-bitmap\", \"granule\": 2048}", "2048 is less than a page"},
        {"{\"paths\": \"sys-fsync@appen\"}", "append or unwritten"},
        {"{\"paths\": \"mmap-xarray@append\"}", "behind an @"},
        {"{\"paths\": \"sys-fsync@append\", \"overwrite\": 2}", "--overwrite 1"},
        {"{\"paths\": \"sys-fsync@unwritten\", \"overwrite\": 2}", "--overwrite 1"},
        {"{\"paths\": \"sys-fsync@append\", \"access\": \"random\"}", "--access seq"},
        {"{\"paths\": \"sys-fsync@append\", \"threads\": 2}", "--threads 1"},
        {"{\"paths\": \"sys-fsync@append\", \"dest\": \"absent\"}", "--dest own"},
        {"{\"paths\": \"sys-fsync\", \"dest\": \"dirty\"}", "did not write"},
        {"{\"paths\": \"sys-fsync\", \"threads\": 2, \"files\": \"own\"}", "--files shared"},
        {"{\"paths\": \"sys-rwf-dsync\", \"dirty\": \"never\"}", "durable by itself"},
    };
    struct run_cells cells;
    struct error err;
    struct spec_env env = some_env();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (expand(wrong[i].block, &env, &cells, &err) != -1 || err.code != EXIT_USAGE ||
            !strstr(err.text, wrong[i].says))
            fail_msg("%s: '%s' is not in: %s", wrong[i].block, wrong[i].says, err.text);
    }
}

static void skipped_for(const char *block, const struct spec_env *env, const char *path, const char *reason)
{
    struct run_cells cells;
    struct error err;
    assert_int_equal(expand(block, env, &cells, &err), 0);
    for (size_t i = 0; i < cells.count; i++) {
        const struct run_cell *c = &cells.cells[i];
        assert_int_equal(c->runnable, strcmp(c->out.path, path) != 0);
        assert_true(c->runnable || (c->out.status == CELL_SKIPPED && strstr(c->out.reason, reason)));
    }
    run_cells_free(&cells);
}

static void what_the_memory_cannot_do_is_skipped(void **state)
{
    (void)state;
    struct spec_env env = some_env();
    env.no_sys = "needs --path FILE";
    skipped_for("{\"paths\": [\"bypass\", \"sys-fsync\", \"mmap-xarray\"]}", &env, "sys-fsync",
                "needs --path FILE");
    skipped_for("{\"paths\": [\"bypass\", \"sys-mmap-fsync\"]}", &env, "sys-mmap-fsync", "needs --path FILE");
    env.no_pagemap = "no PAGEMAP_SCAN";
    skipped_for("{\"paths\": [\"mmap-xarray\", \"mmap-pagemap\"]}", &env, "mmap-pagemap", "no PAGEMAP_SCAN");
    env = some_env();
    skipped_for("{\"paths\": [\"mmap-xarray\", \"mmap-pagemap\"], \"granule\": 8192}", &env, "mmap-pagemap",
                "--granule 4096");
    env.protect_bytes = 2 << 20;
    skipped_for("{\"paths\": [\"bypass\", \"mmap-xarray\"]}", &env, "mmap-xarray", "--granule 2097152");
    skipped_for("{\"paths\": [\"bypass\", \"mmap-xarray\"], \"granule\": \"2M\"}", &env, "none", "");
}

static void a_key_leads_back_to_its_cell_and_baseline(void **state)
{
    (void)state;
    struct error err = {0};
    char domain[NAME_TEXT] = "";
    static const char *const keys[][2] = {{"sys_write_fsync/sys-fsync@append/size=64/domain=adr", "bypass"},
                                          {"sys_mmap_fsync/sys-mmap-msync/size=64", "mmap-xarray"},
                                          {"mmap_fsync/mmap-bitmap/size=64", "mmap-xarray"}};
    for (size_t i = 0; i < 3; i++) {
        json_t *plan = plan_of_key(keys[i][0], domain, &err);
        assert_non_null(plan);
        json_t *block = json_array_get(json_object_get(plan, "blocks"), 0);
        assert_null(json_object_get(block, "kernel"));
        assert_string_equal(json_string_value(json_array_get(json_object_get(block, "paths"), 0)),
                            keys[i][1]);
        json_decref(plan);
    }
    assert_null(plan_of_key("write_fsync/sys-fsync/size=64", domain, &err));
    assert_non_null(strstr(err.text, "sys_write_fsync"));
}

enum { ROUNDS = 16 };

/* The ledger of one path, of rungs that take 10 ns more each. */
static void ledger_of(const char *path, struct result_cell *out)
{
    char block[128];
    struct run_cells cells;
    struct error err;
    struct spec_env env = some_env();
    struct group_env visit = {.region_provenance = "real"};
    size_t count;
    snprintf(block, sizeof(block), "{\"ledger\": true, \"paths\": \"%s\"}", path);
    assert_int_equal(expand(block, &env, &cells, &err), 0);
    struct group *groups = groups_make(cells.cells, cells.count, &count, &err);
    assert_non_null(groups);
    assert_int_equal(group_reserve(groups, ROUNDS, &err), 0);
    groups->factors = malloc(ROUNDS * sizeof(*groups->factors));
    assert_non_null(groups->factors);
    for (unsigned i = 0; i < ROUNDS; i++) {
        groups->factors[i] = 1;
        groups->layouts[i] = (uint8_t)(i % LAYOUTS_EACH);
        for (size_t s = 0; s < groups->slot_count; s++)
            groups->slots[s].ns[i] = 10 * (1 + (double)groups->slots[s].variant.step);
    }
    groups->rounds = ROUNDS;
    assert_int_equal(ledger_fill(groups, 0, &visit, &err), 0);
    *out = groups->members[0]->out;
    groups_free(groups, count);
    run_cells_free(&cells);
}

static void the_first_fence_is_behind_the_stores(void **state)
{
    (void)state;
    static const char *const first[][3] = {{"mmap-xarray", "mark-inode", "fsync"},
                                           {"mmap-bitmap", "mark-inode", "fsync"},
                                           {"mmap-pagemap", "write-protect", "fsync"},
                                           {"deferred-xarray", "mark", "write"},
                                           {"sys-fsync", "", ""},
                                           {"sys-mmap-fsync", "", ""},
                                           {"sys-o-dsync", "", ""}};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        struct result_cell out;
        const struct ledger_row *found = NULL;
        ledger_of(first[i][0], &out);
        assert_true(out.ledger_rows > 1);
        for (size_t row = 0; row < out.ledger_rows; row++) {
            assert_false(found && out.ledger[row].first_fence);
            found = out.ledger[row].first_fence ? &out.ledger[row] : found;
        }
        if (strcmp(found ? found->stage : "", first[i][1]) || strcmp(found ? found->side : "", first[i][2]))
            fail_msg("%s: %s of %s", first[i][0], found ? found->stage : "none", found ? found->side : "it");
    }
}

static void a_durable_write_has_no_share_of_an_fsync(void **state)
{
    (void)state;
    static const char *const paths[] = {"sys-o-dsync", "sys-rwf-dsync", "sys-fsync", "bypass"};
    for (size_t i = 0; i < 4; i++) {
        struct result_cell out;
        ledger_of(paths[i], &out);
        assert_int_equal(out.write.n, ROUNDS);
        assert_int_equal(out.fsync.n, i < 2 ? 0 : ROUNDS); /* 0: null in the file */
        assert_int_equal(out.fsync_call_ns.n, i < 2 ? 0 : ROUNDS);
    }
}

static void sys_paths_are_durable_and_stores_need_a_write_back(void **state)
{
    (void)state;
    struct error err = {0};
    for (unsigned i = 0; i < PATHS; i++) {
        struct path_parts_ids ids;
        const struct path_info *p = path_info(i);
        assert_int_equal(i < PATHS_WRITE, p->kernel == KERNEL_WRITE_FSYNC);
        if (path_resolve(p, cpu_features(), DOMAIN_adr, &ids, NULL))
            continue;
        assert_int_equal(ids.kernel, p->kernel);
        assert_int_equal(path_check_durable(&ids, NULL), p->reference_only ? -1 : 0);
        ids.writeback = WRITEBACK_none;
        if (p->kernel == KERNEL_MMAP_FSYNC)
            assert_int_equal(path_check_durable(&ids, &err), -1);
    }
}

static void beside_a_file_the_stores_are_the_same_pages(void **state)
{
    (void)state;
    char folder[] = "/tmp/pmb-real-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
    struct region_request q = {
        .path = path, .bytes = 4 << 20, .node = -1, .hypervisor = "none", .sys_root = "/sys"};
    struct region r;
    struct region_stores stores;
    struct sys_file sys;
    struct error err = {0};
    struct stat of_file, of_scratch;
    assert_int_equal(region_open(&r, &q, &err), 0);
    assert_int_equal(region_stores_open(&stores, &r, &q, 1 << 20, false, &err), 0);
    assert_int_equal(stores.bytes, r.bytes);
    stores.base[FILE_START + 5] = 42;
    assert_int_equal(r.base[FILE_START + 5], 42);
    region_sys_open(&sys, &r, true);
    assert_int_equal(sys.fd, r.file.fd);
    assert_true(fcntl(sys.dsync_fd, F_GETFL) & O_DSYNC);
    assert_true(fcntl(sys.scratch_dsync_fd, F_GETFL) & O_DSYNC);
    assert_false(fcntl(sys.scratch_fd, F_GETFL) & O_DSYNC);
    assert_int_equal(fstat(sys.fd, &of_file), 0);
    assert_int_equal(fstat(sys.scratch_fd, &of_scratch), 0);
    assert_int_equal(of_scratch.st_nlink, 0);
    assert_int_equal(of_scratch.st_size, 0);
    assert_int_equal(of_scratch.st_dev, of_file.st_dev);
    assert_int_not_equal(of_scratch.st_ino, of_file.st_ino);
    region_sys_close(&sys);
    region_stores_close(&stores);
    region_close(&r);
    assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
}

static void beside_anonymous_memory_the_stores_are_other_memory(void **state)
{
    (void)state;
    struct region_request q = {.bytes = 4 << 20, .node = -1, .hypervisor = "none", .sys_root = "/sys"};
    struct region r;
    struct region_stores stores;
    struct error err = {0};
    assert_int_equal(region_open(&r, &q, &err), 0);
    assert_int_equal(region_stores_open(&stores, &r, &q, 3 << 20, false, &err), 0);
    assert_int_equal(stores.bytes, 4 << 20);
    assert_true(stores.base + stores.bytes <= r.base || r.base + r.bytes <= stores.base);
    assert_int_equal(stores.base[stores.bytes - 1], FILE_FILLING);
    region_stores_close(&stores);
    region_stores_close(&stores);
    region_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_brings_its_kernel),
        cmocka_unit_test(real_and_modelled_are_one_group_with_one_stream),
        cmocka_unit_test(a_kernel_that_is_named_must_be_the_paths_own),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(what_the_memory_cannot_do_is_skipped),
        cmocka_unit_test(a_key_leads_back_to_its_cell_and_baseline),
        cmocka_unit_test(the_first_fence_is_behind_the_stores),
        cmocka_unit_test(a_durable_write_has_no_share_of_an_fsync),
        cmocka_unit_test(sys_paths_are_durable_and_stores_need_a_write_back),
        cmocka_unit_test(beside_a_file_the_stores_are_the_same_pages),
        cmocka_unit_test(beside_anonymous_memory_the_stores_are_other_memory),
    };
    return cmocka_run_group_tests_name("real_kernels", tests, NULL, NULL);
}

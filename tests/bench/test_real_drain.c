/* test_real_drain.c - which drain a machine has, that it is run, and what a group makes of it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <sys/resource.h>

#include "bench/drift.h"
#include "bench/group.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/real_drain.h"
#include "results/json.h"
#include "tests/bench/region.h"
#include "tests/kernels/rig.h"

/* Made-up sysfs: what a DAX device of an NFIT region looks like from here. */
static struct region device_region(void)
{
    struct region r = {.facts.path_kind = "devdax", .bus = {.kind = BUS_NFIT}, .file.fd = -1};
    snprintf(r.bus.nd_region, sizeof(r.bus.nd_region), "%s/region0", home);
    return r;
}

static struct region file_region(enum bus_kind kind)
{
    struct region r = {.facts.path_kind = "file", .bus = {.kind = kind, .provider = "made up"}};
    put("under-test", "data");
    r.file.fd = open("under-test", O_RDWR);
    r.file.dir = open(".", O_PATH | O_DIRECTORY);
    assert_true(r.file.fd >= 0 && r.file.dir >= 0);
    snprintf(r.bus.nd_region, sizeof(r.bus.nd_region), "%s/region0", home);
    return r;
}

static void close_region(struct region *r)
{
    close(r->file.fd);
    if (r->file.dir >= 0)
        close(r->file.dir);
}

static void make_region(const char *deep_flush, mode_t mode)
{
    assert_int_equal(mkdir("region0", 0700), 0);
    if (!deep_flush)
        return;
    put("region0/deep_flush", deep_flush);
    assert_int_equal(chmod("region0/deep_flush", mode), 0);
}

static bool contains(const char *path, const char *text)
{
    char now[16] = "";
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, now, sizeof(now) - 1);
    close(fd);
    return n >= 0 && !strcmp(now, text);
}

/* There is none, and the reason has that word. */
static void has_none(const struct region *r, enum domain_id domain, const char *word)
{
    struct real_drain d;
    struct error err = {0};
    struct result_drain drain = {.provenance = "not known"};
    assert_int_equal(real_drain_open(home, r, domain, &d, &err), 0);
    assert_null(real_drain_device(&d));
    assert_false(real_drain_refaults(&d));
    if (!strstr(d.source, word))
        fail_msg("'%s' says nothing of '%s'", d.source, word);
    real_drain_describe(&d, &drain);
    assert_string_equal(drain.provenance, "not known");
    assert_non_null(strstr(drain.source, word));
    assert_non_null(strstr(drain.source, "only the fences are measured"));
    real_drain_close(&d);
}

static void without_hints_there_is_none(void **state)
{
    struct region r = device_region();
    (void)state;
    has_none(&r, DOMAIN_hint, "not there");
    make_region(NULL, 0);
    has_none(&r, DOMAIN_hint, "not there");
    r.bus.nd_region[0] = '\0';
    has_none(&r, DOMAIN_hint, "no nvdimm region");
}

/* A write to it would do nothing, and is never made. */
static void a_nop_is_never_written_to(void **state)
{
    struct region r = device_region();
    (void)state;
    make_region("0\n", 0644);
    has_none(&r, DOMAIN_hint, "reads 0");
    assert_true(contains("region0/deep_flush", "0\n"));
    put("region0/deep_flush", "yes\n");
    has_none(&r, DOMAIN_hint, "reads yes");
    put("region0/deep_flush", "");
    has_none(&r, DOMAIN_hint, "says nothing");
    assert_true(contains("region0/deep_flush", ""));
}

static void what_cannot_be_written_is_none(void **state)
{
    struct region r = device_region();
    (void)state;
    make_region("1\n", 0444); /* root, too */
    has_none(&r, DOMAIN_hint, "cannot be written to");
    assert_int_equal(unlink("region0/deep_flush"), 0);
    assert_int_equal(mkdir("region0/deep_flush", 0755), 0);
    has_none(&r, DOMAIN_hint, "says nothing");
}

/* Each drain is one write of "1" at the start of the file, and nothing more. */
static void hints_are_written_once_a_drain(void **state)
{
    struct region r = device_region();
    struct real_drain d;
    struct error err = {0};
    struct result_drain drain = {.provenance = "modelled", .latency_ns = 5, .queue_bytes = 9};
    (void)state;
    make_region("1\n", 0644);
    assert_int_equal(real_drain_open(home, &r, DOMAIN_hint, &d, &err), 0);
    const struct drain_device *device = real_drain_device(&d);
    assert_non_null(device);
    assert_false(real_drain_refaults(&d));
    for (unsigned i = 0; i < 5; i++) {
        put("region0/deep_flush", "xy\n");
        assert_int_equal(device->drain(device), 0);
        assert_true(contains("region0/deep_flush", "1y\n"));
    }
    assert_int_equal(real_drain_check(&d, 0, &err), 0);
    real_drain_describe(&d, &drain);
    assert_string_equal(drain.kind, "flush-hint");
    assert_string_equal(drain.provenance, "measured");
    assert_non_null(strstr(drain.source, "region0/deep_flush"));
    assert_true(isnan(drain.latency_ns) && isnan(drain.bytes_per_second) && !drain.queue_bytes);
    real_drain_close(&d);
    real_drain_close(&d);
    assert_null(real_drain_device(&d));
}

/* papr's deep_flush is a call to the hypervisor: a flush request, of DAX devices and files. */
static void papr_is_drained_through_deep_flush(void **state)
{
    struct region device = device_region(), file = file_region(BUS_PAPR);
    const struct region *regions[] = {&device, &file};
    struct error err = {0};
    (void)state;
    device.bus.kind = BUS_PAPR;
    has_none(&device, DOMAIN_flush_device, "not there");
    make_region("0\n", 0644);
    has_none(&device, DOMAIN_flush_device, "without a flush call");
    for (unsigned i = 0; i < 2; i++) {
        struct real_drain d;
        struct result_drain drain = {.provenance = "not known"};
        put("region0/deep_flush", "1\n");
        assert_int_equal(real_drain_open(home, regions[i], DOMAIN_flush_device, &d, &err), 0);
        assert_non_null(real_drain_device(&d));
        put("region0/deep_flush", "xy\n");
        assert_int_equal(d.device.drain(&d.device), 0);
        assert_true(contains("region0/deep_flush", "1y\n"));
        assert_true(real_drain_refaults(&d));
        real_drain_describe(&d, &drain);
        assert_string_equal(drain.kind, "flush-request");
        assert_non_null(strstr(drain.source, "region0/deep_flush: the call to the hypervisor"));
        assert_null(strstr(drain.source, "hints"));
        real_drain_close(&d);
    }
    close_region(&file);
    device.bus.nd_region[0] = '\0';
    has_none(&device, DOMAIN_flush_device, "no flush call");
}

/* eadr, adr, gpf and unknown do their own fences, and deep_flush beyond ADR is no part of fsync. */
static void other_domains_have_none(void **state)
{
    static const enum domain_id domains[] = {DOMAIN_eadr, DOMAIN_adr, DOMAIN_gpf, DOMAIN_unknown,
                                             DOMAIN_pcommit};
    struct region r = device_region();
    (void)state;
    make_region("1\n", 0644);
    for (unsigned i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
        has_none(&r, domains[i], domains[i] == DOMAIN_pcommit ? "PCOMMIT" : "own fences");
    assert_true(contains("region0/deep_flush", "1\n"));
}

/* A mapped device over two regions: a write to one of them is no drain of the other. */
static void two_regions_are_not_flushed_by_one(void **state)
{
    struct region r = file_region(BUS_NFIT);
    struct stat st;
    char command[1024];
    (void)state;
    make_region("1\n", 0644);
    assert_int_equal(fstat(r.file.fd, &st), 0);
    snprintf(command, sizeof(command),
             "mkdir -p dev/block dm0/slaves ndbus0/region0/pmem0 ndbus0/region1/pmem1 && "
             "echo ACPI.NFIT >ndbus0/provider && echo 1 >ndbus0/region0/deep_flush && "
             "ln -s ../../ndbus0/region0/pmem0 dm0/slaves/pmem0 && ln -s ../../dm0 dev/block/%u:%u",
             major(st.st_dev), minor(st.st_dev));
    assert_int_equal(system(command), 0);
    struct real_drain d;
    struct error err = {0};
    snprintf(r.bus.nd_region, sizeof(r.bus.nd_region), "%s/ndbus0/region0", home);
    assert_int_equal(real_drain_open(home, &r, DOMAIN_hint, &d, &err), 0);
    assert_non_null(real_drain_device(&d)); /* over one of them it is */
    real_drain_close(&d);
    assert_int_equal(symlink("../../ndbus0/region1/pmem1", "dm0/slaves/pmem1"), 0);
    has_none(&r, DOMAIN_hint, "several nvdimm regions");
    close_region(&r);
}

static void a_flush_request_is_an_fdatasync(void **state)
{
    struct region r = file_region(BUS_VIRTIO);
    struct real_drain d;
    struct error err = {0};
    struct result_drain drain = {.provenance = "not known"};
    (void)state;
    assert_int_equal(real_drain_open("/sys", &r, DOMAIN_flush_device, &d, &err), 0);
    const struct drain_device *device = real_drain_device(&d);
    assert_non_null(device);
    assert_true(real_drain_refaults(&d));
    assert_int_equal(device->drain(device), 0);
    assert_int_equal(entries(), 1); /* the file beside has no name */
    assert_true(contains("under-test", "data"));
    real_drain_describe(&d, &drain);
    assert_string_equal(drain.kind, "flush-request");
    assert_string_equal(drain.provenance, "measured");
    assert_non_null(strstr(drain.source, device->fd == r.file.fd ? "write-protection" : "beside"));
    real_drain_close(&d);
    close(r.file.dir); /* where there can be no file beside */
    r.file.dir = -1;
    assert_int_equal(real_drain_open("/sys", &r, DOMAIN_flush_device, &d, &err), 0);
    assert_int_equal(real_drain_device(&d)->fd, r.file.fd);
    assert_non_null(strstr(d.source, "write-protection of the mapping"));
    real_drain_close(&d);
    assert_int_equal(fcntl(r.file.fd, F_GETFD), 0); /* is not ours to close */
    close_region(&r);
}

/* On another bus, in no file, on no medium of its own fsync is no flush request. */
static void elsewhere_fsync_is_no_flush_request(void **state)
{
    struct region r = file_region(BUS_NFIT), anonymous = {.facts.path_kind = "anonymous", .file.fd = -1};
    struct region device = device_region();
    (void)state;
    has_none(&r, DOMAIN_flush_device, "not on virtio-pmem");
    r.bus.kind = BUS_UNKNOWN;
    has_none(&r, DOMAIN_flush_device, "not on virtio-pmem");
    has_none(&anonymous, DOMAIN_flush_device, "file's fsync");
    has_none(&anonymous, DOMAIN_hint, "no nvdimm region");
    has_none(&device, DOMAIN_flush_device, "file's fsync");
    close_region(&r);
}

static void one_that_fails_at_once_is_refused(void **state)
{
    struct region r = file_region(BUS_VIRTIO);
    struct real_drain d;
    struct error err = {0};
    (void)state;
    close_region(&r);
    r.file.fd = r.file.dir = -1;
    assert_int_equal(real_drain_open(home, &r, DOMAIN_flush_device, &d, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, "fsync of the file under test"));
    assert_null(real_drain_device(&d));
    real_drain_close(&d);
}

/* A limit on the size of files makes each write fail. */
static void a_failure_is_counted_with_its_errno(void **state)
{
    struct region r = device_region();
    struct real_drain d;
    struct error err = {0};
    struct rlimit before, nothing;
    (void)state;
    make_region("1\n", 0644);
    assert_int_equal(real_drain_open(home, &r, DOMAIN_hint, &d, &err), 0);
    const struct drain_device *device = real_drain_device(&d);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    nothing = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &nothing), 0);
    int result = device->drain(device), number = errno;
    struct real_drain second;
    int refused = real_drain_open(home, &r, DOMAIN_hint, &second, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(result, -1);
    assert_int_equal(number, EFBIG);
    assert_int_equal(d.failures.number, EFBIG);
    assert_ptr_equal(device->failures, &d.failures.count);
    assert_int_equal(refused, -1);
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    *device->failures += 3; /* as the path does */
    err = (struct error){0};
    assert_int_equal(real_drain_check(&d, 3, &err), 0);
    assert_int_equal(real_drain_check(&d, 1, &err), -1);
    assert_non_null(strstr(err.text, "failed 2 times"));
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    real_drain_close(&d);
}

/* The groups: time is simulated, so that what comes out is certain. */
enum { ROUNDS = 64, TICKS = 1000, BASE_NS = 1000, DRAIN_NS = 100, REFAULT_NS = 250, FAILS_AFTER = 200 };

static struct real_drain *fake(void)
{
    static struct real_drain d;
    return &d;
}

/* In place of kernels/visit.c's. The drains of a visit: one. */
int cell_visit(struct cell *cell, const struct variant *variant, unsigned layout, uint64_t first,
               uint64_t periods, bool natural, struct visit *out, struct error *err)
{
    const struct drain_device *device = cell->workspace->drain_device;
    bool unflushed = variant->kind == VARIANT_UNFLUSHED;
    bool without = unflushed || (variant->kind == VARIANT_WITHOUT && variant->step == STEP_DRAIN);
    double ns = BASE_NS + (without ? 0 : DRAIN_NS) + (unflushed ? 0 : REFAULT_NS);
    (void)layout, (void)first, (void)natural, (void)err;
    if (unflushed)
        assert_non_null(device);
    if (variant->kind == VARIANT_PREFIX)
        ns = 10 * (1 + (double)variant->step);
    if (device && device->drain(device))
        *device->failures += 1;
    *out = (struct visit){.ticks = (uint64_t)llround(ns * TICKS * (double)periods)};
    return 0;
}

static int drain_well(const struct drain_device *device)
{
    (void)device;
    return 0;
}

static int drain_until_then(const struct drain_device *device)
{
    static unsigned calls;
    (void)device;
    fake()->failures.number = EIO;
    return ++calls > FAILS_AFTER ? -1 : 0;
}

static void use(int (*drain)(const struct drain_device *device), const char *kind)
{
    *fake() = (struct real_drain){.device = {.drain = drain}, .kind = kind};
    fake()->device.failures = &fake()->failures.count;
}

struct measured {
    struct run_cells cells;
    struct group *groups;
    size_t count;
};

static struct measured measure(const struct workspace *rig, enum domain_id domain)
{
    struct measured m = {0};
    struct workspace w = *rig;
    struct error err = {0};
    struct drift drift = {0};
    struct progress progress = {.quiet = true};
    struct spec_env env = {.features = cpu_features(),
                           .l1d_bytes = w.l1d_bytes,
                           .l2_bytes = w.l2_bytes,
                           .llc_bytes = w.llc_bytes,
                           .domain = domain,
                           .seed = 1};
    struct group_env group = {.workspace = &w,
                              .tsc_ghz = TICKS,
                              .clock_resolution_ns = 25,
                              .chain = {.fixed_ns = 5, .link_ns = 0.5},
                              .seed = 1,
                              .precision = 0.01,
                              .region_provenance = "emulated",
                              .drain = {.latency_ns = NAN},
                              .real_drain = fake(),
                              .drift = &drift,
                              .progress = &progress,
                              .hook_skip = -1,
                              .hook_delay = -1};
    json_t *plan =
        json_pack("{s:s, s:[{s:[s,s], s:b, s:s, s:s, s:s}]}", "name", "test", "blocks", "paths", "bypass",
                  "deferred-bitmap", "ledger", 1, "size", "4096", "footprint", "64K", "dirty", "size");
    w.drain_device = real_drain_device(fake());
    if (plan_expand(plan, &env, false, &m.cells, &err) ||
        !(m.groups = groups_make(m.cells.cells, m.cells.count, &m.count, &err)) ||
        group_visit(m.groups, &group, ROUNDS, UINT64_MAX, &err) || group_analyse(m.groups, &group, &err))
        fail_msg("%s", err.text);
    assert_int_equal(m.count, 1);
    assert_int_equal(m.groups->member_count, 2);
    drift_free(&drift);
    json_decref(plan);
    return m;
}

static void let_go(struct measured *m)
{
    groups_free(m->groups, m->count);
    run_cells_free(&m->cells);
}

static const struct ledger_row *refault_of(const struct result_cell *cell)
{
    for (unsigned i = 0; i < cell->ledger_rows; i++)
        if (!strcmp(cell->ledger[i].stage, LEDGER_REFAULT))
            return &cell->ledger[i];
    return NULL;
}

static void check_json(const struct result_cell *cell, unsigned at)
{
    json_t *json = cell_json(cell);
    const json_t *row = json_array_get(json_object_get(json, "ledger"), at);
    assert_string_equal(json_string_value(json_object_get(row, "stage")), "refault");
    assert_string_equal(json_string_value(json_object_get(row, "side")), "write");
    assert_true(json_is_null(json_object_get(row, "ns_added")));
    assert_true(json_is_null(json_object_get(row, "added_low")));
    assert_true(json_is_number(json_object_get(row, "ns_saved")));
    assert_true(json_is_null(json_object_get(json, "modelled_ns")));
    json_decref(json);
}

/* What the periods without a flush request before them cost less; part of no sum. */
static void refaults_are_a_row_beside_the_sum(void **state)
{
    use(drain_well, "flush-request");
    struct measured m = measure(*state, DOMAIN_flush_device);
    *fake() = (struct real_drain){0};
    struct measured none = measure(*state, DOMAIN_flush_device);
    for (size_t i = 0; i < 2; i++) {
        const struct result_cell *cell = &m.groups->members[i]->out, *plain = &none.groups->members[i]->out;
        const struct ledger_row *row = refault_of(cell);
        assert_int_equal(cell->status, CELL_MEASURED);
        assert_non_null(row);
        assert_null(refault_of(plain));
        assert_int_equal(cell->ledger_rows, plain->ledger_rows + 1);
        assert_true(fabs(row->saved.value - REFAULT_NS) < 1e-6);
        assert_true(row->saved.low <= REFAULT_NS + 1e-6 && row->saved.high >= REFAULT_NS - 1e-6);
        assert_true(isnan(row->added.value) && isnan(row->added.low) && !row->overlaps && !row->first_fence);
        assert_string_equal(row->side, "write");
        assert_string_equal(row->how, "ladder");
        assert_string_equal(row->provenance, "emulated");
        assert_true(fabs(cell->unattributed_ns.value - plain->unattributed_ns.value) < 1e-6);
        assert_true(fabs(cell->overlap_ns.value - plain->overlap_ns.value) < 1e-6);
        assert_true(fabs(cell->persistence_ns.value - plain->persistence_ns.value) < 1e-6);
        assert_true(isnan(cell->modelled_ns));
        check_json(cell, cell->ledger_rows - 1);
    }
    let_go(&m);
    let_go(&none);
}

/* Hints have no host behind them, and adr has neither. */
static void only_a_flush_request_refaults(void **state)
{
    use(drain_well, "flush-hint");
    struct measured hint = measure(*state, DOMAIN_hint), wrong = measure(*state, DOMAIN_flush_device);
    *fake() = (struct real_drain){0};
    struct measured adr = measure(*state, DOMAIN_adr);
    for (size_t i = 0; i < 2; i++) {
        assert_null(refault_of(&hint.groups->members[i]->out));
        assert_null(refault_of(&wrong.groups->members[i]->out));
        assert_null(refault_of(&adr.groups->members[i]->out));
        assert_int_equal(wrong.groups->members[i]->out.status, CELL_MEASURED);
    }
    for (size_t s = 0; s < hint.groups->slot_count; s++)
        assert_true(hint.groups->slots[s].role != ROLE_UNFLUSHED);
    let_go(&hint);
    let_go(&wrong);
    let_go(&adr);
}

static void after_a_failed_drain_nothing_counts(void **state)
{
    use(drain_until_then, "flush-request");
    struct measured m = measure(*state, DOMAIN_flush_device);
    assert_true(m.groups->rounds < ROUNDS);
    for (size_t i = 0; i < 2; i++) {
        const struct result_cell *cell = &m.groups->members[i]->out;
        assert_int_equal(cell->status, CELL_FAILED);
        assert_non_null(strstr(cell->reason, "drain: failed"));
        assert_non_null(strstr(cell->reason, strerror(EIO)));
    }
    let_go(&m);
    *fake() = (struct real_drain){0};
}

int main(void)
{
    const struct CMUnitTest drains[] = {
        cmocka_unit_test_setup_teardown(without_hints_there_is_none, enter, leave),
        cmocka_unit_test_setup_teardown(a_nop_is_never_written_to, enter, leave),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_none, enter, leave),
        cmocka_unit_test_setup_teardown(hints_are_written_once_a_drain, enter, leave),
        cmocka_unit_test_setup_teardown(papr_is_drained_through_deep_flush, enter, leave),
        cmocka_unit_test_setup_teardown(other_domains_have_none, enter, leave),
        cmocka_unit_test_setup_teardown(two_regions_are_not_flushed_by_one, enter, leave),
        cmocka_unit_test_setup_teardown(a_flush_request_is_an_fdatasync, enter, leave),
        cmocka_unit_test_setup_teardown(elsewhere_fsync_is_no_flush_request, enter, leave),
        cmocka_unit_test_setup_teardown(one_that_fails_at_once_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_failure_is_counted_with_its_errno, enter, leave),
    };
    const struct CMUnitTest groups[] = {
        cmocka_unit_test(refaults_are_a_row_beside_the_sum),
        cmocka_unit_test(only_a_flush_request_refaults),
        cmocka_unit_test(after_a_failed_drain_nothing_counts),
    };
    int failures = cmocka_run_group_tests(drains, NULL, NULL);
    return failures + cmocka_run_group_tests(groups, rig_open, rig_close);
}

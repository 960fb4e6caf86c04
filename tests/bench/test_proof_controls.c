/* test_proof_controls.c - the controls hold in a fair run and fail in each that is not, in simulated time */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "bench/compare_run.h"
#include "bench/drift.h"
#include "bench/plan.h"
#include "bench/progress.h"
#include "bench/sabotage.h"
#include "bench/turns.h"
#include "base/rng.h"
#include "tests/kernels/rig.h"

/* Rounds of a group, its variants (two paths and two controls), and the ticks of a simulated ns. */
enum { ROUNDS = 64, VARIANTS = 4, TICKS = 1000 };

/* A period of 4 KiB takes so long here, on every machine and whatever else it does. */
static const double BYPASS_NS = 400, OTHER_NS = 500;
static const struct chain_cost CHAIN = {.fixed_ns = 5, .link_ns = 0.5};

/* What the simulated machine is like. */
struct world {
    double noise; /* each sample is off by up to this share, evenly */
    bool alike;   /* all paths take as long as the bypass */
    struct rng rng;
};

static struct world *world(void)
{
    static struct world w;
    return &w;
}

/* In place of kernels/visit.c's: the rounds are the program's, but time is simulated, so that what comes out
 * is certain. */
int cell_visit(struct cell *cell, const struct variant *variant, unsigned layout, uint64_t first,
               uint64_t periods, bool natural, struct visit *out, struct error *err)
{
    struct world *w = world();
    bool bypass = w->alike || cell->spec.track == TRACK_none;
    double spin = variant->spin_links ? CHAIN.fixed_ns + (double)variant->spin_links * CHAIN.link_ns : 0;
    double unit = (double)rng_next(&w->rng) / 18446744073709551616.0;
    double ns = ((bypass ? BYPASS_NS : OTHER_NS) + spin) * (1 + w->noise * (2 * unit - 1));
    (void)layout, (void)first, (void)natural, (void)err;
    *out = (struct visit){.ticks = (uint64_t)llround(ns * TICKS * (double)periods)};
    return 0;
}

/* A group that has been through its rounds, and what is said of it. */
struct measured {
    struct run_cells cells;
    struct group *groups;
    size_t count;
    struct result result;
};

static struct measured measure(const struct workspace *w, const char *other, double noise, bool alike,
                               struct sabotage s)
{
    struct measured m = {0};
    struct error err = {0};
    struct drift drift = {0};
    struct progress progress = {.quiet = true};
    struct spec_env env = {.features = cpu_features(),
                           .l1d_bytes = w->l1d_bytes,
                           .l2_bytes = w->l2_bytes,
                           .llc_bytes = w->llc_bytes,
                           .domain = DOMAIN_adr,
                           .seed = 1};
    struct group_env group = {.workspace = w,
                              .tsc_ghz = TICKS,
                              .clock_resolution_ns = 25,
                              .chain = CHAIN,
                              .seed = 1,
                              .precision = 0.01,
                              .region_provenance = "stand-in",
                              .drain = {.latency_ns = NAN},
                              .drift = &drift,
                              .progress = &progress,
                              .hook_skip = -1,
                              .hook_delay = -1,
                              .sabotage = &s};
    json_t *plan = json_pack("{s:s, s:[{s:[s,s], s:s, s:s, s:s}]}", "name", "test", "blocks", "paths",
                             "bypass", other, "size", "4096", "footprint", "64K", "dirty", "size");
    *world() = (struct world){.noise = noise, .alike = alike, .rng = {.state = 5}};
    if (plan_expand(plan, &env, false, &m.cells, &err) ||
        !(m.groups = groups_make(m.cells.cells, m.cells.count, &m.count, &err)))
        fail_msg("%s", err.text);
    assert_int_equal(m.count, 1);
    assert_int_equal(m.groups->slot_count, VARIANTS);
    if (group_visit(m.groups, &group, ROUNDS, UINT64_MAX, &err) || group_analyse(m.groups, &group, &err) ||
        compare_run(m.groups, m.count, &m.result, &err))
        fail_msg("%s", err.text);
    assert_int_equal(m.groups->rounds, ROUNDS);
    assert_int_equal(m.result.comparison_count, 1);
    assert_int_equal(m.result.controls_held, m.groups->controls.held);
    drift_free(&drift);
    json_decref(plan);
    return m;
}

static void let_go(struct measured *m)
{
    result_free(&m->result);
    groups_free(m->groups, m->count);
    run_cells_free(&m->cells);
}

/* Within a share of it. */
static bool near(double is, double should, double share)
{
    return fabs(is / should - 1) <= share;
}

/* The same run, 500 ns against 400, under some sabotage: its controls and its ratio. Where the controls do
 * not hold nothing may be claimed. */
static struct result_controls run_under(const struct workspace *w, struct sabotage s, double noise,
                                        double *ratio)
{
    struct measured m = measure(w, "deferred-bitmap", noise, false, s);
    struct result_controls controls = m.groups->controls;
    const struct result_comparison *c = m.result.comparisons;
    *ratio = c->ratio.value;
    assert_string_equal(c->verdict, controls.held ? "slower" : "unresolved");
    let_go(&m);
    return controls;
}

static const double NOISE = 0.01;
/* The clock runs off by 8 % over the 64 rounds. */
static const double MILD = 0.08 / (ROUNDS * VARIANTS);

static void a_fair_run_holds(void **state)
{
    double ratio;
    struct result_controls quiet = run_under(*state, (struct sabotage){0}, 0, &ratio);
    assert_true(quiet.held);
    assert_true(near(ratio, OTHER_NS / BYPASS_NS, 1e-6));
    assert_true(near(quiet.same.value, 1, 1e-6) && near(quiet.different.value, 1.05, 1e-3));
    struct result_controls noisy = run_under(*state, (struct sabotage){0}, NOISE, &ratio);
    assert_true(noisy.held);
    assert_true(near(ratio, OTHER_NS / BYPASS_NS, 0.01));
}

static void a_spin_that_is_not_there_fails(void **state)
{
    double ratio;
    struct result_controls quiet = run_under(*state, (struct sabotage){.no_spin = true}, 0, &ratio);
    assert_false(quiet.held);
    assert_true(near(quiet.same.value, 1, 1e-6) && near(quiet.different.value, 1, 1e-6));
    assert_false(run_under(*state, (struct sabotage){.no_spin = true}, NOISE, &ratio).held);
}

/* Nothing but the order itself can show it. */
static void aabb_fails_on_a_quiet_machine(void **state)
{
    double ratio;
    struct result_controls c = run_under(*state, (struct sabotage){.aabb = true}, 0, &ratio);
    assert_false(c.held);
    assert_true(near(c.same.value, 1, 1e-6) && near(c.different.value, 1.05, 1e-3));
}

/* The clock of the last round is off by 80 %: what is found is not what was planted. */
static void a_clock_that_runs_away_fails(void **state)
{
    double ratio;
    assert_false(run_under(*state, (struct sabotage){.drift = 10 * MILD}, 0, &ratio).held);
    assert_false(run_under(*state, (struct sabotage){.drift = 10 * MILD}, NOISE, &ratio).held);
    assert_false(run_under(*state, (struct sabotage){.drift = -10 * MILD}, NOISE, &ratio).held);
}

/* What a little drift does to AABB, beyond its order: identical code is found different by more than what is
 * called equal, and the ratio is wrong. In the order that is used it does neither. */
static void the_order_saves_from_a_mild_drift(void **state)
{
    double ratio;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct result_controls fair = run_under(*state, (struct sabotage){.drift = sign * MILD}, 0, &ratio);
        assert_true(fair.held);
        assert_true(near(ratio, OTHER_NS / BYPASS_NS, 2e-4));
        assert_true(near(fair.same.value, 1, 2e-4));
        assert_true(run_under(*state, (struct sabotage){.drift = sign * MILD}, NOISE, &ratio).held);
        struct result_controls aabb =
            run_under(*state, (struct sabotage){.drift = sign * MILD, .aabb = true}, 0, &ratio);
        assert_false(aabb.held);
        assert_false(near(ratio, OTHER_NS / BYPASS_NS, 0.015));
        assert_true(aabb.same.low > 1.02 || aabb.same.high < 1 / 1.02);
    }
}

/* Turns taken in any order that a round can have. */
static bool fair(const unsigned (*rounds)[VARIANTS], unsigned count)
{
    struct slot slots[VARIANTS] = {0};
    struct group g = {.slots = slots, .slot_count = VARIANTS, .rounds = count};
    for (unsigned r = 0; r < count; r++) {
        for (unsigned i = 0; i < VARIANTS; i++)
            turns_take(&g, &slots[rounds[r][i]]);
        for (unsigned i = 0; i < VARIANTS; i++)
            turns_keep(&g, &slots[i], r);
    }
    return turns_fair(&g);
}

static void only_balanced_turns_are_fair(void **state)
{
    enum { BLOCKS = 2, ALL = BLOCKS * ROUNDS_BLOCK };
    static const unsigned forwards[VARIANTS] = {2, 0, 3, 1}, backwards[VARIANTS] = {1, 3, 0, 2};
    unsigned rounds[ALL][VARIANTS];
    (void)state;
    for (unsigned r = 0; r < ALL; r++)
        memcpy(rounds[r], r % ROUNDS_BLOCK < ROUNDS_BLOCK / 2 ? forwards : backwards, sizeof(forwards));
    for (unsigned count = 1; count <= ALL; count++) /* a signal may end it anywhere */
        assert_true(fair(rounds, count));
    memcpy(rounds[ALL - 1], forwards, sizeof(forwards));
    assert_false(fair(rounds, ALL));
    for (unsigned r = 0; r < ALL; r++)
        memcpy(rounds[r], forwards, sizeof(forwards));
    assert_false(fair(rounds, ALL));
}

/* A half of one variant's samples before, a half after those of all others: the mean positions agree. */
static void balanced_turns_that_do_not_mix_are_unfair(void **state)
{
    struct slot slots[2] = {0};
    struct group g = {.slots = slots, .slot_count = 2, .rounds = ROUNDS_BLOCK};
    (void)state;
    for (unsigned turn = 0; turn < 2 * ROUNDS_BLOCK; turn++) {
        bool middle = turn >= ROUNDS_BLOCK / 2 && turn < ROUNDS_BLOCK / 2 * 3;
        turns_take(&g, &slots[middle]);
        turns_keep(&g, &slots[middle], middle ? turn - ROUNDS_BLOCK / 2 : turn % ROUNDS_BLOCK);
    }
    assert_int_equal(slots[0].turn_sum, slots[1].turn_sum);
    assert_false(turns_fair(&g));
}

/* Rounds that were read back, up to any place within a block, and the rest of them taken here. */
static void turns_go_on_after_a_resume(void **state)
{
    (void)state;
    for (unsigned before = 1; before < 2 * ROUNDS_BLOCK; before++) {
        struct slot slots[VARIANTS] = {0};
        struct group g = {.slots = slots, .slot_count = VARIANTS, .rounds = before};
        turns_begin(&g);
        for (; g.rounds < 4 * ROUNDS_BLOCK; g.rounds++) {
            bool backwards = g.rounds % ROUNDS_BLOCK >= ROUNDS_BLOCK / 2;
            for (unsigned i = 0; i < VARIANTS; i++)
                turns_take(&g, &slots[backwards ? VARIANTS - 1 - i : i]);
            for (unsigned i = 0; i < VARIANTS; i++)
                turns_keep(&g, &slots[i], g.rounds);
        }
        turns_begin(&g); /* another visit changes nothing */
        assert_true(turns_fair(&g));
    }
}

static void one_slow_path_is_found(void **state)
{
    struct sabotage s = {.slow_path = "deferred-bitmap", .slow_share = 0.02};
    struct measured plain = measure(*state, "deferred-bitmap", 0.002, true, (struct sabotage){0}),
                    slow = measure(*state, "deferred-bitmap", 0.002, true, s);
    assert_true(plain.result.controls_held && slow.result.controls_held);
    assert_string_equal(plain.result.comparisons->verdict, "equivalent");
    assert_string_equal(slow.result.comparisons->verdict, "slower");
    assert_true(near(plain.result.comparisons->ratio.value, 1, 1e-3));
    assert_true(near(slow.result.comparisons->ratio.value, 1.02, 1e-3));
    let_go(&plain);
    let_go(&slow);
}

/* Between two files: their ratio within a run stays as it was, and its controls hold. */
static void all_paths_can_be_slow(void **state)
{
    struct sabotage s = {.slow_path = "all", .slow_share = 0.05};
    struct measured plain = measure(*state, "deferred-bitmap", 0.002, false, (struct sabotage){0}),
                    slow = measure(*state, "deferred-bitmap", 0.002, false, s);
    assert_true(plain.result.controls_held && slow.result.controls_held);
    assert_true(near(slow.result.comparisons->ratio.value, OTHER_NS / BYPASS_NS, 2e-3));
    for (size_t i = 0; i < plain.cells.count; i++)
        assert_true(near(slow.cells.cells[i].out.summary.median,
                         1.05 * plain.cells.cells[i].out.summary.median, 2e-3));
    let_go(&plain);
    let_go(&slow);
}

static void what_is_asked_for_is_read(void **state)
{
    static const char *const wrong[] = {
        "",           "abba",      "drift=", "drift=0",   "drift=x",
        "drift=0.1x", "drift=inf", "aabb,",  "no-spin=1", "aabb,drift=,no-spin"};
    static const char *const slow_wrong[] = {"",         "bypass",    "bypass=",   "=2",
                                             "bypass=0", "bypass=-1", "bypass=2%", "bypass=nan"};
    struct sabotage s = {0};
    struct error err = {0};
    (void)state;
    assert_int_equal(sabotage_parse("aabb,drift=-2e-4,no-spin", &s, &err), 0);
    assert_true(s.aabb && s.no_spin && s.drift == -2e-4);
    assert_int_equal(sabotage_parse("drift", &s, &err), 0);
    assert_true(s.drift > 0);
    assert_int_equal(sabotage_parse_slow("movnti:none:auto=2.5", &s, &err), 0);
    assert_string_equal(s.slow_path, "movnti:none:auto");
    assert_true(s.slow_share == 0.025);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        err = (struct error){0};
        assert_int_equal(sabotage_parse(wrong[i], &s, &err), -1);
        assert_int_equal(err.code, EXIT_USAGE);
    }
    for (size_t i = 0; i < sizeof(slow_wrong) / sizeof(slow_wrong[0]); i++) {
        err = (struct error){0};
        assert_int_equal(sabotage_parse_slow(slow_wrong[i], &s, &err), -1);
        assert_int_equal(err.code, EXIT_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fair_run_holds),
        cmocka_unit_test(a_spin_that_is_not_there_fails),
        cmocka_unit_test(aabb_fails_on_a_quiet_machine),
        cmocka_unit_test(a_clock_that_runs_away_fails),
        cmocka_unit_test(the_order_saves_from_a_mild_drift),
        cmocka_unit_test(only_balanced_turns_are_fair),
        cmocka_unit_test(balanced_turns_that_do_not_mix_are_unfair),
        cmocka_unit_test(turns_go_on_after_a_resume),
        cmocka_unit_test(one_slow_path_is_found),
        cmocka_unit_test(all_paths_can_be_slow),
        cmocka_unit_test(what_is_asked_for_is_read),
    };
    return cmocka_run_group_tests(tests, rig_open, rig_close);
}

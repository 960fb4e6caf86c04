/* test_flip.c - flips: what probes say together, what is asked for next, and searches on simulated machines
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/flip_machine.h"

static const struct interval shows_a = {1.2, 1.1, 1.3}, shows_b = {0.8, 0.75, 0.9},
                             shows_even = {1.001, 0.98, 1.02};

/* A, B, E: decided; a, b: unknown, and may be that side; u: may be either; n: no interval; x: nothing. */
static struct interval showing(char c)
{
    switch (c) {
    case 'A':
        return shows_a;
    case 'B':
        return shows_b;
    case 'E':
        return shows_even;
    case 'a':
        return (struct interval){1.05, 0.99, 1.1};
    case 'b':
        return (struct interval){0.95, 0.9, 1.01};
    case 'u':
        return (struct interval){1.001, 0.9, 1.1};
    case 'n':
        return (struct interval){1.2, NAN, NAN};
    default:
        return (struct interval){NAN, NAN, NAN};
    }
}

static void put(struct flip *f, uint64_t size, char c)
{
    assert_true(flip_add(f, (struct flip_probe){size, showing(c)}));
}

/* One character a size: first, first + step, ..., or with step 0 first, 2 first, 4 first. */
static struct flip flip_of(const char *text, uint64_t first, uint64_t step)
{
    struct flip f = {.margin = flip_margin};
    for (uint64_t size = first; *text; text++, size = step ? size + step : 2 * size)
        put(&f, size, *text);
    return f;
}

static uint64_t next_of(const struct flip *f)
{
    static const unsigned none[FLIP_PROBES];
    return flip_next(f, flip_factor, none, 2);
}

static bool same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static void sides_are_told_by_whole_intervals(void **state)
{
    (void)state;
    static const struct {
        struct interval ratio;
        enum flip_side side;
    } rows[] = {
        {{1.10, 1.031, 1.2}, FLIP_A},        {{1.10, 1.03, 1.2}, FLIP_UNKNOWN},
        {{0.90, 0.80, 0.97}, FLIP_B},        {{0.90, 0.80, 0.972}, FLIP_UNKNOWN},
        {{1.00, 0.971, 1.03}, FLIP_EVEN},    {{1.00, 0.970, 1.03}, FLIP_UNKNOWN},
        {{1.00, 0.98, 1.031}, FLIP_UNKNOWN}, {{1.0, 0.5, 2.0}, FLIP_UNKNOWN},
        {{1.20, NAN, NAN}, FLIP_UNKNOWN},    {{1.2, 1.1, NAN}, FLIP_UNKNOWN},
        {{0.80, NAN, 0.9}, FLIP_UNKNOWN},    {{NAN, 1.1, 1.3}, FLIP_UNKNOWN},
        {{0.00, 0.00, 0.5}, FLIP_UNKNOWN},   {{2, 1.5, INFINITY}, FLIP_UNKNOWN},
        {{1.20, 1.30, 1.1}, FLIP_UNKNOWN},   {{1, 1, 1}, FLIP_EVEN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(flip_side(rows[i].ratio, 1.03), rows[i].side);
}

static void probes_stand_by_rising_size_one_a_size(void **state)
{
    (void)state;
    struct flip f = {.margin = flip_margin};
    for (size_t i = 0; i < FLIP_PROBES; i++)
        put(&f, 8 * (i * 29 % FLIP_PROBES + 1), 'A');
    assert_int_equal(f.count, FLIP_PROBES);
    for (size_t i = 0; i < f.count; i++)
        assert_int_equal(f.probes[i].size, 8 * (i + 1));
    assert_false(flip_add(&f, (struct flip_probe){4, shows_b}));
    assert_false(flip_add(&f, (struct flip_probe){4096, shows_b}));
    put(&f, 8, 'B');
    put(&f, 8 * FLIP_PROBES, 'E');
    assert_int_equal(f.count, FLIP_PROBES);
    assert_int_equal(flip_side(f.probes[0].ratio, f.margin), FLIP_B);
    assert_int_equal(flip_side(f.probes[1].ratio, f.margin), FLIP_A);
    assert_int_equal(flip_side(f.probes[FLIP_PROBES - 1].ratio, f.margin), FLIP_EVEN);
    struct flip none = {.margin = flip_margin};
    assert_false(flip_add(&none, (struct flip_probe){0, shows_a}));
}

/* By hand, from sizes 1000, 1100, ...: what the ends are, and what is said where nothing is found. */
static const struct {
    const char *probes;
    double low, high;
    const char *reason;
} ends[] = {
    {"", NAN, NAN, "nothing was measured"},
    {"AAAA", 1300, NAN, "the first is cheaper at all sizes measured"},
    {"BBBB", NAN, 1000, "the second is cheaper at all sizes measured"},
    {"EEEE", NAN, NAN, "no difference beyond the margin at any size"},
    {"EuEE", NAN, NAN, "not measured well enough"},
    {"xxxx", NAN, NAN, "not measured well enough"},
    {"AAEa", 1100, NAN, "the first is cheaper at some sizes, the other at none"},
    {"AAEb", 1100, NAN, "not measured well enough"},
    {"AAEn", 1100, NAN, "not measured well enough"},
    {"bEBB", NAN, 1200, "the second is cheaper at some sizes, the other at none"},
    {"uEBB", NAN, 1200, "not measured well enough"},
    {"AABB", 1100, 1200, ""},
    {"AAEEuEBB", 1100, 1600, ""},
    {"EAAxBBE", 1200, 1400, ""},
    {"aABb", 1100, 1200, ""},
    {"bAABB", 1200, 1300, ""},
    {"AbABB", 1200, 1300, "a size next to it speaks against it"},
    {"AABaB", 1100, 1200, "a size next to it speaks against it"},
    {"AABnB", 1100, 1200, "a size next to it speaks against it"},
    {"ABBB", 1000, 1100, "the first is cheaper at the smallest size measured alone"},
    {"AAAB", 1200, 1300, "the second is cheaper at the largest size measured alone"},
    {"BBAA", NAN, NAN, "the second is cheaper below and the other above: the other way round"},
    {"AABAB", 1100, 1400, "they cross more than once, or a size was disturbed"},
    {"AABABB", 1100, 1400, "they cross more than once, or a size was disturbed"},
    {"AABBA", 1100, NAN, "they cross more than once, or a size was disturbed"},
    {"BAABB", NAN, 1300, "they cross more than once, or a size was disturbed"},
    {"BABA", NAN, NAN, "they cross more than once, or a size was disturbed"},
    {"ABAAABBAB", 1000, 1800, "they cross more than once, or a size was disturbed"},
    {"AAEEEEEEEEEEEBB", 1100, 2300, "wider than a factor of 2"},
    {"AAEEEEEEEEEEBB", 1100, 2200, ""},
    {"AAEEEEEEEuEEEBB", 1100, 2300, "not measured well enough"},
};

static void ends_are_those_found_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct flip f = flip_of(ends[i].probes, 1000, 100);
        struct flip_end end = flip_end(&f);
        assert_string_equal(end.reason, ends[i].reason);
        assert_true(same(end.low, ends[i].low) && same(end.high, ends[i].high));
        assert_true(end.found == !*end.reason);
        assert_true(end.found ? end.low <= end.size && end.size <= end.high : isnan(end.size));
    }
    struct flip far = flip_of("AABB", 1024, 0);
    assert_true(flip_end(&far).found);
    far = flip_of("AA", 100, 900);
    put(&far, 1200, 'B');
    put(&far, 3000, 'B');
    assert_string_equal(flip_end(&far).reason, "not measured well enough");
}

static void the_middle_is_geometric_and_on_the_grid(void **state)
{
    (void)state;
    struct flip f = flip_of("AAAABBBB", 64, 0); /* 512 and 1024 */
    assert_int_equal(next_of(&f), 704);         /* of 724 */
    f = flip_of("AABBBB", 64, 0);               /* 128 and 256 */
    assert_int_equal(next_of(&f), 184);         /* of 181 */
    f = flip_of("AAAAAABBBB", 448, 8);          /* done, and backed */
    assert_int_equal(next_of(&f), 0);
    f = flip_of("AAAAABBBB", 512, 64);
    assert_int_equal(next_of(&f), 0);
    f = flip_of("AABB", 8, 8); /* neighbours, though a factor of 1.5 apart */
    assert_int_equal(next_of(&f), 0);
    f = flip_of("AABB", 3, 1);
    assert_int_equal(next_of(&f), 0);
    f = flip_of("AAAABBBB", UINT64_C(1) << 56, 0);
    uint64_t size = next_of(&f);
    assert_true(size > UINT64_C(1) << 59 && size < UINT64_C(1) << 60 && size % 64 == 0);
    f = flip_of("AB", UINT64_C(1) << 63, UINT64_C(1) << 62); /* beyond what is divided */
    assert_int_equal(next_of(&f), 0);
}

static void each_end_is_backed_by_its_neighbour(void **state)
{
    (void)state;
    struct flip f = flip_of("AB", 1024, 192); /* 1024 and 1216 alone: looks inside */
    assert_int_equal(next_of(&f), 1088);
    put(&f, 1088, 'A');
    assert_int_equal(next_of(&f), 1152);
    put(&f, 1152, 'B');
    assert_int_equal(next_of(&f), 0);
    f = flip_of("AABB", 1024, 192); /* 1024 1216 1408 1600 */
    assert_int_equal(next_of(&f), 1152);
    put(&f, 1152, 'b');
    assert_int_equal(next_of(&f), 1152); /* it leans the wrong way */
    put(&f, 1152, 'a');
    assert_int_equal(next_of(&f), 1472);
    put(&f, 1472, 'A');
    assert_int_equal(next_of(&f), 0); /* contradicted */
    assert_false(flip_end(&f).found);
}

static void edges_of_a_zone_without_difference_are_sought(void **state)
{
    (void)state;
    struct flip f = flip_of("AAEEBB", 512, 0);
    assert_int_equal(next_of(&f), 1472); /* between 1024 and 2048 */
    put(&f, 1472, 'A');
    assert_int_equal(next_of(&f), 5824); /* 4096 to 8192 is the wider one now */
    put(&f, 5824, 'E');
    assert_int_equal(next_of(&f), 6912);
    put(&f, 6912, 'B');
    assert_int_equal(next_of(&f), 1728);
    put(&f, 1728, 'A');
    assert_int_equal(next_of(&f), 6336);
    put(&f, 6336, 'B');
    assert_int_equal(next_of(&f), 1856);
    put(&f, 1856, 'E');
    assert_int_equal(next_of(&f), 0); /* both edges are known, and it is too wide for more */
    assert_string_equal(flip_end(&f).reason, "wider than a factor of 2");
}

static void unknown_sizes_are_asked_for_again_then_count_as_the_zone(void **state)
{
    (void)state;
    struct flip f = flip_of("AAuuuBB", 1024, 0);
    unsigned tries[FLIP_PROBES] = {0};
    assert_int_equal(flip_next(&f, flip_factor, tries, 2), 8192);
    tries[3] = 1;
    assert_int_equal(flip_next(&f, flip_factor, tries, 2), 8192);
    tries[3] = 2; /* a zone of its own: the two gaps beside it are as wide */
    assert_int_equal(flip_next(&f, flip_factor, tries, 2), 4096);
    tries[2] = 2; /* 2048 to 4096, and 8192 to 32768 */
    assert_int_equal(flip_next(&f, flip_factor, tries, 2), 16384);
    tries[4] = 2;
    assert_int_equal(flip_next(&f, flip_factor, tries, 2), 2880);
    assert_int_equal(flip_next(&f, flip_factor, tries, 0), 2880);
    f = flip_of("AuabE", 64, 0); /* B was not seen: only where it may be, from the largest on */
    memset(tries, 0, sizeof(tries));
    assert_int_equal(flip_next(&f, flip_factor, tries, 1), 512);
    tries[3] = 1;
    assert_int_equal(flip_next(&f, flip_factor, tries, 1), 128);
    tries[1] = 1;
    assert_int_equal(flip_next(&f, flip_factor, tries, 1), 0);
    f = flip_of("EabuB", 64, 0);
    memset(tries, 0, sizeof(tries));
    assert_int_equal(flip_next(&f, flip_factor, tries, 1), 128);
    f = flip_of("EuE", 64, 0);
    assert_int_equal(flip_next(&f, flip_factor, tries, 1), 128);
}

static void a_full_list_gets_no_new_size(void **state)
{
    (void)state;
    struct flip f = {.margin = flip_margin};
    for (size_t i = 0; i < FLIP_PROBES; i++)
        put(&f, 4096 * (i + 1), i < 2 ? 'A' : i < 20 ? 'E' : 'B');
    assert_int_equal(next_of(&f), 0);
    put(&f, 4096 * 3, 'u');
    assert_int_equal(next_of(&f), 4096 * 3);
}

/* What the header says low and high are, word for word. */
static void expect_ends_as_defined(const struct flip *f, struct flip_end end)
{
    double low = NAN, high = NAN;
    bool contradiction = false;
    for (size_t i = 0; i < f->count; i++) {
        bool is_low = flip_side(f->probes[i].ratio, f->margin) == FLIP_A;
        bool is_high = flip_side(f->probes[i].ratio, f->margin) == FLIP_B;
        for (size_t k = 0; k < f->count; k++) {
            enum flip_side other = flip_side(f->probes[k].ratio, f->margin);
            contradiction |= is_high && k > i && other == FLIP_A;
            is_low &= other != FLIP_B || k > i;
            is_high &= other != FLIP_A || k < i;
        }
        if (is_low)
            low = (double)f->probes[i].size;
        if (is_high && isnan(high))
            high = (double)f->probes[i].size;
    }
    assert_true(same(low, end.low) && same(high, end.high));
    assert_true(end.found == !*end.reason);
    if (!end.found) {
        assert_true(isnan(end.size));
        return;
    }
    assert_false(contradiction);
    assert_true(end.low < end.high && end.high <= 2 * end.low);
    assert_true(end.low <= end.size && end.size <= end.high);
}

/* A machine that says anything: mostly A below and B above, but each time anew and often something else. */
static void any_machine_is_done_with_in_time(void **state)
{
    (void)state;
    struct rng r = {.state = 99};
    unsigned found = 0;
    for (unsigned i = 0; i < 20000; i++) {
        struct flip_search s = {.flip = {.margin = flip_margin}};
        double crossing = log_uniform(&r, 32, 100000), nonsense = i % 4 * 0.1;
        uint64_t size = 8 + rng_below(&r, 200);
        for (unsigned sweep = 2 + (unsigned)rng_below(&r, 12); size; sweep -= sweep > 0) {
            char c = uniform(&r) < nonsense    ? "ABEabunx"[rng_below(&r, 8)]
                     : (double)size < crossing ? "Aa"[rng_below(&r, 8) == 0]
                                               : "Bb"[rng_below(&r, 8) == 0];
            size_t count = s.flip.count, at = 0;
            put(&s.flip, size, c);
            while (s.flip.probes[at].size != size)
                at++;
            if (count == s.flip.count)
                s.tries[at]++;
            else
                memmove(&s.tries[at + 1], &s.tries[at], (count - at) * sizeof(s.tries[0]));
            s.tries[at] = count == s.flip.count ? s.tries[at] : 0;
            assert_true(++s.asked <= FLIP_PROBES * (TRIES_MOST + 1));
            uint64_t next = sweep ? 0 : flip_next(&s.flip, flip_factor, s.tries, TRIES_MOST);
            assert_true(!next || search_lawful(&s, next));
            size = sweep ? size + 1 + rng_below(&r, 2 * size) : next;
        }
        struct flip_end end = flip_end(&s.flip);
        expect_ends_as_defined(&s.flip, end);
        found += end.found;
    }
    assert_in_range(found, 4000, 16000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_are_told_by_whole_intervals),
        cmocka_unit_test(probes_stand_by_rising_size_one_a_size),
        cmocka_unit_test(ends_are_those_found_by_hand),
        cmocka_unit_test(the_middle_is_geometric_and_on_the_grid),
        cmocka_unit_test(each_end_is_backed_by_its_neighbour),
        cmocka_unit_test(edges_of_a_zone_without_difference_are_sought),
        cmocka_unit_test(unknown_sizes_are_asked_for_again_then_count_as_the_zone),
        cmocka_unit_test(a_full_list_gets_no_new_size),
        cmocka_unit_test(any_machine_is_done_with_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

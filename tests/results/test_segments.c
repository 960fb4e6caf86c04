/* test_segments.c - segments: cut by hand, against all other ways to cut, and where little was measured */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "results/segments.h"
#include "tests/results/noise.h"

enum { SIZES_MOST = 12, STRATEGIES_MOST = 4 };

static const double margin = 1.03;

static struct interval about(double value, double half)
{
    return (struct interval){value, value - half, value + half};
}

static const struct interval missing = {NAN, NAN, NAN};

/* Rows are sizes, digits strategies: 0 is 1.00, 1 is 1.01, ... 9 is 1.09, known to 0.005; '.': not measured.
 */
struct surface {
    struct interval ratio[SIZES_MOST * STRATEGIES_MOST];
    struct surface_view view;
};

static void surface_of(struct surface *s, size_t strategies, const char *rows)
{
    size_t count = 0;
    for (; *rows; rows++)
        if (*rows != ' ')
            s->ratio[count++] = *rows == '.' ? missing : about(1 + (*rows - '0') / 100.0, 0.005);
    s->view = (struct surface_view){count / strategies, strategies, s->ratio};
}

static void good_is_what_is_not_provably_worse(void **state)
{
    (void)state;
    static const struct {
        struct interval ratio;
        bool good;
    } rows[] = {
        {{1, NAN, NAN}, true},
        {{1, 1, 1}, true},
        {{1.05, 1.03, 1.07}, true},
        {{1.5, 1.02, 2}, true},
        {{1.05, 1.0301, 1.07}, false},
        {{1.03, NAN, NAN}, true},
        {{1.04, NAN, NAN}, false},
        {{NAN, NAN, NAN}, false},
        {{NAN, 1, 1.01}, false},
        {{0, NAN, NAN}, false},
        {{INFINITY, 1, INFINITY}, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct surface_view view = {1, 1, &rows[i].ratio};
        assert_int_equal(segments_good(&view, 0, 0, margin), rows[i].good);
    }
    const struct interval four[] = {about(1.1, 0), about(1.2, 0), about(1, 0), about(1.3, 0)};
    struct surface_view view = {2, 2, four};
    assert_true(segments_good(&view, 1, 0, margin));
    assert_false(segments_good(&view, 0, 1, margin));
}

/* Expected: triples strategy, from, to. */
static void expect_cut(size_t strategies, const char *rows, const char *expected)
{
    struct surface s;
    struct segment out[SIZES_MOST];
    surface_of(&s, strategies, rows);
    size_t count = segments_cut(&s.view, margin, out, SIZES_MOST);
    assert_int_equal(3 * count, strlen(expected));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(out[i].strategy, expected[3 * i] - '0');
        assert_int_equal(out[i].from, expected[3 * i + 1] - '0');
        assert_int_equal(out[i].to, expected[3 * i + 2] - '0');
    }
}

static void cuts_are_those_made_by_hand(void **state)
{
    (void)state;
    expect_cut(2, "", "");
    expect_cut(2, ".. ..", "");
    expect_cut(2, "09 09 09", "002");
    expect_cut(2, "09 09 90 90", "001123");
    expect_cut(2, "02 02 90 90", "103");        /* the other is good from the start */
    expect_cut(3, "091 091 901 901", "203");    /* the cheapest nowhere, and never bad */
    expect_cut(2, "10 10 01 10", "103");        /* both reach the end: the lower mean cost */
    expect_cut(2, "01 10", "001");              /* equal: the lower index */
    expect_cut(3, "109 019 990", "001222");     /* cost counts within the segment alone */
    expect_cut(3, "029 209 209 990", "102233"); /* as far: that of the lower mean */
    expect_cut(2, ".. 09 .. .. 09 .. 90 ..", "005167");
    expect_cut(2, "0. 0. .0", "001122"); /* not measured is not good */
    expect_cut(2, ".0 00 0.", "101022");
    expect_cut(2, "09 90 09 90", "000111022133");
    expect_cut(2, "89 98", "000111"); /* none is good: the cheapest */
    expect_cut(1, "0 9 .", "002");
}

static void no_more_segments_than_asked_for(void **state)
{
    (void)state;
    struct surface s;
    struct segment out[3] = {{7, 7, 7}, {7, 7, 7}, {7, 7, 7}};
    surface_of(&s, 2, "09 90 09 90");
    assert_int_equal(segments_cut(&s.view, margin, out, 2), 2);
    assert_int_equal(out[1].to, 1);
    assert_int_equal(out[2].strategy, 7);
    assert_int_equal(segments_cut(&s.view, margin, out, 0), 0);
}

/* The fewest segments that any way to cut gives, by trying each first cut; all sizes are measured. */
static size_t fewest(const struct surface_view *view, size_t from)
{
    if (from == view->sizes)
        return 0;
    size_t best = view->sizes;
    for (size_t s = 0; s < view->strategies; s++)
        for (size_t z = from; z < view->sizes && segments_good(view, z, s, margin); z++) {
            size_t count = 1 + fewest(view, z + 1);
            best = count < best ? count : best;
        }
    return best;
}

static void random_surface(struct surface *s, struct rng *r)
{
    s->view = (struct surface_view){1 + rng_below(r, 8), 1 + rng_below(r, STRATEGIES_MOST), s->ratio};
    for (size_t z = 0; z < s->view.sizes; z++) {
        struct interval *row = &s->ratio[z * s->view.strategies];
        for (size_t i = 0; i < s->view.strategies; i++)
            row[i] = rng_below(r, 6) ? about(1 + 0.1 * uniform(r), 0.03 * uniform(r)) : missing;
        row[rng_below(r, s->view.strategies)] = (struct interval){1, NAN, NAN};
    }
}

static void no_way_to_cut_gives_fewer(void **state)
{
    (void)state;
    struct rng r = {.state = 12};
    size_t cuts = 0;
    for (unsigned i = 0; i < 3000; i++) {
        struct surface s;
        struct segment out[SIZES_MOST], again[SIZES_MOST];
        random_surface(&s, &r);
        size_t count = segments_cut(&s.view, margin, out, SIZES_MOST), next = 0;
        assert_int_equal(count, fewest(&s.view, 0));
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(out[k].from, next);
            assert_true(out[k].to >= out[k].from);
            for (size_t z = out[k].from; z <= out[k].to; z++)
                assert_true(segments_good(&s.view, z, out[k].strategy, margin));
            next = out[k].to + 1;
        }
        assert_int_equal(next, s.view.sizes);
        assert_int_equal(segments_cut(&s.view, margin, again, SIZES_MOST), count);
        assert_memory_equal(out, again, count * sizeof(out[0]));
        cuts += count - 1;
    }
    assert_true(cuts > 1000);
}

static bool no_difference(size_t strategies, const char *rows)
{
    struct surface s;
    surface_of(&s, strategies, rows);
    return segments_no_difference(&s.view, margin);
}

static void no_difference_is_said_of_what_was_compared(void **state)
{
    (void)state;
    assert_true(no_difference(2, "01 10 03"));
    assert_true(no_difference(3, "012 0.2 21. ..."));
    assert_false(no_difference(2, "01 10 04"));
    assert_false(no_difference(3, "019 01. 01."));
    assert_false(no_difference(2, ".. .."));
    assert_false(no_difference(2, ""));
    assert_false(no_difference(1, "0 0 0"));
    assert_false(no_difference(2, "0. 0. 0."));
    assert_false(no_difference(2, "01 0. 01")); /* one alone at a size */
}

static void equal_are_those_that_are_good_wherever_measured(void **state)
{
    (void)state;
    struct surface s;
    bool equal[STRATEGIES_MOST];
    surface_of(&s, 4, "9999 012. 01.. 09.. 0000");
    segments_equal(&s.view, &(struct segment){0, 1, 2}, margin, equal);
    assert_true(!equal[0] && equal[1] && equal[2] && !equal[3]);
    segments_equal(&s.view, &(struct segment){0, 1, 3}, margin, equal);
    assert_true(!equal[0] && !equal[1] && equal[2] && !equal[3]);
    segments_equal(&s.view, &(struct segment){2, 1, 4}, margin, equal);
    assert_true(equal[0] && !equal[1] && !equal[2] && equal[3]);
    segments_equal(&s.view, &(struct segment){0, 0, 1}, margin, equal);
    assert_true(!equal[0] && !equal[1] && !equal[2] && !equal[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_is_what_is_not_provably_worse),
        cmocka_unit_test(cuts_are_those_made_by_hand),
        cmocka_unit_test(no_more_segments_than_asked_for),
        cmocka_unit_test(no_way_to_cut_gives_fewer),
        cmocka_unit_test(no_difference_is_said_of_what_was_compared),
        cmocka_unit_test(equal_are_those_that_are_good_wherever_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

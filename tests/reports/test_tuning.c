/* test_tuning.c - the report of a tuning: it answers first, claims nothing unproven, and fits a page */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/tunings.h"

static void the_fixture_makes_a_page(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "controls", "What to use on this machine", "Flips", "Map:", "Cost beside the best",
        "Proof",    "tune --check runs/x"};
    json_t *d = load_tuning();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_tells(d, parts[i]);
    json_decref(d);
}

static void the_answer_is_in_words(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    assert_tells(d, "a write that is durable at once (source warm; 64 B to 4 KiB): line+clwb below 1.5 KiB "
                    "(1.2 to 1.9 KiB), movnt-avx512 from there on");
    assert_tells(d, "PMEM_MOVNT_THRESHOLD=1536 makes it 12 % cheaper (9 to 15 %); proven on 2 other sizes");
    assert_tells(d, "withdrawn hybrid@4096 (it lost to bypass)");
    assert_tells_not(d, "status");
    json_decref(d);
}

static void segments_without_a_flip_name_their_sizes(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_array_clear(list_in(d, "crossovers"));
    assert_tells(d, "line+clwb at 64 B, movnt-avx512 from 4 KiB on");
    json_t *s = json_array_get(list_in(d, "situations"), 0);
    json_array_clear(list_in(s, "segments"));
    json_t *g = add_segment(s, "line+clwb", 64, 4096);
    append(list_in(g, "equal"), json_string("movnti"));
    assert_tells(d, "line+clwb (no difference: movnti) at all sizes");
    json_decref(d);
}

static void the_map_marks_what_to_use(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    assert_tells(d, "durable, and 1 variation A B A line+clwb, B movnt-avx512");
    json_t *cold = json_array_get(list_in(d, "situations"), 1);
    json_array_clear(list_in(cold, "segments"));
    add_segment(cold, "movnt-avx512", 64, 4096);
    json_array_clear(list_in(json_array_get(list_in(cold, "points"), 0), "cells"));
    add_cost(json_array_get(list_in(cold, "points"), 0), "line+clwb", 70, 1.3);
    add_cost(json_array_get(list_in(cold, "points"), 0), "movnt-avx512", 54, 1);
    assert_tells(d, "durable A B src cold B B");
    json_t *third = json_deep_copy(cold);
    set(third, "id", json_string("durable/source=hot"));
    append(list_in(d, "situations"), third);
    assert_tells(d, "durable A B src cold, and 1 more B B A line+clwb");
    set(third, "state", json_string("no"));
    set(cold, "state", json_string("no"));
    assert_tells_not(d, "src cold B B");
    json_decref(d);
}

/* What is no worse in a variation than its own choice needs no line of its own. */
static void the_map_folds_what_makes_no_difference(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip(), *cold = json_array_get(list_in(d, "situations"), 1);
    json_array_clear(list_in(cold, "segments"));
    add_segment(cold, "movnti", 64, 64);
    add_segment(cold, "movnt-avx512", 4096, 4096);
    assert_tells(d, "durable, and 1 variation A B");
    set(json_array_get(list_in(json_array_get(list_in(cold, "points"), 0), "cells"), 0), "ci_low",
        json_real(1.2));
    assert_tells(d, "durable A B src cold C B");
    json_decref(d);
}

static void a_tracker_has_its_granule(void **state)
{
    (void)state;
    json_t *d = new_tuning(), *s = add_situation(d, "tracker", "warm", true), *p = add_point(s, 64);
    add_cost(p, "bitmap2@64", 20, 1);
    add_cost(p, "bitmap2@256", 20.1, 1.01);
    add_cost(p, "radix", 80, 4);
    append(list_in(add_segment(s, "bitmap2@64", 64, 64), "equal"), json_string("bitmap2@256"));
    assert_tells(
        d, "tracker source warm; 64 B: bitmap2 of 64 B granules (no difference: bitmap2@256) at all sizes");
    json_decref(d);
}

/* The other situation was measured at sizes between; the flip (1229 to 1920 B) tells here. */
static void the_map_knows_what_lies_beside_a_flip(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip(), *cold = json_array_get(list_in(d, "situations"), 1);
    static const unsigned sizes[] = {512, 1536, 2048};
    for (size_t i = 0; i < 3; i++)
        add_cost(add_point(cold, sizes[i]), "movnti", 50, 1);
    assert_tells(d, "64 512 1.5K 2K 4K durable, and 1 variation A A . B B");
    json_decref(d);
}

static void odd_sizes_have_columns_too(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    for (size_t s = 0; s < 2; s++) {
        json_t *situation = json_array_get(list_in(d, "situations"), s);
        json_array_clear(list_in(situation, "points"));
        for (unsigned i = 0; i < 20; i++)
            add_cost(add_point(situation, 72 + 8 * i * i), "movnti", 50, 1);
    }
    assert_tells(d, "bytes of a write 72 80 ");
    assert_tells(d, "2.9K");
    json_t *s = json_array_get(list_in(d, "situations"), 0);
    for (unsigned i = 0; i < 12; i++)
        add_cost(add_point(s, 64u << i), "movnti", 50, 1);
    assert_tells_not(d, "2.9K");
    assert_tells(d, "bytes of a write 64 128 ");
    json_decref(d);
}

static void the_surface_marks_best_and_even(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_t *s = json_array_get(list_in(d, "situations"), 0);
    add_cost(json_array_get(list_in(s, "points"), 0), "movnti", 31.6, 1.02);
    set(json_array_get(list_in(s, "points"), 1), "held", json_false());
    assert_tells(
        d, "bytes of a write 64 !4K the best costs, ns 31.0 600 line+clwb best 1.50 movnt-avx512 2.00 best "
           "movnti ~1.02 -");
    json_decref(d);
}

static void no_difference_is_said_in_those_words(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_array_clear(list_in(d, "crossovers"));
    for (size_t i = 0; i < 2; i++) {
        json_t *s = json_array_get(list_in(d, "situations"), i);
        set(s, "no_difference", json_true());
        json_array_clear(list_in(s, "segments"));
        add_segment(s, "line+clwb", 64, 4096);
    }
    assert_tells(d, "(source warm; 64 B to 4 KiB): no difference between all 2 at any size");
    assert_tells(d, "durable, and 1 variation = = = no difference");
    assert_tells_not(d, "Flips");
    json_decref(d);
}

static void one_strategy_is_no_choice(void **state)
{
    (void)state;
    json_t *d = new_tuning(), *s = add_situation(d, "durable", "warm", true);
    add_cost(add_point(s, 64), "movnti", 40, 1);
    add_segment(s, "movnti", 64, 64);
    assert_tells(d, "movnti, the only one that was measured");
    assert_tells_not(d, "at all sizes");
    json_decref(d);
}

static void nothing_found_is_an_answer(void **state)
{
    (void)state;
    json_t *d = new_tuning();
    assert_tells(d, "Nothing was searched: there is no answer in this tuning.");
    json_decref(d);
    d = tuning_with_flip();
    json_array_clear(list_in(d, "crossovers"));
    add_situation(d, "fsync", "warm", true);
    add_flip(d, "libpmem/source=warm", "durable/source=warm", "pmem2-t", "pmem2-nt", 0,
             "pmem2-t is cheaper at all sizes");
    assert_tells(
        d, "libpmem goes to non-temporal stores at 256 B: here no flip was found, pmem2-t is cheaper at all "
           "sizes.");
    add_flip(d, "libpmem/source=cold", "durable/source=warm", "pmem2-t", "pmem2-nt", 0, "it is even");
    assert_tells(d, "no flip libpmem: source cold (own 256 B), pmem2-t to pmem2-nt: it is even");
    assert_tells(d, "libpmem nothing that was tried makes it cheaper: its own choices stand");
    assert_tells(d, "hybrid no threshold pays");
    assert_tells(d, "There was nothing to prove");
    append(list_in(d, "parts"), json_pack("{s:s, s:s, s:b, s:s}", "kind", "copy", "name", "pmem2-nt", "used",
                                          0, "reason", "no library"));
    assert_tells(d, "libpmem not tried: no library");
    assert_tells(d, "not searched: pmem2-nt (no library)");
    json_decref(d);
}

/* The words that make a line of a table unique are seen: 24 B off, warm or cold, cached or not. */
static void tables_name_situations_briefly(void **state)
{
    (void)state;
    static const struct {
        const char *offset, *dest, *source, *name;
    } off[] = {{"24", "own", "warm", "dm-writecache: +24 B "},
               {"0", "read", "cold", "dm-writecache: dest cached, src cold "},
               {"0", "absent", "cold", "dm-writecache: dest absent, src cold "},
               {"24", "read", "warm", "dm-writecache: +24 B, dest cached "}};
    json_t *d = new_tuning();
    json_t *primary = add_situation(d, "durable", "warm", true);
    set(json_object_get(primary, "axes"), "offset", json_string("0"));
    set(json_object_get(primary, "axes"), "dest", json_string("own"));
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        char id[20], flip[40];
        json_t *s = add_situation(d, "durable", off[i].source, false), *axes = json_object_get(s, "axes");
        snprintf(id, sizeof id, "durable/%zu", i);
        snprintf(flip, sizeof flip, "dm-writecache/%zu", i);
        set(s, "id", json_string(id));
        set(axes, "offset", json_string(off[i].offset));
        set(axes, "dest", json_string(off[i].dest));
        add_flip(d, flip, id, "memcpy-flushcache", "line+clflushopt", 1536, "");
    }
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        assert_tells(d, off[i].name);
    add_flip(d, "durable/1/x>y", "durable/1", "x", "y", 0, "it is even");
    assert_tells(d, "no flip durable: destination cached, source cold, x to y: it is even");
    json_decref(d);
}

static void what_was_interrupted_says_so_first(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    set(d, "status", json_string("interrupted"));
    set(json_object_get(d, "search"), "ended_by", json_string("signal"));
    set(json_array_get(list_in(d, "situations"), 1), "state", json_string("no"));
    set(json_array_get(list_in(d, "proposals"), 1), "proven", json_false());
    char *words = tuning_words(report_tuning_text, d, false);
    static const char first[] =
        "status INTERRUPTED by a signal: of 2 situations 1 not searched; 1 proposal is "
        "unproven and so not kept";
    assert_memory_equal(words, first, strlen(first));
    free(words);
    set(json_object_get(d, "search"), "ended_by", json_string("time"));
    set(json_array_get(list_in(d, "situations"), 0), "state", json_string("part"));
    assert_tells(
        d, "INTERRUPTED, the time was spent: of 2 situations 1 not searched, 1 not well enough at all sizes");
    assert_tells(d, "--max-time was 600 s");
    assert_tells(d, "64 B to 4 KiB, not at all sizes yet");
    json_decref(d);
}

static void programs_stand_beside_their_flips(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_flip(d, "libpmem/source=cold", "durable/source=cold", "pmem2-t", "pmem2-nt", 0, "it is even");
    json_array_remove(list_in(d, "crossovers"), 0);
    add_flip(d, "libpmem/source=warm", "durable/source=warm", "pmem2-t", "pmem2-nt", 1536, "");
    assert_tells(d, "own libpmem pmem2-t pmem2-nt 1.5K 1.2K 1.9K 256");
    assert_tells(
        d, "libpmem goes to non-temporal stores at 256 B: too early here, pmem2-t is cheaper up to 1.2 KiB.");
    assert_tells_not(d, "Opposite policies");
    set(json_array_get(list_in(d, "crossovers"), 1), "situation", json_string("durable/source=cold"));
    assert_tells(d, "at 256 B (found for: source cold): too early here");
    set(json_array_get(list_in(d, "crossovers"), 1), "situation", json_string("durable/source=warm"));
    add_flip(d, "dm-writecache/source=warm", "durable/source=warm", "movnti", "line+clflushopt", 800, "");
    assert_tells(d, "line+clflushopt 800 640 1000 768");
    assert_tells(d, "dm-writecache goes to cached stores with a flush at 768 B: that is right here.");
    assert_tells(d, "Opposite policies");
    set(json_array_get(list_in(d, "crossovers"), 2), "above", json_string("movnt-avx2"));
    assert_tells_not(d, "Opposite policies");
    json_decref(d);
}

static void threads_have_a_peak_or_none(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_t *h = json_pack("{s:s, s:s, s:i, s:i, s:[{s:i, s:f}, {s:i, s:f}]}", "id",
                          "threads/size=4096/movnti", "strategy", "movnti", "size", 4096, "peak", 2, "rates",
                          "threads", 1, "gb_per_s", 5.2, "threads", 2, "gb_per_s", 9.1);
    append(list_in(d, "threads"), h);
    assert_tells(
        d, "movnti, 4 KiB: bandwidth peaks at 2 threads, 9.10 GB/s, the most that were measured (1 thread: "
           "5.20)");
    assert_tells(d, "movnti, 4 KiB 5.20 9.10*");
    set(h, "peak", json_integer(0));
    assert_tells(d, "movnti, 4 KiB: no peak was found");
    json_decref(d);
}

static void controls_come_first(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    assert_tells(d, "controls HELD in all 8 groups");
    set(json_object_get(d, "search"), "held", json_integer(6));
    assert_tells(d, "controls NOT HELD in 2 of 8 groups");
    set(json_object_get(d, "machine"), "hypervisor", json_string("TCGTCGTCGTCG"));
    assert_tells(d, "EMULATED");
    json_decref(d);
}

static void the_proof_stands_alone(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    char *words = tuning_words(report_tuning_proof, d, false);
    assert_true(says(words, "Proof by 9 pairs of fresh processes, on 2 sizes"));
    assert_true(
        says(words, "PMEM_MOVNT_THRESHOLD 0.88 (0.85..0.91) 0.98 partial lines, aligned, cold faster yes"));
    assert_true(
        says(words, "hybrid/bypass 1.00 (0.97..1.03) 1.10 partial lines, aligned, cold unresolved no"));
    assert_false(says(words, "controls"));
    free(words);
    json_decref(d);
}

/* As large as a tuning gets: 48 situations of 16 copies at 11 sizes. */
static void a_large_tuning_fits_a_page(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    for (unsigned i = 0; i < 48; i++) {
        char source[40], name[40];
        snprintf(source, sizeof source, "source-%u", i);
        json_t *s = add_situation(d,
                                  i % 3   ? "durable"
                                  : i % 2 ? "fsync"
                                          : "tracker",
                                  source, i < 4 && i % 3 == 0);
        for (unsigned z = 0; z < 11; z++) {
            json_t *p = add_point(s, 64u << z);
            for (unsigned c = 0; c < 16; c++) {
                snprintf(name, sizeof name, "strategy-of-a-long-name-%u", c);
                add_cost(p, name, 30 + c, c == (i + z) % 16 ? 1 : 1.1 + c);
            }
            snprintf(name, sizeof name, "strategy-of-a-long-name-%u", (i + z) % 16);
            add_segment(s, name, 64u << z, 64u << z);
        }
        add_flip(d, source, json_string_value(json_object_get(s, "id")), "a", "b", i % 2 ? 500 : 0,
                 "for a reason");
        add_proposal(d, source, "environment", "PMEM_X", source, i % 2, "because");
        add_proof(d, source, source, "no environment", 0.9, i % 2);
    }
    char *words = tuning_words(report_tuning_text, d, false),
         *all = tuning_words(report_tuning_text, d, true);
    char *markdown = tuning_words(report_tuning_markdown, d, true);
    assert_true(says(words, "line+clwb below 1.5 KiB"));
    assert_true(says(all, "strategy-of-a-long-name-15"));
    assert_true(strlen(all) > 4 * strlen(words));
    assert_true(strlen(markdown) > 4 * strlen(words));
    free(words);
    free(all);
    free(markdown);
    json_decref(d);
}

static void markdown_says_the_same(void **state)
{
    (void)state;
    static const char *const parts[] = {"# pmembench tune", "**line+clwb** below 1.5 KiB (1.2 to 1.9 KiB)",
                                        "| movnt-avx512 | 2.00 | **best** |", "tune --check runs/x"};
    json_t *d = tuning_with_flip();
    char *words = tuning_words(report_tuning_markdown, d, false);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!says(words, parts[i]))
            fail_msg("no '%s' in %s", parts[i], words);
    free(words);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixture_makes_a_page),
        cmocka_unit_test(the_answer_is_in_words),
        cmocka_unit_test(segments_without_a_flip_name_their_sizes),
        cmocka_unit_test(the_map_marks_what_to_use),
        cmocka_unit_test(the_map_folds_what_makes_no_difference),
        cmocka_unit_test(a_tracker_has_its_granule),
        cmocka_unit_test(the_map_knows_what_lies_beside_a_flip),
        cmocka_unit_test(odd_sizes_have_columns_too),
        cmocka_unit_test(the_surface_marks_best_and_even),
        cmocka_unit_test(no_difference_is_said_in_those_words),
        cmocka_unit_test(one_strategy_is_no_choice),
        cmocka_unit_test(nothing_found_is_an_answer),
        cmocka_unit_test(tables_name_situations_briefly),
        cmocka_unit_test(what_was_interrupted_says_so_first),
        cmocka_unit_test(programs_stand_beside_their_flips),
        cmocka_unit_test(threads_have_a_peak_or_none),
        cmocka_unit_test(controls_come_first),
        cmocka_unit_test(the_proof_stands_alone),
        cmocka_unit_test(a_large_tuning_fits_a_page),
        cmocka_unit_test(markdown_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

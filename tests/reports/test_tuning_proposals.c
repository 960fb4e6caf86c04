/* test_tuning_proposals.c - what is said of proposals: kept, withdrawn, unproven, or none and why */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/tunings.h"

static void nothing_kept_is_said(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_proposal(d, "libpmem/PMEM_NO_CLWB", "environment", "PMEM_NO_CLWB", "1", false,
                 "the interval reaches 1.01");
    add_proof(d, "libpmem/PMEM_NO_CLWB", "libpmem/PMEM_NO_CLWB", "no environment", 0.99, false);
    assert_tells(d, "withdrawn PMEM_NO_CLWB=1 (the interval reaches 1.01)");
    assert_tells(d, "PMEM_NO_CLWB 0.99 (0.96..1.02) 1.09 partial lines, aligned, cold unresolved no");
    assert_tells_not(d, "makes it");
    assert_tells_not(d, "libpmem.env");
    json_decref(d);
}

/* Whatever `kept` says. */
static void the_unproven_is_not_kept(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_t *p = add_proposal(d, "libpmem/PMEM_NO_CLWB", "environment", "PMEM_NO_CLWB", "1", true, "no time");
    set(p, "proven", json_false());
    assert_tells(d, "unproven PMEM_NO_CLWB=1 (no time)");
    assert_tells(d, "1 proposal is unproven and so not kept");
    assert_tells_not(d, "makes it");
    json_decref(d);
}

/* A hybrid between the halves of `below` and `above`, sought in two situations of fsync. */
static json_t *tuning_without_hybrid(const char *reason)
{
    json_t *d = new_tuning();
    add_situation(d, "fsync", "warm", true);
    add_situation(d, "fsync", "cold", false);
    add_flip(d, "hybrid/source=warm", "fsync/source=warm", "deferred-bitmap2", "bypass", 0, reason);
    return d;
}

static void why_no_hybrid_is_proposed_is_said(void **state)
{
    (void)state;
    static const char early[] = "hybrid nothing was proposed before the end",
                      why[] = "hybrid no threshold pays: bypass is cheaper at all sizes measured";
    json_t *d = tuning_without_hybrid("bypass is cheaper at all sizes measured");
    json_t *search = json_object_get(d, "search");
    assert_tells(d, why);
    assert_tells_not(d, "nor was one found");
    add_flip(d, "hybrid/source=cold", "fsync/source=cold", "deferred-bitmap2", "bypass", 0, "it is even");
    assert_tells(d, "all sizes measured; nor was one found in 1 other situation ");
    set(search, "ended_by", json_string("time"));
    assert_tells(d, why);
    set(d, "status", json_string("interrupted"));
    assert_tells(d, early);
    assert_tells_not(d, why);
    set(d, "status", json_string("complete"));
    set(json_array_get(list_in(d, "situations"), 0), "state", json_string("no"));
    assert_tells(d, early);
    json_decref(d);
    d = tuning_without_hybrid("it is even");
    add_flip(d, "hybrid/source=cold", "fsync/source=cold", "deferred-bitmap2", "bypass", 900, "");
    assert_tells(d, early); /* it was found, and there is no proposal */
    json_array_clear(list_in(d, "crossovers"));
    set(json_object_get(d, "search"), "ended_by", json_string("time"));
    assert_tells(d, early);
    json_decref(d);
}

static void why_nothing_of_libpmem_is_proposed_is_said(void **state)
{
    (void)state;
    static const char early[] = "libpmem nothing was proposed before the end";
    json_t *d = tuning_with_flip(), *search = json_object_get(d, "search");
    assert_tells(d, "libpmem nothing that was tried makes it cheaper: its own choices stand");
    set(search, "ended_by", json_string("time"));
    assert_tells(d, "libpmem nothing that was tried before the time was spent makes it cheaper");
    set(search, "proved_s", json_null());
    assert_tells(d, early);
    set(search, "proved_s", json_real(5));
    set(d, "status", json_string("interrupted"));
    assert_tells(d, early);
    set(json_object_get(d, "run"), "argv",
        json_pack("[s,s,s,s]", "pmembench", "tune", "--only", "fsync,proof"));
    assert_tells(d, "libpmem not tried: --only leaves it out");
    set(json_object_get(d, "run"), "argv", json_pack("[s,s,s,s]", "pmembench", "tune", "--only", "libpmem"));
    assert_tells(d, early);
    json_decref(d);
}

/* What was found for one stream is not said of all. */
static void a_hybrid_says_for_which_stream_it_is(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    json_t *p = add_proposal(d, "hybrid", "constant", "hybrid", "2112", true, "");
    add_proof(d, "hybrid/bypass", "hybrid", "bypass", 0.88, true);
    add_proof(d, "hybrid/deferred-bitmap2", "hybrid", "deferred-bitmap2", 0.95, true);
    assert_tells(d, "hybrid hybrid@2112: 12 % cheaper (9 to 15 %) than bypass");
    assert_tells_not(d, "where an fsync");
    set(p, "situation", json_string("fsync/footprint=l2/overwrite=1/dirty=16384"));
    assert_tells(
        d, "hybrid hybrid@2112 where an fsync follows 16 KiB of writes: 12 % cheaper (9 to 15 %) than "
           "bypass, 5 % cheaper (2 to 8 %) than deferred-bitmap2; proven on 2 other sizes: it does so ");
    assert_tells(d, "hybrid@2112: proven where an fsync follows 16 KiB of writes");
    char *words = tuning_words(report_tuning_proof, d, false);
    assert_true(says(words, "hybrid@2112: proven where an fsync follows 16 KiB of writes"));
    free(words);
    set(p, "what", json_string("where an fsync follows 16 KiB of writes: small ones are cached"));
    assert_tells(d, "proven on 2 other sizes: small ones are cached");
    set(p, "situation", json_string("fsync/footprint=beyond/overwrite=8/dirty=size/delay=64"));
    assert_tells(d,
                 "hybrid@2112 where an fsync follows each write, the range is beyond the caches, each place "
                 "is written 8 times, delay is 64: 12 %");
    set(p, "kept", json_false());
    set(p, "reason", json_string("it lost"));
    set(p, "situation", json_string("fsync/dirty=never"));
    assert_tells(d, "withdrawn hybrid@2112 where no fsync follows (it lost)");
    json_decref(d);
}

/* As many as the rounds of a proof use are told by their number and range. */
static void many_sizes_are_counted(void **state)
{
    (void)state;
    json_t *d = tuning_with_flip();
    add_proposal(d, "libpmem/PMEM_NO_CLWB", "environment", "PMEM_NO_CLWB", "1", true, "");
    json_t *proof = add_proof(d, "libpmem/PMEM_NO_CLWB", "libpmem/PMEM_NO_CLWB", "no environment", 0.9, true);
    json_t *sizes = json_object_get(proof, "sizes");
    for (int i = 0; i < 70; i++)
        append(sizes, json_integer(3008 + 8 * i));
    assert_tells(d, "PMEM_NO_CLWB=1 makes it 10 % cheaper (7 to 13 %); proven on 72 other sizes");
    assert_tells(d, "9 pairs of processes, each on its own of 72 sizes, 88 to 3560 B");
    assert_tells_not(d, "3000, 3008");
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_kept_is_said),
        cmocka_unit_test(the_unproven_is_not_kept),
        cmocka_unit_test(why_no_hybrid_is_proposed_is_said),
        cmocka_unit_test(why_nothing_of_libpmem_is_proposed_is_said),
        cmocka_unit_test(many_sizes_are_counted),
        cmocka_unit_test(a_hybrid_says_for_which_stream_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tunings.h - small tuning documents made by hand, and checks of what is made of them */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_REPORTS_TUNINGS_H
#define TESTS_REPORTS_TUNINGS_H

#include "tests/reports/documents.h"

#include "reports/tuning.h"

static inline json_t *load_tuning(void)
{
    json_error_t error;
    json_t *d = json_load_file(SOURCE_DIR "/tests/reports/fixture/tuning.json", 0, &error);
    if (!d)
        fail_msg("fixture: %s", error.text);
    return d;
}

static inline json_t *list_in(json_t *d, const char *name)
{
    json_t *list = json_object_get(d, name);
    assert_true(json_is_array(list));
    return list;
}

static inline void append(json_t *list, json_t *value)
{
    assert_non_null(value);
    assert_int_equal(json_array_append_new(list, value), 0);
}

static inline void set(json_t *object, const char *name, json_t *value)
{
    assert_int_equal(json_object_set_new(object, name, value), 0);
}

/* Complete, and nothing was searched in it. */
static inline json_t *new_tuning(void)
{
    json_t *d = json_pack("{s:s, s:i, s:s, s:{s:s, s:s, s:i, s:s}, s:{s:{s:s, s:i, s:i, s:i, s:s, s:s}, s:s, "
                          "s:s}, s:{s:s, s:s}}",
                          "schema", "pmembench-tuning", "schema_version", 1, "status", "complete", "run",
                          "plan", "tune", "started", "2026-01-01T00:00:00Z", "seed", 1, "version", "0.1.0",
                          "machine", "cpu", "model", "Hand-made", "family", 25, "model_number", 17,
                          "stepping", 1, "microcode", "0xa1", "clwb", "retains", "kernel", "6.1.0",
                          "hypervisor", "none", "region", "medium", "dram", "provenance", "stand-in");
    assert_non_null(d);
    set(d, "domain", json_pack("{s:s, s:s}", "name", "adr", "source", "chosen"));
    set(d, "search",
        json_pack("{s:f, s:f, s:f, s:s, s:f, s:i, s:i, s:f}", "max_time_s", 600.0, "searched_s", 100.0,
                  "proved_s", 50.0, "ended_by", "found", "margin", 1.03, "groups", 8, "held", 8,
                  "floor_ratio", 1.008));
    static const char *const lists[] = {"warnings", "parts",     "situations", "crossovers",
                                        "threads",  "proposals", "proof"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        set(d, lists[i], json_array());
    return d;
}

/* Searched, with an axis `source`; returns it (borrowed). */
static inline json_t *add_situation(json_t *d, const char *question, const char *source, bool primary)
{
    char id[100];
    snprintf(id, sizeof id, "%s/source=%s", question, source);
    json_t *s = json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:b, s:s, s:b, s:[], s:[]}", "id", id, "question",
                          question, "kernel", "copy", "axes", "source", source, "threads", "1", "primary",
                          primary, "state", "searched", "no_difference", 0, "points", "segments");
    append(list_in(d, "situations"), s);
    return s;
}

static inline json_t *add_point(json_t *situation, unsigned size)
{
    json_t *p = json_pack("{s:i, s:i, s:b, s:f, s:[]}", "size", (int)size, "rounds", 16, "held", 1,
                          "floor_ratio", 1.008, "cells");
    append(list_in(situation, "points"), p);
    return p;
}

static inline void add_cost(json_t *point, const char *strategy, double ns, double ratio)
{
    append(list_in(point, "cells"),
           json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "strategy", strategy, "ns", ns, "gb_per_s", 1.0,
                     "ratio", ratio, "ci_low", ratio == 1 ? 1 : ratio * 0.99, "ci_high",
                     ratio == 1 ? 1 : ratio * 1.01));
}

static inline json_t *add_segment(json_t *situation, const char *strategy, unsigned from, unsigned to)
{
    json_t *g =
        json_pack("{s:s, s:i, s:i, s:[]}", "strategy", strategy, "from", (int)from, "to", (int)to, "equal");
    append(list_in(situation, "segments"), g);
    return g;
}

/* Found where size is above 0, else not, for `reason`. */
static inline json_t *add_flip(json_t *d, const char *id, const char *situation, const char *below,
                               const char *above, double size, const char *reason)
{
    json_t *c =
        json_pack("{s:s, s:s, s:s, s:s, s:n, s:n, s:n, s:i, s:s}", "id", id, "situation", situation, "below",
                  below, "above", above, "size", "ci_low", "ci_high", "probes", 7, "reason", reason);
    append(list_in(d, "crossovers"), c);
    if (size > 0) {
        set(c, "size", json_real(size));
        set(c, "ci_low", json_real(size * 0.8));
        set(c, "ci_high", json_real(size * 1.25));
    }
    return c;
}

static inline json_t *add_proposal(json_t *d, const char *id, const char *kind, const char *name,
                                   const char *value, bool kept, const char *reason)
{
    json_t *p = json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:b, s:b, s:s}", "id", id, "kind", kind, "name",
                          name, "value", value, "what", "it does so", "found_gain", 0.9, "proven", 1, "kept",
                          kept, "reason", reason);
    append(list_in(d, "proposals"), p);
    return p;
}

static inline json_t *add_proof(json_t *d, const char *id, const char *proposal, const char *against,
                                double ratio, bool kept)
{
    json_t *p = json_pack(
        "{s:s, s:s, s:s, s:b, s:f, s:f, s:f, s:s, s:i, s:i, s:[i,i], s:{s:s, s:f}, s:{s:s, s:f}}", "id", id,
        "proposal", proposal, "against", against, "kept", kept, "ratio", ratio, "ci_low", ratio - 0.03,
        "ci_high", ratio + 0.03, "verdict", kept ? "faster" : "unresolved", "pairs", 9, "seed", 5, "sizes",
        88, 3000, "best", "where", "whole lines, aligned, source warm", "ratio", ratio - 0.1, "worst",
        "where", "partial lines, aligned, source cold", "ratio", ratio + 0.1);
    append(list_in(d, "proof"), p);
    return p;
}

/* line+clwb below 1536 B, movnt-avx512 above: the durable situation, and with a cold source. */
static inline json_t *tuning_with_flip(void)
{
    json_t *d = new_tuning();
    static const char *const sources[] = {"warm", "cold"};
    for (size_t i = 0; i < 2; i++) {
        json_t *s = add_situation(d, "durable", sources[i], i == 0);
        json_t *small = add_point(s, 64), *large = add_point(s, 4096);
        add_cost(small, "line+clwb", 31, 1);
        add_cost(small, "movnt-avx512", 62, 2);
        add_cost(large, "line+clwb", 900, 1.5);
        add_cost(large, "movnt-avx512", 600, 1);
        add_segment(s, "line+clwb", 64, 64);
        add_segment(s, "movnt-avx512", 4096, 4096);
    }
    add_flip(d, "durable/source=warm/line+clwb>movnt-avx512", "durable/source=warm", "line+clwb",
             "movnt-avx512", 1536, "");
    return d;
}

static inline void add_kept_and_withdrawn(json_t *d)
{
    add_proposal(d, "libpmem/PMEM_MOVNT_THRESHOLD", "environment", "PMEM_MOVNT_THRESHOLD", "1536", true, "");
    add_proof(d, "libpmem/PMEM_MOVNT_THRESHOLD", "libpmem/PMEM_MOVNT_THRESHOLD", "no environment", 0.88,
              true);
    add_proposal(d, "hybrid", "constant", "hybrid", "4096", false, "it lost to bypass");
    add_proof(d, "hybrid/bypass", "hybrid", "bypass", 1.0, false);
}

/* The text as one line, spaces alike. */
static inline char *tuning_words(make_report *make, const json_t *d, bool all)
{
    const struct report_options options = {.source = "runs/x", .all = all};
    char *text = report_string(make, d, &options, NULL);
    assert_clean(text);
    if (!all && make == report_tuning_text)
        assert_fits(text);
    char *words = unwrapped(text);
    free(text);
    return words;
}

/* The text report says `what`. */
static inline void assert_tells(const json_t *d, const char *what)
{
    char *words = tuning_words(report_tuning_text, d, false);
    if (!says(words, what))
        fail_msg("no '%s' in %s", what, words);
    free(words);
}

static inline void assert_tells_not(const json_t *d, const char *what)
{
    char *words = tuning_words(report_tuning_text, d, false);
    if (says(words, what))
        fail_msg("'%s' in %s", what, words);
    free(words);
}

#endif

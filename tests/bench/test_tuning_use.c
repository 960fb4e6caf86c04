/* test_tuning_use.c - a tuning of elsewhere is refused by what differs first, and a plan gets what was kept
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run_tuning.h"
#include "bench/tuning_use.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* JSON with ' for ". */
static json_t *json_of(const char *text)
{
    char *quoted = strdup(text);
    assert_non_null(quoted);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *value = json_loads(quoted, 0, NULL);
    assert_non_null(value);
    free(quoted);
    return value;
}

static json_t *tuning_here(void)
{
    return json_of("{'status':'complete', 'run':{'id':'2026-01-01T00:00:00Z-7'}, 'machine':{'cpu':{"
                   "'vendor':'GenuineIntel', 'model':'Some CPU', 'family':6, 'model_number':143, "
                   "'stepping':8, 'microcode':'0x1'}}, 'region':{'medium':'dram', 'provenance':'stand-in'}, "
                   "'domain':{'name':'adr'}, 'proposals':[{'id':'hybrid', 'value':'1536', 'kept':true}]}");
}

static const struct result_machine machine_here = {.vendor = "GenuineIntel",
                                                   .model = "Some CPU",
                                                   .microcode = "0x1",
                                                   .family = 6,
                                                   .model_number = 143,
                                                   .stepping = 8};
static const struct result_region region_here = {.medium = "dram", .provenance = "stand-in"};

/* Where a fact stands in the document, and what its difference is called. */
struct fact {
    const char *part, *member, *what;
    bool number;
};

static const struct fact of_machine[] = {{"cpu", "vendor", "CPU vendor", false},
                                         {"cpu", "family", "CPU family", true},
                                         {"cpu", "model_number", "CPU model number", true},
                                         {"cpu", "model", "CPU model", false},
                                         {"cpu", "stepping", "CPU stepping", true},
                                         {"cpu", "microcode", "microcode", false}};
static const struct fact of_memory[] = {{"region", "medium", "medium", false},
                                        {"region", "provenance", "provenance", false},
                                        {"domain", "name", "persistence domain", false}};

static json_t *part_of(json_t *tuning, const struct fact *f)
{
    bool cpu = !strcmp(f->part, "cpu");
    return json_object_get(cpu ? json_object_get(tuning, "machine") : tuning, f->part);
}

static void put(json_t *tuning, const struct fact *f, json_t *value)
{
    assert_int_equal(json_object_set_new(part_of(tuning, f), f->member, value), 0);
}

static int check(const json_t *tuning, bool machine, struct error *err)
{
    *err = (struct error){0};
    return machine ? tuning_same_machine(tuning, &machine_here, "tuned", err)
                   : tuning_same_memory(tuning, &region_here, "adr", "tuned", err);
}

static void assert_refused(const json_t *tuning, bool machine, const struct fact *f, const char *then)
{
    struct error err;
    char words[NAME_TEXT * 2];
    assert_int_equal(check(tuning, machine, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    snprintf(words, sizeof(words), "the %s is '%s', here it is '", f->what, then);
    assert_non_null(strstr(err.text, words));
    assert_memory_equal(err.text, "tuned: ", 7);
    assert_non_null(strstr(err.text, "--force"));
    assert_non_null(strstr(err.text, "tune"));
}

static void each_fact_that_differs_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(of_machine) + COUNT(of_memory); i++) {
        bool machine = i < COUNT(of_machine);
        const struct fact *f = machine ? &of_machine[i] : &of_memory[i - COUNT(of_machine)];
        json_t *tuning = tuning_here();
        struct error err;
        assert_int_equal(check(tuning, machine, &err), 0);
        assert_false(error_is_set(&err));
        put(tuning, f, f->number ? json_integer(77) : json_string("77"));
        assert_refused(tuning, machine, f, "77");
        assert_int_equal(check(tuning, !machine, &err), 0); /* is of the other question */
        json_decref(tuning);
    }
}

static void the_first_of_several_is_named(void **state)
{
    (void)state;
    json_t *tuning = tuning_here();
    put(tuning, &of_machine[5], json_string("0x2"));
    put(tuning, &of_machine[1], json_integer(25));
    assert_refused(tuning, true, &of_machine[1], "25");
    json_decref(tuning);
}

static void what_the_tuning_does_not_know_does_not_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(of_machine) + COUNT(of_memory); i++) {
        bool machine = i < COUNT(of_machine);
        const struct fact *f = machine ? &of_machine[i] : &of_memory[i - COUNT(of_machine)];
        json_t *tuning = tuning_here();
        struct error err;
        put(tuning, f, f->number ? json_null() : json_string("unknown"));
        assert_int_equal(check(tuning, machine, &err), 0);
        json_object_del(part_of(tuning, f), f->member);
        assert_int_equal(check(tuning, machine, &err), 0);
        json_decref(tuning);
    }
}

static void what_is_not_known_here_does_not_differ(void **state)
{
    (void)state;
    const struct result_machine blank = {
        .vendor = "unknown", .family = -1, .model_number = -1, .stepping = -1};
    const struct result_region nowhere = {.provenance = "unknown"};
    struct error err = {0};
    json_t *tuning = tuning_here();
    assert_int_equal(tuning_same_machine(tuning, &blank, "tuned", &err), 0);
    assert_int_equal(tuning_same_memory(tuning, &nowhere, NULL, "tuned", &err), 0);
    assert_int_equal(tuning_same_memory(tuning, &nowhere, "", "tuned", &err), 0);
    assert_int_equal(tuning_same_memory(tuning, &nowhere, "unknown", "tuned", &err), 0);
    assert_int_equal(tuning_same_memory(tuning, &nowhere, "eadr", "tuned", &err), -1);
    json_decref(tuning);
}

static void a_hostile_value_stays_one_printable_line(void **state)
{
    (void)state;
    struct error err;
    json_t *tuning = tuning_here();
    put(tuning, &of_machine[3], json_string("\033[31mred\nline \x7f \xc2\x9b"));
    assert_int_equal(check(tuning, true, &err), -1);
    for (const char *c = err.text; *c; c++)
        assert_true(*c >= ' ' && *c <= '~');
    json_decref(tuning);
}

/* Proposals and the primary situation of fsync in the words of a tuning. */
static json_t *with(const char *proposals, const char *segments)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "{'proposals':[%s], 'situations':["
             "{'question':'durable','primary':true,'segments':[{'strategy':'eager'}]},"
             "{'question':'fsync','primary':false,'segments':[{'strategy':'volatile'}]},"
             "{'question':'fsync','primary':true,'segments':[%s]}]}",
             proposals, segments);
    return json_of(text);
}

#define KEPT      "{'id':'hybrid','value':'1536','kept':true}"
#define WITHDRAWN "{'id':'hybrid','value':'1536','kept':false}"
#define ANOTHER   "{'id':'libpmem/PMEM_NO_CLWB','value':'1','kept':true}"
#define BEST      "{'strategy':'deferred-bitmap2'},{'strategy':'bypass-wide'}"

static void the_size_is_of_a_kept_hybrid_alone(void **state)
{
    (void)state;
    static const struct {
        const char *proposals;
        uint64_t bytes;
    } cases[] = {{KEPT, 1536},
                 {ANOTHER "," KEPT, 1536},
                 {WITHDRAWN, 0},
                 {ANOTHER, 0},
                 {"", 0},
                 {"{'id':'hybrid','value':'1664','kept':true}", 1664},
                 {"{'id':'hybrid','value':'much','kept':true}", 0},
                 {"{'id':'hybrid','value':'0','kept':true}", 0},
                 {"{'id':'hybrid','value':'99999999999','kept':true}", 0},
                 {"{'id':'hybrid','kept':true}", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *tuning = with(cases[i].proposals, "");
        assert_int_equal(tuning_hybrid(tuning), cases[i].bytes);
        assert_int_equal(tuning_any_kept(tuning), strstr(cases[i].proposals, "true") != NULL);
        json_decref(tuning);
    }
}

/* The block becomes `after` (or stays), and a second time changes nothing more. */
static void assert_applied(const char *proposals, const char *segments, const char *before, const char *after)
{
    struct error err = {0};
    json_t *tuning = with(proposals, segments), *blocks = json_array(), *wanted = json_of(after);
    json_array_append_new(blocks, json_of(before));
    json_t *plan = json_pack("{s:s,s:o}", "name", "x", "blocks", blocks);
    int changed = tuning_apply(plan, tuning, &err);
    if (!json_equal(json_array_get(blocks, 0), wanted)) {
        char *is = json_dumps(plan, 0);
        fail_msg("%s became %s", before, is);
    }
    json_t *was = json_of(before);
    bool same = json_equal(was, wanted);
    assert_int_equal(changed, same ? 0 : 1);
    assert_int_equal(tuning_apply(plan, tuning, &err), 0);
    assert_true(json_equal(json_array_get(blocks, 0), wanted));
    json_decref(was);
    json_decref(wanted);
    json_decref(plan);
    json_decref(tuning);
}

static void write_paths_get_what_was_kept(void **state)
{
    (void)state;
    static const char with_hybrid[] = "{'paths':['bypass','hybrid','eager'],'size':'64'}";
    assert_applied(KEPT, BEST, with_hybrid,
                   "{'paths':['bypass','hybrid@1536','eager','deferred-bitmap2','bypass-wide'],'size':'64'}");
    assert_applied(KEPT, BEST, "{'paths':['bypass'],'kernel':'write_fsync'}",
                   "{'paths':['bypass','hybrid@1536','deferred-bitmap2','bypass-wide'],'kernel':"
                   "'write_fsync'}");
    assert_applied(KEPT, "", "{'paths':'bypass'}", "{'paths':['bypass','hybrid@1536']}");
    assert_applied(KEPT, "", "{'paths':'hybrid'}", "{'paths':['hybrid@1536']}");
    assert_applied(KEPT, "", "{'paths':['bypass','sys-fsync']}",
                   "{'paths':['bypass','sys-fsync','hybrid@1536']}");
    assert_applied(KEPT, "", "{'paths':['movnt:none:none']}", "{'paths':['movnt:none:none','hybrid@1536']}");
}

static void a_withdrawn_hybrid_leaves_the_others_and_nothing_kept_leaves_all(void **state)
{
    (void)state;
    static const char before[] = "{'paths':['bypass','hybrid']}";
    assert_applied(WITHDRAWN "," ANOTHER, BEST, before,
                   "{'paths':['bypass','hybrid','deferred-bitmap2','bypass-wide']}");
    assert_applied(WITHDRAWN "," ANOTHER, "{'strategy':'hybrid@1536'},{'strategy':'hybrid'}", before, before);
    assert_applied(WITHDRAWN "," ANOTHER, "{'strategy':'hybrid'},{'strategy':'eager'}",
                   "{'paths':['bypass']}", "{'paths':['bypass','eager']}");
    assert_applied(WITHDRAWN, BEST, before, before);
    assert_applied("", BEST, before, before);
}

static void nothing_stands_twice(void **state)
{
    (void)state;
    assert_applied(KEPT, BEST, "{'paths':['hybrid@1536','hybrid','bypass-wide']}",
                   "{'paths':['hybrid@1536','bypass-wide','deferred-bitmap2']}");
    assert_applied(KEPT, "", "{'paths':['hybrid','bypass','hybrid@1536']}",
                   "{'paths':['bypass','hybrid@1536']}");
    assert_applied(KEPT, "", "{'paths':['hybrid','hybrid','hybrid']}", "{'paths':['hybrid@1536']}");
    assert_applied("{'id':'hybrid','value':'4096','kept':true}", "", "{'paths':['hybrid@4K']}",
                   "{'paths':['hybrid@4K']}");
    assert_applied(KEPT, BEST ",{'strategy':'bypass-wide'},{'strategy':'bypass'}", "{'paths':['bypass']}",
                   "{'paths':['bypass','hybrid@1536','deferred-bitmap2','bypass-wide']}");
    assert_applied(KEPT, "", "{'paths':['hybrid@1024']}", "{'paths':['hybrid@1024','hybrid@1536']}");
}

static void other_blocks_are_as_they_were(void **state)
{
    (void)state;
    static const char *const blocks[] = {
        "{'kernel':'track','paths':['xarray','bitmap']}",
        "{'kernel':'mmap_fsync','paths':['mmap-xarray']}",
        "{'kernel':'copy','paths':['bypass','eager']}",
        "{'paths':['mmap-xarray','sys-mmap-msync']}",
        "{'paths':'mmap-bitmap'}",
        "{'paths':['sys-fsync','sys-rwf-dsync']}",
    };
    for (size_t i = 0; i < COUNT(blocks); i++)
        assert_applied(KEPT, BEST, blocks[i], blocks[i]);
}

static void only_paths_of_writes_are_added(void **state)
{
    (void)state;
    assert_applied(KEPT,
                   "{'strategy':'mmap-xarray'},{'strategy':'sys-fsync'},{'strategy':'no-such'},"
                   "{'strategy':'movnti'},{'strategy':'a:b:c'},{'strategy':'eager'},{}",
                   "{'paths':['bypass']}", "{'paths':['bypass','hybrid@1536','eager']}");
}

/* Blocks of a command line share one list: each is changed once, and by itself. */
static void a_shared_list_is_changed_a_block_at_a_time(void **state)
{
    (void)state;
    struct error err = {0};
    json_t *tuning = with(KEPT, ""), *paths = json_of("['bypass']");
    json_t *plan = json_pack("{s:[{s:O},{s:O,s:s},{s:O}]}", "blocks", "paths", paths, "paths", paths,
                             "kernel", "copy", "paths", paths);
    assert_int_equal(tuning_apply(plan, tuning, &err), 2);
    const json_t *blocks = json_object_get(plan, "blocks");
    static const size_t lengths[] = {2, 1, 2};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(json_array_size(json_object_get(json_array_get(blocks, i), "paths")), lengths[i]);
    assert_int_equal(json_array_size(paths), 1);
    json_decref(paths);
    json_decref(plan);
    json_decref(tuning);
}

static void a_hybrid_knows_its_situation(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        bool kept, elsewhere;
    } cases[] = {{"fsync/dirty=size", true, false},   {"fsync/dirty=16384", true, true},
                 {"fsync/dirty=77", true, true},      {"durable/dirty=size", true, true},
                 {"fsync/dirty=16384", false, false}, {"", true, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *tuning = json_of(
            "{'situations':[{'id':'durable/dirty=size', 'question':'durable', 'primary':true},"
            "{'id':'fsync/dirty=16384', 'question':'fsync', 'primary':false},"
            "{'id':'fsync/dirty=size', 'question':'fsync', 'primary':true}], 'proposals':[{'id':'hybrid',"
            "'value':'64', 'kept':false, 'situation':'fsync/dirty=9'}, {'id':'hybrid', 'value':'1536'}]}");
        json_t *hybrid = json_array_get(json_object_get(tuning, "proposals"), 1);
        json_object_set_new(hybrid, "kept", json_boolean(cases[i].kept));
        json_object_set_new(hybrid, "situation", json_string(cases[i].id));
        assert_string_equal(tuning_hybrid_situation(tuning), cases[i].kept ? cases[i].id : "");
        assert_int_equal(tuning_hybrid_is_elsewhere(tuning), cases[i].elsewhere);
        json_decref(tuning);
    }
}

static const char *described(struct run_options *o, const struct result_machine *machine, char out[LINE_TEXT])
{
    run_tuning_describe(o, machine, &region_here, out);
    return out;
}

static void the_result_says_what_was_used_and_what_was_forced(void **state)
{
    (void)state;
    char out[LINE_TEXT];
    struct result_machine other = machine_here;
    struct run_options o = {.tuning = "tuned", .domain = "adr"};
    assert_string_equal(described(&o, &machine_here, out), "");
    o.tuned = tuning_here();
    assert_string_equal(described(&o, &machine_here, out),
                        "hybrid@1536 from 2026-01-01T00:00:00Z-7, read from tuned");
    json_t *hybrid = json_array_get(json_object_get(o.tuned, "proposals"), 0);
    json_object_set_new(hybrid, "situation", json_string("fsync/footprint=l2/dirty=16384"));
    assert_string_equal(described(&o, &machine_here, out),
                        "hybrid@1536 (found where an fsync follows 16 KiB of writes) from "
                        "2026-01-01T00:00:00Z-7, read from tuned");
    json_object_del(hybrid, "situation");
    snprintf(other.microcode, sizeof(other.microcode), "0x2");
    assert_string_equal(
        described(&o, &other, out),
        "hybrid@1536 from 2026-01-01T00:00:00Z-7 (forced: another microcode), read from tuned");
    snprintf(o.domain, sizeof(o.domain), "eadr");
    json_object_set_new(o.tuned, TUNING_READ_FROM, json_string("elsewhere"));
    assert_string_equal(described(&o, &other, out),
                        "hybrid@1536 from 2026-01-01T00:00:00Z-7 (forced: another microcode, another "
                        "persistence domain), read from elsewhere");
    json_object_set_new(o.tuned, "proposals", json_of("[" WITHDRAWN "," ANOTHER "]"));
    assert_memory_equal(described(&o, &machine_here, out), "no hybrid from ", 15);
    json_object_set_new(o.tuned, "proposals", json_of("[" WITHDRAWN "]"));
    assert_memory_equal(described(&o, &machine_here, out), "nothing kept from ", 18);
    json_decref(o.tuned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fact_that_differs_is_named),
        cmocka_unit_test(the_first_of_several_is_named),
        cmocka_unit_test(what_the_tuning_does_not_know_does_not_differ),
        cmocka_unit_test(what_is_not_known_here_does_not_differ),
        cmocka_unit_test(a_hostile_value_stays_one_printable_line),
        cmocka_unit_test(the_size_is_of_a_kept_hybrid_alone),
        cmocka_unit_test(write_paths_get_what_was_kept),
        cmocka_unit_test(a_withdrawn_hybrid_leaves_the_others_and_nothing_kept_leaves_all),
        cmocka_unit_test(nothing_stands_twice),
        cmocka_unit_test(other_blocks_are_as_they_were),
        cmocka_unit_test(only_paths_of_writes_are_added),
        cmocka_unit_test(a_shared_list_is_changed_a_block_at_a_time),
        cmocka_unit_test(a_hybrid_knows_its_situation),
        cmocka_unit_test(the_result_says_what_was_used_and_what_was_forced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

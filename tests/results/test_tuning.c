/* test_tuning.c - a tuning as a document: every member is in it, the schema holds, and proposals come back */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>

#include "results/file.h"
#include "results/json.h"
#include "tests/results/sample_tuning.h"
#include "tests/results/scratch.h"
#include "tests/results/walk.h"

#define VALIDATE "/usr/bin/python3 " SOURCE_DIR "/tests/results/validate.py "

static json_t *sample_document(void)
{
    struct tuning t;
    sample_tuning(&t);
    json_t *document = tuning_to_json(&t);
    tuning_free(&t);
    assert_non_null(document);
    return document;
}

static void assert_json(const json_t *document, const char *member, const char *wanted)
{
    json_error_t problem;
    json_t *value = json_loads(wanted, JSON_DECODE_ANY, &problem);
    if (!value)
        fail_msg("%s: %s: %s", member, problem.text, wanted);
    char *found = json_dumps(json_object_get(document, member), JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    if (!json_equal(value, json_object_get(document, member)))
        fail_msg("%s: expected %s, found %s", member, wanted, found);
    free(found);
    json_decref(value);
}

static void set_situation(struct tuning_situation *s)
{
    *s = (struct tuning_situation){
        .id = "s-id", .question = "fsync", .kernel = "s-kernel", .primary = true, .state = "part"};
    SAMPLE_SET(s->axis[AXIS_overwrite_order], "burst");
    SAMPLE_SET(s->axis[AXIS_threads], "3");
    s->points = sample_alloc(1, sizeof(*s->points));
    s->point_count = 1;
    s->points[0] = (struct tuning_point){.size = 101, .rounds = 102, .held = true, .floor_ratio = 1.5};
    s->points[0].cells = sample_alloc(2, sizeof(struct tuning_cell));
    s->points[0].cell_count = 2;
    s->points[0].cells[0] = (struct tuning_cell){"c-one", 2.5, 3.5, {4.5, 5.5, 6.5}};
    s->points[0].cells[1] = (struct tuning_cell){"c-two", NAN, INFINITY, {NAN, NAN, NAN}};
    s->segments = sample_alloc(1, sizeof(*s->segments));
    s->segment_count = 1;
    s->segments[0] = (struct tuning_segment){.strategy = "g-one", .from = 103, .to = 104, .equal_count = 2};
    s->segments[0].equal = sample_alloc(2, NAME_TEXT);
    SAMPLE_SET(s->segments[0].equal[0], "e-one");
    SAMPLE_SET(s->segments[0].equal[1], "e-two");
}

static void set_lists(struct tuning *t)
{
    t->parts = sample_alloc(1, sizeof(*t->parts));
    t->parts[t->part_count++] = (struct tuning_part){"path", "p-name", true, "p-reason"};
    t->situations = sample_alloc(1, sizeof(*t->situations));
    set_situation(&t->situations[t->situation_count++]);
    t->crossovers = sample_alloc(2, sizeof(*t->crossovers));
    t->crossovers[t->crossover_count++] =
        (struct tuning_crossover){"x-id", "x-situation", "x-below", "x-above", 7.5, 8.5, 9.5, 105, ""};
    t->crossovers[t->crossover_count++] =
        (struct tuning_crossover){"y-id", "y-situation", "y-below", "y-above", NAN, NAN, NAN, 0, "y-reason"};
    t->threads = sample_alloc(1, sizeof(*t->threads));
    t->threads[t->thread_count++] = (struct tuning_threads){
        "t-id", "t-strategy", 106, 107, sample_alloc(1, sizeof(struct tuning_rate)), 1};
    t->threads[0].rates[0] = (struct tuning_rate){108, {10.5, 11.5, 12.5}};
    t->proposals = sample_alloc(2, sizeof(*t->proposals));
    t->proposals[t->proposal_count++] = (struct tuning_proposal){
        "o-id", "constant", "o-name", "109", "fsync/dirty=o", "o-what", 13.5, true, false, "o-reason"};
    t->proposals[t->proposal_count++] =
        (struct tuning_proposal){"q-id", "environment", "PMEM_Q", "q", "", "q-what", NAN, false, true, ""};
    t->proofs = sample_alloc(1, sizeof(*t->proofs));
    struct tuning_proof proof = {
        .id = "f-id", .proposal = "f-proposal", .against = "f-against", .kept = true};
    proof.ratio = (struct interval){14.5, 15.5, 16.5};
    SAMPLE_SET(proof.verdict, "slower");
    proof.pairs = 110;
    proof.seed = 111;
    proof.sizes = sample_alloc(2, sizeof(*proof.sizes));
    proof.sizes[proof.size_count++] = 112;
    proof.sizes[proof.size_count++] = 113;
    proof.best = (struct tuning_class){"b-where", 17.5, 18.5, 19.5};
    proof.worst = (struct tuning_class){"w-where", 20.5, 21.5, 22.5};
    t->proofs[t->proof_count++] = proof;
}

static void assert_lists(const json_t *document)
{
    assert_json(document, "parts",
                "[{\"kind\": \"path\", \"name\": \"p-name\", \"used\": true, \"reason\": \"p-reason\"}]");
    assert_json(
        document, "situations",
        "[{\"id\": \"s-id\", \"question\": \"fsync\", \"kernel\": \"s-kernel\","
        " \"axes\": {\"overwrite_order\": \"burst\", \"threads\": \"3\"}, \"primary\": true,"
        " \"state\": \"part\", \"no_difference\": false, \"points\": [{\"size\": 101, \"rounds\": 102,"
        " \"held\": true, \"floor_ratio\": 1.5, \"cells\": ["
        "{\"strategy\": \"c-one\", \"ns\": 2.5, \"gb_per_s\": 3.5, \"ratio\": 4.5, \"ci_low\": 5.5,"
        " \"ci_high\": 6.5}, {\"strategy\": \"c-two\", \"ns\": null, \"gb_per_s\": null,"
        " \"ratio\": null, \"ci_low\": null, \"ci_high\": null}]}],"
        " \"segments\": [{\"strategy\": \"g-one\", \"from\": 103, \"to\": 104,"
        " \"equal\": [\"e-one\", \"e-two\"]}]}]");
    assert_json(document, "crossovers",
                "[{\"id\": \"x-id\", \"situation\": \"x-situation\", \"below\": \"x-below\","
                " \"above\": \"x-above\", \"size\": 7.5, \"ci_low\": 8.5, \"ci_high\": 9.5, \"probes\": 105,"
                " \"reason\": \"\"}, {\"id\": \"y-id\", \"situation\": \"y-situation\","
                " \"below\": \"y-below\", \"above\": \"y-above\", \"size\": null, \"ci_low\": null,"
                " \"ci_high\": null, \"probes\": 0, \"reason\": \"y-reason\"}]");
    assert_json(document, "threads",
                "[{\"id\": \"t-id\", \"strategy\": \"t-strategy\", \"size\": 106, \"peak\": 107, \"rates\":"
                " [{\"threads\": 108, \"gb_per_s\": 10.5, \"ci_low\": 11.5, \"ci_high\": 12.5}]}]");
    assert_json(document, "proposals",
                "[{\"id\": \"o-id\", \"kind\": \"constant\", \"name\": \"o-name\", \"value\": \"109\","
                " \"situation\": \"fsync/dirty=o\", \"what\": \"o-what\", \"found_gain\": 13.5, \"proven\": "
                "true, \"kept\": false,"
                " \"reason\": \"o-reason\"}, {\"id\": \"q-id\", \"kind\": \"environment\","
                " \"name\": \"PMEM_Q\", \"value\": \"q\", \"situation\": \"\", \"what\": \"q-what\", "
                "\"found_gain\": null,"
                " \"proven\": false, \"kept\": true, \"reason\": \"\"}]");
    assert_json(
        document, "proof",
        "[{\"id\": \"f-id\", \"proposal\": \"f-proposal\", \"against\": \"f-against\", \"kept\": true,"
        " \"ratio\": 14.5, \"ci_low\": 15.5, \"ci_high\": 16.5, \"verdict\": \"slower\","
        " \"pairs\": 110, \"seed\": 111, \"sizes\": [112, 113],"
        " \"best\": {\"where\": \"b-where\", \"ratio\": 17.5, \"ci_low\": 18.5, \"ci_high\": 19.5},"
        " \"worst\": {\"where\": \"w-where\", \"ratio\": 20.5, \"ci_low\": 21.5, \"ci_high\": 22.5}}]");
}

static void each_member_has_its_value(void **state)
{
    (void)state;
    struct tuning t = {.status = RUN_INTERRUPTED,
                       .max_time_s = 20.5,
                       .searched_s = 21.5,
                       .proved_s = 22.5,
                       .ended_by = "signal",
                       .groups = 117,
                       .held = 116,
                       .floor_ratio = 23.5,
                       .probed = calloc(2, sizeof(*t.probed)),
                       .probed_count = 2};
    assert_non_null(t.probed);
    t.probed[0] = 119;
    t.probed[1] = 118;
    set_lists(&t);
    json_t *document = tuning_to_json(&t);
    assert_json(document, "schema", "\"pmembench-tuning\"");
    assert_json(document, "schema_version", "1");
    assert_json(document, "status", "\"interrupted\"");
    assert_json(document, "search",
                "{\"max_time_s\": 20.5, \"searched_s\": 21.5, \"proved_s\": 22.5, \"ended_by\": \"signal\","
                " \"margin\": 1.03, \"groups\": 117, \"held\": 116, \"floor_ratio\": 23.5,"
                " \"probed\": [119, 118]}");
    assert_lists(document);
    assert_int_equal(json_object_size(document), 15);
    json_decref(document);
    tuning_free(&t);
    assert_null(t.proofs);
    assert_int_equal(t.situation_count, 0);
}

static void the_head_is_that_of_a_result(void **state)
{
    (void)state;
    static const char *const members[] = {"status", "run", "machine", "region", "domain", "warnings"};
    struct result r;
    struct tuning t = {.status = RUN_FAILED};
    sample_head(&r);
    r.status = RUN_FAILED;
    t.run = r.run;
    t.machine = r.machine;
    t.region = r.region;
    t.domain = r.domain;
    t.warnings = r.warnings;
    t.warning_count = r.warning_count;
    json_t *result = result_to_json(&r), *tuning = tuning_to_json(&t);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        assert_non_null(json_object_get(tuning, members[i]));
        assert_true(json_equal(json_object_get(tuning, members[i]), json_object_get(result, members[i])));
    }
    json_decref(result);
    json_decref(tuning);
    result_free(&r);
}

static void documents_are_valid(void **state)
{
    (void)state;
    char dir[SCRATCH_PATH / 2], path[SCRATCH_PATH], command[3 * SCRATCH_PATH];
    struct error err = {0};
    struct tuning empty = {.status = RUN_INTERRUPTED, .floor_ratio = NAN};
    json_t *documents[] = {sample_document(), tuning_to_json(&empty)};
    scratch_open(dir);
    snprintf(command, sizeof(command), VALIDATE "%s", scratch_path(dir, TUNING_FILE, path));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tuning_write_document(documents[i], dir, &err), 0);
        assert_int_equal(system(command), 0);
        json_decref(documents[i]);
    }
    scratch_close(dir);
}

/* The file that the tests of the reports use is what make_tuning writes today. */
static void the_fixture_is_of_today(void **state)
{
    (void)state;
    char dir[SCRATCH_PATH / 2], path[SCRATCH_PATH];
    struct error err = {0};
    json_t *document = sample_document();
    scratch_open(dir);
    assert_int_equal(tuning_write_document(document, dir, &err), 0);
    char *now = scratch_read(scratch_path(dir, TUNING_FILE, path), NULL);
    char *kept = scratch_read(SOURCE_DIR "/tests/reports/fixture/tuning.json", NULL);
    assert_string_equal(now, kept);
    free(now);
    free(kept);
    json_decref(document);
    scratch_close(dir);
}

struct closed {
    const json_t *document;
    const char *dir;
    unsigned files;
};

/* Writes the document with one member more than the object at `place` may have. */
static void write_with_extra(json_t *object, const char *name, const char *place, void *data)
{
    struct closed *closed = data;
    char path[SCRATCH_PATH], file[32];
    (void)place;
    if (name)
        return;
    snprintf(file, sizeof(file), "%u.json", closed->files++);
    json_object_set_new(object, "surprise", json_integer(1));
    assert_int_equal(json_dump_file(closed->document, scratch_path(closed->dir, file, path), 0), 0);
    json_object_del(object, "surprise");
}

static void the_schema_is_closed(void **state)
{
    (void)state;
    char dir[SCRATCH_PATH / 2], command[2 * SCRATCH_PATH], line[1024];
    unsigned refused = 0;
    json_t *document = sample_document(), *seen = json_object();
    struct closed closed = {document, dir, 0};
    scratch_open(dir);
    walk(document, "", seen, write_with_extra, &closed);
    snprintf(command, sizeof(command), VALIDATE "%s/*.json 2>&1", dir);
    FILE *lines = popen(command, "r");
    assert_non_null(lines);
    while (fgets(line, sizeof(line), lines))
        refused += strstr(line, "surprise") != NULL;
    assert_int_not_equal(pclose(lines), 0);
    assert_int_equal(refused, closed.files);
    assert_true(closed.files >= 24); /* all kinds of objects were met */
    scratch_close(dir);
    json_decref(seen);
    json_decref(document);
}

static json_t *definitions_of(const char *path)
{
    json_t *schema = json_load_file(path, 0, NULL);
    assert_non_null(schema);
    json_t *definitions = json_incref(json_object_get(schema, "definitions"));
    json_decref(schema);
    return definitions;
}

static void what_both_schemas_define_is_the_same(void **state)
{
    (void)state;
    json_t *result = definitions_of(SOURCE_DIR "/results/result.schema.json");
    json_t *tuning = definitions_of(SOURCE_DIR "/results/tuning.schema.json"), *value;
    const char *name;
    unsigned shared = 0;
    json_object_foreach(tuning, name, value)
    {
        if (!json_object_get(result, name))
            continue;
        if (!json_equal(value, json_object_get(result, name)))
            fail_msg("%s differs", name);
        shared++;
    }
    assert_int_equal(shared, 10);
    json_decref(result);
    json_decref(tuning);
}

static void proposals_and_sizes_come_back(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {64, 256, 512, 704, 768, 832, 1024, 4096, 16384, 32768, 65536};
    struct tuning t, back = {0};
    struct error err = {0};
    uint64_t *sizes = NULL;
    size_t count = 0;
    sample_tuning(&t);
    json_t *document = tuning_to_json(&t);
    json_object_set_new(json_array_get(json_object_get(document, "threads"), 0), "size", json_integer(512));
    assert_int_equal(tuning_proposals_from(document, &back, &sizes, &count, &err), 0);
    assert_int_equal(back.proposal_count, t.proposal_count);
    assert_memory_equal(back.proposals, t.proposals, t.proposal_count * sizeof(*t.proposals));
    assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
    assert_memory_equal(sizes, wanted, sizeof(wanted));
    json_decref(document);
    free(sizes);
    tuning_free(&t);
    tuning_free(&back);
    document = tuning_to_json(&t);
    assert_int_equal(tuning_proposals_from(document, &back, &sizes, &count, &err), 0);
    assert_int_equal(back.proposal_count + count, 0);
    free(sizes);
    json_decref(document);
    tuning_free(&back);
}

/* Returns 0 when writing failed and left the older file and nothing else. */
static int write_in_vain(const json_t *document, const char *dir)
{
    char path[SCRATCH_PATH];
    struct error err = {0};
    const char *old = "the older file";
    scratch_write(scratch_path(dir, TUNING_FILE, path), old, strlen(old));
    int status = tuning_write_document(document, dir, &err);
    char *now = scratch_read(path, NULL);
    bool same = !strcmp(now, old);
    free(now);
    return status == -1 && err.code == EXIT_CANNOT && same && scratch_names(dir, NULL, 0) == 1 ? 0 : 1;
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    char dir[SCRATCH_PATH / 2], path[SCRATCH_PATH];
    struct error err = {0};
    struct rlimit limit, small = {5000, RLIM_INFINITY};
    json_t *document = sample_document();
    scratch_open(dir);
    assert_int_equal(tuning_write_document(document, scratch_path(dir, "none", path), &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(scratch_names(dir, NULL, 0), 0);
    assert_int_equal(tuning_write_document(NULL, dir, &err), -1);
    assert_int_equal(scratch_names(dir, NULL, 0), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small.rlim_max = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = write_in_vain(document, dir);
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(status, 0);
    assert_int_equal(tuning_write_document(document, dir, &(struct error){0}), 0);
    assert_int_equal(scratch_names(dir, NULL, 0), 1);
    json_decref(document);
    scratch_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_member_has_its_value),
        cmocka_unit_test(the_head_is_that_of_a_result),
        cmocka_unit_test(documents_are_valid),
        cmocka_unit_test(the_fixture_is_of_today),
        cmocka_unit_test(the_schema_is_closed),
        cmocka_unit_test(what_both_schemas_define_is_the_same),
        cmocka_unit_test(proposals_and_sizes_come_back),
        cmocka_unit_test(a_file_is_written_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tuning_hostile.c - what tune would not write is refused in one line that says where */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/results/schema.h"
#include "tests/results/tuning_place.h"
#include "tests/results/walk.h"

static void bytes_that_are_no_tuning_are_refused(void **state)
{
    (void)state;
    static const char nul[] = "{\"schema\": \"pmembench\0-tuning\"}";
    assert_bytes_refused(NULL, 0, "tuning.json:1:0: not JSON");
    assert_bytes_refused(nul, sizeof(nul) - 1, "not JSON");
    assert_text_refused("{\"schema\": \"a\\u0000b\"}", "not JSON");
    assert_text_refused("{\"schema\": 1, \"schema\": 2}", "duplicate object key");
    assert_text_refused("{\"a\": 1e999}", "real number overflow");
    assert_text_refused("{\"a\": NaN}", "not JSON");
    assert_text_refused("{\"a\": 9223372036854775808}", "too big integer");
    assert_text_refused("[]", "no pmembench-tuning");
    assert_text_refused("{\"schema\": \"\xe2\x80\xae\x1b[31m\"}", "not JSON");
    char deep[100001];
    memset(deep, '[', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_text_refused(deep, "depth");
    size_t commas = 17 << 20;
    char *many = malloc(commas);
    assert_non_null(many);
    memset(many, ',', commas);
    assert_bytes_refused(many, commas,
                         "holds more than 16 million values: no tuning does; name a tuning.json");
    memset(many, '{', 3 << 20);
    assert_bytes_refused(many, 3 << 20, "holds more than 2 million lists and objects: no tuning does");
    free(many);
}

static void cut_and_damaged_files_do_no_harm(void **state)
{
    struct place *p = *state;
    struct rng r = {1};
    size_t size;
    char *text = scratch_read(p->file, &size);
    for (size_t cut = 0; cut < size - 2; cut += 97)
        assert_bytes_refused(text, cut, "not JSON");
    for (int i = 0; i < 1000; i++) {
        char *place = &text[rng_below(&r, size)], before = *place;
        struct error err = {0};
        *place = (char)("{}[]\",:0-enx\\ \xff"[rng_below(&r, 16)]);
        json_t *document = tuning_parse(text, size, TUNING_FILE, &err);
        assert_true((document != NULL) == (err.code == EXIT_DONE));
        json_decref(document);
        *place = before;
    }
    free(text);
}

static json_t *member(const json_t *object, const char *list, size_t i)
{
    return json_array_get(json_object_get(object, list), i);
}

static void wrong_values_are_placed(void **state)
{
    struct place *p = *state;
    json_t *point = member(member(p->document, "situations", 2), "points", 0);
    json_t *cell = member(point, "cells", 1), *crossover = member(p->document, "crossovers", 3);
    json_object_set_new(cell, "ns", json_string("fast"));
    assert_document_refused(p->document,
                            "tuning.json: situations[2].points[0].cells[1].ns: expected a number "
                            "or null, found a text; the file is damaged: tune again");
    json_object_set_new(cell, "ns", json_integer(-1)); /* what may be a fraction may be negative */
    json_object_set_new(crossover, "probes", json_integer(-1));
    assert_document_refused(p->document, ": crossovers[3].probes: expected no negative number, found -1");
    json_object_set_new(crossover, "probes", json_integer(0));
    json_object_set_new(member(p->document, "proof", 4), "verdict", json_string("better"));
    assert_document_refused(p->document,
                            ": proof[4].verdict: 'better' is no verdict that this version knows");
    json_array_set_new(json_object_get(point, "cells"), 0, json_null());
    assert_document_refused(p->document,
                            ": situations[2].points[0].cells[0]: expected an object, found null");
}

static void too_many_points_are_counted(void **state)
{
    struct place *p = *state;
    json_t *points = json_object_get(member(p->document, "situations", 1), "points");
    json_t *point = json_array_get(points, 0);
    while (json_array_size(points) <= RESULT_OBJECTS)
        assert_int_equal(json_array_append(points, point), 0);
    assert_document_refused(
        p->document,
        ": situations[1].points: has 16385 elements, no tuning more than 16384; name a tuning.json");
}

/* What is handed to shells and processes is a variable of libpmem's and one word, or bytes. */
static void proposals_are_no_other_variables(void **state)
{
    struct place *p = *state;
    static const struct {
        size_t proposal; /* 0: of the environment, 3: a constant */
        const char *name, *value, *part;
    } odd[] = {{0, "LD_PRELOAD", "x.so", "proposals[0].name: 'LD_PRELOAD' is none that tune proposes"},
               {0, "PATH", "1", "proposals[0].name"},
               {0, "PMEM_X=1 ; Y", "1", "proposals[0].name"},
               {0, "PMEM_X\nY", "1", "proposals[0].name"},
               {0, "PMEM_X", "1; rm", "proposals[0].value"},
               {0, "PMEM_X", "$(x)", "proposals[0].value"},
               {0, "PMEM_X", "", "proposals[0].value"},
               {0, "PMEM_X", "1234567890123456789012345678901234567890", "proposals[0].value"},
               {0, "PMEM_X3456789012345678901234567890123456", "1", "proposals[0].name"},
               {3, "hybrid", "4096 B", "proposals[3].value"},
               {3, "hybrid", "-1", "proposals[3].value"},
               {3, "hy/brid", "1", "proposals[3].name"},
               {0, "PMEM_MOVNT_THRESHOLD", "768", NULL},
               {0, "PMEM2_FORCE_GRANULARITY", "PAGE", NULL},
               {3, "hybrid", "1664", NULL}};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct error err;
        json_t *proposal = member(p->document, "proposals", odd[i].proposal);
        json_object_set_new(proposal, "name", json_string(odd[i].name));
        json_object_set_new(proposal, "value", json_string(odd[i].value));
        json_t *read = reread(p->document, &err);
        if ((read == NULL) != (odd[i].part != NULL))
            fail_msg("%s=%s: %s", odd[i].name, odd[i].value, err.text);
        if (odd[i].part)
            assert_told(&err, TUNING_FILE, odd[i].part);
        json_decref(read);
        json_object_set_new(proposal, "name", json_string(odd[i].proposal ? "hybrid" : "PMEM_X"));
        json_object_set_new(proposal, "value", json_string("1"));
    }
}

/* What becomes the axes of a process' plan is one of the known axes each. */
static void situations_of_proposals_are_ids(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *id;
        bool good;
    } ids[] = {{"", true},
               {"fsync/footprint=l2/overwrite=1/dirty=16384", true},
               {"durable/file-size=16G", true},
               {"tracker/dirty=size/dirty=size", true},
               {"fsync", false},
               {"fsync/", false},
               {"fsync/dirty", false},
               {"fsync/dirty=", false},
               {"fsync/=size", false},
               {"fsync/dirty=size/", false},
               {"fsync//dirty=size", false},
               {"fsync/dirty=size=size", false},
               {"fsync/dirty=a b", false},
               {"fsync/dirty=\n", false},
               {"fsync/dirty=123456789012345678901234", false},
               {"fsync/dirty=12345678901234567890123", true},
               {"fsync/colour=red", false},
               {"fsync/dirty=size/colour=red", false},
               {"fsync/file_size=auto", false},
               {"write/dirty=size", false},
               {"/dirty=size", false},
               {"fsync dirty=size", false}};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct error err;
        json_t *proposal = member(p->document, "proposals", 3);
        json_object_set_new(proposal, "situation", json_string(ids[i].id));
        json_t *read = reread(p->document, &err);
        if ((read != NULL) != ids[i].good)
            fail_msg("'%s': %s", ids[i].id, err.text);
        if (!ids[i].good)
            assert_told(&err, TUNING_FILE, "proposals[3].situation");
        json_decref(read);
    }
}

static void a_long_situation_is_refused(void **state)
{
    struct place *p = *state;
    for (size_t length = KEY_TEXT - 20; length < KEY_TEXT + 20; length++) {
        char id[KEY_TEXT + 40] = "fsync";
        struct error err;
        while (strlen(id) + 17 < length)
            strcat(id, "/delay=10");
        strcat(id, "/delay=");
        while (strlen(id) < length)
            strcat(id, "1");
        json_object_set_new(member(p->document, "proposals", 3), "situation", json_string(id));
        json_t *read = reread(p->document, &err);
        assert_int_equal(read != NULL, length < KEY_TEXT);
        json_decref(read);
    }
}

struct mutation {
    const json_t *document, *schema;
    unsigned members, accepted;
};

static void check_value(struct mutation *m, const char *place, const char *type)
{
    struct error err;
    const json_t *node = schema_of(m->schema, place);
    json_t *read = reread(m->document, &err);
    if (!node)
        fail_msg("%s is not in the schema", place);
    if (read && !schema_allows(node, type))
        fail_msg("%s: %s is accepted", place, type);
    if (!read) {
        assert_told(&err, TUNING_FILE, "");
        if (!schema_names(err.text, place))
            fail_msg("%s: %s: is not named: %s", place, type, err.text);
        if (schema_allows(node, type) && !strcmp(type, "null"))
            fail_msg("%s: null is refused: %s", place, err.text);
    }
    m->accepted += read != NULL;
    json_decref(read);
}

/* Members that a schema requires are missed. */
static bool is_required(const json_t *schema, const char *place)
{
    char outer[512];
    const char *name = strrchr(place, '.');
    size_t i;
    json_t *one;
    snprintf(outer, sizeof(outer), "%.*s", name ? (int)(name - place) : 0, place);
    json_array_foreach(json_object_get(schema_of(schema, outer), "required"), i, one)
    {
        if (!strcmp(json_string_value(one), name ? name + 1 : place))
            return true;
    }
    return false;
}

static bool is_of_a_result(const char *place)
{
    return !strncmp(place, "run.", 4) || !strncmp(place, "machine.", 8);
}

static void mutate(json_t *object, const char *name, const char *place, void *data)
{
    struct mutation *m = data;
    struct error err;
    if (!name || !strncmp(place, "schema", 6))
        return;
    m->members++;
    json_t *before = json_incref(json_object_get(object, name));
    for (size_t i = 0; i < HOSTILE_VALUES; i++) {
        json_object_set_new(object, name, hostile_json(&hostile_values[i]));
        check_value(m, place, hostile_values[i].type);
    }
    json_object_del(object, name);
    json_t *read = reread(m->document, &err);
    if (is_required(m->schema, place) == (read != NULL) && !is_of_a_result(place))
        fail_msg("%s: without it: %s", place, read ? "accepted" : err.text);
    if (!read && (!strstr(err.text, "is missing") || !schema_names(err.text, place)))
        fail_msg("%s: its absence is not told: %s", place, err.text);
    json_decref(read);
    json_object_set_new(object, name, before);
}

static void each_member_is_checked_as_the_schema_says(void **state)
{
    struct place *p = *state;
    json_t *seen = json_object();
    json_t *schema = json_load_file(SOURCE_DIR "/results/tuning.schema.json", 0, NULL);
    assert_non_null(schema);
    struct mutation m = {p->document, schema, 0, 0};
    walk(p->document, "", seen, mutate, &m);
    assert_true(m.members > 150);
    assert_true(m.accepted > 150);
    json_decref(schema);
    json_decref(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_that_are_no_tuning_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cut_and_damaged_files_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_values_are_placed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_points_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proposals_are_no_other_variables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(situations_of_proposals_are_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_situation_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_member_is_checked_as_the_schema_says, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_hostile.c - what no run would write is refused in one line that says where, and what is read is sound
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "tests/results/hostile.h"
#include "tests/results/schema.h"
#include "tests/results/walk.h"

/* The error: one printable line that names the file and says `part`. */
static void assert_told(const struct error *err, const char *file, const char *part)
{
    if (err->code != EXIT_CANNOT || strncmp(err->text, file, strlen(file)) || !strstr(err->text, part) ||
        !hostile_is_printable(err->text))
        fail_msg("%s: '%s' does not say '%s'", file, err->text, part);
}

static void assert_bytes_refused(const char *file, const void *text, size_t size, const char *part)
{
    struct error err = {0};
    json_t *document = result_parse(text, size, file, &err);
    if (document)
        fail_msg("%s of %zu bytes is accepted", file, size);
    assert_told(&err, file, part);
}

static void assert_refused(const char *text, const char *part)
{
    assert_bytes_refused(RESULT_FILE, text, strlen(text), part);
}

static void a_result_cut_anywhere_is_refused_with_its_line(void **state)
{
    (void)state;
    struct error err = {0};
    size_t size;
    char *text = hostile_corpus("ledger", &size);
    for (size_t cut = 0; cut < size; cut++)
        assert_bytes_refused(RESULT_FILE, text, cut, "result.json:1:");
    json_t *whole = result_parse(text, size, RESULT_FILE, &err);
    assert_non_null(whole);
    json_decref(whole);
    free(text);
}

static bool is_torn(const json_t *document)
{
    const json_t *warnings = json_object_get(document, "warnings");
    const json_t *last = json_array_get(warnings, json_array_size(warnings) - 1);
    const char *code = json_string_value(json_object_get(last, "code"));
    return code && !strcmp(code, "JOURNAL_TORN");
}

/* Before its head is whole nothing is there; after, what is whole is read, and a torn line is told of. */
static void cut_journal(const char *name)
{
    struct error err;
    size_t size, cells = 0;
    char *text = hostile_corpus(name, &size), *newline = strchr(text, '\n');
    size_t head = (size_t)(newline - text);
    for (size_t cut = 0; cut <= size; cut++) {
        err = (struct error){0};
        json_t *document = result_parse(text, cut, JOURNAL_FILE, &err);
        if (cut < head)
            assert_told(&err, JOURNAL_FILE, cut ? ":1:" : "is empty");
        assert_int_equal(document != NULL, cut >= head);
        if (!document)
            continue;
        size_t now = json_array_size(json_object_get(document, "cells"));
        bool whole = cut == size || text[cut - 1] == '\n' || text[cut] == '\n';
        if (now < cells || is_torn(document) == whole)
            fail_msg("%s cut at %zu: %zu cells after %zu, torn: %d", name, cut, now, cells,
                     is_torn(document));
        cells = now;
        json_decref(document);
    }
    assert_int_equal(cells, 2);
    free(text);
}

static void a_journal_cut_anywhere_keeps_what_is_whole(void **state)
{
    (void)state;
    cut_journal("journal-visits");
    cut_journal("journal-lines");
}

static void bytes_that_are_no_json_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *part;
    } inputs[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
        {BYTES(""), "result.json:1:0: not JSON"},
        {BYTES(" \n\t\r\n "), "result.json:3:1: not JSON"},
        {BYTES("\xef\xbb\xbf{}"), "result.json:1:1: not JSON"},
        {BYTES("\xff\xfe{\0}\0"), "not JSON"},
        {BYTES("\0{\0}"), "not JSON"},
        {BYTES("{\"schema\": \"a\0b\"}"), "not JSON"},
        {BYTES("{\"schema\": \"a\\u0000b\"}"), "not JSON"},
        {BYTES("{\"schema\": \"\\ud800\"}"), "not JSON"},
        {BYTES("{\"schema\": \"\xc3\x28\"}"), "not JSON"},
        {BYTES("{\"schema\": \"\xed\xa0\x80\"}"), "not JSON"},
        {BYTES("{\"schema\": \"\xe2\x80\xae\xc2\x9b"
               "2J\n\"}"),
         "near '\"?????2J'"},
        {BYTES("{\"schema\": 1, \"schema\": 2}"), "duplicate object key"},
        {BYTES("{\"a\": 1e999}"), "real number overflow"},
        {BYTES("{\"a\": NaN}"), "not JSON"},
        {BYTES("{\"a\": -Infinity}"), "not JSON"},
        {BYTES("{\"a\": 9223372036854775808}"), "too big integer"},
        {BYTES("{\"a\": -9223372036854775809}"), "too big negative integer"},
        {BYTES("{\"a\": 01}"), "not JSON"},
        {BYTES("{\"a\": +1}"), "not JSON"},
        {BYTES("{\"a\": 0x10}"), "not JSON"},
        {BYTES("{\"a\": 1.}"), "not JSON"},
        {BYTES("{} {}"), "not JSON"},
        {BYTES("\"pmembench-result\""), "not JSON"},
#undef BYTES
    };
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        assert_bytes_refused(RESULT_FILE, inputs[i].text, inputs[i].size, inputs[i].part);
    assert_bytes_refused(JOURNAL_FILE, NULL, 0, "is empty");
    assert_bytes_refused(RESULT_FILE, NULL, 0, "not JSON");
}

/* count times `piece` after `start`, then `end`: to be freed. */
static char *repeated(const char *start, const char *piece, size_t count, const char *end)
{
    size_t width = strlen(piece);
    char *text = malloc(strlen(start) + width * count + strlen(end) + 1);
    assert_non_null(text);
    char *at = stpcpy(text, start);
    for (size_t i = 0; i < count; i++, at += width)
        memcpy(at, piece, width);
    strcpy(at, end);
    return text;
}

static void assert_repeated_refused(const char *start, const char *piece, size_t count, const char *end,
                                    const char *part)
{
    char *text = repeated(start, piece, count, end);
    assert_refused(text, part);
    free(text);
}

static void depth_and_length_have_their_bounds(void **state)
{
    (void)state;
    assert_repeated_refused("", "[", 100000, "", "depth");
    assert_repeated_refused("", "{\"a\":", 100000, "", "depth");
    assert_repeated_refused("{\"a\": ", "9", 400, "}", "too big integer");
    assert_repeated_refused("{\"schema\": \"", "\xe2\x80\xae", 10 << 20, "\"}", "no pmembench-result");
    assert_repeated_refused("[", "0,", 17 << 20, "0]", "holds more than 16 million values");
    assert_repeated_refused("[", "[],", 3 << 20, "0]", "holds more than 2 million lists and objects");
}

static void too_many_cells_are_counted(void **state)
{
    (void)state;
    struct error err;
    json_t *document = hostile_document("pair"), *cells = json_object_get(document, "cells");
    json_t *cell = json_pack("{s:i}", "n", 1);
    while (json_array_size(cells) < 100000)
        assert_int_equal(json_array_append(cells, cell), 0);
    json_decref(cell);
    assert_null(hostile_reread(document, &err));
    assert_told(&err, RESULT_FILE, ": cells: has 100000 elements, no result more than 16384");
    json_decref(document);
}

/* cells[0].`name` is the number written as `token`. */
static json_t *with_number(const char *name, const char *token, struct error *err)
{
    json_t *document = hostile_document("pair");
    json_object_set_new(json_array_get(json_object_get(document, "cells"), 0), name, json_string("@"));
    char *text = json_dumps(document, 0), *mark = strstr(text, "\"@\""), whole[65536];
    json_decref(document);
    int length = snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(mark - text), text, token, mark + 3);
    free(text);
    assert_in_range(length, 1, sizeof(whole) - 1);
    *err = (struct error){0};
    return result_parse(whole, (size_t)length, RESULT_FILE, err);
}

static void numbers_are_counts_where_they_count(void **state)
{
    (void)state;
    static const struct {
        const char *name, *token, *part; /* part NULL: accepted */
    } numbers[] = {
        {"rounds", "0", NULL},
        {"rounds", "-0", NULL},
        {"rounds", "9223372036854775807", NULL},
        {"rounds", "-1", ": cells[0].rounds: expected no negative number, found -1"},
        {"rounds", "-9223372036854775808", ": cells[0].rounds: expected no negative number"},
        {"rounds", "1.5", ": cells[0].rounds: expected a whole number, found a number"},
        {"rounds", "1e3", ": cells[0].rounds: expected a whole number, found a number"},
        {"footprint_bytes", "-4096", ": cells[0].footprint_bytes: expected no negative number"},
        {"layouts", "[-1]", ": cells[0].layouts[0]: expected no negative number"},
        {"layouts", "[0]", ": cells[0].layouts: are 1 for 3 samples"},
        {"layouts", "[]", NULL},
        {"samples", "[1, 2]", ": cells[0].layouts: are 3 for 2 samples"},
        {"gb_per_s", "-1", NULL},
        {"gb_per_s", "-0.0", NULL},
        {"gb_per_s", "1e308", NULL},
        {"gb_per_s", "1e-999", NULL},
        {"gb_per_s", "9223372036854775807", NULL},
    };
    struct error err;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_t *document = with_number(numbers[i].name, numbers[i].token, &err);
        if (numbers[i].part)
            assert_told(&err, RESULT_FILE, numbers[i].part);
        else if (!document)
            fail_msg("%s %s: %s", numbers[i].name, numbers[i].token, err.text);
        json_decref(document);
    }
}

static void a_summary_is_of_no_more_samples_than_there_are(void **state)
{
    (void)state;
    struct error err;
    json_t *document = hostile_document("pair");
    json_t *cell = json_array_get(json_object_get(document, "cells"), 1);
    json_object_set_new(json_object_get(cell, "summary"), "n", json_integer(4));
    assert_null(hostile_reread(document, &err));
    assert_told(&err, RESULT_FILE, ": cells[1].summary.n: is 4 for 3 samples");
    json_decref(document);
}

struct mutation {
    const json_t *document, *schema;
    unsigned members, accepted;
};

static void check_type(struct mutation *m, const char *place, const char *type)
{
    struct error err;
    const json_t *node = schema_of(m->schema, place);
    json_t *read = hostile_reread(m->document, &err);
    assert_non_null(node);
    if (read && !schema_allows(node, type))
        fail_msg("%s: %s is accepted", place, type);
    if (!read) {
        assert_told(&err, RESULT_FILE, "");
        if (!schema_names(err.text, place) && !schema_names(err.text, "cells[].layouts"))
            fail_msg("%s: %s: is not named: %s", place, type, err.text);
        if (schema_allows(node, type) && !strcmp(type, "null"))
            fail_msg("%s: null is refused: %s", place, err.text);
    }
    m->members++;
    m->accepted += read != NULL;
    json_decref(read);
}

static void mutate(json_t *object, const char *name, const char *place, void *data)
{
    struct mutation *m = data;
    if (!name || !strncmp(place, "schema", 6))
        return;
    json_t *member = json_incref(json_object_get(object, name));
    for (size_t i = 0; i < HOSTILE_VALUES; i++) {
        json_object_set_new(object, name, hostile_json(&hostile_values[i]));
        check_type(m, place, hostile_values[i].type);
    }
    json_object_set_new(object, name, member);
}

static void each_member_is_only_of_the_types_of_the_schema(void **state)
{
    (void)state;
    json_t *document = hostile_document("ledger"), *seen = json_object();
    json_t *schema = json_load_file(SOURCE_DIR "/results/result.schema.json", 0, NULL);
    assert_non_null(schema);
    struct mutation m = {document, schema, 0, 0};
    walk(document, "", seen, mutate, &m);
    assert_true(m.members > 150 * HOSTILE_VALUES);
    assert_true(m.accepted > 150);
    json_decref(schema);
    json_decref(seen);
    json_decref(document);
}

/* The reader reads a file without a name, by its descriptor, and the error names what was asked for. */
static void a_gigabyte_is_refused_at_once(void **state)
{
    (void)state;
    char path[64];
    struct error err = {0};
    int fd = memfd_create("large", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)1 << 30), 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    assert_null(result_read(path, &err));
    assert_told(&err, path, "larger than 256 MiB");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_cut_anywhere_is_refused_with_its_line),
        cmocka_unit_test(a_journal_cut_anywhere_keeps_what_is_whole),
        cmocka_unit_test(bytes_that_are_no_json_are_refused),
        cmocka_unit_test(depth_and_length_have_their_bounds),
        cmocka_unit_test(too_many_cells_are_counted),
        cmocka_unit_test(numbers_are_counts_where_they_count),
        cmocka_unit_test(a_summary_is_of_no_more_samples_than_there_are),
        cmocka_unit_test(each_member_is_only_of_the_types_of_the_schema),
        cmocka_unit_test(a_gigabyte_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_noise_report.c - a report tells the noise of the run in one line: what is known of it, and no more */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/report.h"

static json_t *fixture(void)
{
    json_t *document = json_load_file(SOURCE_DIR "/tests/reports/fixture/result.json", 0, NULL);
    assert_non_null(document);
    return document;
}

/* The line about noise, malloc'ed; NULL: there is none. */
static char *noise_line(const json_t *document, bool markdown, const char *begin)
{
    char *text = NULL;
    size_t bytes = 0;
    struct error err = {0};
    struct report_options options = {.all = true};
    FILE *out = open_memstream(&text, &bytes);
    int result = markdown ? report_markdown(document, &options, out, &err)
                          : report_text(document, &options, out, &err);
    fclose(out);
    assert_int_equal(result, 0);
    char start[40], *copy = NULL;
    snprintf(start, sizeof(start), "\n%s", begin);
    char *line = strstr(text, start);
    if (line) {
        assert_null(strstr(line + 1, start));
        line[1 + strcspn(line + 1, "\n")] = '\0';
        copy = strdup(line + 1);
    }
    free(text);
    return copy;
}

static void expect(const json_t *document, bool markdown, const char *begin, const char *wanted)
{
    char *line = noise_line(document, markdown, begin);
    if (!line || strcmp(line, wanted))
        fail_msg("'%s' is not '%s'", line ? line : "no line", wanted);
    free(line);
}

static void all_that_is_known_stands_in_one_line(void **state)
{
    (void)state;
    json_t *document = fixture(), *machine = json_object_get(document, "machine");
    json_object_set_new(machine, "steal_percent", json_real(0.25));
    expect(document, true, "- **noise**",
           "- **noise**: steal 0.2 %, sibling 1 % busy, others 12 % busy, clock spread 1.7 %, trend -0.4 %, "
           "35 involuntary switches, load 0.3 to 1.4");
    expect(document, false, "noise  ",
           "noise     steal 0.2 %, sibling 1 % busy, others 12 % busy, clock spread 1.7 %, trend -0.4 %, 35");
    json_decref(document);
}

static void what_is_unknown_is_left_out(void **state)
{
    (void)state;
    static const char *const names[] = {"steal_percent", "sibling_busy_percent",
                                        "trend_percent", "involuntary_switches",
                                        "load_end",      "drift_percent"};
    json_t *document = fixture(), *machine = json_object_get(document, "machine");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (i % 2)
            json_object_del(machine, names[i]); /* an older file */
        else
            json_object_set_new(machine, names[i], json_null());
    expect(document, true, "- **noise**", "- **noise**: others 12 % busy");
    json_object_del(machine, "others_busy_percent");
    assert_null(noise_line(document, true, "- **noise**"));
    assert_null(noise_line(document, false, "noise  "));
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_known_stands_in_one_line),
        cmocka_unit_test(what_is_unknown_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

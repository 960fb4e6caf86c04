/* test_emulated.c - a report from an emulated CPU says so before its figures, and in its answer */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/documents.h"

static void assert_says(const json_t *d, const char *what, bool expected)
{
    static const struct report_options options = {.source = "runs/x"};
    char *text = report_string(report_text, d, &options, NULL), *plain = unwrapped(text);
    if (says(plain, what) != expected)
        fail_msg("%s%s in:\n%s", expected ? "" : "must not be: ", what, text);
    free(plain);
    free(text);
}

static void assert_emulated(const char *hypervisor, bool expected)
{
    json_t *d = load_fixture();
    json_object_set_new(json_object_get(d, "machine"), "hypervisor", json_string(hypervisor));
    assert_says(d, "EMULATED: this CPU is software", expected);
    assert_says(d, " in this emulator.", expected);
    json_decref(d);
}

static void only_tcg_is_an_emulated_cpu(void **state)
{
    (void)state;
    assert_emulated("TCGTCGTCGTCG", true);
    assert_emulated("KVMKVMKVM", false);
    assert_emulated("none", false);
}

static void no_drain_is_not_called_measured(void **state)
{
    (void)state;
    json_t *d = load_fixture(), *domain = json_object_get(d, "domain");
    json_object_set_new(domain, "name", json_string("eadr"));
    json_object_set_new(domain, "drain", json_pack("{s:s, s:s}", "kind", "none", "provenance", "measured"));
    assert_says(d, "one store fence; no drain", true);
    assert_says(d, "drain measured", false);
    json_decref(d);
}

/* Fences that were chosen for memory without a domain are not called a platform's drain. */
static void fences_are_not_called_a_measured_drain(void **state)
{
    (void)state;
    json_t *d = load_fixture(), *domain = json_object_get(d, "domain");
    static const char *const kinds[] = {"store-fence", "flush-hint"};
    for (int i = 0; i < 2; i++) {
        json_object_set_new(domain, "drain",
                            json_pack("{s:s, s:s, s:s}", "kind", kinds[i], "provenance", "measured", "source",
                                      "executed and timed in the ledger's rows"));
        assert_says(d, "; drain: its fences, executed and timed in the ledger's rows", i == 0);
        assert_says(d, "; drain measured (executed and timed in the ledger's rows)", i == 1);
    }
    json_decref(d);
}

static void a_file_is_repeated_on_a_file(void **state)
{
    (void)state;
    json_t *d = load_fixture();
    assert_says(d, " --path ", false);
    json_object_set_new(json_object_get(d, "region"), "path_kind", json_string("file"));
    assert_says(d, " --path FILE", true);
    json_object_set_new(json_object_get(d, "region"), "path_kind", json_string("devdax"));
    assert_says(d, " --path /dev/daxX.Y --destroy", true);
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_tcg_is_an_emulated_cpu),
        cmocka_unit_test(no_drain_is_not_called_measured),
        cmocka_unit_test(fences_are_not_called_a_measured_drain),
        cmocka_unit_test(a_file_is_repeated_on_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

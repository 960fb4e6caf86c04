/* test_domain_detect.c - a machine's word on its persistence domain counts; of two words the weaker */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/bench/domain_tree.h"

static struct domain_found detect_tree(const struct tree *t, enum domain_sync sync, const char *granularity,
                                       bool partition)
{
    struct domain_found found;
    void *none = NULL;
    assert_int_equal(make_root(&none), 0);
    plant(t, 1, partition);
    struct domain_facts facts = facts_of(259, 1, sync, granularity);
    domain_detect(&facts, &found);
    assert_int_equal(drop_root(&none), 0);
    assert_true(found.own);
    assert_true(found.evidence_count >= 5 && found.evidence_count <= RESULT_EVIDENCE);
    return found;
}

static void each_platform_has_its_domain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
        for (int partition = 0; partition < 2; partition++) {
            const struct platform *p = &platforms[i];
            struct domain_found found = detect_tree(&p->tree, p->sync, "cache-line", partition);
            if (strcmp(found.name, p->name))
                fail_msg("%zu: %s, not %s", i, found.name, p->name);
            if (p->tree.write_cache) /* of a partition it is the whole device's */
                says(&found, p->tree.write_cache[0] == '1' ? "write_cache 1: the kernel flushes caches"
                                                           : "write_cache 0: the kernel flushes no caches");
            bool new_bus = !strcmp(p->tree.provider, "something.new\n");
            assert_int_equal(found.contradictions, new_bus ? 1 : 0);
        }
}

static void all_sources_are_in_the_evidence(void **state)
{
    struct domain_found found = detect_tree(&platforms[1].tree, SYNC_GRANTED, "cache-line", false);
    (void)state;
    assert_string_equal(found.evidence[0], "provider ACPI.NFIT (/sys/bus/nd/devices/ndbus0/provider)");
    assert_string_equal(found.evidence[1], "persistence_domain memory_controller");
    assert_string_equal(found.evidence[2], "deep_flush 0: no flush hints");
    assert_string_equal(found.evidence[3], "write_cache 1: the kernel flushes caches at fsync");
    assert_string_equal(found.evidence[4], "MAP_SYNC granted");
    assert_string_equal(found.evidence[5], "libpmem2 store granularity cache-line");
    assert_int_equal(found.evidence_count, 6);
}

/* NFIT's capabilities and its flush hints are two tables: a server may well have both. */
static void flush_hints_do_not_contradict_eadr(void **state)
{
    static const struct tree both = {NFIT, "ACPI.NFIT\n", cpu, "1\n", "0\n"};
    struct domain_found found = detect_tree(&both, SYNC_GRANTED, "byte", false);
    (void)state;
    assert_string_equal(found.name, "eadr");
    assert_int_equal(found.contradictions, 0);
    says(&found, "deep_flush 1: flush hints exist, Linux' fsync writes them as well");
}

static const struct {
    const char *name, *text;
    struct tree tree;
    enum domain_sync sync;
    const char *granularity;
    unsigned count;
} contradictions[] = {
    {"adr", "yet write_cache 1", {NFIT, "ACPI.NFIT\n", cpu, "0\n", "1\n"}, SYNC_GRANTED, "byte", 1},
    {"adr", "granularity byte", {NFIT, "ACPI.NFIT\n", controller, "0\n", "1\n"}, SYNC_GRANTED, "byte", 1},
    {"adr", "MAP_SYNC is refused", {NFIT, "ACPI.NFIT\n", cpu, "0\n", "0\n"}, SYNC_REFUSED, "page", 1},
    {"flush-device", "yet deep_flush 1", {PAPR, papr_provider, cpu, "1\n", "0\n"}, SYNC_GRANTED, "byte", 1},
    {"adr",
     "not durable after fsync",
     {NFIT, "ACPI.NFIT\n", controller, "0\n", "0\n"},
     SYNC_GRANTED,
     "cache-line",
     1},
    {"gpf",
     "not durable after fsync",
     {CXL, "CXL\n", controller, "0\n", "0\n"},
     SYNC_GRANTED,
     "cache-line",
     1},
    {"flush-device",
     "MAP_SYNC is granted",
     {VIRTIO, "virtio-pmem\n", NULL, NULL, "1\n"},
     SYNC_GRANTED,
     "cache-line",
     1},
    {"flush-device",
     "does not promise",
     {VIRTIO, "virtio-pmem\n", cpu, "0\n", "0\n"},
     SYNC_REFUSED,
     "page",
     1},
    {"unknown", "does not promise", {E820, "e820\n", cpu, "0\n", "0\n"}, SYNC_GRANTED, "byte", 1},
    {"gpf", "does not promise", {CXL, "CXL\n", cpu, "0\n", "0\n"}, SYNC_GRANTED, "byte", 1},
    {"hint",
     "CXL medium with deep_flush 1",
     {CXL, "CXL\n", controller, "1\n", "1\n"},
     SYNC_GRANTED,
     "cache-line",
     1},
    {"adr", "yet write_cache 1", {NFIT, "ACPI.NFIT\n", cpu, "1\n", "1\n"}, SYNC_REFUSED, "page", 2},
    {"flush-device", "yet deep_flush 1", {PAPR, papr_provider, cpu, "1\n", "1\n"}, SYNC_REFUSED, "page", 3},
};

static void the_weaker_word_counts_where_a_machine_contradicts_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
        struct domain_found found = detect_tree(&contradictions[i].tree, contradictions[i].sync,
                                                contradictions[i].granularity, false);
        if (strcmp(found.name, contradictions[i].name) || found.contradictions != contradictions[i].count)
            fail_msg("%zu: %s with %u contradictions", i, found.name, found.contradictions);
        says(&found, "contradiction: ");
        says(&found, contradictions[i].text);
        assert_true(found.contradiction[0]);
    }
}

static void what_cannot_be_read_promises_nothing(void **state)
{
    static const char *const names[] = {"persistence_domain", "deep_flush"};
    for (int i = 0; i < 5; i++) {
        struct tree t = {NFIT, "ACPI.NFIT\n", controller, "0\n", "1\n"};
        char path[PLACE_TEXT];
        struct domain_found found;
        *(i % 2 ? &t.deep_flush : &t.persistence_domain) = NULL;
        assert_int_equal(make_root(state), 0);
        plant(&t, 1, false);
        snprintf(path, sizeof(path), "%s/" NFIT "/region1/%s", root, names[i % 2]);
        if (i < 2)
            assert_int_equal(mkdir(path, 0755), 0); /* reading a folder fails for root too */
        else if (i < 4)
            assert_int_equal(symlink(path, path), 0); /* a link to itself */
        else
            assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes to it: must not be waited for */
        struct domain_facts facts = facts_of(259, 1, SYNC_GRANTED, "cache-line");
        domain_detect(&facts, &found);
        assert_string_equal(found.name, "unknown");
        says(&found, "not readable or empty");
        assert_int_equal(drop_root(state), 0);
    }
}

static void garbage_is_cut_escaped_and_promises_nothing(void **state)
{
    enum { LONG = 1 << 20 };
    static char text[LONG];
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct tree t = {NFIT, "ACPI.NFIT\n", NULL, "0\n", "1\n"};
        struct domain_found found;
        size_t bytes = i < 2 ? (size_t)i : LONG; /* nothing; one NUL; a MiB without an end */
        memset(text, i == 2 ? 'x' : i == 3 ? 0xff : 0x1b, LONG);
        text[0] = i == 1 ? '\0' : text[0];
        if (i == 4)
            memcpy(text, "cpu_cache", 9); /* and what follows it */
        if (i == 5)
            memcpy(text, "memory_controller\0\n", 19);
        assert_int_equal(make_root(state), 0);
        plant(&t, 1, false);
        bytes_of(NFIT "/region1", "persistence_domain", text, bytes);
        struct domain_facts facts = facts_of(259, 1, SYNC_GRANTED, "cache-line");
        domain_detect(&facts, &found);
        assert_string_equal(found.name, "unknown");
        says(&found, i ? "no word that is known" : "not readable or empty");
        bytes_of(NFIT, "provider", text, bytes);
        facts = facts_of(259, 1, SYNC_GRANTED, "cache-line");
        domain_detect(&facts, &found);
        assert_string_equal(found.name, "unknown");
        says(&found, "provider ");
        bytes_of(NFIT "/region1", "mappings", text, bytes);
        bytes_of(NFIT "/region1/pfn1.1/block/pmem1/dax", "write_cache", text, bytes);
        domain_detect(&facts, &found);
        says(&found, "write_cache ");
        assert_int_equal(found.dimm_count, 0);
        assert_int_equal(drop_root(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_platform_has_its_domain),
        cmocka_unit_test(all_sources_are_in_the_evidence),
        cmocka_unit_test(flush_hints_do_not_contradict_eadr),
        cmocka_unit_test(the_weaker_word_counts_where_a_machine_contradicts_itself),
        cmocka_unit_test(what_cannot_be_read_promises_nothing),
        cmocka_unit_test(garbage_is_cut_escaped_and_promises_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

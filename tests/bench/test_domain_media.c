/* test_domain_media.c - mapped devices, DAX devices and RAM have the domain of what they lie on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/bench/domain_tree.h"

/* dm-0 over the trees; returns what is found. */
static struct domain_found detect_mapped(const struct tree *trees, unsigned count, enum domain_sync sync)
{
    struct domain_found found;
    leads("dev/block", "253:0", "devices/virtual/block/dm-0");
    for (unsigned i = 0; i < count; i++) {
        char name[32], device[PLACE_TEXT];
        plant(&trees[i], i, false);
        snprintf(name, sizeof(name), "pmem%u", i);
        snprintf(device, sizeof(device), "%s/region%u/pfn%u.1/block/pmem%u", trees[i].bus, i, i, i);
        leads("devices/virtual/block/dm-0/slaves", name, device);
    }
    struct domain_facts facts = facts_of(253, 0, sync, "cache-line");
    domain_detect(&facts, &found);
    return found;
}

static void a_mapped_device_has_the_weakest_domain_of_its_parts(void **state)
{
    static const struct tree eadr = {NFIT, "ACPI.NFIT\n", cpu, "0\n", "0\n"},
                             hinted = {NFIT, "ACPI.NFIT\n", cpu, "1\n", "0\n"},
                             adr = {NFIT, "ACPI.NFIT\n", controller, "0\n", "1\n"},
                             hint = {NFIT, "ACPI.NFIT\n", controller, "1\n", "1\n"},
                             gpf = {CXL, "CXL\n", controller, "0\n", "1\n"},
                             e820 = {E820, "e820\n", NULL, NULL, "1\n"},
                             virtio = {VIRTIO, "virtio-pmem\n", NULL, NULL, "1\n"};
    const struct {
        struct tree parts[3];
        unsigned count;
        const char *name, *text;
    } cases[] = {
        {{adr, adr}, 2, "adr", "mapped device of 2 media: they agree"},
        {{eadr, eadr, eadr}, 3, "eadr", "mapped device of 3 media: they agree"},
        {{eadr, adr}, 2, "adr", "they disagree, the weakest counts"},
        {{adr, gpf}, 2, "gpf", "they disagree"},
        {{hint, adr, eadr}, 3, "hint", "they disagree"},
        {{hinted, eadr}, 2, "eadr", "mapped device of 2 media: they agree"},
        {{hint, e820}, 2, "unknown", "they disagree"},
        {{e820, virtio, eadr}, 3, "flush-device", "they disagree"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(make_root(state), 0);
        struct domain_found found = detect_mapped(cases[i].parts, cases[i].count, SYNC_GRANTED);
        assert_string_equal(found.name, cases[i].name);
        says(&found, cases[i].text);
        says(&found, "pmem0: ");
        says(&found, "pmem1: ");
        assert_int_equal(drop_root(state), 0);
    }
}

static void many_parts_or_contradictions_fit(void **state)
{
    struct tree trees[8];
    for (unsigned i = 0; i < 8; i++)
        trees[i] = (struct tree){NFIT, "ACPI.NFIT\n", cpu, "1\n", "1\n"};
    for (unsigned count = 4; count <= 8; count++) {
        assert_int_equal(make_root(state), 0);
        struct domain_found found = detect_mapped(trees, count, SYNC_REFUSED);
        assert_string_equal(found.name, count > DOMAIN_PLACES ? "unknown" : "adr");
        assert_int_equal(found.evidence_count, RESULT_EVIDENCE);
        says(&found, "contradiction of pmem");
        says(&found, "MAP_SYNC");
        says(&found, "and more");
        assert_int_equal(found.contradictions, 2 * (count < DOMAIN_PLACES ? count : DOMAIN_PLACES));
        assert_int_equal(drop_root(state), 0);
    }
}

/* Devices that are each other's slaves end, and promise nothing. */
static void slaves_in_circles_promise_nothing(void **state)
{
    struct domain_found found;
    (void)state;
    leads("dev/block", "253:0", "devices/virtual/block/dm-0");
    for (unsigned i = 0; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof(name), "again%u", i);
        leads("devices/virtual/block/dm-0/slaves", name, "devices/virtual/block/dm-0");
    }
    struct domain_facts facts = facts_of(253, 0, SYNC_REFUSED, "page");
    domain_detect(&facts, &found);
    assert_string_equal(found.name, "unknown");
}

static void without_sysfs_nothing_is_promised(void **state)
{
    struct domain_found found;
    (void)state;
    struct domain_facts facts = facts_of(259, 1, SYNC_GRANTED, "cache-line");
    domain_detect(&facts, &found);
    assert_true(found.own);
    assert_string_equal(found.name, "unknown");
    says(&found, "not in sysfs");
    leads("dev/block", "8:0", "devices/pci0000:00/ata1/host0/target0/block/sda"); /* no nvdimm bus */
    facts = facts_of(8, 0, SYNC_REFUSED, "page");
    domain_detect(&facts, &found);
    assert_string_equal(found.name, "unknown");
    says(&found, "no nvdimm bus");
}

static void what_is_not_dax_has_no_domain(void **state)
{
    struct domain_found found;
    struct domain_facts facts = {.dax = false};
    (void)state;
    domain_detect(&facts, &found);
    assert_false(found.own);
    assert_int_equal(found.evidence_count, 0);
    for (int i = 0; i < 2; i++) { /* RAM given out as a DAX device */
        facts = (struct domain_facts){.dax = true, .map_sync = SYNC_DEVICE, .place_count = 1};
        facts.places[0].kind = i ? BUS_CXL_RAM : BUS_HMEM;
        domain_detect(&facts, &found);
        assert_false(found.own);
    }
}

/* The same regions under a DAX device: no block device, so no write_cache. */
static void a_dax_device_is_as_its_region_is(void **state)
{
    for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++) {
        const struct platform *p = &platforms[i];
        char device[PLACE_TEXT];
        struct domain_facts facts = {.dax = true, .map_sync = SYNC_DEVICE, .place_count = 1};
        struct domain_found found;
        assert_int_equal(make_root(state), 0);
        plant(&p->tree, 1, false);
        snprintf(device, sizeof(device), "%s/region1/dax1.0/dax1.0", p->tree.bus);
        leads("dev/char", "252:1", device);
        leads(device, "subsystem", "bus/dax");
        assert_true(region_bus_of_dax(root, makedev(252, 1), &facts.places[0]));
        domain_detect(&facts, &found);
        assert_string_equal(found.name, p->name);
        for (unsigned e = 0; e < found.evidence_count; e++)
            assert_null(strstr(found.evidence[e], "write_cache"));
        says(&found, "a DAX device");
        assert_int_equal(drop_root(state), 0);
    }
}

static void dirty_shutdowns_are_those_of_the_regions_dimms(void **state)
{
    static const char *const drivers[] = {"nfit", "papr", "cxl"};
    for (size_t i = 0; i < 3; i++) {
        struct tree t = {NFIT, "ACPI.NFIT\n", controller, "0\n", "1\n"};
        char place[PLACE_TEXT];
        struct domain_found found;
        assert_int_equal(make_root(state), 0);
        plant(&t, 1, false);
        attribute(NFIT "/region1", "mappings", "5\n");
        attribute(NFIT "/region1", "mapping0", "nmem3,0,17179869184,0\n");
        attribute(NFIT "/region1", "mapping1", "nmem12,0,17179869184,1\n");
        attribute(NFIT "/region1", "mapping2", "nmem3,17179869184,17179869184,2\n"); /* the first again */
        attribute(NFIT "/region1", "mapping3", "nmem4,0,17179869184,3\n");           /* does not tell */
        attribute(NFIT "/region1", "mapping4", "../../x,0,1,4\n");
        snprintf(place, sizeof(place), NFIT "/nmem3/%s", drivers[i]);
        attribute(place, "dirty_shutdown", "42\n");
        snprintf(place, sizeof(place), NFIT "/nmem12/%s", drivers[i]);
        attribute(place, "dirty_shutdown", "0\n");
        snprintf(place, sizeof(place), NFIT "/nmem4/%s", drivers[i]);
        attribute(place, "dirty_shutdown", "-5\n");
        attribute(NFIT "/nmem7/nfit", "dirty_shutdown", "9\n"); /* of another region */
        struct domain_facts facts = facts_of(259, 1, SYNC_GRANTED, "cache-line");
        domain_detect(&facts, &found);
        assert_int_equal(found.dimm_count, 2);
        assert_string_equal(found.dimms[0].dimm, "nmem3");
        assert_int_equal(found.dimms[0].count, 42);
        assert_string_equal(found.dimms[1].dimm, "nmem12");
        assert_int_equal(found.dimms[1].count, 0);
        assert_int_equal(drop_root(state), 0);
    }
}

static void hmat_figures_are_read_in_their_units(void **state)
{
    struct result_hmat hmat;
    (void)state;
    region_hmat_of_node(root, 2, &hmat);
    assert_true(hmat.read_latency_ns == 0 && hmat.write_bandwidth_gb_s == 0);
    attribute("devices/system/node/node2/access0/initiators", "read_latency", "350\n");
    attribute("devices/system/node/node2/access0/initiators", "write_latency", "400\n");
    attribute("devices/system/node/node2/access0/initiators", "read_bandwidth", "6800\n");
    attribute("devices/system/node/node2/access0/initiators", "write_bandwidth", "rubbish\n");
    region_hmat_of_node(root, 2, &hmat);
    assert_true(hmat.read_latency_ns == 350 && hmat.write_latency_ns == 400);
    assert_true(hmat.read_bandwidth_gb_s == 6.8 && hmat.write_bandwidth_gb_s == 0);
    region_hmat_of_node(root, -1, &hmat);
    assert_true(hmat.read_latency_ns == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_device_has_the_weakest_domain_of_its_parts),
        cmocka_unit_test(many_parts_or_contradictions_fit),
        cmocka_unit_test_setup_teardown(slaves_in_circles_promise_nothing, make_root, drop_root),
        cmocka_unit_test_setup_teardown(without_sysfs_nothing_is_promised, make_root, drop_root),
        cmocka_unit_test(what_is_not_dax_has_no_domain),
        cmocka_unit_test(a_dax_device_is_as_its_region_is),
        cmocka_unit_test(dirty_shutdowns_are_those_of_the_regions_dimms),
        cmocka_unit_test_setup_teardown(hmat_figures_are_read_in_their_units, make_root, drop_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

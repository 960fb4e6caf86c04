/* test_region_sysfs.c - the bus of a medium is found in sysfs as Linux lays it out, and never guessed */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bench/region_sysfs.h"

enum { ROOT_TEXT = 64, PLACE_TEXT = 512 };

static char root[ROOT_TEXT];

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/pmembench-sysfs-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
    char command[ROOT_TEXT + 16];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

/* A folder below the root, with those above it. */
static void folder(const char *place)
{
    char path[PLACE_TEXT];
    snprintf(path, sizeof(path), "%s/%s/", root, place);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

static void attribute(const char *place, const char *name, const char *text)
{
    char path[PLACE_TEXT];
    folder(place);
    snprintf(path, sizeof(path), "%s/%s/%s", root, place, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* place/name leads to the folder `target`, all below the root. */
static void leads(const char *place, const char *name, const char *target)
{
    char path[PLACE_TEXT], to[PLACE_TEXT];
    folder(place);
    folder(target);
    snprintf(path, sizeof(path), "%s/%s/%s", root, place, name);
    snprintf(to, sizeof(to), "%s/%s", root, target);
    assert_int_equal(symlink(to, path), 0);
}

#define ACPI_BUS   "devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0"
#define VIRTIO_BUS "devices/pci0000:00/0000:00:04.0/virtio1/ndbus1"
#define E820_BUS   "devices/platform/e820_pmem/ndbus0"
#define CXL_BUS    "devices/platform/ACPI0017:00/root0/nvdimm-bridge0/ndbus2"
#define PAPR_BUS   "devices/platform/ibm,persistent-memory/ibm,persistent-memory:ibm,pmemory@44100001/ndbus0"

static void a_block_device_has_the_provider_of_its_bus(void **state)
{
    static const struct {
        const char *bus, *provider, *below;
        enum bus_kind kind;
    } trees[] = {
        {ACPI_BUS, "ACPI.NFIT\n", "region1/pfn1.1/block/pmem1", BUS_NFIT},
        {VIRTIO_BUS, "virtio-pmem\n", "region0/namespace0.0/block/pmem0", BUS_VIRTIO},
        {E820_BUS, "e820\n", "region0/namespace0.0/block/pmem0/pmem0p1", BUS_E820},
        {CXL_BUS, "CXL\n", "region0/pfn0.1/block/pmem0", BUS_CXL_PMEM},
        {PAPR_BUS, "ibm,persistent-memory:ibm,pmemory@44100001\n", "region0/pfn0.0/block/pmem0", BUS_PAPR},
        {ACPI_BUS, "something.new\n", "region0/pfn0.0/block/pmem0", BUS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        char device[PLACE_TEXT], region[PLACE_TEXT];
        struct region_bus bus;
        assert_int_equal(make_root(state), 0);
        snprintf(device, sizeof(device), "%s/%s", trees[i].bus, trees[i].below);
        snprintf(region, sizeof(region), "%s/%s/%.7s", root, trees[i].bus, trees[i].below);
        attribute(trees[i].bus, "provider", trees[i].provider);
        attribute("devices/LNXSYSTM:00", "provider", "not this one\n");
        leads("dev/block", "259:3", device);
        region_bus_of_block(root, makedev(259, 3), &bus);
        assert_int_equal(bus.kind, trees[i].kind);
        assert_int_equal(strlen(bus.provider), strcspn(trees[i].provider, "\n") < NAME_TEXT
                                                   ? strcspn(trees[i].provider, "\n")
                                                   : NAME_TEXT - 1);
        assert_memory_equal(bus.provider, trees[i].provider, strlen(bus.provider));
        assert_string_equal(bus.nd_region, region);
        assert_int_equal(drop_root(state), 0);
    }
}

static void what_cannot_be_read_is_unknown(void **state)
{
    struct region_bus bus;
    (void)state;
    region_bus_of_block(root, makedev(259, 3), &bus); /* no sysfs at all */
    assert_int_equal(bus.kind, BUS_UNKNOWN);
    assert_string_equal(bus.provider, "unknown");
    assert_int_equal(bus.node, -1);
    leads("dev/block", "259:3", ACPI_BUS "/region1/pfn1.1/block/pmem1"); /* a bus that does not say */
    region_bus_of_block(root, makedev(259, 3), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
    assert_string_equal(bus.provider, "unknown");
    attribute(ACPI_BUS, "provider", "\n");
    region_bus_of_block(root, makedev(259, 3), &bus);
    assert_string_equal(bus.provider, "unknown");
    leads("dev/block", "8:0", "devices/pci0000:00/ata1/host0/target0/block/sda"); /* no nvdimm bus above it */
    region_bus_of_block(root, makedev(8, 0), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
    region_bus_of_block("/nonexistent", makedev(8, 0), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
}

static void an_unreadable_provider_is_unknown(void **state)
{
    struct region_bus bus;
    (void)state;
    folder(ACPI_BUS "/provider"); /* reading a folder fails for root too */
    leads("dev/block", "259:3", ACPI_BUS "/region1/pfn1.1/block/pmem1");
    region_bus_of_block(root, makedev(259, 3), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
    assert_string_equal(bus.provider, "unknown");
}

static void a_mapped_device_is_what_all_its_slaves_are(void **state)
{
    struct region_bus bus;
    (void)state;
    attribute(ACPI_BUS, "provider", "ACPI.NFIT\n");
    attribute(E820_BUS, "provider", "e820\n");
    leads("dev/block", "253:0", "devices/virtual/block/dm-0");
    leads("devices/virtual/block/dm-0/slaves", "pmem1", ACPI_BUS "/region1/pfn1.1/block/pmem1");
    region_bus_of_block(root, makedev(253, 0), &bus);
    assert_int_equal(bus.kind, BUS_NFIT);
    leads("devices/virtual/block/dm-0/slaves", "pmem2", ACPI_BUS "/region2/pfn2.1/block/pmem2");
    region_bus_of_block(root, makedev(253, 0), &bus);
    assert_int_equal(bus.kind, BUS_NFIT);
    leads("devices/virtual/block/dm-0/slaves", "pmem0", E820_BUS "/region0/namespace0.0/block/pmem0");
    region_bus_of_block(root, makedev(253, 0), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
}

static void a_slave_that_is_its_own_slave_ends(void **state)
{
    struct region_bus bus;
    (void)state;
    leads("dev/block", "253:0", "devices/virtual/block/dm-0");
    leads("devices/virtual/block/dm-0/slaves", "dm-0", "devices/virtual/block/dm-0");
    region_bus_of_block(root, makedev(253, 0), &bus);
    assert_int_equal(bus.kind, BUS_UNKNOWN);
}

#define CXL_DAX  "devices/platform/ACPI0017:00/root0/decoder0.0/region0/dax_region0/dax0.0"
#define HMEM_DAX "devices/platform/hmem.0/dax1.0"
#define NFIT_DAX ACPI_BUS "/region0/dax0.1/dax0.1"

static void a_dax_device_has_bus_size_and_alignment(void **state)
{
    static const struct {
        const char *device;
        enum bus_kind kind;
        const char *medium;
    } devices[] = {{CXL_DAX, BUS_CXL_RAM, "cxl"}, {HMEM_DAX, BUS_HMEM, "dram"}, {NFIT_DAX, BUS_NFIT, "pmem"}};
    (void)state;
    attribute(ACPI_BUS, "provider", "ACPI.NFIT\n");
    for (unsigned i = 0; i < 3; i++) {
        char name[32];
        struct region_bus bus;
        snprintf(name, sizeof(name), "252:%u", i);
        leads("dev/char", name, devices[i].device);
        leads(devices[i].device, "subsystem", "bus/dax");
        attribute(devices[i].device, "size", "17179869184\n");
        attribute(devices[i].device, "align", "2097152\n");
        attribute(devices[i].device, "numa_node", "1\n");
        assert_true(region_bus_of_dax(root, makedev(252, i), &bus));
        assert_int_equal(bus.kind, devices[i].kind);
        assert_string_equal(region_medium(bus.kind), devices[i].medium);
        assert_int_equal(bus.bytes, 17179869184);
        assert_int_equal(bus.align_bytes, 2097152);
        assert_int_equal(bus.node, 1);
    }
}

static void another_character_device_is_no_dax_device(void **state)
{
    struct region_bus bus;
    (void)state;
    leads("dev/char", "1:3", "devices/virtual/mem/null");
    assert_false(region_bus_of_dax(root, makedev(1, 3), &bus)); /* no subsystem */
    leads("devices/virtual/mem/null", "subsystem", "class/mem");
    assert_false(region_bus_of_dax(root, makedev(1, 3), &bus));
    assert_false(region_bus_of_dax(root, makedev(1, 5), &bus));
    assert_string_equal(bus.device, "");
}

static void a_node_given_to_the_system_by_kmem_is_known(void **state)
{
    struct region_bus bus;
    (void)state;
    assert_false(region_bus_of_node(root, 1, &bus));
    leads("bus/dax/devices", "dax0.0", CXL_DAX);
    attribute(CXL_DAX, "target_node", "1\n");
    attribute(CXL_DAX, "numa_node", "-1\n");
    assert_false(region_bus_of_node(root, 1, &bus)); /* not bound to kmem */
    leads(CXL_DAX, "driver", "bus/dax/drivers/kmem");
    assert_true(region_bus_of_node(root, 1, &bus));
    assert_int_equal(bus.kind, BUS_CXL_RAM);
    assert_int_equal(bus.node, -1);
    assert_false(region_bus_of_node(root, 0, &bus));
}

static void real_is_only_what_is_known_to_be(void **state)
{
    static const struct {
        enum bus_kind kind;
        const char *bare, *guest, *bare_said, *guest_said;
    } rules[] = {
        {BUS_NFIT, "real", "emulated", "real", "real"},
        {BUS_CXL_PMEM, "real", "emulated", "real", "real"},
        {BUS_PAPR, "real", "emulated", "real", "real"},
        {BUS_VIRTIO, "emulated", "emulated", "real", "real"},
        {BUS_E820, "stand-in", "stand-in", "stand-in", "stand-in"},
        {BUS_CXL_RAM, "stand-in", "stand-in", "stand-in", "stand-in"},
        {BUS_HMEM, "stand-in", "stand-in", "stand-in", "stand-in"},
        {BUS_UNKNOWN, "unknown", "emulated", "real", "real"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        assert_string_equal(region_provenance(rules[i].kind, "none", false), rules[i].bare);
        assert_string_equal(region_provenance(rules[i].kind, "KVM", false), rules[i].guest);
        assert_string_equal(region_provenance(rules[i].kind, "unknown", false), rules[i].guest);
        assert_string_equal(region_provenance(rules[i].kind, "none", true), rules[i].bare_said);
        assert_string_equal(region_provenance(rules[i].kind, "KVM", true), rules[i].guest_said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_device_has_the_provider_of_its_bus),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_unknown, make_root, drop_root),
        cmocka_unit_test_setup_teardown(an_unreadable_provider_is_unknown, make_root, drop_root),
        cmocka_unit_test_setup_teardown(a_mapped_device_is_what_all_its_slaves_are, make_root, drop_root),
        cmocka_unit_test_setup_teardown(a_slave_that_is_its_own_slave_ends, make_root, drop_root),
        cmocka_unit_test_setup_teardown(a_dax_device_has_bus_size_and_alignment, make_root, drop_root),
        cmocka_unit_test_setup_teardown(another_character_device_is_no_dax_device, make_root, drop_root),
        cmocka_unit_test_setup_teardown(a_node_given_to_the_system_by_kmem_is_known, make_root, drop_root),
        cmocka_unit_test(real_is_only_what_is_known_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* domain_tree.h - made-up sysfs trees of platforms, for the tests of their persistence domains */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_BENCH_DOMAIN_TREE_H
#define TESTS_BENCH_DOMAIN_TREE_H

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

#include "bench/domain_detect.h"

enum { ROOT_TEXT = 64, PLACE_TEXT = 1024, REGION_TEXT = 256, PATH_TEXT = 4096 };

static char root[ROOT_TEXT];

static inline int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/pmembench-domain-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static inline int drop_root(void **state)
{
    char command[ROOT_TEXT + 16];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static inline void folder(const char *place)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof(path), "%s/%s/", root, place);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

static inline void bytes_of(const char *place, const char *name, const char *text, size_t bytes)
{
    char path[PATH_TEXT];
    folder(place);
    snprintf(path, sizeof(path), "%s/%s/%s", root, place, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, bytes, out), bytes);
    fclose(out);
}

static inline void attribute(const char *place, const char *name, const char *text)
{
    if (text)
        bytes_of(place, name, text, strlen(text));
}

static inline void leads(const char *place, const char *name, const char *target)
{
    char path[PATH_TEXT], to[PATH_TEXT];
    folder(place);
    folder(target);
    snprintf(path, sizeof(path), "%s/%s/%s", root, place, name);
    snprintf(to, sizeof(to), "%s/%s", root, target);
    assert_int_equal(symlink(to, path), 0);
}

#define NFIT   "devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0"
#define CXL    "devices/platform/ACPI0017:00/root0/nvdimm-bridge0/ndbus0"
#define VIRTIO "devices/pci0000:00/0000:00:04.0/virtio1/ndbus0"
#define E820   "devices/platform/e820_pmem/ndbus0"
#define PAPR   "devices/platform/ibm,persistent-memory/ibm,persistent-memory:ibm,pmemory@44100001/ndbus0"

/* What the files of a tree say; NULL: there is no such file. */
struct tree {
    const char *bus, *provider, *persistence_domain, *deep_flush, *write_cache;
};

static const char papr_provider[] = "ibm,persistent-memory:ibm,pmemory@44100001\n";
static const char controller[] = "memory_controller\n", cpu[] = "cpu_cache\n";

/* A region of that bus with the block device pmemN or its partition, under the number 259:`number`. */
static inline void plant(const struct tree *t, unsigned number, bool partition)
{
    char region[REGION_TEXT], device[PLACE_TEXT], cache[PLACE_TEXT], name[32];
    snprintf(region, sizeof(region), "%s/region%u", t->bus, number);
    snprintf(device, sizeof(device), "%s/pfn%u.1/block/pmem%u%s", region, number, number,
             partition ? "/part" : "");
    snprintf(cache, sizeof(cache), "%s/pfn%u.1/block/pmem%u/dax", region, number, number);
    snprintf(name, sizeof(name), "259:%u", number);
    folder(region);
    attribute(t->bus, "provider", t->provider);
    attribute(region, "persistence_domain", t->persistence_domain);
    attribute(region, "deep_flush", t->deep_flush);
    attribute(cache, "write_cache", t->write_cache);
    leads("dev/block", name, device);
}

static inline struct domain_facts facts_of(unsigned device_major, unsigned number, enum domain_sync sync,
                                           const char *granularity)
{
    struct domain_facts f = {.dax = true, .map_sync = sync};
    snprintf(f.granularity, sizeof(f.granularity), "%s", granularity);
    f.place_count = region_bus_leaves(root, makedev(device_major, number), f.places, DOMAIN_PLACES);
    return f;
}

/* One line at least of the evidence has `text`; all are printable. */
static inline void says(const struct domain_found *found, const char *text)
{
    bool there = false;
    for (unsigned i = 0; i < found->evidence_count; i++) {
        there = there || strstr(found->evidence[i], text);
        for (const char *c = found->evidence[i]; *c; c++)
            assert_true(*c >= 0x20 && *c <= 0x7e);
    }
    if (there)
        return;
    for (unsigned i = 0; i < found->evidence_count; i++)
        print_message("%s\n", found->evidence[i]);
    fail_msg("no evidence of '%s'", text);
}

/* Each with the domain that it has. */
static const struct platform {
    const char *name;
    struct tree tree;
    enum domain_sync sync;
} platforms[] = {
    {"eadr", {NFIT, "ACPI.NFIT\n", cpu, "0\n", "0\n"}, SYNC_GRANTED},
    {"adr", {NFIT, "ACPI.NFIT\n", controller, "0\n", "1\n"}, SYNC_GRANTED},
    {"eadr", {NFIT, "ACPI.NFIT\n", cpu, "1\n", "0\n"}, SYNC_GRANTED},
    {"hint", {NFIT, "ACPI.NFIT\n", controller, "1\n", "1\n"}, SYNC_GRANTED},
    {"hint", {NFIT, "ACPI.NFIT\n", NULL, "1\n", "1\n"}, SYNC_GRANTED},
    {"unknown", {NFIT, "ACPI.NFIT\n", NULL, "0\n", "1\n"}, SYNC_GRANTED},
    {"unknown", {NFIT, "ACPI.NFIT\n", "\n", "0\n", "1\n"}, SYNC_GRANTED},
    {"unknown", {NFIT, "ACPI.NFIT\n", NULL, NULL, NULL}, SYNC_GRANTED},
    {"unknown", {NFIT, "ACPI.NFIT\n", controller, NULL, "1\n"}, SYNC_GRANTED},
    {"unknown", {NFIT, "ACPI.NFIT\n", controller, "2\n", "1\n"}, SYNC_GRANTED},
    {"gpf", {CXL, "CXL\n", controller, "0\n", "1\n"}, SYNC_GRANTED},
    {"gpf", {CXL, "CXL\n", NULL, NULL, "1\n"}, SYNC_GRANTED},
    {"flush-device", {VIRTIO, "virtio-pmem\n", NULL, NULL, "1\n"}, SYNC_REFUSED},
    {"flush-device", {VIRTIO, "virtio-pmem\n", controller, "0\n", "0\n"}, SYNC_REFUSED},
    {"unknown", {E820, "e820\n", NULL, NULL, "1\n"}, SYNC_GRANTED},
    {"unknown", {E820, "e820\n", controller, "0\n", "1\n"}, SYNC_GRANTED},
    {"adr", {PAPR, papr_provider, controller, "0\n", "1\n"}, SYNC_GRANTED},
    {"flush-device", {PAPR, papr_provider, controller, "1\n", "1\n"}, SYNC_REFUSED},
    {"eadr", {PAPR, papr_provider, cpu, "0\n", "0\n"}, SYNC_GRANTED},
    {"unknown", {NFIT, "something.new\n", cpu, "0\n", NULL}, SYNC_GRANTED},
};

#endif

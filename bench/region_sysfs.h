/* region_sysfs.h - which bus a block device or a DAX device is on, as sysfs says */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_SYSFS_H
#define BENCH_REGION_SYSFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "results/result.h"

enum bus_kind {
    BUS_UNKNOWN,
    BUS_NFIT,     /* ACPI.NFIT: NVDIMMs */
    BUS_CXL_PMEM, /* nvdimm bus of the CXL driver */
    BUS_PAPR,     /* ibm,pmemory */
    BUS_E820,     /* memmap=, or legacy type 12: looks like RAM either way */
    BUS_VIRTIO,   /* virtio-pmem */
    BUS_CXL_RAM,  /* volatile memory behind a CXL decoder */
    BUS_HMEM,     /* memory that firmware set apart (soft reserved) */
};

enum { SYSFS_PATH = 1024 };

/* Facts about one device; what is not known is "unknown", BUS_UNKNOWN, -1, 0 or empty. */
struct region_bus {
    enum bus_kind kind;
    char provider[NAME_TEXT];    /* the nvdimm bus' own word, "CXL", "hmem" or "unknown" */
    char device[SYSFS_PATH];     /* folder of the block or DAX device */
    char nd_region[SYSFS_PATH];  /* folder of the nvdimm region: persistence_domain, deep_flush */
    int node;                    /* numa_node of it */
    uint64_t bytes, align_bytes; /* of a DAX device */
};

/* All take the root of sysfs, "/sys" but in tests, follow its symbolic links, and only read. Thread-safe.
 * Layout: Documentation/ABI/testing/sysfs-bus-nd and sysfs-bus-dax of Linux; dev/block and dev/char lead from
 * numbers to devices; an nvdimm device lies below ndbusN, whose `provider` names its driver
 * (drivers/nvdimm/core.c, provider_show). A mapped device is what all its slaves are. */
void region_bus_of_block(const char *root, dev_t device, struct region_bus *out);

/* False when the character device is not one of the dax subsystem. */
bool region_bus_of_dax(const char *root, dev_t device, struct region_bus *out);

/* Whether the memory of NUMA node `node` was given to the system by a DAX device (dax/kmem), and which. */
bool region_bus_of_node(const char *root, int node, struct region_bus *out);

/* "real", "emulated", "stand-in" or "unknown" for DAX memory on that bus. Pure. */
const char *region_provenance(enum bus_kind kind, const char *hypervisor, bool medium_is_real);

/* "pmem", "cxl" or "dram". Pure. */
const char *region_medium(enum bus_kind kind);

#endif

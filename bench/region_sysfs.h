/* region_sysfs.h - which bus a block device or a DAX device is on, as sysfs says */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_SYSFS_H
#define BENCH_REGION_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
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

enum sysfs_said {
    SYSFS_ABSENT,     /* there is no such file */
    SYSFS_UNREADABLE, /* it is there, and cannot be read or says nothing */
    SYSFS_SAID
};

/* The first line of dir/name without its end, cut to what fits of `bytes` (at least 8); what is no printable
 * ASCII is written as \xNN. Empty unless SYSFS_SAID. Never blocks: only a regular file is read. Thread-safe.
 */
enum sysfs_said region_sysfs_read(const char *dir, const char *name, char *out, size_t bytes);

/* The same as a whole number that is not negative; `otherwise` when it is none. */
uint64_t region_sysfs_number(const char *dir, const char *name, uint64_t otherwise);

/* All take the root of sysfs, "/sys" but in tests, follow its symbolic links, and only read. Thread-safe.
 * Layout: Documentation/ABI/testing/sysfs-bus-nd and sysfs-bus-dax of Linux; dev/block and dev/char lead from
 * numbers to devices; an nvdimm device lies below ndbusN, whose `provider` names its driver
 * (drivers/nvdimm/core.c, provider_show). A mapped device is what all its slaves are. */
void region_bus_of_block(const char *root, dev_t device, struct region_bus *out);

/* The devices that the block device is made of, down to those without slaves: itself, where it has none. At
 * most `most` are written to out; returns how many there are, SLAVES_MOST + 1 when not all were looked at.
 * What lies too deep or goes round in circles counts as a device of an unknown bus. */
enum { SLAVES_MOST = 64 };
unsigned region_bus_leaves(const char *root, dev_t device, struct region_bus *out, unsigned most);

/* False when the character device is not one of the dax subsystem. */
bool region_bus_of_dax(const char *root, dev_t device, struct region_bus *out);

/* Whether the memory of NUMA node `node` was given to the system by a DAX device (dax/kmem), and which. */
bool region_bus_of_node(const char *root, int node, struct region_bus *out);

/* What firmware says of the memory of that node (ACPI HMAT), seen from the nearest CPUs: read_latency and
 * write_latency in ns, read_bandwidth and write_bandwidth in MB/s (Documentation/admin-guide/mm/numaperf.rst,
 * access class 0). What it does not say is 0. */
void region_hmat_of_node(const char *root, int node, struct result_hmat *out);

/* "real", "emulated", "stand-in" or "unknown" for DAX memory on that bus. Pure. */
const char *region_provenance(enum bus_kind kind, const char *hypervisor, bool medium_is_real);

/* "pmem", "cxl" or "dram". Pure. */
const char *region_medium(enum bus_kind kind);

#endif

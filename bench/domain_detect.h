/* domain_detect.h - which persistence domain the machine says the memory under test has, and what says so */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DOMAIN_DETECT_H
#define BENCH_DOMAIN_DETECT_H

#include "bench/region_sysfs.h"
#include "results/result.h"

enum domain_sync {
    SYNC_UNKNOWN, /* nothing was mapped yet */
    SYNC_GRANTED,
    SYNC_REFUSED,
    SYNC_DEVICE /* a DAX device: it has no metadata to keep in step, and grants the flag in any case */
};

enum { DOMAIN_PLACES = 6 };

/* What is known of the memory before sysfs is asked for its domain. */
struct domain_facts {
    bool dax; /* a DAX file (STATX_ATTR_DAX), a folder where new files are, or a DAX device */
    enum domain_sync map_sync;
    char granularity[NAME_TEXT];             /* libpmem2's, as in result_region; empty: not known */
    struct region_bus places[DOMAIN_PLACES]; /* what the memory lies on: several below a mapped device */
    unsigned place_count;                    /* how many there are: above DOMAIN_PLACES not all are here */
};

struct domain_found {
    bool own;             /* false: RAM or page cache, which has no domain; no more is set then */
    char name[NAME_TEXT]; /* as in strategies/domain.def; "unknown" where nothing is promised */
    char evidence[RESULT_EVIDENCE][LINE_TEXT];
    unsigned evidence_count;
    unsigned contradictions;                /* each has a line of evidence */
    char contradiction[LINE_TEXT];          /* the first of them; empty: none */
    struct result_dimm dimms[RESULT_DIMMS]; /* with their dirty-shutdown counts, where they tell */
    unsigned dimm_count;
};

/* The rules, by provider of the nvdimm bus:
 *   virtio-pmem    flush-device
 *   CXL            gpf
 *   ACPI.NFIT      persistence_domain cpu_cache: eadr, whatever deep_flush is; memory_controller: hint with
 * deep_flush 1, adr with 0; neither of the two: hint with deep_flush 1, else unknown ibm,pmemory    the same,
 * but that deep_flush 1 is a call to the hypervisor (papr_scm.c has no hints): flush-device, with cpu_cache
 * too e820, others   unknown Of several media the weakest counts: eadr, adr, gpf, hint, unknown,
 * flush-device. What contradicts itself is never resolved in silence: the weaker domain is taken, with a line
 * of evidence each. Only reads below the places (nd_region: persistence_domain, deep_flush, mappingN; device:
 * dax/write_cache; nmemN beside the region: nfit/, papr/ or cxl/dirty_shutdown). What cannot be read or is no
 * known word is said in the evidence and promises nothing. Sources: drivers/nvdimm/region_devs.c
 * (persistence_domain_show, nvdimm_has_flush, nvdimm_has_cache), drivers/nvdimm/pmem.c (write_cache_show),
 * drivers/acpi/nfit/core.c, arch/powerpc/platforms/pseries/papr_scm.c, drivers/cxl/pmem.c. Thread-safe. */
void domain_detect(const struct domain_facts *in, struct domain_found *out);

#endif

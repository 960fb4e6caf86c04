/* region.h - the memory under test */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/domain_detect.h"
#include "bench/region_file.h"
#include "bench/region_sysfs.h"
#include "results/result.h"

struct pmem2_map;

/* What is asked for. Texts are not owned. */
struct region_request {
    const char *path;       /* a file or /dev/daxX.Y; NULL: anonymous memory. Needed until region_close */
    uint64_t bytes;         /* wanted; a whole number of 2 MiB is mapped */
    uint64_t beside;        /* of other memory that will be taken on the same node */
    int node;               /* NUMA node of anonymous memory; -1: not asked */
    bool keep;              /* region_keep will be called */
    bool destroy;           /* the user gives up all data on the /dev/daxX.Y */
    bool medium_is_real;    /* the user says so, whatever hypervisor there is */
    bool no_tmpfile;        /* for tests: as on a file system without O_TMPFILE */
    const char *hypervisor; /* the probe's: "none", its name, or "unknown" */
    const char *sys_root;   /* "/sys", but in tests */
};

enum { REGION_WARNINGS = 4, REGION_EVIDENCE = 3 };

struct region {
    unsigned char *base; /* where file offset 0 is mapped */
    uint64_t bytes, mapped;
    struct result_region facts;
    struct domain_found domain;                /* what the machine says of its persistence domain */
    struct region_bus bus;                     /* of a file or a device: where it is in sysfs */
    bool granularity_byte;                     /* libpmem2: caches are inside the persistence domain */
    char evidence[REGION_EVIDENCE][LINE_TEXT]; /* what the facts were found by */
    unsigned evidence_count;
    struct result_warning warnings[REGION_WARNINGS];
    unsigned warning_count;
    struct region_file file;
    struct pmem2_map *map;
};

/* Refuses at once what region_open would refuse by its name, kind, content or node. Writes nothing and leaves
 * nothing. -1 with err (EXIT_CANNOT). */
int region_check(const struct region_request *q, struct error *err);

/* Maps the memory, writes it once and guards it against SIGBUS (base/signals.h). Nobody's data are touched:
 * see region_file.h. Only one region is open at a time. -1 with err (EXIT_CANNOT); nothing is then left
 * behind. */
int region_open(struct region *r, const struct region_request *q, struct error *err);

/* Keeps the file (nothing else can be kept): makes it durable and gives it its name, `path` as asked, never
 * in another's place; a file that was there must still have it. -1 with err; the region is as it was. */
int region_keep(struct region *r, const char *path, struct error *err);

/* Unmaps; a file that is not kept is as it was before, or gone. False, with one line on stderr: somebody
 * wrote to a file that was there before, which is left as it is now (no line where the file was cut and the
 * run ended by that). Safe on a zeroed or failed region. */
bool region_close(struct region *r);

/* One line on how the memory was lost under the run (SIGBUS); `path` as asked. Returns `out`. */
const char *region_lost(const char *path, char out[LINE_TEXT]);

#endif

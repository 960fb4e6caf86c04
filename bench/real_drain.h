/* real_drain.h - the drain that this machine has for the memory under test, in place of a model of it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_REAL_DRAIN_H
#define BENCH_REAL_DRAIN_H

#include <stdbool.h>

#include "base/error.h"
#include "bench/region.h"
#include "kernels/drain_device.h"
#include "strategies/domain.h"

/* Counted by the path and by what makes up for a drain that it left out; the device's `failures` leads here.
 */
struct drain_failures {
    unsigned long long count; /* the first member: drain_device.failures points at it */
    int number;               /* errno of the first */
};

/* Stays where it was opened: the device points into it. */
struct real_drain {
    struct drain_device device; /* drain NULL: none */
    struct drain_failures failures;
    const char *kind;       /* "flush-hint", "flush-request"; NULL: none */
    bool own_fd;            /* device.fd is to be closed */
    char source[LINE_TEXT]; /* what is run; of none, why there is none */
};

/* Finds the real drain of an open region for fsync's domain, and runs it once:
 *   hint          a write of "1" to deep_flush of the nvdimm region, which is nvdimm_flush (region_devs.c,
 *                 deep_flush_store) inside a system call. Only where it reads 1 and may be written: one that
 *                 reads 0 is a nop and is never opened for writing. Only where the memory lies on one region.
 *                 Of papr that write is a call to the hypervisor (papr_scm.c): a flush request, not a hint.
 *   flush-device  on papr the same write to deep_flush, for files and DAX devices;
 *                 on virtio-pmem, fdatasync of an empty file without a name beside the one under test: with
 *                 nothing dirty the file system sends the flush request alone (ext4_sync_file,
 *                 xfs_file_fsync), and the host's fsync reaches all that the guest has stored. Where no such
 *                 file can be made, fdatasync of the file under test, whose data phase comes on top; `source`
 *                 says which. The file under test is fsynced once before, so that its blocks are its own.
 *   others        none: the domain's fences are their drain, or (pcommit) no machine has it.
 * pmem2_deep_flush is never taken for a drain: on a DAX device it is the same write to deep_flush and returns
 * 0 also where it could not or need not write (libpmem2, deep_flush_linux.c), on a file it is msync.
 * `sys_root` is "/sys" but in tests. 0 with out->device.drain NULL where there is none. -1 with err
 * (EXIT_CANNOT): the drain is there and fails, so that nothing would be durable. Close in any case. */
int real_drain_open(const char *sys_root, const struct region *region, enum domain_id domain,
                    struct real_drain *out, struct error *err);

/* Before the region is closed. Safe on a zeroed one, and twice. */
void real_drain_close(struct real_drain *d);

/* For workspace.drain_device; NULL: none. */
const struct drain_device *real_drain_device(const struct real_drain *d);

/* Whether the host write-protects what was written when it is run, so that the next writes fault there. */
bool real_drain_refaults(const struct real_drain *d);

/* -1 with err (EXIT_CANNOT) when more than `before` calls failed so far. Thread-safe. */
int real_drain_check(const struct real_drain *d, unsigned long long before, struct error *err);

/* Kind, provenance and source into the result where there is one; where there is none and none is modelled,
 * why. */
void real_drain_describe(const struct real_drain *d, struct result_drain *out);

#endif

/* drain_device.h - a drain that this machine has: run by fsync in place of what the domain would model */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_DRAIN_DEVICE_H
#define KERNELS_DRAIN_DEVICE_H

/* One way to drain (bench/real_drain.h opens them): a write to `deep_flush`, or a flush request by fdatasync.
 * Thread-safe: several fsyncs may run it at once. Owned by who opened it. */
struct drain_device {
    /* Returns when all that was written back before is past the write queue, or on the medium. -1 with errno
     * when that failed: what was written since the last one is then not known to be durable. */
    int (*drain)(const struct drain_device *device);
    int fd;
    unsigned long long *failures; /* counted up by LOCKed adds in the path, which cannot stop; never NULL */
};

#endif

/* drain.h - a drain that this machine does not have, modelled from parameters */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DRAIN_H
#define BENCH_DRAIN_H

#include <stdint.h>

#include "base/error.h"

/* A flush hint: an uncached write that returns when the write queue is empty. PCOMMIT: the same of the memory
 * controllers. A flush request: the host's fsync, after which the guest's first write to each page faults in
 * the host again. */
struct drain_model {
    double latency_ns;       /* NAN: no model */
    double bytes_per_second; /* at which the queue empties */
    uint64_t queue_bytes;    /* what can be waiting at most */
    double refault_ns;       /* a page of 4 KiB written since the last drain; 0 where there is no host */
};

/* "latency=300,bandwidth=2,queue=64K": ns, GB/s (10^9), bytes; all three are needed, "refault=NS" may follow.
 * -1 with err (EXIT_USAGE). */
int drain_parse(const char *text, struct drain_model *model, struct error *err);

/* ns of one drain after `bytes` in `pages` pages on their way since the last: latency + min(bytes, queue) /
 * bandwidth + pages * refault. NAN: no model. */
double drain_ns(const struct drain_model *model, double bytes, double pages);

#endif

/* flush_device.c - the medium is behind a device that flushes on request: virtio-pmem */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/domain.h"
#include "strategies/prim.h"

/* nvdimm_flush calls the region's own flush (async_pmem_flush, virtio_pmem_flush in
 * drivers/nvdimm/nd_virtio.c) instead of generic_nvdimm_flush, and that has no pmem_wmb(): what orders the
 * write-back before the request is that the driver takes its lock, a LOCKed operation, and what orders the
 * request before its notification is virtqueue_kick's full barrier, another one. A store fence stands for
 * each here; the request itself and the sleep until the host acknowledges are modelled beside the samples.
 * The host's page cache is the medium, so that the device would need no write-back: the kernel does it all
 * the same (dax_flush asks for DAXDEV_WRITE_CACHE alone). */
static void flush_device_fence(void)
{
    store_fence();
}

static void flush_device_drain(void)
{
    store_fence();
}

const struct domain IN_LAYOUT(domain_flush_device) = {
    .name = "flush-device",
    .summary = "write-back, fence, a flush request to the host (modelled): virtio-pmem",
    .drain_kind = "flush-request",
    .flushes_caches = true,
    .drain_modelled = true,
    .uncertain = false,
    .fence = flush_device_fence,
    .drain = flush_device_drain,
};

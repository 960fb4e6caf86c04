/* real_drain.c - finds, runs and names the drain that this machine has */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/real_drain.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static int failed(const struct drain_device *device, int number)
{
    struct drain_failures *failures = (struct drain_failures *)(void *)device->failures;
    int none = 0;
    __atomic_compare_exchange_n(&failures->number, &none, number, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    errno = number;
    return -1;
}

/* At offset 0 again and again: sysfs takes each write as a whole value. */
static int write_deep_flush(const struct drain_device *device)
{
    ssize_t n;
    do
        n = pwrite(device->fd, "1", 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : failed(device, n < 0 ? errno : EIO);
}

static int request_flush(const struct drain_device *device)
{
    int result;
    do
        result = fdatasync(device->fd);
    while (result && errno == EINTR);
    return result ? failed(device, errno) : 0;
}

__attribute__((format(printf, 2, 3))) static int none(struct real_drain *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->source, sizeof(out->source), format, args);
    va_end(args);
    return 0;
}

/* Once, outside of any clock: what fails now would fail each time. */
static int try(struct real_drain *out, struct error *err)
{
    if (!out->device.drain(&out->device))
        return 0;
    error_set(err, EXIT_CANNOT,
              "drain: %.150s fails (%s), so nothing written there would be durable; look at dmesg, or name "
              "another --domain or --path",
              out->source, strerror(errno));
    real_drain_close(out);
    return -1;
}

/* Whether a file lies on that one nvdimm region: of a mapped device over several, one region's flush is not
 * the others'. */
static bool on_one_region(const char *sys_root, const struct region *region)
{
    struct stat st;
    struct region_bus leaves[DOMAIN_PLACES];
    if (strcmp(region->facts.path_kind, "file") || fstat(region->file.fd, &st))
        return true;
    unsigned count = region_bus_leaves(sys_root, st.st_dev, leaves, DOMAIN_PLACES);
    if (count > DOMAIN_PLACES)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (strcmp(leaves[i].nd_region, region->bus.nd_region))
            return false;
    return true;
}

/* Root may write to what nobody may: the mode is asked, too. */
static int open_to_write(const char *folder, int *number)
{
    char path[SYSFS_PATH + 16];
    struct stat st;
    snprintf(path, sizeof(path), "%s/deep_flush", folder);
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    *number = fd < 0 ? errno : 0;
    if (fd < 0 || (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_mode & 0222))
        return fd;
    close(fd);
    *number = EACCES;
    return -1;
}

/* A write to deep_flush is nvdimm_flush: the hints, but on papr, which has none, a call to the hypervisor
 * (papr_scm_pmem_flush). */
static int open_deep_flush(const char *sys_root, const struct region *region, struct real_drain *out,
                           struct error *err)
{
    char said[16];
    const char *folder = region->bus.nd_region, *slash = strrchr(folder, '/');
    const char *name = slash ? slash + 1 : folder;
    bool papr = region->bus.kind == BUS_PAPR;
    int number;
    if (!*folder)
        return none(out, "the memory is in no nvdimm region, so it has no %s",
                    papr ? "flush call" : "flush hints");
    if (!on_one_region(sys_root, region))
        return none(out, "the memory lies on several nvdimm regions, which are not flushed by one write");
    enum sysfs_said read = region_sysfs_read(folder, "deep_flush", said, sizeof(said));
    if (read != SYSFS_SAID)
        return none(out, "deep_flush of %.40s %s", name,
                    read == SYSFS_ABSENT ? "is not there" : "says nothing");
    if (strcmp(said, "1"))
        return none(out, "deep_flush of %.40s reads %s: without %s a write to it does nothing", name, said,
                    papr ? "a flush call" : "flush hints");
    out->device.fd = open_to_write(folder, &number);
    if (out->device.fd < 0)
        return none(out, "deep_flush of %.40s cannot be written to (%s): run as root", name,
                    strerror(number));
    out->own_fd = true;
    out->kind = papr ? "flush-request" : "flush-hint";
    out->device.drain = write_deep_flush;
    snprintf(out->source, sizeof(out->source),
             "a write to /sys/bus/nd/devices/%.40s/deep_flush: the %s, inside a system call", name,
             papr ? "call to the hypervisor" : "hints");
    return try(out, err);
}

/* An empty file on the same file system; -1: not to be had. Nothing is left of it. */
static int open_beside(const struct region_file *file)
{
    struct stat there, here;
    int fd = openat(file->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (!fstat(fd, &here) && !fstat(file->fd, &there) && here.st_dev == there.st_dev && !fsync(fd))
        return fd;
    close(fd);
    return -1;
}

static int open_request(const struct region *region, struct real_drain *out, struct error *err)
{
    if (strcmp(region->facts.path_kind, "file"))
        return none(out, "only a file's fsync is a flush request");
    if (region->bus.kind != BUS_VIRTIO)
        return none(out, "the file is not on virtio-pmem (provider %.40s), so its fsync is no flush request",
                    region->bus.provider);
    int beside = open_beside(&region->file);
    out->own_fd = beside >= 0;
    out->device.fd = out->own_fd ? beside : region->file.fd;
    out->kind = "flush-request";
    out->device.drain = request_flush;
    text_copy(out->source, sizeof(out->source),
              out->own_fd
                  ? "fdatasync of an empty file beside the one under test: the flush request, inside a "
                    "system call"
                  : "fdatasync of the file under test: the flush request, with the kernel's own "
                    "write-back and write-protection of the mapping");
    if (fsync(region->file.fd)) {
        error_set(err, EXIT_CANNOT,
                  "drain: fsync of the file under test fails (%s), so nothing written there would be "
                  "durable; look at dmesg, or name another --path",
                  strerror(errno));
        real_drain_close(out);
        return -1;
    }
    return try(out, err);
}

int real_drain_open(const char *sys_root, const struct region *region, enum domain_id domain,
                    struct real_drain *out, struct error *err)
{
    *out = (struct real_drain){.device = {.fd = -1}};
    out->device.failures = &out->failures.count;
    if (domain == DOMAIN_hint || (domain == DOMAIN_flush_device && region->bus.kind == BUS_PAPR))
        return open_deep_flush(sys_root, region, out, err);
    if (domain == DOMAIN_flush_device)
        return open_request(region, out, err);
    return none(out, domain == DOMAIN_pcommit ? "no machine has PCOMMIT"
                                              : "the domain's own fences are its drain");
}

void real_drain_close(struct real_drain *d)
{
    if (d->own_fd)
        close(d->device.fd);
    d->device = (struct drain_device){.fd = -1, .failures = &d->failures.count};
    d->own_fd = false;
    d->kind = NULL;
}

const struct drain_device *real_drain_device(const struct real_drain *d)
{
    return d && d->device.drain ? &d->device : NULL;
}

bool real_drain_refaults(const struct real_drain *d)
{
    return real_drain_device(d) && !strcmp(d->kind, "flush-request");
}

int real_drain_check(const struct real_drain *d, unsigned long long before, struct error *err)
{
    unsigned long long count = __atomic_load_n(&d->failures.count, __ATOMIC_RELAXED);
    if (count <= before)
        return 0;
    int number = __atomic_load_n(&d->failures.number, __ATOMIC_RELAXED);
    return error_set(err, EXIT_CANNOT,
                     "drain: failed %llu times (%s), so what was written is not known to be durable; look "
                     "at dmesg",
                     count - before, strerror(number));
}

void real_drain_describe(const struct real_drain *d, struct result_drain *out)
{
    if (real_drain_device(d)) {
        *out = (struct result_drain){.latency_ns = NAN, .bytes_per_second = NAN};
        text_copy(out->kind, sizeof(out->kind), d->kind);
        text_copy(out->provenance, sizeof(out->provenance), "measured");
        text_copy(out->source, sizeof(out->source), d->source);
    } else if (!strcmp(out->provenance, "not known")) {
        snprintf(out->source, sizeof(out->source),
                 "no --drain, and no device (%.150s): only the fences are measured", d->source);
    }
}

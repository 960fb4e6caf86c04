/* protect_pagemap.c - write-protection whose faults the kernel resolves: the page tables are the tracker */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels/protect.h"

/* The ABI of Linux 6.7 (Documentation/admin-guide/mm/pagemap.rst), which older headers lack, in words of our
 * own. */
enum {
    FEATURE_WP_UNPOPULATED = 1 << 13, /* entries that are not there can be protected too: of Linux 6.4 */
    FEATURE_WP_ASYNC = 1 << 15,       /* a fault drops the protection and nobody is told */
    SCAN_PROTECT = 1 << 0,            /* what matches is write-protected in the same step */
    SCAN_CHECKED = 1 << 1,            /* an error where memory is not registered so */
    CATEGORY_WRITTEN = 1 << 1         /* not write-protected: stored to since it was */
};

struct scan_request {
    uint64_t size, flags, start, end, walked_to, found, found_room, found_most;
    uint64_t inverted, all_of, any_of, returned;
};

struct scan_region {
    uint64_t start, end, categories;
};

#define PAGEMAP_SCAN_REQUEST _IOWR('f', 16, struct scan_request)

static const uint64_t features = FEATURE_WP_ASYNC | FEATURE_WP_UNPOPULATED;

static int refused(struct error *err)
{
    return error_set(err, EXIT_CANNOT,
                     "write-protection by page tables: this kernel has no PAGEMAP_SCAN with "
                     "UFFD_FEATURE_WP_ASYNC (Linux 6.7), or refuses it (%s); use a tracker",
                     strerror(errno));
}

/* Asked about nothing: an empty range answers 0 where the request is known. */
static int knows_scan(int fd)
{
    struct scan_request ask = {.size = sizeof(ask), .all_of = CATEGORY_WRITTEN, .returned = CATEGORY_WRITTEN};
    return fd < 0 ? -1 : ioctl(fd, PAGEMAP_SCAN_REQUEST, &ask);
}

static int open_both(int *uffd, int *pagemap)
{
    *uffd = uffd_open(features);
    *pagemap = *uffd < 0 ? -1 : open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    return *pagemap < 0 || knows_scan(*pagemap) ? -1 : 0;
}

static void close_both(int uffd, int pagemap)
{
    int why = errno;
    if (uffd >= 0)
        close(uffd);
    if (pagemap >= 0)
        close(pagemap);
    errno = why;
}

static int available(struct error *err)
{
    int uffd, pagemap, bad = open_both(&uffd, &pagemap);
    close_both(uffd, pagemap);
    return bad ? refused(err) : 0;
}

static int prepare(struct protection *p, struct error *err)
{
    if (p->granule != (uint32_t)getpagesize())
        return error_set(err, EXIT_CANNOT,
                         "write-protection by page tables: they know pages of %d bytes, not granules of %u; "
                         "use --granule 4K",
                         getpagesize(), p->granule);
    if (open_both(&p->uffd, &p->pagemap))
        return refused(err);
    if (uffd_register(p))
        return error_set(err, EXIT_CANNOT, "write-protection by page tables: not for this memory (%s)",
                         strerror(errno));
    uffd_unregister(p);
    return 0;
}

static void unprepare(struct protection *p)
{
    close_both(p->uffd, p->pagemap);
    p->uffd = p->pagemap = -1;
}

/* The kernel's own array differs by the categories, so that it is converted. */
static int scan(struct protection *p, uint64_t *at, struct protect_found *found)
{
    struct scan_region region[PROTECT_FOUND];
    struct scan_request ask = {.size = sizeof(ask),
                               .flags = SCAN_PROTECT | SCAN_CHECKED,
                               .start = (uintptr_t)p->base + *at,
                               .end = (uintptr_t)p->base + p->bytes,
                               .found = (uintptr_t)region,
                               .found_room = PROTECT_FOUND,
                               .all_of = CATEGORY_WRITTEN,
                               .returned = CATEGORY_WRITTEN};
    int n = ioctl(p->pagemap, PAGEMAP_SCAN_REQUEST, &ask);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++)
        found[i] =
            (struct protect_found){region[i].start - (uintptr_t)p->base, region[i].end - (uintptr_t)p->base};
    *at = ask.walked_to - (uintptr_t)p->base;
    return n;
}

const struct protect_ops protect_pagemap = {.name = "pagemap",
                                            .available = available,
                                            .prepare = prepare,
                                            .unprepare = unprepare,
                                            .begin = uffd_register,
                                            .end = uffd_unregister,
                                            .open = uffd_unprotect,
                                            .close = uffd_protect,
                                            .scan = scan};

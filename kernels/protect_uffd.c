/* protect_uffd.c - write-protection by userfaultfd, the fault as SIGBUS to the thread that stores */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/protect.h"

/* Debian 12's headers have all of these; older ones lack the last two. Numbers of the kernel's ABI. */
enum {
    FLAG_USER_MODE_ONLY = 1,             /* Linux 5.11 */
    FEATURE_FAULT_FLAG_WP = 1 << 0,      /* 5.7 */
    FEATURE_SIGBUS = 1 << 7,             /* 4.14 */
    FEATURE_WP_HUGETLBFS_SHMEM = 1 << 12 /* 5.19 */
};

/* UFFDIO_WRITEPROTECT changes page table entries under the read side of mmap_lock and flushes the TLBs before
 * it returns (mwriteprotect_range, change_protection). With FEATURE_SIGBUS no second thread is needed: the
 * fault handler of the kernel gives up and the thread that stores gets the signal. */

/* Faults of user mode alone: all that comes here, and all that may be asked for without privileges
 * (vm.unprivileged_userfaultfd = 0). Before 5.11 the flag is not known. */
int uffd_open(uint64_t features)
{
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | FLAG_USER_MODE_ONLY);
    if (fd < 0 && errno == EINVAL)
        fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    if (!ioctl(fd, UFFDIO_API, &api))
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int uffd_register(struct protection *p)
{
    struct uffdio_register range = {.range = {.start = (uintptr_t)p->base, .len = p->bytes},
                                    .mode = UFFDIO_REGISTER_MODE_WP};
    return ioctl(p->uffd, UFFDIO_REGISTER, &range);
}

void uffd_unregister(struct protection *p)
{
    struct uffdio_range range = {.start = (uintptr_t)p->base, .len = p->bytes};
    ioctl(p->uffd, UFFDIO_UNREGISTER, &range);
}

/* EAGAIN: the address space is being changed by another thread just now. */
static int change(struct protection *p, uint64_t at, uint64_t bytes, uint64_t mode)
{
    struct uffdio_writeprotect wp = {.range = {.start = (uintptr_t)p->base + at, .len = bytes}, .mode = mode};
    int result;
    do
        result = ioctl(p->uffd, UFFDIO_WRITEPROTECT, &wp);
    while (result && errno == EAGAIN);
    return result;
}

int uffd_unprotect(struct protection *p, uint64_t at, uint64_t bytes)
{
    return change(p, at, bytes, 0);
}

int uffd_protect(struct protection *p, uint64_t at, uint64_t bytes)
{
    return change(p, at, bytes, UFFDIO_WRITEPROTECT_MODE_WP);
}

static int open_any(void)
{
    int fd = uffd_open(FEATURE_FAULT_FLAG_WP | FEATURE_SIGBUS | FEATURE_WP_HUGETLBFS_SHMEM);
    if (fd < 0 && errno == EINVAL)
        fd = uffd_open(FEATURE_FAULT_FLAG_WP | FEATURE_SIGBUS);
    return fd;
}

static int refused(struct error *err)
{
    if (errno == ENOSYS || errno == EINVAL)
        return error_set(
            err, EXIT_CANNOT,
            "write-protection by userfaultfd: this kernel has none that is delivered as a signal "
            "(Linux 5.7); use mprotect");
    return error_set(err, EXIT_CANNOT,
                     "write-protection by userfaultfd: the system refuses it (%s; a container's filter, or "
                     "vm.unprivileged_userfaultfd); use mprotect",
                     strerror(errno));
}

static int available(struct error *err)
{
    int fd = open_any();
    if (fd < 0)
        return refused(err);
    close(fd);
    return 0;
}

/* Whether this memory can be registered shows by doing it. */
static int prepare(struct protection *p, struct error *err)
{
    p->uffd = open_any();
    if (p->uffd < 0)
        return refused(err);
    if (uffd_register(p))
        return error_set(err, EXIT_CANNOT,
                         "write-protection by userfaultfd: not for this memory (%s): anonymous memory, and "
                         "tmpfs since Linux 5.19; use mprotect",
                         strerror(errno));
    uffd_unregister(p);
    return 0;
}

static void unprepare(struct protection *p)
{
    if (p->uffd >= 0)
        close(p->uffd);
    p->uffd = -1;
}

const struct protect_ops protect_uffd = {.name = "uffd",
                                         .signal = SIGBUS,
                                         .code = BUS_ADRERR,
                                         .available = available,
                                         .prepare = prepare,
                                         .unprepare = unprepare,
                                         .begin = uffd_register,
                                         .end = uffd_unregister,
                                         .open = uffd_unprotect,
                                         .close = uffd_protect};

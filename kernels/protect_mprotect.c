/* protect_mprotect.c - write-protection by mprotect, the fault as SIGSEGV: works on every mapping */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <sys/mman.h>

#include "kernels/protect.h"

/* mprotect changes the page tables under the write side of mmap_lock and flushes the TLBs of all CPUs that
 * run the process before it returns (tlb_finish_mmu in mm/mprotect.c). A range of its own in the middle of a
 * mapping makes it three. */

static int always(struct error *err)
{
    (void)err;
    return 0;
}

static int protect(struct protection *p, uint64_t at, uint64_t bytes, int how)
{
    return mprotect(p->base + at, bytes, how);
}

static int mprotect_open(struct protection *p, uint64_t at, uint64_t bytes)
{
    return protect(p, at, bytes, PROT_READ | PROT_WRITE);
}

static int mprotect_close(struct protection *p, uint64_t at, uint64_t bytes)
{
    return protect(p, at, bytes, PROT_READ);
}

/* A device's mapping cannot be split inside its own alignment, which only trying shows. */
static int mprotect_prepare(struct protection *p, struct error *err)
{
    bool can = !mprotect_close(p, 0, p->granule);
    can = !mprotect_open(p, 0, p->granule) && can;
    if (can)
        return 0;
    return error_set(
        err, EXIT_CANNOT,
        "write-protection by mprotect: this memory cannot be protected in granules of %u bytes; use "
        "--granule 2M",
        p->granule);
}

static void nothing(struct protection *p)
{
    (void)p;
}

static int begin(struct protection *p)
{
    (void)p;
    return 0;
}

static void end(struct protection *p)
{
    mprotect_open(p, 0, p->bytes);
}

const struct protect_ops protect_mprotect = {.name = "mprotect",
                                             .signal = SIGSEGV,
                                             .code = SEGV_ACCERR,
                                             .available = always,
                                             .prepare = mprotect_prepare,
                                             .unprepare = nothing,
                                             .begin = begin,
                                             .end = end,
                                             .open = mprotect_open,
                                             .close = mprotect_close};

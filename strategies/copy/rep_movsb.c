/* rep_movsb.c - the kernel's cached copy on CPUs with fast strings */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "strategies/copy.h"

/* Linux 6.4 and later: for every length with FSRM; with ERMS alone from 64 bytes on (rep_movs_alternative in
 * arch/x86/lib/copy_user_64.S). Here it is the instruction at every length, as its name says. */
static void rep_movsb_copy(void *dst, const void *src, size_t n)
{
    __asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}

const struct copy IN_LAYOUT(copy_rep_movsb) = {
    .name = "rep-movsb",
    .summary = "one REP MOVSB: the kernel's cached copy on CPUs with ERMS or FSRM",
    .features = CPU_ERMS,
    .gpr_only = true,
    .resident = RESIDENT_YES,
    .durable = false,
    .fence = FENCE_NONE,
    .copy = rep_movsb_copy,
    .finish = NULL,
};

/* __ffs.h - the first bit of a word by one instruction, as the kernel has it on x86 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef XARRAY_LINUX_FFS_H
#define XARRAY_LINUX_FFS_H

/* "rep bsf": TZCNT where the CPU has it. word is not 0. The harness' own is a binary search in branches. */
static inline __attribute__((always_inline)) unsigned long __ffs(unsigned long word)
{
    unsigned long bit;
    __asm__("rep; bsfq %1, %0" : "=r"(bit) : "rm"(word));
    return bit;
}

#endif

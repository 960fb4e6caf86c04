/* non-atomic.h - bits in memory by the instructions that the kernel uses on x86 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef XARRAY_LINUX_NON_ATOMIC_H
#define XARRAY_LINUX_NON_ATOMIC_H

#include <stdbool.h>

/* BTS, BTR, BTC and BT on memory (arch/x86/include/asm/bitops.h): several times as dear as a load, an OR and
 * a store, so that compiled C in their place would show another XArray than the kernel's. */
#define BIT_IN_MEMORY(name, instruction)                                                                     \
    static inline                                                                                            \
        __attribute__((always_inline)) void ___##name##_bit(unsigned long bit, volatile unsigned long *word) \
    {                                                                                                        \
        __asm__ volatile(instruction " %1, %0" : : "m"(*word), "Ir"(bit) : "memory");                        \
    }                                                                                                        \
    static inline __attribute__((always_inline)) bool ___test_and_##name##_bit(unsigned long bit,            \
                                                                               volatile unsigned long *word) \
    {                                                                                                        \
        bool old;                                                                                            \
        __asm__ volatile(instruction " %2, %1" : "=@ccc"(old) : "m"(*word), "Ir"(bit) : "memory");           \
        return old;                                                                                          \
    }

BIT_IN_MEMORY(set, "btsq")
BIT_IN_MEMORY(clear, "btrq")
BIT_IN_MEMORY(change, "btcq")
#undef BIT_IN_MEMORY

static inline __attribute__((always_inline)) bool _test_bit(unsigned long bit,
                                                            const volatile unsigned long *word)
{
    bool set;
    __asm__ volatile("btq %2, %1" : "=@ccc"(set) : "m"(*word), "Ir"(bit) : "memory");
    return set;
}

#endif

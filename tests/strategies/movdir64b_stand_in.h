/* movdir64b_stand_in.h - executes MOVDIR64B for a CPU that has none, so that its strategy is tested
 * everywhere */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_MOVDIR64B_STAND_IN_H
#define TESTS_STRATEGIES_MOVDIR64B_STAND_IN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

/* MOVDIR64B (%rdx), %rax, the one form that the strategy uses; as on the CPU, the destination must be
 * aligned. */
static inline void movdir64b_execute(int signal_number, siginfo_t *info, void *context)
{
    static const uint8_t code[5] = {0x66, 0x0f, 0x38, 0xf8, 0x02};
    static const char text[] = "an illegal instruction that is no aligned MOVDIR64B (%rdx), %rax\n";
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    void *dst = (void *)regs[REG_RAX];
    const void *src = (const void *)regs[REG_RDX];
    (void)signal_number, (void)info;
    if (memcmp((const void *)regs[REG_RIP], code, sizeof(code)) != 0 || (uintptr_t)dst % 64) {
        ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
        (void)ignored;
        _exit(1);
    }
    memcpy(dst, src, 64);
    regs[REG_RIP] += (greg_t)sizeof(code);
}

/* Stands in until the end of the test: cmocka sets and resets the handlers of its own around each test. */
static inline bool movdir64b_stand_in(void)
{
    struct sigaction action = {.sa_sigaction = movdir64b_execute, .sa_flags = SA_SIGINFO};
    return sigaction(SIGILL, &action, NULL) == 0;
}

#endif

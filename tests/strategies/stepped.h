/* stepped.h - runs a function one instruction at a time by the CPU's trap flag */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_H
#define TESTS_STRATEGIES_STEPPED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/strategies/movdir64b_stand_in.h"

enum { STEPPER_TRAP_FLAG = 1 << 8 }; /* EFLAGS.TF (SDM vol. 1, 3.4.3.3) */

/* A function under the trap flag. `see` is told the registers before each instruction of it and of all that
 * it calls, from its first one on up to its return; regs[REG_RIP] is the instruction to come. */
struct stepper {
    void (*see)(void *user, const greg_t *regs);
    void *user;
    uintptr_t entry; /* of the function */
    uintptr_t back;  /* where it returns to; 0 until it is entered */
    uint64_t steps;  /* told so far */
};

/* Of the signal handlers below, which have no parameter of their own; the tests that step have one thread. */
static struct stepper *stepper_current;

static inline __attribute__((noreturn)) void stepper_die(const char *text, size_t bytes)
{
    ssize_t ignored = write(STDERR_FILENO, text, bytes);
    (void)ignored;
    _exit(1);
}

/* The kernel clears the flag while a handler runs and restores it with the registers, so that only the
 * function is stepped. The frame lies below the red zone and leaves the function's stack alone. */
static inline void stepper_look(greg_t *regs)
{
    static const char text[] = "single steps begin elsewhere than at the function's entry\n";
    struct stepper *s = stepper_current;
    uintptr_t rip = (uintptr_t)regs[REG_RIP];
    if (!s->back) {
        if (rip != s->entry)
            stepper_die(text, sizeof(text) - 1);
        s->back = *(const uintptr_t *)regs[REG_RSP];
    }
    if (rip == s->back) {
        regs[REG_EFL] &= ~(greg_t)STEPPER_TRAP_FLAG;
        return;
    }
    s->steps++;
    s->see(s->user, regs);
}

static inline void stepper_on_trap(int signal_number, siginfo_t *info, void *context)
{
    static const char text[] = "a SIGTRAP that is no single step\n";
    (void)signal_number;
    if (info->si_code != TRAP_TRACE || !stepper_current)
        stepper_die(text, sizeof(text) - 1);
    stepper_look(((ucontext_t *)context)->uc_mcontext.gregs);
}

/* MOVDIR64B on a CPU without it. The instruction was told before it faulted; after it the next one runs
 * before it traps, so that it is told here. */
static inline void stepper_on_illegal(int signal_number, siginfo_t *info, void *context)
{
    movdir64b_execute(signal_number, info, context);
    if (stepper_current)
        stepper_look(((ucontext_t *)context)->uc_mcontext.gregs);
}

/* Installs the handlers until the end of the test; SIGILL's only where MOVDIR64B needs a stand-in. */
static inline bool stepper_handlers(bool stand_in)
{
    struct sigaction trap = {.sa_sigaction = stepper_on_trap, .sa_flags = SA_SIGINFO};
    struct sigaction illegal = {.sa_sigaction = stepper_on_illegal, .sa_flags = SA_SIGINFO};
    return sigaction(SIGTRAP, &trap, NULL) == 0 && (!stand_in || sigaction(SIGILL, &illegal, NULL) == 0);
}

/* POPF sets the flag and the first trap follows the instruction after it, the call (SDM vol. 3, 17.3.1.4). */
static inline void stepper_enter(void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c)
{
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "subq $256, %%rsp\n\t"
                     "andq $-64, %%rsp\n\t"
                     "pushfq\n\t"
                     "orq %[flag], (%%rsp)\n\t"
                     "popfq\n\t"
                     "call *%%rax\n\t"
                     "movq %%rbx, %%rsp"
                     : "+a"(function), "+D"(a), "+S"(b), "+d"(c)
                     : [flag] "i"(STEPPER_TRAP_FLAG)
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3",
                       "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15");
}

/* Runs function(a, b, c) by single steps; returns how many instructions it executed, each round of a REP
 * counted. */
static inline uint64_t stepper_run(void (*see)(void *user, const greg_t *regs), void *user,
                                   void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c)
{
    struct stepper s = {.see = see, .user = user, .entry = (uintptr_t)function};
    stepper_current = &s;
    stepper_enter(function, a, b, c);
    stepper_current = NULL;
    return s.steps;
}

#endif

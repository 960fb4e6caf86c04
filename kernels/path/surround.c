/* surround.c - what else a write() executes: a fixed mixture of loads, ALU and LOCKed operations, or a system
 * call */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/path/tables.h"
#include "kernels/surround_figures.h"
#include "strategies/prim.h"

/* Sized by what Linux executes beside the copy of a 64-byte pwrite (kernels/surround_figures.h): as many
 * instructions, and as many LOCKed operations with the two of our own inode lock. The parts follow the order
 * of a pwrite: entry and checks, under the lock, and the way out. */
enum {
#ifdef __clang__
    PER_TURN = 22,     /* instructions of a turn of the mixture */
    BESIDE_TURNS = 74, /* and of what is around the turns, all parts together */
#else
    PER_TURN = 21,
    BESIDE_TURNS = 64,
#endif
    TURNS = (SURROUND_INSTRUCTIONS - BESIDE_TURNS) / PER_TURN,
    TURNS_BEFORE = TURNS * 43 / 100,
    TURNS_AFTER = TURNS * 23 / 100,
    TURNS_BETWEEN = TURNS - TURNS_BEFORE - TURNS_AFTER,
    LOCKED_A_PART = 2,
    PARTS = 3
};
_Static_assert(2 + PARTS * LOCKED_A_PART == SURROUND_LOCKED, "as many as Linux, with the inode lock's two");

/* Three independent loads a turn, and arithmetic that does not wait for the turn before. */
static inline uint64_t mixture(struct surround_state *s, unsigned turns)
{
    uint64_t a = 0, b = 0, c = 0;
    for (unsigned i = 0; i < turns; i++) {
        uint64_t x = s->table[(i * 7) & 511], y = s->table[(i * 13 + 64) & 511],
                 z = s->table[(i * 29 + 128) & 511];
        a += x ^ (y >> 7);
        b ^= z + i;
        c += (x & z) | 1;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c));
    }
    return a ^ b ^ c;
}

static inline void part(struct surround_state *s, unsigned turns)
{
    uint64_t sum = mixture(s, turns / 2);
    locked_or(&s->line[0], sum & 1);
    sum ^= mixture(s, turns - turns / 2);
    locked_add32((uint32_t *)&s->line[1], 1);
    s->sum += sum;
}

static void kernel_before(struct surround_state *s)
{
    part(s, TURNS_BEFORE);
}

static void kernel_between(struct surround_state *s)
{
    part(s, TURNS_BETWEEN);
}

static void kernel_after(struct surround_state *s)
{
    part(s, TURNS_AFTER);
}

const struct surround IN_LAYOUT(surround_kernel) = {
    .name = "kernel", .before = kernel_before, .between = kernel_between, .after = kernel_after};

static void syscall_before(struct surround_state *s)
{
    s->sum += (uint64_t)syscall(SYS_getppid);
}

static void syscall_rest(struct surround_state *s)
{
    (void)s;
}

const struct surround IN_LAYOUT(surround_syscall) = {
    .name = "syscall", .before = syscall_before, .between = syscall_rest, .after = syscall_rest};

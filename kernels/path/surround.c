/* surround.c - what else a write() executes: a fixed mixture of loads, ALU and LOCKed operations, or a system
 * call */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/path/tables.h"
#include "strategies/prim.h"

/* Sized by what Linux 6.1 executes besides the copy in a 64-byte pwrite (counted by instruction: about 2110
 * on ext4, 2403 on XFS, 7 or 8 of them LOCKed, of which our own inode lock has two): together about 2100
 * instructions and six LOCKed operations. The parts follow the order of a pwrite: entry and checks, under the
 * lock, and the way out. */
enum { TURNS_BEFORE = 41, TURNS_BETWEEN = 32, TURNS_AFTER = 22 };

/* About 21 instructions a turn (tests/truth/surround counts them): three independent loads, and arithmetic
 * that does not wait for the turn before. */
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

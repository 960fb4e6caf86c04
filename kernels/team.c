/* team.c - threads that sleep on a futex between jobs and meet at a spinning barrier inside one */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/team.h"

#include <x86intrin.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    SPINS = 1 << 12,
    START_TICKS = 6000 /* some 2 us: for the news of the start to reach every CPU */
};

struct member {
    struct team *team;
    pthread_t thread;
    unsigned number;
    int cpu;
};

struct team {
    unsigned threads, started;
    void (*job)(void *user, unsigned thread);
    void *user;
    bool over;
    uint32_t turn __attribute__((aligned(64))); /* a futex: changes with each job */
    uint32_t done __attribute__((aligned(64))); /* threads that have ended it */
    uint32_t arrived __attribute__((aligned(64)));
    uint32_t phase __attribute__((aligned(64))); /* of the barrier */
    uint64_t start;                              /* the counter when all leave it */
    uint64_t ping __attribute__((aligned(64)));
    uint64_t pong __attribute__((aligned(64)));
    uint64_t skew;
    struct member member[];
};

static void wait_for_turn(struct team *team, uint32_t last)
{
    while (__atomic_load_n(&team->turn, __ATOMIC_ACQUIRE) == last)
        syscall(SYS_futex, &team->turn, FUTEX_WAIT_PRIVATE, last, NULL, NULL, 0);
}

static void *work(void *user)
{
    struct member *m = user;
    struct team *team = m->team;
    for (uint32_t turn = 0;;) {
        wait_for_turn(team, turn++);
        if (team->over)
            return NULL;
        team->job(team->user, m->number);
        __atomic_fetch_add(&team->done, 1, __ATOMIC_RELEASE);
    }
}

static void next_turn(struct team *team)
{
    __atomic_fetch_add(&team->turn, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &team->turn, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Waits for a condition that other threads bring about, and lets them run where they share this CPU. */
#define WAIT_UNTIL(condition)                                                                                \
    for (unsigned spins = 1; !(condition); spins++)                                                          \
        if (spins % SPINS == 0)                                                                              \
            sched_yield();                                                                                   \
        else                                                                                                 \
            _mm_pause()

void team_run(struct team *team, void (*job)(void *user, unsigned thread), void *user)
{
    team->job = job;
    team->user = user;
    __atomic_store_n(&team->done, 0, __ATOMIC_RELAXED);
    next_turn(team);
    job(user, 0);
    WAIT_UNTIL(__atomic_load_n(&team->done, __ATOMIC_ACQUIRE) == team->threads - 1);
}

void team_barrier(struct team *team)
{
    uint32_t phase = __atomic_load_n(&team->phase, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->threads) {
        __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&team->start, __rdtsc() + START_TICKS, __ATOMIC_RELAXED);
        __atomic_store_n(&team->phase, phase + 1, __ATOMIC_RELEASE);
    } else {
        WAIT_UNTIL(__atomic_load_n(&team->phase, __ATOMIC_ACQUIRE) != phase);
    }
    for (uint64_t start = __atomic_load_n(&team->start, __ATOMIC_RELAXED); (int64_t)(__rdtsc() - start) < 0;)
        _mm_pause();
}

/* What thread `other` reads between two readings of thread 0 lies between them where the counters agree. */
struct pair {
    struct team *team;
    unsigned other;
    uint64_t outside;
};

enum { SKEW_TRIES = 200 };

static void read_counters(void *user, unsigned thread)
{
    struct pair *p = user;
    struct team *team = p->team;
    if (thread && thread != p->other)
        return;
    for (uint64_t i = 1; i <= SKEW_TRIES; i++) {
        if (thread) {
            WAIT_UNTIL(__atomic_load_n(&team->ping, __ATOMIC_ACQUIRE) == i);
            __atomic_store_n(&team->pong, clock_begin(), __ATOMIC_RELEASE);
            continue;
        }
        __atomic_store_n(&team->pong, 0, __ATOMIC_RELAXED);
        uint64_t before = clock_begin();
        __atomic_store_n(&team->ping, i, __ATOMIC_RELEASE);
        WAIT_UNTIL(__atomic_load_n(&team->pong, __ATOMIC_ACQUIRE));
        uint64_t after = clock_end(), there = __atomic_load_n(&team->pong, __ATOMIC_RELAXED);
        uint64_t off = there < before ? before - there : there > after ? there - after : 0;
        p->outside = i == 1 || off < p->outside ? off : p->outside;
    }
}

/* A difference that is larger than the way shows in each try, so that the smallest is what can be shown. */
static void measure_skew(struct team *team)
{
    for (unsigned i = 1; i < team->threads; i++) {
        struct pair p = {.team = team, .other = i};
        __atomic_store_n(&team->ping, 0, __ATOMIC_RELAXED);
        team_run(team, read_counters, &p);
        team->skew = p.outside > team->skew ? p.outside : team->skew;
    }
}

uint64_t team_skew(const struct team *team)
{
    return team->skew;
}

static int start(struct member *m, struct error *err)
{
    pthread_attr_t attributes;
    cpu_set_t set;
    CPU_ZERO(&set);
    pthread_attr_init(&attributes);
    if (m->cpu >= 0) {
        CPU_SET(m->cpu, &set);
        pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
    }
    int code = pthread_create(&m->thread, &attributes, work, m);
    pthread_attr_destroy(&attributes);
    if (code)
        return error_set(err, EXIT_CANNOT,
                         "threads: thread %u cannot be started on CPU %d: %s; use fewer --threads", m->number,
                         m->cpu, strerror(code));
    m->team->started++;
    return 0;
}

struct team *team_create(unsigned threads, const int *cpus, struct error *err)
{
    struct team *team = aligned_alloc(64, (sizeof(*team) + threads * sizeof(struct member) + 63) / 64 * 64);
    if (!team) {
        error_set(err, EXIT_CANNOT, "threads: no memory");
        return NULL;
    }
    memset(team, 0, sizeof(*team));
    team->threads = threads;
    for (unsigned i = 1; i < threads; i++) {
        team->member[i] = (struct member){.team = team, .number = i, .cpu = cpus ? cpus[i] : -1};
        if (start(&team->member[i], err)) {
            team_destroy(team);
            return NULL;
        }
    }
    measure_skew(team);
    return team;
}

void team_destroy(struct team *team)
{
    if (!team)
        return;
    team->over = true;
    next_turn(team);
    for (unsigned i = 1; i <= team->started; i++)
        pthread_join(team->member[i].thread, NULL);
    free(team);
}

/* trace.h - what the counting instance records: instructions that move lines towards memory, and LOCKed ones
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_TRACE_H
#define STRATEGIES_TRACE_H

#include <stdint.h>

/* TRACE_LIBRARY: a library's copy has ended that takes the lines of the range past the cache, by whichever
 * instructions: not counted, and proven by single steps only. */
enum trace_kind { TRACE_NT_STORE, TRACE_WRITEBACK, TRACE_FENCE, TRACE_LOCKED, TRACE_LIBRARY };

/* A recorder. on_event (may be NULL) sees each event before it executes (TRACE_LIBRARY: after), with address
 * and bytes (0 for fences); it is where a test's shadow medium hooks in. */
struct trace {
    uint64_t nt_bytes;
    uint64_t lines_flushed;
    uint64_t fences; /* SFENCE and MFENCE */
    uint64_t locked_ops;
    void (*on_event)(void *user, enum trace_kind kind, const void *address, uint64_t bytes);
    void *user;
};

/* Makes `t` (or NULL: none) the recorder of the calling thread; returns the one before. Only code compiled
 * with PMB_TRACE reports to it: what is timed never looks. */
struct trace *trace_use(struct trace *t);

/* Reports one event to the calling thread's recorder. */
void trace_event(enum trace_kind kind, const void *address, uint64_t bytes);

#endif

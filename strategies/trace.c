/* trace.c - the calling thread's recorder of the counting instance */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "strategies/trace.h"

#include <stddef.h>

/* Per thread, and only the counting instance reads it: a strategy's signature is that of the routine it
 * stands for, so that there is no parameter to carry a recorder. */
static _Thread_local struct trace *recorder;

struct trace *trace_use(struct trace *t)
{
    struct trace *before = recorder;
    recorder = t;
    return before;
}

void trace_event(enum trace_kind kind, const void *address, uint64_t bytes)
{
    struct trace *t = recorder;
    if (!t)
        return;
    t->nt_bytes += kind == TRACE_NT_STORE ? bytes : 0;
    t->lines_flushed += kind == TRACE_WRITEBACK;
    t->fences += kind == TRACE_FENCE;
    t->locked_ops += kind == TRACE_LOCKED;
    if (t->on_event)
        t->on_event(t->user, kind, address, bytes);
}

/* signals.h - SIGINT and SIGTERM ask the run to end with what it has; a SIGBUS in guarded memory ends it too
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Installs the handlers. Another signal a second or more after the first ends the program at once. A write to
 * a closed pipe, or beyond the limit of a file's size, is an error instead of a signal. */
void signals_install(void);

/* 0, or the signal (SIGINT, SIGTERM) that was received. Thread-safe. */
int signals_received(void);

/* Guards one range of mapped memory: when the file under it is truncated or its medium fails, the whole range
 * becomes anonymous zeros, the program goes on, and signals_bus() tells. A SIGBUS elsewhere ends the program
 * as ever. NULL: nothing is guarded any more, and what happened is still told. Not thread-safe: call it
 * before threads use the range and after. */
void signals_guard(void *base, size_t bytes);

/* The same for one range more: a second mapping of the file. signals_guard does not end it. */
void signals_guard_also(void *base, size_t bytes);

/* A function that sees each fault of memory (SIGSEGV, SIGBUS) before the guard does, in the thread that
 * faulted; async-signal-safe. true: it has seen to it, and the instruction runs again. Such as it leaves go
 * to the guard, then to whoever had a handler before, then end the program. A handler that was put over ours
 * is asked before the one that was there first, and may chain to ours. */
typedef bool (*signals_fault_fn)(int number, int code, void *address);

/* Makes fn that function from now on; NULL: none. To be called before threads fault, and as often as one
 * likes. Not thread-safe. */
void signals_faults(signals_fault_fn fn);

/* Whether a SIGBUS came in the range of the last signals_guard; *offset (may be NULL): of the first, in
 * bytes. What the range holds is then worth nothing. Thread-safe. */
bool signals_bus(uint64_t *offset);

/* Asks for the same as a signal, for a reason of the program's own. Thread-safe. */
void signals_ask(void);

/* Whether measuring is to end: a signal, a SIGBUS or signals_ask(). Thread-safe. */
bool signals_stop(void);

#endif

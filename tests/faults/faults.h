/* faults.h - which operation of a run meets which fault */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdatomic.h>
#include <stdbool.h>

/* Environment (all of it read once, at the start; a word that is not understood ends the program with 125):
 *   PMB_FAULT_DIR=DIR   the folder under test, absolute; what touches nothing in it goes through unseen
 *   PMB_FAULT=F[,F...]  each F = KIND[@FILE]:N:DEED, at the N-th operation of that KIND (on a file whose name
 *                       contains FILE)
 *     KIND  write fsync rename truncate open (to create or write) close unlink
 *     DEED  an errno (ENOSPC EDQUOT EIO EINTR EACCES EROFS) instead of the operation, `short` (half of it),
 *           `kill` (SIGKILL instead of it), `INT` or `TERM` (that signal, and the operation), `slow` (4 s
 *           before it, whatever signals come), and any of
 *       -half    of a write one half reaches the file; an errno comes at the write after it
 *       -after   when the operation was done, not instead of it or before it
 *       -sticky  and at every later one, as a full disk does
 *   PMB_FAULT_LOG=FILE  a line for each operation that was carried out or failed, in the order of their ends:
 *                       KIND NAME BYTES RESULT ERRNO SIZE-OF-JOURNAL */

enum fault_kind {
    FAULT_WRITE,
    FAULT_FSYNC,
    FAULT_RENAME,
    FAULT_TRUNCATE,
    FAULT_OPEN,
    FAULT_CLOSE,
    FAULT_UNLINK,
    FAULT_KINDS
};
enum fault_deed { DEED_FAIL, DEED_SHORT, DEED_KILL, DEED_SIGNAL, DEED_SLOW };
enum { FAULT_NOT_UNDERSTOOD = 125 };

struct fault {
    enum fault_kind kind;
    char file[64];    /* part of the name, "": any */
    unsigned long at; /* from 1 */
    enum fault_deed deed;
    int number; /* errno or signal */
    bool half, after, sticky;
    atomic_ulong seen;
};

extern const char *const fault_kinds[FAULT_KINDS];

/* The folder under test, "" when there is none. */
const char *fault_dir(void);
/* The descriptor of the log, -1: none. */
int fault_log(void);
/* Counts an operation on `name` (within the folder), and gives the fault that it meets or NULL. *second: a
 * half of an earlier one got through, and what comes now is its errno. */
const struct fault *fault_meet(enum fault_kind kind, const char *name, bool *second);
/* Ends the program: a test that says what nobody understands must not pass. */
_Noreturn void fault_not_understood(const char *what, const char *text);

#endif

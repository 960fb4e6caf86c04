/* error.h - one way to report an error: the caller owns it, the first one wins, the verb shows it once */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* Exit codes of the program. */
enum exit_code {
    EXIT_DONE = 0,       /* done */
    EXIT_CANNOT = 1,     /* it could not be done: files, plan content, machine, a failed cell */
    EXIT_USAGE = 2,      /* wrong from the command line alone */
    EXIT_REGRESSION = 3, /* a regression under --fail-on */
    EXIT_SIGINT = 130,   /* interrupted; what was measured was written */
    EXIT_SIGTERM = 143
};

struct error {
    enum exit_code code; /* EXIT_DONE while nothing went wrong */
    char text[1024];     /* one line: what, where, what to do */
};

/* Records an error unless one is recorded already (the first wins). err may be NULL: then nothing is kept.
 * Control characters in the text are replaced, so that it stays one line. Returns -1 always, for
 * `return error_set(...)`. Thread-safe as far as err is not shared. */
int error_set(struct error *err, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool error_is_set(const struct error *err)
{
    return err && err->code != EXIT_DONE;
}

#endif

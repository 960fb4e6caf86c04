/* error.c - formats the one error line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

int error_set(struct error *err, enum exit_code code, const char *format, ...)
{
    if (!err || error_is_set(err))
        return -1;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    for (char *c = err->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    err->code = code;
    return -1;
}

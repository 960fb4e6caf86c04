/* error.c - formats the one error line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What moves a terminal's cursor or turns its text around, in UTF-8: C1 controls, U+061C, U+200E to U+200F,
 * U+2028 to U+202E, U+2066 to U+2069. The bytes of the character at `c`; 0: none of these. */
static int steering(const unsigned char *c)
{
    if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
        return 2;
    if (c[0] == 0xd8 && c[1] == 0x9c)
        return 2;
    if (c[0] != 0xe2 || (c[1] != 0x80 && c[1] != 0x81))
        return 0;
    bool turns =
        c[1] == 0x80 ? (c[2] & 0xfe) == 0x8e || (c[2] >= 0xa8 && c[2] <= 0xae) : c[2] >= 0xa6 && c[2] <= 0xa9;
    return turns ? 3 : 0;
}

int error_set(struct error *err, enum exit_code code, const char *format, ...)
{
    if (!err || error_is_set(err))
        return -1;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    for (char *c = err->text; *c; c++) {
        int length = steering((const unsigned char *)c);
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
        else if (length)
            memset(c, '?', (size_t)length);
    }
    err->code = code;
    return -1;
}

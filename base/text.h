/* text.h - fixed-size texts */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <string.h>

/* Copies what fits of `from` into out (of `bytes`, at least 1) and terminates it. Returns out. */
static inline char *text_copy(char *out, size_t bytes, const char *from)
{
    size_t length = strlen(from), n = length < bytes - 1 ? length : bytes - 1;
    memmove(out, from, n);
    out[n] = '\0';
    return out;
}

#endif

/* wrap.c - breaks words into lines */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/wrap.h"

#include <string.h>

void print_wrapped(FILE *out, const char *text, int column, int indent)
{
    text += strspn(text, " ");
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column + 1 + n > PAGE_WIDTH) {
            fprintf(out, "\n%*s", indent - 1, "");
            column = indent - 1;
        }
        fprintf(out, " %.*s", n, text);
        column += 1 + n;
        text += n;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

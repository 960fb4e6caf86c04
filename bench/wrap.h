/* wrap.h - words broken into lines of a page */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_WRAP_H
#define BENCH_WRAP_H

#include <stdio.h>

enum { PAGE_WIDTH = 100 };

/* Prints the words of `text`, a blank before each, to a line of which `column` characters are there; lines
 * stay within PAGE_WIDTH where words allow it, further ones begin after `indent` blanks. Ends the last line.
 */
void print_wrapped(FILE *out, const char *text, int column, int indent);

#endif

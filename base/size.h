/* size.h - sizes as people write them: 4096, 4K = 4KiB; kB and MB are refused as ambiguous */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { SIZE_TEXT = 24 }; /* bytes that size_format needs */

/* Parses a size in bytes: digits, then nothing, B, K, M, G, T or KiB, MiB, GiB, TiB (any case of the first
 * letter; decimal units such as kB, MB, GB are refused: they mean 1000 to some and 1024 to others).
 * Errors: -1 with EXIT_USAGE and a text that names what (such as "--size"). Thread-safe. */
int size_parse(const char *text, const char *what, uint64_t *bytes, struct error *err);

/* Writes the shortest exact form: 4096 -> "4KiB", 1500 -> "1500". out holds SIZE_TEXT bytes. Returns out. */
char *size_format(uint64_t bytes, char *out);

#endif

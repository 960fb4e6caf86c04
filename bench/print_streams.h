/* print_streams.h - what a cell's stream does, operation by operation */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_PRINT_STREAMS_H
#define BENCH_PRINT_STREAMS_H

#include "bench/plan.h"

/* Prints the first `periods` periods of each different stream of the runnable cells on stdout, a line an
 * operation: period, thread, write or fsync, offset in the file and length in bytes, pass of the overwrites.
 * Equal on every machine for equal seed and footprint in bytes. 0, or -1 with EXIT_CANNOT. */
int print_streams(const struct run_cells *cells, uint64_t periods, struct error *err);

#endif

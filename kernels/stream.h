/* stream.h - which bytes a cell writes, in which order: a pure function of its axes and the seed */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_STREAM_H
#define KERNELS_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum stream_access { ACCESS_SEQ, ACCESS_RANDOM, ACCESS_SPARSE };
enum stream_order { ORDER_PASS, ORDER_BURST };
enum { FILE_START = 2 << 20 }; /* the measured range starts 2 MiB into the file */

/* A slot is the place of one write, a window what is written between two fsyncs. The stream goes through the
 * windows of its footprint in order and wraps. All in bytes but for the counts. */
struct stream {
    uint64_t size, offset, granule;
    uint64_t footprint; /* of file offsets */
    uint64_t dirty;     /* distinct bytes a period and thread; 0: the default cap, of all threads together */
    uint64_t overwrite; /* passes a period */
    enum stream_access access;
    enum stream_order order;
    uint64_t seed;
    uint64_t threads; /* that share a window, a block of slots each; 0 is 1 */
    /* derived by stream_resolve */
    uint64_t stride;  /* from slot to slot */
    uint64_t slots;   /* a window, of all threads */
    uint64_t windows; /* in the footprint */
    uint64_t writes;  /* a period: slots * overwrite */
};

/* Caps of a period that are constants, never of the clock, so that counts and hashes are equal everywhere. */
enum { DIRTY_CAP = 4 << 20, WRITES_CAP = 8192, PERIOD_WRITES_MAX = 1 << 26 };

/* Fills in the derived members. Errors (EXIT_CANNOT): a footprint that holds not one slot a thread, sizes of
 * 0.
 */
int stream_resolve(struct stream *s, struct error *err);

/* File offset at which window `index` (taken modulo windows) begins, misalignment included. */
uint64_t stream_window(const struct stream *s, uint64_t index);

/* The slots of the period with this serial number, s->writes of them: thread by thread, each thread's
 * s->writes / s->threads in its order, out of its own s->slots / s->threads neighbours. */
void stream_slots(const struct stream *s, uint64_t serial, uint32_t *slots);

/* The same of one thread alone: s->writes / s->threads of them. */
void stream_thread_slots(const struct stream *s, uint64_t serial, uint64_t thread, uint32_t *slots);

/* Bytes of distinct lines that the whole stream touches, whole lines: how much cache it would take to hold
 * them all. */
uint64_t stream_reach(const struct stream *s);

/* 64-bit hash over the windows' number and the first two periods (window, slot, size): equal for equal
 * streams. */
uint64_t stream_hash(const struct stream *s);

#endif

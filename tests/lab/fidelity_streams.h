/* fidelity_streams.h - the streams on which our path and Linux are counted side by side */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LAB_FIDELITY_STREAMS_H
#define TESTS_LAB_FIDELITY_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/stream.h"

enum { FIDELITY_NAME = 48 };

/* How a file is mapped when it is stored to. */
enum fidelity_pages { PAGES_PTE, PAGES_PMD };

/* One period: `slots` neighbouring writes (or stores) of `size` bytes, the first one `offset` bytes behind a
 * multiple of 2 MiB, all of them `overwrite` times over, then one fdatasync. */
struct fidelity_stream {
    char name[FIDELITY_NAME]; /* without blanks, unique */
    const char *kind;         /* what it is listed under */
    bool mmap;                /* stores through a mapping instead of write() */
    bool clean;               /* fdatasync alone, again and again */
    enum fidelity_pages pages;
    uint64_t size, offset, slots, overwrite;
    enum stream_access access;
    enum stream_order order;
};

/* Stream i; false: there is none, all were seen. Pure. */
bool fidelity_stream_get(unsigned i, struct fidelity_stream *out);

/* Whether `names` (comma separated; NULL: every stream) has this one. */
bool fidelity_stream_asked(const struct fidelity_stream *s, const char *names);

#endif

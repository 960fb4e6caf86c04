/* verify.c - every byte of a window against what the stream must have left */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/internal.h"

#include <string.h>

static bool is_last_write(const struct stream *s, uint64_t i)
{
    uint64_t writes = s->writes / s->threads, block = s->slots / s->threads, own = i % writes;
    return s->order == ORDER_PASS ? own >= writes - block : own % s->overwrite == s->overwrite - 1;
}

static uint64_t first_difference(const unsigned char *a, const unsigned char *b, uint64_t n)
{
    uint64_t i = 0;
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

int cell_verify(struct cell *cell, uint64_t window, uint64_t serial, struct error *err)
{
    const struct period *p = &cell->period;
    cell_set_period(cell, window, serial);
    for (uint64_t i = 0; i < p->writes; i++) {
        if (!is_last_write(&cell->spec.stream, i))
            continue;
        const unsigned char *is = write_target(p, i), *must = write_source(p, i);
        if (memcmp(is, must, p->size) == 0)
            continue;
        uint64_t at = first_difference(is, must, p->size);
        return error_set(
            err, EXIT_CANNOT,
            "data wrong at file offset %llu (byte %llu of write %llu in its period, copy '%s'): is 0x%02x, "
            "must be 0x%02x; the path lost or misplaced a write",
            (unsigned long long)(is - p->base + (long long)at), (unsigned long long)at, (unsigned long long)i,
            p->copy->name, is[at], must[at]);
    }
    return 0;
}

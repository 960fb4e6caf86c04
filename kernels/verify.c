/* verify.c - every byte of a window against what the stream must have left */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/sys_cell.h"

#include <string.h>

bool is_last_write(const struct stream *s, uint64_t i)
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

int verify_write(const struct period *p, uint64_t i, const unsigned char *is, struct error *err)
{
    const unsigned char *must = write_source(p, i);
    if (memcmp(is, must, p->size) == 0)
        return 0;
    uint64_t at = first_difference(is, must, p->size);
    return error_set(
        err, EXIT_CANNOT,
        "data wrong at file offset %llu (byte %llu of write %llu in its period, copy '%s'): is 0x%02x, "
        "must be 0x%02x; the path lost or misplaced a write",
        (unsigned long long)(p->window + p->order[i] * p->stride + at), (unsigned long long)at,
        (unsigned long long)i, p->kernel == KERNEL_SYS_WRITE_FSYNC ? "system" : p->copy->name, is[at],
        must[at]);
}

int cell_verify(struct cell *cell, uint64_t window, uint64_t serial, struct error *err)
{
    const struct period *p = &cell->period;
    cell_set_period(cell, window, serial);
    if (sys_has_scratch(cell))
        return sys_verify(cell, p, 0, err);
    for (uint64_t i = 0; i < p->writes; i++)
        if (is_last_write(&cell->spec.stream, i) && verify_write(p, i, write_target(p, i), err))
            return -1;
    return 0;
}

/* region_written.c - counts what is written to the memory under test, and ends the run at the limit */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_written.h"

#include "base/signals.h"
#include "base/size.h"
#include "bench/region_parts.h"

enum { PERIODS_LEAST = 2 }; /* of a visit (cell_visit): the dropped sample's and the timed one's */

void written_add(struct written *w, uint64_t bytes)
{
    if (!w)
        return;
    w->bytes += bytes;
    if (!w->most || w->bytes < w->most || w->exceeded)
        return;
    w->exceeded = true;
    signals_ask();
}

uint64_t written_least(const struct group *groups, size_t count, uint64_t fill)
{
    uint64_t bytes = (fill + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    for (size_t g = 0; g < count; g++) {
        const struct stream *s = &groups[g].members[0]->spec.stream;
        if (!group_is_track(&groups[g]))
            bytes += ROUNDS_LEAST * groups[g].slot_count * PERIODS_LEAST * s->writes * s->size;
    }
    return bytes;
}

int written_check(const struct written *w, uint64_t least, struct error *err)
{
    char most[SIZE_TEXT];
    if (!w->most || least <= w->most)
        return 0;
    return error_set(
        err, EXIT_CANNOT,
        "--max-written %s: a first pass writes at least %llu MiB to the memory under test; allow "
        "more, or name fewer cells, smaller sizes or a smaller --footprint",
        size_format(w->most, most), (unsigned long long)((least + (1 << 20) - 1) >> 20));
}

/* region_written.c - estimates what is written to the memory under test */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_written.h"

#include "base/signals.h"
#include "base/size.h"

enum { SAMPLES_A_VISIT = 3 }; /* kernels/visit.c: the dropped one, the conditioning, the timed one */

uint64_t written_visit(const struct stream *s, uint64_t periods)
{
    return SAMPLES_A_VISIT * periods * s->writes * s->size;
}

void written_add(struct written *w, const struct stream *s, uint64_t periods)
{
    if (!w)
        return;
    w->bytes += written_visit(s, periods);
    if (!w->most || w->bytes <= w->most || w->exceeded)
        return;
    w->exceeded = true;
    signals_ask();
}

uint64_t written_least(const struct group *groups, size_t count, uint64_t fill)
{
    uint64_t bytes = fill;
    for (size_t g = 0; g < count; g++)
        if (groups[g].members[0]->spec.kernel == KERNEL_WRITE_FSYNC)
            bytes +=
                ROUNDS_LEAST * groups[g].slot_count * written_visit(&groups[g].members[0]->spec.stream, 1);
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

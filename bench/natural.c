/* natural.c - whether a group's footprint is met cold by itself, and its pages writable */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/natural.h"

#include "bench/region_written.h"
#include "strategies/prim.h"

static bool protects_file(const struct run_cell *member, const struct workspace *w)
{
    return kernel_is_sys(member->spec.kernel) || (w->file && member->spec.kernel == KERNEL_MMAP_FSYNC);
}

bool natural_is(const struct group *g, const struct workspace *w)
{
    const struct cell_spec *spec = &g->members[0]->spec;
    for (size_t m = 0; m < g->member_count; m++)
        if (protects_file(g->members[m], w))
            return false;
    return spec->kernel != KERNEL_TRACK && spec->dest == DEST_OWN &&
           stream_reach(&spec->stream) >= 2 * w->llc_bytes && spec->stream.windows >= 8;
}

void natural_touch(const struct group *g, const struct group_env *env)
{
    enum { PAGE = 4096 };
    const struct stream *s = &g->members[0]->spec.stream;
    if (!g->natural || !env->workspace->sys)
        return;
    uint64_t start = FILE_START + s->offset, end = start + s->footprint;
    for (uint64_t at = start; at < end; at += PAGE) {
        volatile unsigned char *byte = env->workspace->base + at;
        *byte = *byte;
        line_clflush(env->workspace->base + at);
    }
    written_add(env->written, s->footprint / PAGE * LINE);
}

/* print_streams.c - prints streams as tables that diff can compare */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/print_streams.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"

/* By groups: the cells of one differ in their path alone. */
static bool printed_before(const struct run_cells *cells, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (cells->cells[j].runnable && !strcmp(cells->cells[j].group, cells->cells[i].group))
            return true;
    return false;
}

static void print_thread(const struct run_cell *c, uint64_t period, uint64_t thread, const uint32_t *slots)
{
    const struct stream *s = &c->spec.stream;
    uint64_t writes = s->writes / s->threads, block = s->slots / s->threads;
    for (uint64_t i = 0; i < writes; i++) {
        uint64_t pass = s->order == ORDER_PASS ? i / block : i % s->overwrite;
        printf("%" PRIu64 "\t%" PRIu64 "\twrite\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", period, thread,
               stream_window(s, period) + slots[i] * s->stride, s->size, pass);
    }
    if (c->spec.fsync)
        printf("%" PRIu64 "\t%" PRIu64 "\tfsync\t\t\t\n", period, thread);
}

static void print_stream(const struct run_cell *c, uint64_t periods, uint32_t *slots)
{
    const struct stream *s = &c->spec.stream;
    printf("# group %s\n# stream %s, seed %" PRIu64 ", footprint %" PRIu64 " bytes, %" PRIu64
           " windows of %" PRIu64 " writes\n# period\tthread\top\toffset\tbytes\tpass\n",
           c->group, c->out.stream_hash, s->seed, s->footprint, s->windows, s->writes);
    for (uint64_t period = 0; period < periods && !ferror(stdout) && !signals_stop(); period++)
        for (uint64_t thread = 0; thread < s->threads; thread++) {
            stream_thread_slots(s, period, thread, slots);
            print_thread(c, period, thread, slots);
        }
}

int print_streams(const struct run_cells *cells, uint64_t periods, struct error *err)
{
    for (size_t i = 0; i < cells->count; i++) {
        const struct run_cell *c = &cells->cells[i];
        if (!c->runnable || c->spec.kernel == KERNEL_TRACK || printed_before(cells, i))
            continue;
        uint32_t *slots = malloc((c->spec.stream.writes + 1) * sizeof(*slots));
        if (!slots)
            return error_set(err, EXIT_CANNOT, "--stream: no memory for %" PRIu64 " writes",
                             c->spec.stream.writes);
        print_stream(c, periods, slots);
        free(slots);
    }
    return 0;
}

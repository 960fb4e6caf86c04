/* region.c - opens, keeps and closes the memory under test, whatever it is */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region.h"

#include <libpmem2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/signals.h"
#include "base/text.h"
#include "bench/region_parts.h"
#include "bench/region_refuse.h"
#include "kernels/stream.h"

void region_warn(struct region *r, const char *code, const char *hint, const char *format, ...)
{
    va_list args;
    if (r->warning_count == REGION_WARNINGS)
        return;
    struct result_warning *w = &r->warnings[r->warning_count++];
    text_copy(w->code, sizeof(w->code), code);
    text_copy(w->hint, sizeof(w->hint), hint);
    va_start(args, format);
    vsnprintf(w->message, sizeof(w->message), format, args);
    va_end(args);
}

void region_note(struct region *r, const char *format, ...)
{
    va_list args;
    if (r->evidence_count == REGION_EVIDENCE)
        return;
    va_start(args, format);
    vsnprintf(r->evidence[r->evidence_count++], LINE_TEXT, format, args);
    va_end(args);
}

const char *region_lost(const char *path, char out[LINE_TEXT])
{
    uint64_t offset;
    signals_bus(&offset);
    snprintf(out, LINE_TEXT, "%.120s %s while running (SIGBUS at offset %llu)",
             path ? path : "anonymous memory", path ? "was truncated or its medium failed" : "failed",
             (unsigned long long)offset);
    return out;
}

int region_fill(struct region *r, const struct region_request *q, struct error *err)
{
    char lost[LINE_TEXT];
    uint64_t head = r->file.filled ? FILE_START : 0; /* is written, by file_head_write */
    signals_guard(r->base, r->mapped);
    memset(r->base + head, FILE_FILLING, r->bytes - head);
    if (!signals_bus(NULL))
        return 0;
    return error_set(err, EXIT_CANNOT, "memory under test: %s; nothing was measured: use another medium",
                     region_lost(q->path, lost));
}

int region_check(const struct region_request *q, struct error *err)
{
    struct region_file file;
    if (!q->path)
        return q->node >= 0 ? region_node_check(q, q->bytes + q->beside, err) : 0;
    if (region_file_look(&file, q, err))
        return -1;
    region_file_close(&file);
    return 0;
}

int region_open(struct region *r, const struct region_request *q, struct error *err)
{
    *r = (struct region){.bytes = (q->bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES};
    r->facts.node = -1;
    r->facts.bytes = r->bytes;
    r->bus.node = -1;
    text_copy(r->bus.provider, sizeof(r->bus.provider), "none");
    text_copy(r->facts.provenance, sizeof(r->facts.provenance), "stand-in");
    int result = q->path ? region_map_file(r, q, err) : region_map_anonymous(r, q, err);
    if (result)
        region_close(r);
    else
        region_hmat_of_node(q->sys_root, r->facts.node, &r->facts.hmat);
    return result;
}

int region_keep(struct region *r, const char *path, struct error *err)
{
    return r->file.kind == FILE_NONE || r->file.kind == FILE_DEVICE ? 0
                                                                    : region_file_keep(&r->file, path, err);
}

bool region_close(struct region *r)
{
    struct error theirs = {0};
    const char *path = r->file.path;
    if (r->base)
        signals_guard(NULL, 0);
    if (r->map)
        pmem2_map_delete(&r->map);
    else if (r->base)
        munmap(r->base, r->mapped);
    r->base = NULL;
    if (region_file_close(&r->file))
        return true;
    refuse(path,
           "somebody wrote to it during the run, so it is left as it is, with our data around: take yours "
           "out, then remove it",
           &theirs);
    if (!signals_bus(NULL)) /* of that the run tells */
        fprintf(stderr, "pmembench: %s\n", theirs.text);
    return false;
}

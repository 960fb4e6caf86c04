/* probe_memory.c - the medium and the persistence domain that a run would have, looked at only */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/domain_look.h"
#include "bench/probe_print.h"
#include "bench/warnings.h"
#include "strategies/domain.h"

static struct result_domain domain_of_dram(void)
{
    return (struct result_domain){
        .name = "adr",
        .source = "chosen",
        .evidence = {"anonymous DRAM has no persistence domain: it stands in for memory behind ADR"},
        .evidence_count = 1,
        .drain = {.kind = "store-fence",
                  .provenance = "not known",
                  .latency_ns = NAN,
                  .bytes_per_second = NAN,
                  .source = "a store fence; a run measures it, probe does not"}};
}

static struct result_region region_of_dram(void)
{
    return (struct result_region){.path_kind = "anonymous",
                                  .medium = "dram",
                                  .provenance = "stand-in",
                                  .provider = "none",
                                  .granularity = "byte",
                                  .map_sync = "false",
                                  .node = -1,
                                  .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE)};
}

/* Of several media what they all are. */
static enum bus_kind kind_of(const struct domain_facts *facts)
{
    for (unsigned i = 1; i < facts->place_count && i < DOMAIN_PLACES; i++)
        if (facts->places[i].kind != facts->places[0].kind)
            return BUS_UNKNOWN;
    return facts->place_count && facts->place_count <= DOMAIN_PLACES ? facts->places[0].kind : BUS_UNKNOWN;
}

static struct result_region region_of(const struct domain_facts *facts, const char *hypervisor,
                                      const char *sys_root)
{
    struct result_region r = region_of_dram();
    const struct region_bus *first = &facts->places[0];
    text_copy(r.granularity, sizeof(r.granularity), "unknown");
    text_copy(r.path_kind, sizeof(r.path_kind), facts->map_sync == SYNC_DEVICE ? "devdax" : "file");
    text_copy(r.medium, sizeof(r.medium), "page-cache");
    if (!facts->dax)
        return r;
    enum bus_kind kind = kind_of(facts);
    text_copy(r.map_sync, sizeof(r.map_sync), "unknown");
    text_copy(r.medium, sizeof(r.medium), region_medium(kind));
    text_copy(r.provenance, sizeof(r.provenance), region_provenance(kind, hypervisor, false));
    bool known = facts->place_count && (facts->place_count == 1 || kind != BUS_UNKNOWN);
    text_copy(r.provider, sizeof(r.provider), known ? first->provider : "unknown");
    r.node = facts->place_count ? first->node : -1;
    r.page_bytes = first->align_bytes ? first->align_bytes : r.page_bytes;
    region_hmat_of_node(sys_root, r.node, &r.hmat);
    return r;
}

static struct result_domain domain_of(const struct domain_found *found)
{
    struct result_domain d = domain_of_dram();
    if (!found->own) {
        text_copy(d.evidence[0], LINE_TEXT, "neither DAX nor persistent: it stands in for memory behind ADR");
        return d;
    }
    text_copy(d.name, sizeof(d.name), found->name);
    text_copy(d.source, sizeof(d.source), "detected");
    text_copy(d.detected, sizeof(d.detected), found->name);
    memcpy(d.evidence, found->evidence, sizeof(d.evidence));
    d.evidence_count = found->evidence_count;
    memcpy(d.dirty_shutdown, found->dimms, sizeof(d.dirty_shutdown));
    d.dirty_shutdown_count = found->dimm_count;
    for (unsigned i = 0; i < DOMAINS; i++)
        if (!strcmp(domain_get(i, 0)->name, found->name))
            text_copy(d.drain.kind, sizeof(d.drain.kind), domain_get(i, 0)->drain_kind);
    text_copy(d.drain.source, sizeof(d.drain.source), "probe does not measure it");
    return d;
}

__attribute__((format(printf, 3, 4))) static void warn(struct machine_probe *p, enum warning_id id,
                                                       const char *format, ...)
{
    va_list args;
    if (p->warning_count == sizeof(p->warnings) / sizeof(p->warnings[0]))
        return;
    va_start(args, format);
    warning_fill(&p->warnings[p->warning_count++], id, format, args);
    va_end(args);
}

/* 0 for what a run could take, or a folder for it. */
static int check_kind(const char *path, const struct domain_facts *facts, struct error *err)
{
    struct stat st;
    if (stat(path, &st) || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || facts->map_sync == SYNC_DEVICE)
        return 0;
    return error_set(err, EXIT_CANNOT,
                     "probe: --path %s: is neither a file, a folder nor a /dev/daxX.Y; name one of these",
                     path);
}

int probe_memory(struct probe_view *view, const char *path, const char *sys_root, struct error *err)
{
    struct domain_facts facts;
    view->region = region_of_dram();
    view->domain = domain_of_dram();
    if (!path)
        return 0;
    if (domain_look(path, sys_root, &facts))
        return error_set(
            err, EXIT_CANNOT,
            "probe: --path %s: cannot be looked at: %s; name a file, a new name in a folder that "
            "is there, or a /dev/daxX.Y",
            path, strerror(errno));
    if (check_kind(path, &facts, err))
        return -1;
    domain_detect(&facts, &view->found);
    view->region = region_of(&facts, view->probe.machine.hypervisor, sys_root);
    view->domain = domain_of(&view->found);
    return 0;
}

void probe_memory_warn(struct probe_view *view)
{
    const struct domain_found *found = &view->found;
    if (found->contradictions)
        warn(&view->probe, WARN_DOMAIN_CONTRADICTS, "the machine contradicts itself (%.150s%s): taken as %s",
             found->contradiction, found->contradictions > 1 ? ", and more" : "", found->name);
    if (!strcmp(view->domain.name, "unknown"))
        warn(&view->probe, WARN_DOMAIN_UNKNOWN,
             "the persistence domain is not known: fsync would run as for adr");
}

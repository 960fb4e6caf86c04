/* probe_text.c - one look at the machine, on a page that is read in 20 seconds */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/size.h"
#include "bench/machine_facts.h"
#include "bench/probe_print.h"
#include "bench/wrap.h"

enum { INDENT = 12 };

static const char *size_or_unknown(uint64_t bytes, char *text)
{
    return bytes ? size_format(bytes, text) : "unknown";
}

static void print_machine(const struct probe_view *v, FILE *out)
{
    const struct result_machine *m = &v->probe.machine;
    fprintf(out, "machine     %s: %s, Linux %s, hypervisor %s\n", m->host, m->model, m->kernel,
            m->hypervisor);
    fprintf(out, "            %s family %d model %d stepping %d, microcode %s\n", m->vendor, m->family,
            m->model_number, m->stepping, m->microcode);
    fprintf(out, "cpus        %u allowed of %u, NUMA nodes %u, load %.2f\n", m->cpus, v->online, m->nodes,
            m->load);
    fprintf(out, "            governor %s, turbo %s, smt %s, siblings %s, huge pages %s\n", m->governor,
            m->turbo, m->smt, m->siblings, m->huge_pages);
}

static void print_caches(const struct probe_view *v, FILE *out)
{
    const struct machine_probe *p = &v->probe;
    char text[SIZE_TEXT];
    fputs("caches     ", out);
    for (unsigned i = 0; i < p->machine.cache_count; i++) {
        const struct result_cache *c = &p->machine.caches[i];
        fprintf(out, "%s L%u%s %s", i ? "," : "", c->level, c->level == 1 ? "d" : "",
                size_format(c->bytes, text));
        if (c->shared_by > 1)
            fprintf(out, " (for %u CPUs)", c->shared_by);
    }
    fputs(p->machine.cache_count ? "\n" : " unknown\n", out);
    fprintf(out, "LLC         reported %s, ", size_or_unknown(p->llc_reported, text));
    fprintf(out, "measured %s\n",
            v->measured ? size_or_unknown(p->machine.llc_bytes_measured, text) : "not (--quick)");
}

/* Five points a line; the knee is marked. */
static void print_curve(const struct probe_view *v, FILE *out)
{
    const struct llc_curve *c = &v->detail.llc;
    char text[SIZE_TEXT];
    if (!v->measured)
        return;
    fputs("            ns per random dependent read, by footprint (* the knee):", out);
    for (unsigned i = 0; i < c->count; i++) {
        fprintf(out, "%s%8s %5.1f%c", i % 5 ? "  " : "\n            ", size_format(c->bytes[i], text),
                c->ns[i], c->bytes[i] == v->probe.machine.llc_bytes_measured ? '*' : ' ');
    }
    fputc('\n', out);
}

static void print_measured(const struct probe_view *v, FILE *out)
{
    const struct result_machine *m = &v->probe.machine;
    const struct clwb_times *t = &v->detail.clwb;
    fprintf(out, "CLWB        %s", strcmp(m->clwb, "unknown") || v->measured ? m->clwb : "present");
    if (v->measured && strcmp(m->clwb, "absent"))
        fprintf(out, ": a read takes %.1f ns after CLWB, %.1f left in the cache, %.1f flushed", t->clwb,
                t->cached, t->flushed);
    fprintf(out, "\ntimer       TSC %s", v->tsc_invariant ? "invariant" : "NOT invariant");
    if (v->measured)
        fprintf(out, ", %.4f GHz; an empty timed stretch %.1f ns, resolution %.1f ns", m->tsc_ghz,
                m->clock_ns, m->clock_resolution_ns);
    fputc('\n', out);
}

static void print_features(FILE *out)
{
    char list[256];
    uint32_t have = cpu_features(), all = (1u << CPU_FEATURES) - 1;
    fputs("features   ", out);
    print_wrapped(out, cpu_feature_list(have, list, sizeof(list)), INDENT - 1, INDENT);
    fputs("missing    ", out);
    print_wrapped(out, have == all ? "none" : cpu_feature_list(all & ~have, list, sizeof(list)), INDENT - 1,
                  INDENT);
}

static void print_memory(const struct probe_view *v, FILE *out)
{
    char l2[SIZE_TEXT], llc[SIZE_TEXT], beyond[SIZE_TEXT];
    fprintf(out, "footprints  l2 = %s, llc = %s, beyond = %s%s\n",
            size_or_unknown(machine_footprint(&v->probe, "l2"), l2),
            size_or_unknown(machine_footprint(&v->probe, "llc"), llc),
            size_or_unknown(machine_footprint(&v->probe, "beyond"), beyond),
            v->probe.machine.llc_bytes_measured ? "" : " (from the reported LLC)");
    fprintf(out, "memory      %s %s (%s), domain %s (%s)\n", v->region.path_kind, v->region.medium,
            v->region.provenance, v->domain.name, v->domain.source);
}

/* Of a --path only: what the machine says of it. */
static void print_domain(const struct probe_view *v, FILE *out)
{
    const struct result_domain *d = &v->domain;
    const struct result_hmat *h = &v->region.hmat;
    for (unsigned i = 0; i < d->evidence_count; i++) {
        fputs(i ? "           " : "domain     ", out);
        print_wrapped(out, d->evidence[i], INDENT - 1, INDENT + 2);
    }
    for (unsigned i = 0; i < d->dirty_shutdown_count; i++)
        fprintf(out, "%s%s: %" PRIu64 " dirty shutdowns\n", i ? "            " : "dimms       ",
                d->dirty_shutdown[i].dimm, d->dirty_shutdown[i].count);
    if (h->read_latency_ns > 0 || h->read_bandwidth_gb_s > 0)
        fprintf(out, "HMAT        read %.0f ns, %.1f GB/s; write %.0f ns, %.1f GB/s (0: not said)\n",
                h->read_latency_ns, h->read_bandwidth_gb_s, h->write_latency_ns, h->write_bandwidth_gb_s);
}

static void print_warnings(const struct machine_probe *p, FILE *out)
{
    fprintf(out, "warnings%s\n", p->warning_count ? "" : "    none");
    for (unsigned i = 0; i < p->warning_count; i++) {
        int column = fprintf(out, "  %s:", p->warnings[i].code);
        print_wrapped(out, p->warnings[i].message, column, INDENT);
        fprintf(out, "%*s->", INDENT - 3, "");
        print_wrapped(out, p->warnings[i].hint, INDENT - 1, INDENT);
    }
}

int probe_print_text(const struct probe_view *view, FILE *out)
{
    print_machine(view, out);
    print_caches(view, out);
    print_curve(view, out);
    print_measured(view, out);
    print_features(out);
    print_memory(view, out);
    if (strcmp(view->region.path_kind, "anonymous"))
        print_domain(view, out);
    print_warnings(&view->probe, out);
    return 0;
}

/* json.c - a result as a document: everything but the cells */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/json.h"

#include <string.h>

#include "results/file.h"

static json_t *argv_json(char **argv)
{
    json_t *list = json_array();
    for (char **arg = argv; list && arg && *arg; arg++) {
        if (json_array_append_new(list, json_text(*arg))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *cpu_number_json(const void *item)
{
    return json_integer(*(const int *)item);
}

json_t *run_json(const struct result_run *run)
{
    struct object o = object_begin();
    object_put(&o, "id", json_fact(run->id));
    object_put(&o, "started", json_fact(run->started));
    object_put(&o, "finished", json_fact(run->finished));
    object_put(&o, "argv", argv_json(run->argv));
    object_put(&o, "seed", json_count(run->seed));
    object_put(&o, "plan", json_fact(run->plan));
    object_put(&o, "version", json_fact(run->version));
    object_put(&o, "git", json_fact(run->git));
    object_put(&o, "compiler", json_fact(run->compiler));
    object_put(&o, "flags", json_fact(run->flags));
    object_put(&o, "measuring_s", json_number(run->measuring_s));
    object_put(&o, "thread_cpus", json_list(run->cpus, run->cpu_count, sizeof(int), cpu_number_json));
    object_put(&o, "repeats", json_count(run->repeats ? run->repeats : 1));
    if (run->surround_source[0])
        object_put(&o, "surround_source", json_text(run->surround_source));
    if (run->tuning[0])
        object_put(&o, "tuning", json_text(run->tuning));
    return object_end(&o);
}

static json_t *features_json(const char *features)
{
    json_t *list = json_array();
    while (list && *features) {
        size_t n = strcspn(features, ",");
        if (n && json_array_append_new(list, json_stringn(features, n))) {
            json_decref(list);
            return NULL;
        }
        features += n;
        features += *features == ',';
    }
    return list;
}

static json_t *cpu_json(const struct result_machine *m)
{
    struct object o = object_begin();
    object_put(&o, "vendor", json_fact(m->vendor));
    object_put(&o, "model", json_fact(m->model));
    object_put(&o, "family", json_known(m->family));
    object_put(&o, "model_number", json_known(m->model_number));
    object_put(&o, "stepping", json_known(m->stepping));
    object_put(&o, "microcode", json_fact(m->microcode));
    object_put(&o, "features", features_json(m->features));
    object_put(&o, "tsc_ghz", json_number(m->tsc_ghz));
    object_put(&o, "clwb", json_fact(m->clwb));
    return object_end(&o);
}

static json_t *cache_json(const void *item)
{
    const struct result_cache *cache = item;
    struct object o = object_begin();
    object_put(&o, "level", json_count(cache->level));
    object_put(&o, "bytes", json_count_or_null(cache->bytes));
    object_put(&o, "shared_by", json_count_or_null(cache->shared_by));
    return object_end(&o);
}

static void put_noise(struct object *o, const struct result_machine *m)
{
    object_put(o, "trend_percent", json_number(m->trend_percent));
    object_put(o, "spin_ns", json_number(m->spin_ns));
    object_put(o, "load_end", json_number(m->load_end));
    object_put(o, "cpu_steal_percent", json_number(m->cpu_steal_percent));
    object_put(o, "sibling_busy_percent", json_number(m->sibling_busy_percent));
    object_put(o, "others_busy_percent", json_number(m->others_busy_percent));
    object_put(o, "involuntary_switches", json_number(m->involuntary_switches));
    object_put(o, "involuntary_per_s", json_number(m->involuntary_per_s));
    object_put(o, "throttles", json_number(m->throttles));
    object_put(o, "huge_page_percent", json_number(m->huge_page_percent));
    object_put(o, "remote_percent", json_number(m->remote_percent));
}

json_t *machine_json(const struct result_machine *m)
{
    struct object o = object_begin();
    object_put(&o, "host", json_fact(m->host));
    object_put(&o, "cpu", cpu_json(m));
    object_put(&o, "caches", json_list(m->caches, m->cache_count, sizeof(m->caches[0]), cache_json));
    object_put(&o, "llc_bytes_measured", json_count_or_null(m->llc_bytes_measured));
    object_put(&o, "clock_ns", json_number(m->clock_ns));
    object_put(&o, "clock_resolution_ns", json_number(m->clock_resolution_ns));
    object_put(&o, "nodes", json_count_or_null(m->nodes));
    object_put(&o, "cpus", json_count_or_null(m->cpus));
    object_put(&o, "kernel", json_fact(m->kernel));
    object_put(&o, "hypervisor", json_fact(m->hypervisor));
    object_put(&o, "governor", json_fact(m->governor));
    object_put(&o, "turbo", json_fact(m->turbo));
    object_put(&o, "smt", json_fact(m->smt));
    object_put(&o, "huge_pages", json_fact(m->huge_pages));
    object_put(&o, "siblings", json_fact(m->siblings));
    object_put(&o, "governor_end", json_fact(m->governor_end));
    object_put(&o, "turbo_end", json_fact(m->turbo_end));
    object_put(&o, "load", json_number(m->load));
    object_put(&o, "steal_percent", json_number(m->steal_percent));
    object_put(&o, "drift_percent", json_number(m->drift_percent));
    put_noise(&o, m);
    return object_end(&o);
}

static json_t *known_number(double value)
{
    return value > 0 ? json_number(value) : json_null();
}

static void put_hmat(struct object *region, const struct result_hmat *hmat)
{
    if (!(hmat->read_latency_ns > 0 || hmat->write_latency_ns > 0 || hmat->read_bandwidth_gb_s > 0 ||
          hmat->write_bandwidth_gb_s > 0))
        return;
    struct object o = object_begin();
    object_put(&o, "read_latency_ns", known_number(hmat->read_latency_ns));
    object_put(&o, "write_latency_ns", known_number(hmat->write_latency_ns));
    object_put(&o, "read_bandwidth_gb_s", known_number(hmat->read_bandwidth_gb_s));
    object_put(&o, "write_bandwidth_gb_s", known_number(hmat->write_bandwidth_gb_s));
    object_put(region, "hmat", object_end(&o));
}

json_t *region_json(const struct result_region *region)
{
    struct object o = object_begin();
    object_put(&o, "path_kind", json_fact(region->path_kind));
    object_put(&o, "medium", json_fact(region->medium));
    object_put(&o, "provenance", json_fact(region->provenance));
    object_put(&o, "provider", json_fact(region->provider));
    object_put(&o, "granularity", json_fact(region->granularity));
    object_put(&o, "map_sync", json_fact(region->map_sync));
    object_put(&o, "node", json_known(region->node));
    object_put(&o, "bytes", json_count(region->bytes));
    object_put(&o, "page_bytes", json_count_or_null(region->page_bytes));
    if (region->write_protect[0])
        object_put(&o, "write_protect", json_text(region->write_protect));
    put_hmat(&o, &region->hmat);
    return object_end(&o);
}

static json_t *drain_json(const struct result_drain *drain)
{
    struct object o = object_begin();
    object_put(&o, "kind", json_fact(drain->kind));
    object_put(&o, "provenance", json_fact(drain->provenance));
    object_put(&o, "latency_ns", json_number(drain->latency_ns));
    object_put(&o, "bytes_per_second", json_number(drain->bytes_per_second));
    object_put(&o, "queue_bytes", json_count_or_null(drain->queue_bytes));
    object_put(&o, "source", json_fact(drain->source));
    return object_end(&o);
}

static json_t *evidence_json(const void *line)
{
    return json_text(line);
}

static json_t *dimm_json(const void *item)
{
    const struct result_dimm *dimm = item;
    struct object o = object_begin();
    object_put(&o, "dimm", json_text(dimm->dimm));
    object_put(&o, "count", json_count(dimm->count));
    return object_end(&o);
}

json_t *domain_json(const struct result_domain *domain)
{
    struct object o = object_begin();
    object_put(&o, "name", json_fact(domain->name));
    object_put(&o, "source", json_fact(domain->source));
    if (domain->detected[0])
        object_put(&o, "detected", json_text(domain->detected));
    object_put(&o, "evidence", json_list(domain->evidence, domain->evidence_count, LINE_TEXT, evidence_json));
    if (domain->dirty_shutdown_count)
        object_put(&o, "dirty_shutdown",
                   json_list(domain->dirty_shutdown, domain->dirty_shutdown_count,
                             sizeof(domain->dirty_shutdown[0]), dimm_json));
    object_put(&o, "drain", drain_json(&domain->drain));
    return object_end(&o);
}

json_t *warning_json(const void *item)
{
    const struct result_warning *warning = item;
    struct object o = object_begin();
    object_put(&o, "code", json_text(warning->code));
    object_put(&o, "message", json_text(warning->message));
    object_put(&o, "hint", json_text(warning->hint));
    return object_end(&o);
}

static json_t *ratio_json(const struct interval *ratio)
{
    struct object o = object_begin();
    object_put(&o, "ratio", json_number(ratio->value));
    object_put(&o, "ci_low", json_number(ratio->low));
    object_put(&o, "ci_high", json_number(ratio->high));
    return object_end(&o);
}

json_t *controls_json(const void *item)
{
    const struct result_controls *controls = item;
    struct object o = object_begin();
    object_put(&o, "group", json_text(controls->group));
    object_put(&o, "same", ratio_json(&controls->same));
    object_put(&o, "different", ratio_json(&controls->different));
    object_put(&o, "expected_different", json_number(controls->expected_different));
    object_put(&o, "held", json_boolean(controls->held));
    return object_end(&o);
}

static json_t *side_json(const char *id)
{
    struct object o = object_begin();
    object_put(&o, "file", json_null());
    object_put(&o, "id", json_text(id));
    return object_end(&o);
}

json_t *comparison_json(const void *item)
{
    const struct result_comparison *c = item;
    struct object o = object_begin();
    object_put(&o, "key", json_text(c->key));
    object_put(&o, "a", side_json(c->a));
    object_put(&o, "b", side_json(c->b));
    object_put(&o, "ratio", json_number(c->ratio.value));
    object_put(&o, "ci_low", json_number(c->ratio.low));
    object_put(&o, "ci_high", json_number(c->ratio.high));
    object_put(&o, "p", json_number(c->p));
    object_put(&o, "p_holm", json_number(c->p_holm));
    object_put(&o, "ratio_modelled", json_number(c->ratio_modelled));
    object_put(&o, "ratio_modelled_serial", json_number(c->ratio_modelled_serial));
    object_put(&o, "difference_ns", interval_json(&c->difference_ns));
    object_put(&o, "verdict", json_text(c->verdict));
    object_put(&o, "method", json_text(c->method));
    object_put(&o, "rounds", json_count(c->rounds));
    object_put(&o, "more_rounds", json_count(c->more_rounds));
    return object_end(&o);
}

static json_t *all_controls_json(const struct result *r)
{
    struct object o = object_begin();
    object_put(&o, "groups", json_list(r->controls, r->control_count, sizeof(*r->controls), controls_json));
    object_put(&o, "floor_ratio", json_number(r->floor_ratio));
    object_put(&o, "held", json_boolean(r->controls_held));
    return object_end(&o);
}

const char *run_status_name(enum run_status status)
{
    static const char *const names[] = {"complete", "interrupted", "failed"};
    return names[status];
}

json_t *result_to_json(const struct result *r)
{
    struct object o = object_begin();
    object_put(&o, "schema", json_string(RESULT_SCHEMA));
    object_put(&o, "schema_version", json_integer(RESULT_VERSION));
    object_put(&o, "status", json_string(run_status_name(r->status)));
    object_put(&o, "run", run_json(&r->run));
    object_put(&o, "machine", machine_json(&r->machine));
    object_put(&o, "region", region_json(&r->region));
    object_put(&o, "domain", domain_json(&r->domain));
    object_put(&o, "controls", all_controls_json(r));
    object_put(&o, "warnings", json_list(r->warnings, r->warning_count, sizeof(*r->warnings), warning_json));
    object_put(&o, "cells", json_list(r->cells, r->cell_count, sizeof(*r->cells), cell_json));
    object_put(&o, "comparisons",
               json_list(r->comparisons, r->comparison_count, sizeof(*r->comparisons), comparison_json));
    return object_end(&o);
}

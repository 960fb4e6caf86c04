/* probe_json.c - one look at the machine as JSON */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/probe_print.h"
#include "results/json.h"

static json_t *curve_json(const struct llc_curve *curve)
{
    json_t *list = json_array();
    for (unsigned i = 0; list && i < curve->count; i++) {
        struct object point = object_begin();
        object_put(&point, "bytes", json_count(curve->bytes[i]));
        object_put(&point, "ns", json_number(curve->ns[i]));
        if (json_array_append_new(list, object_end(&point))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *clwb_ns_json(const struct clwb_times *times)
{
    struct object o = object_begin();
    object_put(&o, "cached", json_number(times->cached));
    object_put(&o, "after_clwb", json_number(times->clwb));
    object_put(&o, "flushed", json_number(times->flushed));
    return object_end(&o);
}

static json_t *machine_with_detail(const struct probe_view *view)
{
    struct object machine = {.json = machine_json(&view->probe.machine)};
    if (view->measured) {
        object_put(&machine, "llc_curve", curve_json(&view->detail.llc));
        object_put(&machine, "clwb_ns", clwb_ns_json(&view->detail.clwb));
    }
    return object_end(&machine);
}

int probe_print_json(const struct probe_view *view, FILE *out, struct error *err)
{
    const struct machine_probe *p = &view->probe;
    struct object o = object_begin();
    object_put(&o, "machine", machine_with_detail(view));
    object_put(&o, "region", region_json(&view->region));
    object_put(&o, "domain", domain_json(&view->domain));
    object_put(&o, "warnings",
               json_list(p->warnings, p->warning_count, sizeof(p->warnings[0]), warning_json));
    json_t *document = object_end(&o);
    int done = document ? json_dumpf(document, out, JSON_INDENT(2) | document_flags()) : -1;
    json_decref(document);
    fputc('\n', out);
    return done && !ferror(out) ? error_set(err, EXIT_CANNOT, "probe: memory is short for the JSON document")
                                : 0;
}

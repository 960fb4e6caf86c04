/* run_domain.c - settles the persistence domain of a run */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_domain.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "bench/domain_look.h"
#include "bench/spec.h"

int run_domain_drain(const struct run_options *o, enum domain_id domain, int code, struct error *err)
{
    if (isnan(o->drain.latency_ns) || domain_get(domain, 0)->drain_modelled)
        return 0;
    return error_set(
        err, code,
        "--drain: the drain of domain '%s' is executed, not modelled; it goes with --domain hint, "
        "flush-device or pcommit",
        domain_get(domain, 0)->name);
}

static bool is_posted(const struct domain_found *found)
{
    return found->own && (!strcmp(found->name, "hint") || !strcmp(found->name, "flush-device"));
}

int run_domain_settle(struct run_options *o, const struct domain_found *found, bool *changed,
                      struct error *err)
{
    char before[NAME_TEXT];
    text_copy(before, sizeof(before), o->domain);
    *changed = false;
    if (o->domain_chosen && !o->posted)
        return 0;
    text_copy(o->domain, sizeof(o->domain), o->posted ? "hint" : "adr");
    if (o->posted && !is_posted(found))
        return error_set(err, EXIT_CANNOT,
                         "posted: this machine has neither flush hints nor a flush device; choose hint or "
                         "flush-device");
    if (found->own)
        text_copy(o->domain, sizeof(o->domain), found->name);
    int domain = spec_domain(o->domain, err);
    if (domain < 0 || run_domain_drain(o, (enum domain_id)domain, EXIT_CANNOT, err))
        return -1;
    *changed = strcmp(before, o->domain) != 0;
    return 0;
}

int run_domain_look(struct run_options *o, struct error *err)
{
    struct domain_facts facts;
    struct domain_found found = {.own = false};
    bool changed;
    if (o->path && domain_look(o->path, o->sys_root, &facts)) {
        if (!o->domain_chosen || o->posted)
            text_copy(o->domain, sizeof(o->domain), o->posted ? "hint" : "unknown");
        return 0;
    }
    if (o->path)
        domain_detect(&facts, &found);
    return run_domain_settle(o, &found, &changed, err);
}

void run_domain_describe(struct result_domain *d, const struct run_options *o,
                         const struct domain_found *found)
{
    text_copy(d->name, sizeof(d->name), o->domain);
    text_copy(d->source, sizeof(d->source), o->domain_chosen || !found->own ? "chosen" : "detected");
    if (!found->own)
        return;
    text_copy(d->detected, sizeof(d->detected), found->name);
    memcpy(d->evidence, found->evidence, sizeof(d->evidence));
    d->evidence_count = found->evidence_count;
    memcpy(d->dirty_shutdown, found->dimms, sizeof(d->dirty_shutdown));
    d->dirty_shutdown_count = found->dimm_count;
}

int run_domain_same(const json_t *journal, const struct result_domain *now, const char *where,
                    struct error *err)
{
    const json_t *then = json_object_get(json_object_get(journal, "head"), "domain");
    const struct {
        const char *what, *now;
    } facts[] = {{"name", now->name}, {"detected", now->detected}};
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *before = json_string_value(json_object_get(then, facts[i].what));
        before = before ? before : "";
        if (strcmp(before, facts[i].now))
            return error_set(
                err, EXIT_CANNOT,
                "--resume %s: began where the persistence domain was %.40s, now the machine says "
                "%.40s: samples of two platforms are not mixed; run anew with another --out",
                where, *before ? before : "none", *facts[i].now ? facts[i].now : "none");
    }
    return 0;
}

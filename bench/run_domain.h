/* run_domain.h - which persistence domain a run's cells have: the one chosen, or what the machine says */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RUN_DOMAIN_H
#define BENCH_RUN_DOMAIN_H

#include "bench/domain_detect.h"
#include "bench/run_options.h"
#include "strategies/domain.h"

/* Before there are cells: looks at o->path and settles o->domain, where it was not chosen. A path that cannot
 * be looked at is refused later, by whoever opens it. -1 with err (EXIT_CANNOT). */
int run_domain_look(struct run_options *o, struct error *err);

/* The same by what was found of the memory once it was mapped; *changed: o->domain is another one now. */
int run_domain_settle(struct run_options *o, const struct domain_found *found, bool *changed,
                      struct error *err);

/* Refuses --drain for a domain whose drain is executed. -1 with err and that exit code. Pure. */
int run_domain_drain(const struct run_options *o, enum domain_id domain, int code, struct error *err);

/* Name, source, evidence and counts into the result. Pure. */
void run_domain_describe(struct result_domain *d, const struct run_options *o,
                         const struct domain_found *found);

/* Whether the domain is the one that the interrupted run `journal` began with. -1 with EXIT_CANNOT. Pure. */
int run_domain_same(const json_t *journal, const struct result_domain *now, const char *where,
                    struct error *err);

#endif

/* machine.c - looks at the machine: reads its facts, measures what facts do not tell, and warns */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/machine_facts.h"
#include "bench/machine_measure.h"

struct machine_aside machine_read(struct machine_probe *p)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    memset(p, 0, sizeof(*p));
    p->machine.tsc_ghz = p->machine.clock_ns = p->machine.clock_resolution_ns = NAN;
    noise_unknown(&p->machine);
    machine_read_cpu(p);
    machine_read_topology(p);
    machine_read_system(p);
    return (struct machine_aside){.tsc_invariant = machine_tsc_invariant(),
                                  .online = online > 0 ? (unsigned)online : 0};
}

static int measure_cpu(struct machine_probe *p, struct machine_detail *detail, struct error *err)
{
    struct result_machine *m = &p->machine;
    detail->clock = clock_measure();
    m->tsc_ghz = detail->clock.ghz;
    m->clock_ns = detail->clock.empty_ns;
    m->clock_resolution_ns = detail->clock.resolution_ns;
    detail->clwb = (struct clwb_times){NAN, NAN, NAN};
    if (strcmp(m->clwb, "absent")) {
        if (clwb_measure(&detail->clwb, m->tsc_ghz, err))
            return -1;
        snprintf(m->clwb, sizeof(m->clwb), "%s", clwb_decide(&detail->clwb));
    }
    return 0;
}

int machine_measure(struct machine_probe *p, struct machine_detail *detail, struct error *err)
{
    struct result_machine *m = &p->machine;
    if (measure_cpu(p, detail, err) ||
        llc_measure(&detail->llc, p->l2_bytes, p->llc_reported, m->tsc_ghz, err))
        return -1;
    m->llc_bytes_measured = llc_knee(&detail->llc, 2 * p->l2_bytes);
    return 0;
}

int machine_probe(struct machine_probe *p, enum probe_effort effort, struct error *err)
{
    struct machine_detail detail;
    struct machine_aside aside = machine_read(p);
    aside.measured = effort == PROBE_FULL;
    if (aside.measured && machine_measure(p, &detail, err))
        return -1;
    if (effort == PROBE_LLC_KNOWN && measure_cpu(p, &detail, err))
        return -1;
    machine_warn(p, &aside);
    return 0;
}

uint64_t machine_footprint(const struct machine_probe *p, const char *name)
{
    const uint64_t line = 64;
    uint64_t llc = p->machine.llc_bytes_measured ? p->machine.llc_bytes_measured : p->llc_reported, bytes = 0;
    if (!strcmp(name, "l2"))
        bytes = p->l2_bytes / 2;
    else if (!strcmp(name, "llc"))
        bytes = llc / 2;
    else if (!strcmp(name, "beyond"))
        bytes = 4 * llc;
    return bytes / line * line;
}

/* probe.c - the verb probe: what machine this is, for a reader and as JSON */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine_facts.h"
#include "bench/options_common.h"
#include "bench/probe_print.h"

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

enum { OPT_JSON, OPT_QUICK, OPT_CPU, OPT_PATH, OPT_HELP, OPT_SYS_ROOT, OPTS };

/* Rows of a build that is for use. */
enum { SHOWN = PMB_PROOF ? OPTS : OPT_SYS_ROOT };

static const struct option_row rows[OPTS] = {
    [OPT_JSON] = {"json", NULL, "print JSON: machine, region, domain, warnings"},
    [OPT_QUICK] = {"quick", NULL, "read facts only, measure nothing"},
    [OPT_CPU] = {"cpu", "N", "measure on this CPU (default: the one it runs on)"},
    [OPT_PATH] = {"path", "FILE",
                  "look at what it lies on (nothing is written): file, new name, /dev/daxX.Y"},
    [OPT_HELP] = {"help", NULL, "this text"},
    [OPT_SYS_ROOT] = {"sys-root", "DIR", "proofs only: looked at instead of /sys for the medium"},
};

static void help(void)
{
    puts("usage: pmembench probe [options]\n\n"
         "Looks at the machine and changes nothing: CPU, caches and how much of the last level\n"
         "this CPU really gets (a chase of about 1 s), what CLWB leaves in the cache, the clock,\n"
         "huge pages, the memory's persistence domain, what is missing, and what to mind.\n");
    options_help(rows, SHOWN, stdout);
    puts("\nexample: pmembench probe --cpu 1 --json > machine.json");
}

static int parse_cpu(const char *text, int *cpu, struct error *err)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < 0 || value > 1 << 20)
        return error_set(err, EXIT_USAGE, "probe: --cpu '%s' is not a CPU number; write --cpu 0", text);
    *cpu = (int)value;
    return 0;
}

/* Nobody asked for a CPU: then one that cannot be bound only adds noise. */
static int bind_to(const char *asked, struct error *err)
{
    int cpu = -1;
    if (!asked) {
        machine_bind(-1, NULL);
        return 0;
    }
    return parse_cpu(asked, &cpu, err) || machine_bind(cpu, err) < 0 ? -1 : 0;
}

static int probe(const char *const *values, struct error *err)
{
    struct probe_view view = {0};
    struct machine_aside aside = machine_read(&view.probe);
    const char *sys_root = values[OPT_SYS_ROOT] ? values[OPT_SYS_ROOT] : "/sys";
    if (bind_to(values[OPT_CPU], err))
        return -1;
    if (probe_memory(&view, values[OPT_PATH], sys_root, err))
        return -1;
    aside.measured = view.measured = !values[OPT_QUICK];
    view.online = aside.online;
    view.tsc_invariant = aside.tsc_invariant;
    if (view.measured && machine_measure(&view.probe, &view.detail, err))
        return -1;
    machine_warn(&view.probe, &aside);
    probe_memory_warn(&view);
    return values[OPT_JSON] ? probe_print_json(&view, stdout, err) : probe_print_text(&view, stdout);
}

int verb_probe(int argc, char **argv)
{
    const char *values[OPTS] = {0};
    struct error err = {0};
    if (!options_read(argc, argv, rows, SHOWN, values, &err)) {
        if (values[OPT_HELP])
            help();
        else
            probe(values, &err);
    }
    return verb_end(&err);
}

/* tune_options.c - reads the command line of `tune` */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tune_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/nearest.h"
#include "bench/options_common.h"
#include "bench/run_values.h"

#ifndef PMB_PROOF
#define PMB_PROOF 0
#endif

enum {
    OPT_PATH,
    OPT_DOMAIN,
    OPT_NODE,
    OPT_DESTROY,
    OPT_MEDIUM_IS_REAL,
    OPT_SEED,
    OPT_CPU,
    OPT_LLC,
    OPT_QUIET,
    OPT_ANONYMOUS,
    OPT_PASSED, /* the rows before it mean what they mean to `run` */
    OPT_THREADS = OPT_PASSED,
    OPT_COPY,
    OPT_PATHS,
    OPT_ONLY,
    OPT_PRIMARY,
    OPT_MAX_TIME,
    OPT_OUT,
    OPT_CHECK,
    OPT_FORCE,
    OPT_HELP,
    OPT_SYS_ROOT, /* of proofs, for `run` too */
    OPT_SABOTAGE,
    OPT_PLANT_COPY,
    OPT_LACKS,
    OPTS_PROOF,
    OPTS = PMB_PROOF ? OPTS_PROOF : OPT_SYS_ROOT
};

static const struct option_row rows[OPTS_PROOF] = {
    [OPT_PATH] = {"path", "FILE", "a new file on the memory to tune for (default: DRAM, as a stand-in)"},
    [OPT_DOMAIN] = {"domain", "D", "persistence domain (default: what the machine says; DRAM: adr)"},
    [OPT_NODE] = {"node", "N", "NUMA node of the memory, without --path"},
    [OPT_DESTROY] = {"destroy", NULL, "--path is a DAX device, and its data may go"},
    [OPT_MEDIUM_IS_REAL] = {"medium-is-real", NULL, "under a hypervisor: the medium is passed through"},
    [OPT_SEED] = {"seed", "S", "of the streams and orders (default: 1; --check: another than the tuning's)"},
    [OPT_CPU] = {"cpu", "C", "the CPU to measure on"},
    [OPT_LLC] = {"llc", "SIZE", "take the last-level cache as so large instead of measuring it"},
    [OPT_QUIET] = {"quiet", NULL, "no progress"},
    [OPT_ANONYMOUS] = {"anonymous", NULL, "leave the host's name out of the files"},
    [OPT_THREADS] = {"threads", "N,..", "numbers of threads (default: 1, doubled up to the CPUs)"},
    [OPT_COPY] = {"copy", "C,..", "copies to choose from (default: all that are durable)"},
    [OPT_PATHS] = {"paths", "P,..", "paths to choose from for write() then fsync()"},
    [OPT_ONLY] = {"only", "PART,..", "durable, fsync, tracker, threads, libpmem, proof (default: all)"},
    [OPT_PRIMARY] = {"primary", NULL, "only the primary situation of each question: some 20 s"},
    [OPT_MAX_TIME] = {"max-time", "T", "seconds for all of it (default: 120)"},
    [OPT_OUT] = {"out", "DIR", "a new folder for what is found (default: runs/DATE-tune)"},
    [OPT_CHECK] = {"check", "DIR", "make the proof of that tuning again, and change nothing"},
    [OPT_FORCE] = {"force", NULL, "with --check: even if it was made on another machine or memory"},
    [OPT_HELP] = {"help", NULL, "this text"},
    [OPT_SYS_ROOT] = {"sys-root", "DIR", "proofs only: looked at instead of /sys for the medium"},
    [OPT_SABOTAGE] = {"sabotage", "HOW,..", "proofs only: as of `run`"},
    [OPT_PLANT_COPY] = {"plant-copy", "P=NS@below:N", "proofs only: as of `run`"},
    [OPT_LACKS] = {"lacks", "FEATURE,..", "proofs only: as of `run`"},
};

static const char *const part_names[] = {"durable", "fsync", "tracker", "threads", "libpmem", "proof"};
enum { PARTS = sizeof(part_names) / sizeof(part_names[0]) };

static int read_parts(const char *text, unsigned *parts, struct error *err)
{
    json_t *list = read_list("only", text, err), *item;
    size_t i;
    int result = list ? 0 : -1;
    *parts = 0;
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(item);
        unsigned p = 0;
        while (p < PARTS && strcmp(part_names[p], name) != 0)
            p++;
        const char *near = p < PARTS ? NULL : nearest_name(name, part_names, PARTS);
        *parts |= 1u << p;
        if (p == PARTS)
            result = error_set(err, EXIT_USAGE, "--only: there is no '%s'%s%s%s", name,
                               near ? "; did you mean '"
                                    : "; there are durable, fsync, tracker, threads, "
                                      "libpmem and proof",
                               near ? near : "", near ? "'?" : "");
    }
    json_decref(list);
    return result;
}

/* An option as `run` would be given it. */
static void pass(int row, const char *value, char **out, int *count)
{
    static char *const dashed[OPTS_PROOF] = {
        [OPT_PATH] = "--path",
        [OPT_DOMAIN] = "--domain",
        [OPT_NODE] = "--node",
        [OPT_DESTROY] = "--destroy",
        [OPT_SEED] = "--seed",
        [OPT_MEDIUM_IS_REAL] = "--medium-is-real",
        [OPT_CPU] = "--cpu",
        [OPT_LLC] = "--llc",
        [OPT_QUIET] = "--quiet",
        [OPT_ANONYMOUS] = "--anonymous",
        [OPT_SYS_ROOT] = "--sys-root",
        [OPT_SABOTAGE] = "--sabotage",
        [OPT_PLANT_COPY] = "--plant-copy",
        [OPT_LACKS] = "--lacks",
    };
    out[(*count)++] = dashed[row];
    if (rows[row].value)
        out[(*count)++] = (char *)(uintptr_t)value; /* argv's own text */
}

/* Plain numbers, each once. */
static int read_threads(const char *text, json_t **out, struct error *err)
{
    json_t *list = read_list("threads", text, err), *item;
    size_t i;
    if (!list)
        return -1;
    *out = json_array();
    json_array_foreach(list, i, item)
    {
        const char *given = json_string_value(item);
        unsigned long n = strtoul(given, NULL, 10);
        json_t *known, *plain = json_sprintf("%lu", n);
        size_t k;
        bool twice = false;
        if (!*given || given[strspn(given, "0123456789")] || !n || n > 1024)
            error_set(err, EXIT_USAGE, "--threads: '%.40s' is not a number of threads; write 1, 2 or 1,2,4",
                      given);
        json_array_foreach(*out, k, known) twice |= json_equal(known, plain);
        if (twice)
            json_decref(plain);
        else
            json_array_append_new(*out, plain);
    }
    json_decref(list);
    if (json_array_size(*out) > TUNE_THREADS)
        error_set(err, EXIT_USAGE, "--threads: more than %d numbers; name fewer", TUNE_THREADS);
    return error_is_set(err) ? -1 : 0;
}

static int read_lists(const char *const *values, struct tune_options *o, struct error *err)
{
    if (values[OPT_COPY] && !(o->copies = read_list("copy", values[OPT_COPY], err)))
        return -1;
    if (values[OPT_PATHS] && !(o->paths = read_list("paths", values[OPT_PATHS], err)))
        return -1;
    return values[OPT_THREADS] ? read_threads(values[OPT_THREADS], &o->threads, err) : 0;
}

/* What makes no sense beside --check. */
static int check_alone(const char *const *values, struct error *err)
{
    static const int search[] = {OPT_THREADS, OPT_COPY, OPT_PATHS, OPT_ONLY, OPT_PRIMARY, OPT_OUT};
    for (size_t i = 0; values[OPT_CHECK] && i < sizeof(search) / sizeof(search[0]); i++)
        if (values[search[i]])
            return error_set(err, EXIT_USAGE,
                             "--check only repeats the proof of a tuning and writes nothing: leave --%s out",
                             rows[search[i]].name);
    if (values[OPT_FORCE] && !values[OPT_CHECK])
        return error_set(err, EXIT_USAGE, "--force goes with --check DIR: a new tuning needs none");
    return 0;
}

/* What is named for a part that --only leaves out would do nothing. */
static int check_parts(const char *const *values, const struct tune_options *o, struct error *err)
{
    const unsigned copies = TUNE_PART_DURABLE | TUNE_PART_THREADS;
    const struct {
        int option;
        unsigned parts;
        const char *names;
    } uses[] = {{OPT_COPY, copies, "durable and threads"},
                {OPT_THREADS, copies, "durable and threads"},
                {OPT_PATHS, TUNE_PART_FSYNC, "fsync"}};
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        if (values[uses[i].option] && !(o->parts & uses[i].parts))
            return error_set(err, EXIT_USAGE, "--%s is for %s, which --only leaves out: name it there too",
                             rows[uses[i].option].name, uses[i].names);
    if (o->parts == TUNE_PART_PROOF)
        return error_set(err, EXIT_USAGE,
                         "--only proof: of what? name fsync or libpmem too, or use --check DIR");
    return 0;
}

int tune_options_read(int argc, char **argv, struct tune_options *o, struct error *err)
{
    const char *values[OPTS_PROOF];
    *o = (struct tune_options){.parts = TUNE_PARTS_ALL, .max_time_s = TUNE_SECONDS};
    if (options_read(argc, argv, rows, OPTS, values, err))
        return -1;
    o->help = values[OPT_HELP];
    o->check = values[OPT_CHECK];
    o->force = values[OPT_FORCE];
    o->out = values[OPT_OUT];
    o->seed_given = values[OPT_SEED];
    o->parts_named = values[OPT_ONLY];
    o->primary = values[OPT_PRIMARY];
    if (o->help)
        return 0;
    if (check_alone(values, err) || read_lists(values, o, err) ||
        (values[OPT_ONLY] && read_parts(values[OPT_ONLY], &o->parts, err)) || check_parts(values, o, err) ||
        (values[OPT_MAX_TIME] && read_seconds(values[OPT_MAX_TIME], &o->max_time_s, err)))
        return -1;
    o->passed[o->passed_count++] = argv[0];
    for (int row = 0; row < OPTS; row++)
        if (values[row] && (row < OPT_PASSED || row >= OPT_SYS_ROOT))
            pass(row, values[row], o->passed, &o->passed_count);
    for (int row = OPT_SYS_ROOT; row < OPTS; row++)
        if (values[row])
            pass(row, values[row], o->proofs, &o->proof_count);
    return 0;
}

void tune_options_free(struct tune_options *o)
{
    json_decref(o->copies);
    json_decref(o->paths);
    json_decref(o->threads);
    o->copies = o->paths = o->threads = NULL;
}

void tune_help(void)
{
    puts(
        "usage: pmembench tune [options]\n\n"
        "Finds what this machine should use, and where: the best copy for a write that must be durable at\n"
        "once and the best path for write() then fsync(), by size, with the sizes at which one takes over\n"
        "from another; trackers and granules; threads at which bandwidth peaks; libpmem's environment.\n"
        "Proves what it proposes on other sizes in fresh processes, and withdraws what does not win. Writes\n"
        "tuning.json, libpmem.env, pmembench_tuning.h and report.md into DIR.\n");
    options_help(rows, OPTS, stdout);
    puts("\nexample: pmembench tune --path /mnt/pmem/new --out tuned; pmembench tune --check tuned\n"
         "         pmembench run --tuning tuned; env $(grep -v '^#' tuned/libpmem.env) ./program");
}

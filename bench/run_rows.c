/* run_rows.c - the table of the options of `run`, and its help */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/run_rows.h"

#include <stdio.h>

static const struct option_row fixed[OPT_FIXED] = {
    [OPT_PLAN] = {"plan", "NAME|FILE", "a plan (default: 'default' when no cells are named)"},
    [OPT_KERNEL] = {"kernel", "K,..",
                    "write_fsync, mmap_fsync, sys_write_fsync, sys_mmap_fsync, track, copy"},
    [OPT_PATHS] = {"paths", "P,..", "whole paths by name, or copy:track:writeback"},
    [OPT_COPY] = {"copy", "C,..", "copies to combine with --track and --writeback"},
    [OPT_TRACK] = {"track", "T,..", "trackers to combine (default: none)"},
    [OPT_WRITEBACK] = {"writeback", "W,..", "write-backs to combine (default: what the CPU has)"},
    [OPT_TUNING] = {"tuning", "DIR", "write paths as `pmembench tune` found them for this machine"},
    [OPT_FORCE] = {"force", NULL, "use a --tuning of another machine or memory"},
    [OPT_DOMAIN] = {"domain", "D",
                    "of `pmembench list`, or posted (default: what the machine says; DRAM: adr)"},
    [OPT_DRAIN] =
        {"drain", "MODEL",
         "of a domain whose drain is modelled: latency=NS,bandwidth=GB/s,queue=BYTES[,refault=NS a page]"},
    [OPT_PATH] = {"path", "FILE", "memory under test: a new file, or /dev/daxX.Y (default: DRAM)"},
    [OPT_NODE] = {"node", "N", "DRAM of this NUMA node (default: of the CPU it runs on)"},
    [OPT_KEEP] = {"keep", NULL, "leave the file of --path there, for a later --path"},
    [OPT_DESTROY] = {"destroy", NULL, "all data on the /dev/daxX.Y of --path may be lost"},
    [OPT_MEDIUM_IS_REAL] = {"medium-is-real", NULL, "the host of this guest gives it persistent memory"},
    [OPT_MAX_WRITTEN] = {"max-written", "SIZE", "end when about this much was written to the memory"},
    [OPT_OUT] = {"out", "DIR", "a new or empty folder (default: runs/DATE-PLAN)"},
    [OPT_RESUME] = {"resume", "DIR", "go on with an interrupted run; takes --max-time, --precision, --quiet"},
    [OPT_REPEATS] = {"repeats", "N", "N fresh processes, merged; --max-time, --max-written are for each"},
    [OPT_SEED] = {"seed", "S", "of streams and order (default: 1)"},
    [OPT_MAX_TIME] = {"max-time", "T", "of measuring: 90, 90s or 2m (default: the plan's)"},
    [OPT_PRECISION] = {"precision", "P%", "wanted half-width of the ratios (default: 1%)"},
    [OPT_CELL] = {"cell", "KEY", "one cell, with its ledger, beside its baseline"},
    [OPT_LEDGER] = {"ledger", NULL, "measure the ledger of every cell (of those with one thread)"},
    [OPT_LATENCY] = {"latency", NULL,
                     "stamp each write() and fsync() besides: percentiles (surround=kernel)"},
    [OPT_DRY_RUN] = {"dry-run", NULL, "say what would run, for how long, in how much memory"},
    [OPT_STREAM] = {"stream", "PERIODS", "print each stream's first operations instead of measuring"},
    [OPT_LLC] = {"llc", "SIZE", "take the last-level cache as this large (default: measured)"},
    [OPT_CPU] = {"cpu", "N", "run on this CPU (default: the one it starts on)"},
    [OPT_QUIET] = {"quiet", NULL, "no progress"},
    [OPT_ANONYMOUS] = {"anonymous", NULL, "leave the host name out of the result"},
    [OPT_HELP] = {"help", NULL, "this text"},
    [OPT_PLANT] = {"plant", "STEP=NS", "proofs only: spin in one step, such as COPY=20000 (ns a write)"},
    [OPT_MUTANT] = {"mutant", "STEP", "proofs only: leave one step out"},
    [OPT_SYS_ROOT] = {"sys-root", "DIR", "proofs only: looked at instead of /sys for the medium"},
    [OPT_SABOTAGE] = {"sabotage", "HOW,..", "proofs only: drift[=RATE a sample], aabb, no-spin"},
    [OPT_SLOW] = {"slow", "PATH=P%", "proofs only: spin so much longer a period; all=P: every path"},
    [OPT_PLANT_COPY] = {"plant-copy", "P=NS@below:N",
                        "proofs only: that path's copy is slow below (above) a size"},
    [OPT_LACKS] = {"lacks", "FEATURE,..", "proofs only: as if the CPU had not got these"},
};

size_t run_rows(struct option_row rows[ROWS_MAX])
{
    size_t n = 0;
    for (; n < OPT_SHOWN; n++)
        rows[n] = fixed[n];
    for (int a = 0; a < AXES; a++)
        rows[n++] =
            (struct option_row){axis_info((enum axis_id)a)->name, "V,..", axis_info((enum axis_id)a)->help};
    return n;
}

void run_help(void)
{
    struct option_row rows[ROWS_MAX];
    size_t n = run_rows(rows);
    puts("usage: pmembench run [options]\n\n"
         "Measures write() and fsync with interchangeable parts and writes DIR/result.json and\n"
         "DIR/report.md. Without options: the plan 'default', about 60 s of measuring. Existing\n"
         "data are never touched: --path takes a new name, an empty file, or one of an earlier\n"
         "--keep; a new file is gone at the end unless it is kept.\n");
    options_help(rows, OPT_SHOWN, stdout);
    puts("\naxes (lists by comma, ranges 64..1M by doubling):");
    options_help(rows + OPT_SHOWN, n - OPT_SHOWN, stdout);
    puts("\nexample: pmembench run --paths bypass,deferred-xarray --size 64..64K --footprint l2,beyond "
         "--dirty size");
}

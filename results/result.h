/* result.h - the result of one run as plain data: what bench fills in, results/ writes, reports/ read back */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef RESULTS_RESULT_H
#define RESULTS_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that are missing are NAN (doubles) and become null in the file; unknown facts are the text
 * "unknown". Times are in ns, sizes in bytes, rates in GB/s (10^9). Strings are owned by the struct (arrays)
 * or constant. */

enum axis_id {
#define AXIS(symbol, name, standard, help) AXIS_##symbol,
#include "results/axes.def"
#undef AXIS
    AXES
};

enum { AXIS_TEXT = 24, NAME_TEXT = 40, KEY_TEXT = 640, LINE_TEXT = 256 };

struct axis_info {
    const char *name;     /* as on the command line and in keys: "file-size"; in JSON '-' becomes '_' */
    const char *standard; /* default value */
    const char *help;
};
const struct axis_info *axis_info(enum axis_id axis);
/* The axis' member name in JSON: "file_size". */
const char *axis_member(enum axis_id axis);

enum run_status { RUN_COMPLETE, RUN_INTERRUPTED, RUN_FAILED };
enum cell_status { CELL_MEASURED, CELL_SKIPPED, CELL_FAILED };

struct result_warning {
    char code[NAME_TEXT]; /* such as LLC_SHARED */
    char message[LINE_TEXT];
    char hint[LINE_TEXT];
};

struct result_run {
    char id[NAME_TEXT];                           /* time and seed: unique enough to tell two runs apart */
    char started[NAME_TEXT], finished[NAME_TEXT]; /* ISO 8601 UTC */
    char **argv;                                  /* NULL-terminated; not owned */
    uint64_t seed;                                /* below 2^63: JSON's integers are signed (else null) */
    char plan[NAME_TEXT];
    char version[NAME_TEXT], git[NAME_TEXT], compiler[NAME_TEXT], flags[LINE_TEXT];
    double measuring_s; /* wall time spent on groups */
    const int *cpus;    /* that threads 0, 1, ... were pinned to; not owned */
    size_t cpu_count;   /* as many as the widest cell has threads; 0: not pinned */
    unsigned repeats;   /* processes whose results these are; 0 means 1 */

    /* Whose counts surround=kernel is sized by; empty: no cell is such. */
    char surround_source[LINE_TEXT];

    /* What --tuning named: what was used of it, its run's id and where it was read; empty: none. */
    char tuning[LINE_TEXT];
};

struct result_cache {
    unsigned level;
    uint64_t bytes;
    unsigned shared_by; /* logical CPUs */
};

struct result_machine {
    char host[NAME_TEXT * 2];
    char vendor[NAME_TEXT], model[NAME_TEXT * 2], microcode[NAME_TEXT];
    int family, model_number, stepping; /* -1 unknown */
    char features[LINE_TEXT];           /* comma separated names */
    double tsc_ghz;
    char clwb[16]; /* retains, invalidates, absent, unknown */
    struct result_cache caches[8];
    unsigned cache_count;
    uint64_t llc_bytes_measured; /* 0: unknown */
    double clock_ns;             /* cost of an empty timed stretch, taken off each period */
    double clock_resolution_ns;  /* 99th percentile of back-to-back stamps */
    unsigned nodes, cpus;
    char kernel[NAME_TEXT * 2], hypervisor[NAME_TEXT], governor[NAME_TEXT], turbo[NAME_TEXT], smt[NAME_TEXT];
    char siblings[NAME_TEXT]; /* CPUs that share a core with a measured one, such as 1,64-65; none, unknown */
    char governor_end[NAME_TEXT], turbo_end[NAME_TEXT]; /* looked at again after the run */
    char huge_pages[NAME_TEXT];
    double load;          /* 1-minute load average at the start */
    double steal_percent; /* of CPU time during the run; NAN unknown */
    double drift_percent; /* spread (p95-p5 over median) of the reference spin over the rounds; NAN unknown */
    /* Of the run, NAN unknown. Shares of time are of that CPU's or those CPUs' own time. */
    double trend_percent;     /* last tenth of the spins against the first: above 0, the clock got slower */
    double spin_ns;           /* median of the reference spin */
    double load_end;          /* 1-minute load average after the run, its own threads included */
    double cpu_steal_percent; /* stolen from the measured CPU, of several the worst */
    double sibling_busy_percent;                    /* the busiest of `siblings` */
    double others_busy_percent;                     /* all CPUs not measured on */
    double involuntary_switches, involuntary_per_s; /* of all threads of the run */
    double throttles;         /* thermal throttlings of the measured cores and their package */
    double huge_page_percent; /* of the memory under test, after the run */
    double remote_percent;    /* of its pages, on another node than the measured CPU, after the run */
};

/* What firmware says of the memory's node, seen from the nearest CPUs (ACPI HMAT); 0: it does not say. */
struct result_hmat {
    double read_latency_ns, write_latency_ns, read_bandwidth_gb_s, write_bandwidth_gb_s;
};

struct result_region {
    char path_kind[NAME_TEXT];   /* anonymous, file, devdax */
    char medium[NAME_TEXT];      /* dram, pmem, page-cache, cxl */
    char provenance[NAME_TEXT];  /* real, stand-in, emulated */
    char provider[NAME_TEXT];    /* ACPI.NFIT, CXL, virtio-pmem, e820, none, unknown */
    char granularity[NAME_TEXT]; /* libpmem2's: byte, cache-line, page, unknown */
    char map_sync[8];            /* true, false, unknown */
    int node;                    /* -1 unknown */
    uint64_t bytes, page_bytes;
    char write_protect[16]; /* uffd or mprotect: of the mmap cells; empty: there are none */
    struct result_hmat hmat;
};

struct result_drain {
    char kind[NAME_TEXT];       /* store-fence, flush-hint, none */
    char provenance[NAME_TEXT]; /* measured, modelled, not known */
    double latency_ns, bytes_per_second;
    uint64_t queue_bytes;
    char source[LINE_TEXT]; /* where the parameters come from */
};

enum { RESULT_EVIDENCE = 12, RESULT_DIMMS = 16 };

struct result_dimm {
    char dimm[16];  /* nmem0 */
    uint64_t count; /* shutdowns that may have lost data */
};

struct result_domain {
    char name[NAME_TEXT];
    char source[NAME_TEXT];   /* detected, chosen */
    char detected[NAME_TEXT]; /* what the machine says, also where another was chosen; empty: nothing */
    char evidence[RESULT_EVIDENCE][LINE_TEXT];
    unsigned evidence_count;
    struct result_dimm dirty_shutdown[RESULT_DIMMS];
    unsigned dirty_shutdown_count;
    struct result_drain drain;
};

struct interval {
    double value, low, high; /* 95 % unless said otherwise; NAN: unknown */
};

/* Over the samples of one quantity, in its unit. A percentile is NAN unless n (1-p) >= 5. */
struct summary {
    double median, ci_low, ci_high, mad, p50, p90, p99, max;
    uint64_t n, outliers; /* beyond 3 scaled MADs; counted, never dropped */
};

struct ledger_row {
    char stage[24];
    char side[8]; /* write or fsync */
    struct interval added, saved;
    bool overlaps;    /* added and saved differ by more than their intervals */
    bool first_fence; /* the first rung with a store-fencing instruction: it gets the drain of all before */
    char how[8];      /* ladder, stamp, model */
    char provenance[16]; /* real, stand-in, emulated, modelled */
};

struct result_counts { /* per op (one write with its share of the fsync) */
    double bytes_copied, lines_flushed, nt_bytes, fences, locked_ops, entries_marked, entries_scanned, faults,
        drains;
    double lines_dirtied;  /* distinct lines written per op: what lines_flushed is to be compared with */
    double write_protects; /* granules that fsync write-protects; NAN: not of this kernel */
};

struct result_bucket {
    uint64_t low_ns, count; /* calls from low_ns up to the next bucket's */
};

/* Of stamped calls, whole ns; n == 0: there were none. A percentile is the greatest ns of its bucket, no more
 * than max; NAN unless n (1-p) >= 5. */
struct result_histogram {
    uint64_t n, min, max;
    double p50, p90, p99, p999, p9999;
    struct result_bucket *buckets; /* those that are not empty, ascending; malloc'ed, owned */
    size_t bucket_count;
};

/* Only of runs with --latency. Stamps serialise: these are latencies of stamped calls, and not to be added
 * up. */
struct result_latency {
    double stamp_ns; /* between the stamps of nothing: taken off each call */
    double path_ns;  /* median ns/op of the stamped path, beside summary.median of the path itself */
    unsigned buckets_an_octave;
    struct result_histogram write, fsync; /* write.n == 0: not measured */
};

enum { LEDGER_ROWS = 20 };

/* The stage of a row beside the sum: what writes pay for the drain before them. Its ns_added is not known,
 * and it is part of other rows. */
#define LEDGER_REFAULT "refault"

struct result_cell {
    char key[KEY_TEXT], id[KEY_TEXT + 32];
    char kernel[NAME_TEXT], path[NAME_TEXT], copy[NAME_TEXT], copy_resolved[NAME_TEXT];
    char track[NAME_TEXT], writeback[NAME_TEXT], domain[NAME_TEXT];
    char axis[AXES][AXIS_TEXT];                        /* as asked */
    uint64_t footprint_bytes, dirty_bytes, file_bytes; /* as resolved; dirty 0: never */
    char stream_hash[20];                              /* 16 hex digits */
    bool reference_only;                               /* volatile: not durable, the floor */
    enum cell_status status;
    char reason[LINE_TEXT]; /* why skipped or failed; else empty */
    double *samples;        /* ns/op, n of them; malloc'ed, owned */
    uint8_t *layouts;       /* code layout of each sample; malloc'ed, owned */
    size_t sample_count;
    double *thread_ns;   /* of several threads, each one's median ns a write of its own; malloc'ed, owned */
    size_t thread_count; /* entries of thread_ns; 0: one thread */
    unsigned rounds, dropped; /* dropped: warm-up samples, not in samples */
    char ended_by[16];        /* precision or time */
    bool bistable;
    double level; /* stats_level of the samples, ns/op: what files are compared by; NAN or 0: not known */
    /* write, fsync: ns/op shares, with fsync_call_ns from the ledger's rungs, else (--latency) of stamped
     * calls; n == 0: not measured. */
    struct summary summary, write, fsync, fsync_call_ns;
    struct result_latency latency;
    double gb_per_s;
    struct ledger_row ledger[LEDGER_ROWS];
    unsigned ledger_rows; /* 0: a surface cell */
    /* persistence: sum of the rows "to persistence". value NAN: not measured (null in the file; 0 would be
     * 0). */
    struct interval overlap_ns, unattributed_ns, persistence_ns;
    double modelled_ns; /* of the drains, side by side where threads have one each; NAN: not known; 0: none */
    double modelled_serial_ns; /* the same if the threads' drains take turns */
    struct result_counts counts;
};

struct result_controls {             /* of one group */
    char group[KEY_TEXT];            /* the key without the path */
    struct interval same, different; /* ratios; same at 99.9 % */
    double expected_different;       /* 1.05 */
    bool held;
};

struct result_comparison {
    char key[KEY_TEXT];                      /* of b */
    char a[KEY_TEXT + 32], b[KEY_TEXT + 32]; /* ids */
    struct interval ratio;                   /* b over a in cost: above 1, b costs more */
    double p, p_holm;              /* sign test against ratio 1, and adjusted over the run's family */
    double ratio_modelled;         /* NAN where nothing is modelled or the drain is not known */
    double ratio_modelled_serial;  /* the same if the threads' drains take turns */
    struct interval difference_ns; /* b less a, ns/op: median over the rounds */
    char verdict[16];              /* faster, slower, equivalent, unresolved, bistable: said of b */
    char method[NAME_TEXT];
    unsigned rounds;
    unsigned more_rounds; /* unresolved: about how many more would settle it; 0 unknown */
};

struct result {
    enum run_status status;
    struct result_run run;
    struct result_machine machine;
    struct result_region region;
    struct result_domain domain;
    struct result_controls *controls; /* one a group; malloc'ed, owned */
    size_t control_count;
    /* The run's resolution floor: the widest distance of a `same` interval from 1, plus 1. */
    double floor_ratio;
    bool controls_held;
    struct result_warning *warnings; /* malloc'ed, owned */
    size_t warning_count;
    struct result_cell *cells; /* malloc'ed, owned */
    size_t cell_count;
    struct result_comparison *comparisons; /* malloc'ed, owned */
    size_t comparison_count;
};

/* Frees what the result owns (not argv, not the struct itself) and zeroes it. */
void result_free(struct result *r);

/* Builds key ("kernel/path/size=4096/...") and id (key + "/domain=adr") from the cell's names and axes. */
void result_cell_name(struct result_cell *cell);

/* What is compared with each other: the system's own write() with ours ("write_fsync"), its faults and fsync
 * with ours ("mmap_fsync"); any other kernel with its like. Returns `kernel` or a constant. */
const char *result_family(const char *kernel);

/* The name of the cell's group (the key without the path, its kernel's family: "write_fsync/size=4096/...")
 * into out (of KEY_TEXT bytes). */
void result_group_name(const struct result_cell *cell, char *out);

#endif

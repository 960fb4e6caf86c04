/* resume.h - going on with a run whose process ended before its work was done */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_RESUME_H
#define BENCH_RESUME_H

#include "bench/group.h"
#include "bench/machine.h"
#include "bench/run_options.h"

/* What an interrupted run left; zeroed when this run is none that goes on. */
struct resume {
    json_t *journal;   /* as journal_read gives it; owned */
    char **argv;       /* of that run, NULL-terminated; the texts are the journal's */
    uint64_t whole;    /* bytes of the journal's whole lines */
    uint64_t written;  /* bytes that it wrote to the memory under test */
    double measured_s; /* of measuring that it did */
    bool torn;         /* its last line was not whole */
};

/* One text for the very program: samples of two builds are never mixed. Thread-safe. */
const char *resume_build(void);

/* What the journal must keep of a run for resume_read: plan, absolute path, build. NULL for want of memory.
 */
json_t *resume_request(const struct run_options *o);

/* Reads the journal of o->resume and sets `o` to that run's options, with o's --max-time, --precision and
 * --quiet where they were given. -1 with EXIT_CANNOT, where another build or an earlier version began the run
 * too. */
int resume_read(struct resume *r, struct run_options *o, struct error *err);
void resume_close(struct resume *r);

/* The last-level cache as that run measured it, bytes; 0: not known. */
uint64_t resume_llc(const struct resume *r);

/* Whether this is the machine that the run began on: samples of two machines are never mixed. -1 with
 * EXIT_CANNOT. `machine` is the object of a journal's head or of a result. */
int resume_same_machine(const json_t *machine, const struct machine_probe *p, const char *where,
                        struct error *err);

/* The same of the memory under test. */
int resume_same_memory(const struct resume *r, const struct result_region *now, const char *where,
                       struct error *err);

/* Gives each group what the journal has of it. -1 with EXIT_CANNOT. */
int resume_groups(const struct resume *r, const char *dir, struct group *groups, size_t count,
                  struct error *err);

/* The head of a result that an earlier process began: its id and time; a warning for what the reader must
 * know. */
void resume_head(const struct resume *r, struct result_run *run, struct machine_probe *p);

/* Another warning of the probe's, as far as there is room. */
void resume_warn(struct machine_probe *p, const char *code, const char *hint, const char *message);

/* Whether the run in `dir` is complete, so that there is nothing to go on with: then what a crash at the very
 * end left undone is done (the report, the journal's removal), and the report is printed. */
bool resume_complete(const char *dir, struct error *err);

/* A list of texts as a NULL-terminated array; the texts stay the list's. NULL for want of memory. Free with
 * free(). */
char **resume_argv(const json_t *list);

#endif

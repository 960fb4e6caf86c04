/* fidelity.c - runs every stream by our path and by Linux on a DAX mount, under the lab's instruments */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "kernels/cell.h"
#include "kernels/path/tag.h"
#include "strategies/table.h"
#include "tests/lab/fidelity_visit.h"

static const char usage[] =
    "usage: lab_fidelity [options] FOLDER\n"
    "\n"
    "Runs each stream on files in FOLDER, which is on a DAX mount: by our path, and by Linux' own calls, "
    "each\n"
    "write and fsync between two tags for the counting plugin. lab/fidelity runs it and compares.\n"
    "\n"
    "  --only NAME,..   these streams only\n"
    "  --repeats N      periods a visit (default: 6)\n"
    "  --domain NAME    what our path takes the machine for (default: adr)\n"
    "  --mutant STEP    our path leaves this step out, such as FINISH (lab_fidelity_proof only)\n"
    "  --plain FILE     no tags; marks around each stream's calls go to FILE, the kernel's trace_marker\n"
    "  --list           prints the streams\n";

enum { CPU = 1, QUIET_US = 200000, REPEATS_MAX = 100 };

struct options {
    const char *folder, *only, *plain;
    struct fidelity_run run;
};

static int find_domain(const char *name, enum domain_id *out, struct error *err)
{
    for (unsigned id = 0; id < DOMAINS; id++)
        if (!strcmp(domain_get(id, 0)->name, name)) {
            *out = id;
            return 0;
        }
    return error_set(err, EXIT_USAGE, "--domain %s: no such domain", name);
}

static int find_step(const char *symbol, int *out, struct error *err)
{
#if !PMB_HOOKS
    (void)symbol, (void)out;
    return error_set(err, EXIT_USAGE, "--mutant: only lab_fidelity_proof has mutants");
#else
    for (unsigned step = 0; step < STEPS; step++)
        if (!strcmp(step_info(step)->symbol, symbol)) {
            *out = (int)step;
            return 0;
        }
    return error_set(err, EXIT_USAGE, "--mutant %s: no such step", symbol);
#endif
}

static int list_streams(void)
{
    struct fidelity_stream s;
    for (unsigned i = 0; fidelity_stream_get(i, &s); i++)
        printf("%s\t%s\n", s.name, s.kind);
    return EXIT_SUCCESS;
}

static int set_repeats(const char *text, struct options *o, struct error *err)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (!n || n > REPEATS_MAX || *end)
        return error_set(err, EXIT_USAGE, "--repeats %s: a number from 1 to %d", text, REPEATS_MAX);
    o->run.repeats = (unsigned)n;
    return 0;
}

static int take(int option, const char *value, struct options *o, struct error *err)
{
    switch (option) {
    case 'o':
        o->only = value;
        return 0;
    case 'p':
        o->plain = value;
        return 0;
    case 'r':
        return set_repeats(value, o, err);
    case 'd':
        return find_domain(value, &o->run.domain, err);
    case 'm':
        return find_step(value, &o->run.mutant, err);
    case 'l':
        exit(list_streams());
    case 'h':
        fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    default:
        return error_set(err, EXIT_USAGE, "see lab_fidelity --help");
    }
}

static int parse(int argc, char **argv, struct options *o, struct error *err)
{
    static const struct option known[] = {
        {"only", required_argument, NULL, 'o'},   {"repeats", required_argument, NULL, 'r'},
        {"domain", required_argument, NULL, 'd'}, {"mutant", required_argument, NULL, 'm'},
        {"plain", required_argument, NULL, 'p'},  {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},         {0}};
    *o = (struct options){.run = {.domain = DOMAIN_adr, .repeats = 6, .mutant = -1, .manifest = stdout}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;)
        if (take(c, optarg, o, err))
            return -1;
    if (optind != argc - 1)
        return error_set(err, EXIT_USAGE, "name one folder on a DAX mount; see lab_fidelity --help");
    o->folder = argv[optind];
    return 0;
}

/* One CPU, no page fault of our own but the streams', and a journal that has nothing to do. */
static int calm(struct error *err)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(CPU, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        return error_set(err, EXIT_CANNOT, "CPU %d: %s", CPU, strerrordesc_np(errno));
    return 0;
}

static int run_streams(const struct options *o, struct error *err)
{
    struct fidelity_stream s;
    unsigned n = 0;
    sync();
    usleep(QUIET_US);
    for (unsigned i = 0; fidelity_stream_get(i, &s); i++) {
        if (!fidelity_stream_asked(&s, o->only))
            continue;
        if (fidelity_stream_run(&o->run, &s, err)) {
            fprintf(stderr, "lab_fidelity: %s: ", s.name);
            return -1;
        }
        n++;
    }
    printf("end\t%u\n", n);
    unsigned asked = o->only != NULL;
    for (const char *at = o->only; at && (at = strchr(at, ',')); at++)
        asked++;
    return n >= asked ? 0 : error_set(err, EXIT_USAGE, "--only %s: not all are streams; see --list", o->only);
}

static int run_on_files(struct options *o, struct error *err)
{
    struct fidelity_file files[PAGES_PMD + 1];
    static const char *const name[] = {"pte", "pmd"};
    for (unsigned i = 0; i <= PAGES_PMD; i++) {
        if (fidelity_file_open(&files[i], o->folder, name[i], i, err)) {
            while (i--)
                fidelity_file_close(&files[i]);
            return -1;
        }
        o->run.file[i] = &files[i];
        printf("file\t%s\tphysical=%llu\tmap_sync=%d\n", name[i], (unsigned long long)files[i].physical,
               files[i].map_sync);
    }
    struct utsname name_of;
    if (!uname(&name_of))
        printf("kernel\t%s %s %s\n", name_of.sysname, name_of.release, name_of.version);
    int bad = run_streams(o, err);
    for (unsigned i = 0; i <= PAGES_PMD; i++)
        fidelity_file_close(&files[i]);
    return bad;
}

static int run(int argc, char **argv, struct error *err)
{
    static char buffer[1 << 20]; /* nothing is woken up to read while counts are taken */
    struct options o;
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    if (parse(argc, argv, &o, err) || calm(err))
        return -1;
    if (o.plain) {
        o.run.marks = fopen(o.plain, "we");
        if (!o.run.marks)
            return error_set(err, EXIT_CANNOT, "%s: %s", o.plain, strerrordesc_np(errno));
    } else {
        tag(TAG_MARK); /* counting begins */
    }
    int bad = run_on_files(&o, err);
    if (o.run.marks)
        fclose(o.run.marks);
    return bad;
}

int main(int argc, char **argv)
{
    struct error err = {0};
    int bad = run(argc, argv, &err);
    if (bad)
        fprintf(stderr, "%s\n", err.text);
    bad = fflush(stdout) || bad;
    return bad ? (err.code ? (int)err.code : EXIT_FAILURE) : EXIT_SUCCESS;
}

/* main.c - the table of verbs */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "bench/nearest.h"
#include "bench/build_info.h"
#include "bench/probe.h"
#include "bench/run.h"

struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct verb verbs[] = {
    {"run", verb_run, "measure, and write result and report"},
    {"report", verb_report, "show a result again"},
    {"compare", verb_compare, "two or more results side by side, and a gate for scripts"},
    {"tune", verb_tune, "find what this machine should use, and where, and prove it"},
    {"probe", verb_probe, "look at this machine"},
    {"list", verb_list, "show the interchangeable parts and what this CPU lacks"},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void help(FILE *out)
{
    fputs("usage: pmembench VERB [options]\n\n"
          "Where does the cost of the DAX cache bypass move to, when write() copies through the cache\n"
          "and fsync flushes? Runs the whole write and fsync path with interchangeable parts.\n\n",
          out);
    for (unsigned i = 0; i < VERBS; i++)
        fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].summary);
    fputs("\nEach verb has --help with an example. Start with: pmembench run\n", out);
}

int main(int argc, char **argv)
{
    const char *names[VERBS];
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("pmembench " BUILD_VERSION " (" BUILD_GIT ", " BUILD_COMPILER ")");
        return EXIT_DONE;
    }
    for (unsigned i = 0; i < VERBS; i++) {
        names[i] = verbs[i].name;
        if (!strcmp(argv[1], verbs[i].name))
            return verbs[i].run(argc - 1, argv + 1);
    }
    const char *near = nearest_name(argv[1], names, VERBS);
    fprintf(stderr, "pmembench: there is no verb '%s'%s%s%s\n", argv[1],
            near ? "; did you mean '" : "; see pmembench --help", near ? near : "", near ? "'?" : "");
    return EXIT_USAGE;
}

/* options_common.c - reads a verb's long options and says what is wrong with them */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/options_common.h"

#include <errno.h>
#include <string.h>

#include "bench/nearest.h"

/* The row that `text` (without dashes, up to `length`) names, or `count`. */
static size_t row_of(const char *text, size_t length, const struct option_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == length && !strncmp(rows[i].name, text, length))
            return i;
    return count;
}

static int unknown(const char *verb, const char *arg, const struct option_row *rows, size_t count,
                   struct error *err)
{
    const char *names[OPTION_ROWS];
    char given[64];
    const char *text = arg + strspn(arg, "-");
    size_t n = 0;
    snprintf(given, sizeof(given), "%.*s", (int)strcspn(text, "="), text);
    for (; n < count && n < OPTION_ROWS; n++)
        names[n] = rows[n].name;
    const char *near = nearest_name(given, names, n);
    if (near)
        return error_set(err, EXIT_USAGE, "%s: unknown option '%s'; did you mean --%s?", verb, arg, near);
    return error_set(err, EXIT_USAGE, "%s: unknown %s '%s'; see pmembench %s --help", verb,
                     *arg == '-' ? "option" : "argument", arg, verb);
}

int options_read(int argc, char **argv, const struct option_row *rows, size_t count, const char **values,
                 struct error *err)
{
    for (size_t i = 0; i < count; i++)
        values[i] = NULL;
    for (int a = 1; a < argc; a++) {
        const char *arg = argv[a], *text = arg + 2, *equals = strchr(arg, '=');
        size_t row = count;
        if (!strncmp(arg, "--", 2))
            row = row_of(text, equals ? (size_t)(equals - text) : strlen(text), rows, count);
        if (row == count)
            return unknown(argv[0], arg, rows, count, err);
        if (!rows[row].value && equals)
            return error_set(err, EXIT_USAGE, "%s: --%s takes no value, but '%s' gives one", argv[0],
                             rows[row].name, arg);
        if (rows[row].value && !equals && a + 1 == argc)
            return error_set(err, EXIT_USAGE, "%s: --%s needs a value: --%s %s", argv[0], rows[row].name,
                             rows[row].name, rows[row].value);
        if (!rows[row].value)
            values[row] = "";
        else
            values[row] = equals ? equals + 1 : argv[++a];
    }
    return 0;
}

void options_help(const struct option_row *rows, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-16s  %s\n", left, rows[i].help);
    }
}

int verb_end(struct error *err)
{
    if (fflush(stdout) || ferror(stdout))
        error_set(err, EXIT_CANNOT, "cannot write to stdout: %s", strerror(errno));
    if (error_is_set(err))
        fprintf(stderr, "pmembench: %s\n", err->text);
    return (int)err->code;
}

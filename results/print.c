/* print.c - a document as text that people can read, grep and diff: a cell a line */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/json.h"

enum { SHORT_LIST = 8 }; /* elements: the caches of a machine fit their line */

static int print_value(const json_t *value, int depth, FILE *out);

static int print_lines(const json_t *list, FILE *out)
{
    size_t i;
    json_t *element;
    fputs("[", out);
    json_array_foreach(list, i, element)
    {
        fputs(i ? ",\n" : "\n", out);
        if (json_dumpf(element, out, document_flags()))
            return -1;
    }
    fputs("\n]", out);
    return 0;
}

/* A document that was read keeps members that we do not know, with whatever name. */
static int print_name(const char *name, FILE *out)
{
    json_t *text = json_string_nocheck(name);
    int status = !text || json_dumpf(text, out, document_flags()) || fputs(": ", out) == EOF ? -1 : 0;
    json_decref(text);
    return status;
}

static int print_members(const json_t *object, int depth, FILE *out)
{
    const char *name;
    json_t *value;
    const char *separator = depth ? "{" : "{\n";
    json_object_foreach((json_t *)object, name, value)
    {
        fputs(separator, out);
        if (print_name(name, out) || print_value(value, depth + 1, out))
            return -1;
        separator = depth ? ", " : ",\n";
    }
    fputs(depth ? "}" : "\n}\n", out);
    return 0;
}

static int print_value(const json_t *value, int depth, FILE *out)
{
    if (json_is_object(value) && depth <= 1 && json_object_size(value))
        return print_members(value, depth, out);
    if (json_is_object(json_array_get(value, 0)) && (depth == 1 || json_array_size(value) > SHORT_LIST))
        return print_lines(value, out);
    return json_dumpf(value, out, document_flags());
}

int document_print(const json_t *document, FILE *out)
{
    return print_value(document, 0, out) || ferror(out) ? -1 : 0;
}

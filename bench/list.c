/* list.c - the verb list: all that can be named, and what this CPU lacks */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/list_rows.h"
#include "bench/options_common.h"
#include "bench/probe.h"
#include "bench/wrap.h"
#include "results/json.h"

enum { OPT_JSON, OPT_HELP, OPTS };
enum { INDENT = 22, REASON_TEXT = LIST_REASON };

static const struct option_row rows[OPTS] = {
    [OPT_JSON] = {"json", NULL, "print JSON: a list for each kind"},
    [OPT_HELP] = {"help", NULL, "this text"},
};

static void help(void)
{
    puts("usage: pmembench list [options]\n\n"
         "Everything that has a name: copies, trackers, write-backs, domains and axes, each with\n"
         "what it is, its traits, and why it cannot run on this CPU where it cannot.\n");
    options_help(rows, OPTS, stdout);
    puts("\nexample: pmembench list --json | jq '.copy[] | select(.available) | .name'");
}

/* Why the row cannot run here, or NULL. */
static const char *reason(const struct list_row *row, char out[REASON_TEXT])
{
    char lacking[REASON_TEXT - 32];
    uint32_t missing = row->features & ~cpu_features();
    if (!missing)
        return *row->reason ? row->reason : NULL;
    snprintf(out, REASON_TEXT, "this CPU has no %s", cpu_feature_list(missing, lacking, sizeof(lacking)));
    return out;
}

static void print_reason(const char *why)
{
    int column = printf("%*sunavailable:", INDENT, "");
    print_wrapped(stdout, why, column, INDENT);
}

static void print_row(const struct list_row *row)
{
    char why[REASON_TEXT], text[512] = "";
    size_t used = 0;
    int column = printf("  %-*s", INDENT - 3, row->name);
    print_wrapped(stdout, row->summary, column, INDENT);
    for (size_t i = 0; i < LIST_TRAITS && row->traits[i].name && used < sizeof(text); i++) {
        const struct list_trait *t = &row->traits[i];
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s", i ? "; " : "", t->name,
                                 t->text    ? t->text
                                 : t->truth ? "yes"
                                            : "no");
    }
    if (used) {
        printf("%*s", INDENT - 1, "");
        print_wrapped(stdout, text, INDENT - 1, INDENT);
    }
    if (reason(row, why))
        print_reason(reason(row, why));
}

static void print_text(void)
{
    size_t count;
    const struct list_section *sections = list_sections(&count);
    for (size_t s = 0; s < count; s++) {
        const char *group = NULL;
        printf("%s%s\n", s ? "\n" : "", sections[s].title);
        for (size_t i = 0; i < sections[s].count; i++) {
            struct list_row row = sections[s].row(i);
            if (row.group && (!group || strcmp(group, row.group)))
                printf(" %s\n", row.group);
            group = row.group;
            print_row(&row);
        }
    }
}

static json_t *row_json(const struct list_section *section, size_t i)
{
    char why[REASON_TEXT];
    struct list_row row = section->row(i);
    struct object o = object_begin();
    object_put(&o, "name", json_text(row.name));
    object_put(&o, "summary", json_text(row.summary));
    for (size_t t = 0; t < LIST_TRAITS && row.traits[t].name; t++)
        object_put(&o, row.traits[t].name,
                   row.traits[t].text ? json_text(row.traits[t].text) : json_boolean(row.traits[t].truth));
    if (section->on_cpu) {
        const char *text = reason(&row, why);
        object_put(&o, "available", json_boolean(!text));
        object_put(&o, "reason", text ? json_text(text) : json_null());
    }
    return object_end(&o);
}

static json_t *section_json(const struct list_section *section)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < section->count; i++) {
        if (json_array_append_new(list, row_json(section, i))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static int print_json(struct error *err)
{
    size_t count;
    const struct list_section *sections = list_sections(&count);
    struct object o = object_begin();
    for (size_t s = 0; s < count; s++)
        object_put(&o, sections[s].name, section_json(&sections[s]));
    json_t *document = object_end(&o);
    int done = document ? json_dumpf(document, stdout, JSON_INDENT(2) | document_flags()) : -1;
    json_decref(document);
    putchar('\n');
    return done && !ferror(stdout)
               ? error_set(err, EXIT_CANNOT, "list: memory is short for the JSON document")
               : 0;
}

int verb_list(int argc, char **argv)
{
    const char *values[OPTS];
    struct error err = {0};
    if (!options_read(argc, argv, rows, OPTS, values, &err)) {
        if (values[OPT_HELP])
            help();
        else if (values[OPT_JSON])
            print_json(&err);
        else
            print_text();
    }
    return verb_end(&err);
}

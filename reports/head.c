/* head.c - the first lines of a report: may it be trusted, and what was it measured on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sections.h"

static const char *known(struct model *m, const json_t *object, const char *name)
{
    const char *text = model_text(m, object, name);
    return *text ? text : "unknown";
}

static void add_floor(struct line *line, const struct model *m)
{
    double usual = (m->floor_usual - 1) * 100, widest = (m->floor_ratio - 1) * 100;
    if (m->floor_ratio > 1 && m->control_count > 2)
        line_add(line, " differences below %.1f %% (at worst %.1f %%) are noise here", usual, widest);
    else if (m->floor_ratio > 1)
        line_add(line, " differences below %.1f %% are noise here", widest);
    else
        line_add(line, " the noise floor is not known");
}

void head_controls(const struct section *s)
{
    const struct model *m = s->model;
    struct line line = {0};
    if (!m->control_count)
        line_add(&line, STYLE_BAD "NOT RUN" STYLE_OFF
                                  ": nothing here shows that a difference would have been found;");
    else if (m->held_count == m->control_count && m->controls_held)
        line_add(&line, STYLE_GOOD "HELD" STYLE_OFF " in %s%zu group%s (a planted 5 %% was found);",
                 m->control_count > 1 ? "all " : "", m->control_count, m->control_count == 1 ? "" : "s");
    else if (m->held_count == m->control_count)
        line_add(&line,
                 STYLE_BAD "NOT HELD" STYLE_OFF
                           " over the run, though each group's did: take no small difference for real;");
    else
        line_add(&line,
                 STYLE_BAD
                 "NOT HELD" STYLE_OFF
                 " in %zu of %zu groups, where identical code came out different, a planted 5 %% was "
                 "not found, or the order of the rounds was out of balance: nothing is claimed there (marked "
                 "!); in the other %zu both were right;",
                 m->control_count - m->held_count, m->control_count, m->held_count);
    add_floor(&line, m);
    page_fact(s->page, "controls", arena_format(&s->model->arena, "%s", line.text));
}

/* QEMU's software CPU, by the name that it gives in CPUID. */
bool cpu_is_emulated(struct model *m)
{
    return !strncmp(model_text(m, model_object(m->document, "machine"), "hypervisor"), "TCG", 3);
}

void head_times(const struct section *s)
{
    if (cpu_is_emulated(s->model))
        page_fact(s->page, "times",
                  STYLE_BAD "EMULATED" STYLE_OFF
                            ": this CPU is software (QEMU's TCG), so no time, ratio or verdict below says "
                            "anything about hardware; what was done and how often (counts) does");
}

static void status(const struct section *s)
{
    const struct model *m = s->model;
    if (!strcmp(m->status, "complete"))
        return;
    size_t measured = 0;
    for (size_t i = 0; i < m->cell_count; i++)
        measured += m->cells[i].status == CELL_MEASURED;
    const char *what = "STATUS UNKNOWN", *meaning = "nothing says that the run came to its end";
    const char *source = s->options->source;
    if (!strcmp(m->status, "interrupted")) {
        what = "INTERRUPTED";
        meaning = arena_format(&s->model->arena, "go on with: pmembench run --resume %s",
                               source ? show_quoted(&s->model->arena, source) : "DIR");
    } else if (!strcmp(m->status, "failed")) {
        what = "FAILED";
        meaning = "see the FAILED cells and warnings below";
    }
    page_fact(s->page, "status",
              arena_format(&s->model->arena, STYLE_BAD "%s" STYLE_OFF ": %zu of %zu cells measured; %s", what,
                           measured, m->cell_count, meaning));
}

static void run(const struct section *s)
{
    struct model *m = s->model;
    const json_t *run = model_object(m->document, "run");
    double seconds = model_number(run, "measuring_s"), repeats = model_number(run, "repeats");
    struct line line = {0};
    line_add(&line, "plan %s, %s", known(m, run, "plan"), known(m, run, "started"));
    if (isfinite(seconds))
        line_add(&line, ", measured for %s", shown_ns(seconds * 1e9).text);
    if (repeats > 1)
        line_add(&line, " in %.0f processes", repeats);
    line_add(&line, ", seed %s, pmembench %s", known(m, run, "seed"), known(m, run, "version"));
    page_fact(s->page, "run", arena_format(&m->arena, "%s", line.text));
}

/* What changed the plan. */
static void tuning(const struct section *s)
{
    struct model *m = s->model;
    const char *used = model_text(m, model_object(m->document, "run"), "tuning");
    if (*used)
        page_fact(s->page, "tuning", used);
}

/* What the rest of a write() is modelled on. */
static void surround(const struct section *s)
{
    struct model *m = s->model;
    const char *source = model_text(m, model_object(m->document, "run"), "surround_source");
    if (*source)
        page_fact(s->page, "surround", source);
}

static void add_caches(struct line *line, const json_t *machine)
{
    size_t i;
    json_t *cache;
    double measured = model_number(machine, "llc_bytes_measured");
    json_array_foreach(model_object(machine, "caches"), i, cache)
    {
        double level = model_number(cache, "level");
        if (isfinite(level))
            line_add(line, "%s L%.0f %s", i ? "," : ";", level,
                     shown_bytes(model_number(cache, "bytes")).text);
    }
    if (measured > 0)
        line_add(line, " (LLC measured: %s)", shown_bytes(measured).text);
}

static const char *clwb_meaning(const char *name)
{
    if (!strcmp(name, "retains"))
        return "CLWB keeps the line cached";
    if (!strcmp(name, "invalidates"))
        return "CLWB throws the line out of the cache";
    return !strcmp(name, "absent") ? "no CLWB" : "CLWB: not known";
}

static void machine(const struct section *s)
{
    struct model *m = s->model;
    const json_t *machine = model_object(m->document, "machine"), *cpu = model_object(machine, "cpu");
    struct line line = {0};
    line_add(&line, "%s", known(m, cpu, "model"));
    add_caches(&line, machine);
    line_add(&line, "; %s; kernel %s", clwb_meaning(model_text(m, cpu, "clwb")), known(m, machine, "kernel"));
    const char *hypervisor = known(m, machine, "hypervisor");
    if (!strcmp(hypervisor, "none"))
        line_add(&line, ", no hypervisor");
    else
        line_add(&line, ", hypervisor %s", hypervisor);
    page_fact(s->page, "machine", arena_format(&m->arena, "%s", line.text));
}

static void medium(const struct section *s)
{
    struct model *m = s->model;
    const json_t *region = model_object(m->document, "region");
    const char *name = known(m, region, "medium"), *provenance = known(m, region, "provenance");
    const char *huge = model_text(m, model_object(m->document, "machine"), "huge_pages");
    struct line line = {0};
    line_add(&line, "%s, %s", name, provenance);
    if (!strcmp(provenance, "stand-in"))
        line_add(&line, ": what the CPU does is real, the medium is not");
    else if (!strcmp(provenance, "emulated"))
        line_add(&line, ": behind a hypervisor, the timing of the medium is not its own");
    const char *provider = model_text(m, region, "provider");
    if (*provider && strcmp(provider, "none"))
        line_add(&line, "; provider %s, MAP_SYNC %s", provider, known(m, region, "map_sync"));
    if (*huge && strcmp(huge, "unknown"))
        line_add(&line, "; huge pages %s", huge);
    page_fact(s->page, "medium", arena_format(&m->arena, "%s", line.text));
}

static const char *domain_meaning(const char *name)
{
    static const struct {
        const char *name, *meaning;
    } domains[] = {
        {"eadr", "caches persist: no flush, one store fence"},
        {"adr", "caches are flushed, then two fences"},
        {"hint", "caches are flushed, then fence, a write per DIMM, fence"},
        {"flush-device", "caches are flushed, then a flush request to the host"},
        {"gpf", "caches are flushed, then two fences"},
        {"pcommit", "caches are flushed, then sfence, pcommit, sfence (2016)"},
    };
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (!strcmp(name, domains[i].name))
            return domains[i].meaning;
    return "caches are flushed, then two fences; what it really takes is not known";
}

static void add_drain(struct line *line, struct model *m, const json_t *drain)
{
    const char *provenance = known(m, drain, "provenance"), *source = model_text(m, drain, "source");
    if (!strcmp(model_text(m, drain, "kind"), "none")) {
        line_add(line, "; no drain");
        return;
    }
    double latency = model_number(drain, "latency_ns"), rate = model_number(drain, "bytes_per_second");
    if (!strcmp(model_text(m, drain, "kind"), "store-fence") && !strcmp(provenance, "measured")) {
        line_add(line, "; drain: its fences");
        if (*source && strcmp(source, "unknown"))
            line_add(line, ", %s", source);
        return;
    }
    if (strcmp(provenance, "measured") && strcmp(provenance, "modelled")) {
        line_add(line, "; drain not known, in no number below");
        return;
    }
    line_add(line, "; drain %s", provenance);
    if (isfinite(latency))
        line_add(line, ", %s", shown_ns(latency).text);
    if (isfinite(rate) && rate > 0)
        line_add(line, " + bytes at %s GB/s", shown_number(rate / 1e9).text);
    if (*source && strcmp(source, "unknown"))
        line_add(line, " (%s)", source);
}

enum { SOURCES_MOST = 12, SOURCE_MOST = 48 };

/* What a line of evidence says, in a word or two: without the file's name, and without what it means. */
static void add_source(struct line *line, const char *evidence, bool *first)
{
    static const struct {
        const char *begins, *shown; /* NULL: as it is there */
        size_t skipped;
    } known[] = {
        {"provider ", NULL, 9},
        {"persistence_domain memory_controller", "memory_controller", 0},
        {"persistence_domain cpu_cache", "cpu_cache", 0},
        {"persistence_domain ", NULL, 0},
        {"deep_flush ", NULL, 0},
        {"write_cache ", NULL, 0},
        {"mapped device of ", NULL, 0},
        {"MAP_SYNC granted", "MAP_SYNC", 0},
        {"MAP_SYNC refused", "no MAP_SYNC", 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(evidence, known[i].begins, strlen(known[i].begins)))
            continue;
        const char *text = known[i].shown ? known[i].shown : evidence + known[i].skipped;
        const char *meaning = strstr(text, ": "), *file = strstr(text, " (");
        size_t length = strlen(text);
        length = meaning && (size_t)(meaning - text) < length ? (size_t)(meaning - text) : length;
        length = file && (size_t)(file - text) < length ? (size_t)(file - text) : length;
        length = length < SOURCE_MOST ? length : SOURCE_MOST;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80) /* not within a character */
            length--;
        line_add(line, "%s%.*s", *first ? ": " : ", ", (int)length, text);
        *first = false;
        return;
    }
}

static bool add_sources(struct line *line, struct model *m, const json_t *domain)
{
    size_t i;
    json_t *item;
    bool first = true;
    json_array_foreach(model_object(domain, "evidence"), i, item)
    {
        const char *text = json_string_value(item);
        if (text && i < SOURCES_MOST)
            add_source(line, arena_clean(&m->arena, text), &first);
    }
    return !first;
}

static void domain(const struct section *s)
{
    struct model *m = s->model;
    const json_t *domain = model_object(m->document, "domain");
    const char *name = known(m, domain, "name"), *detected = model_text(m, domain, "detected");
    struct line line = {0};
    line_add(&line, "%s, %s", name, known(m, domain, "source"));
    bool own = !strcmp(known(m, domain, "source"), "detected") && add_sources(&line, m, domain);
    line_add(&line, "%s", own ? "; " : ": ");
    if (copies_alone(m)) {
        bool persist = !strcmp(name, "eadr");
        line_add(&line, "%s; no fsync, no drain",
                 persist ? "caches persist" : "each write flushes and fences for itself");
    } else {
        line_add(&line, "%s", domain_meaning(name));
        add_drain(&line, m, model_object(domain, "drain"));
    }
    if (!own && *detected) {
        line_add(&line, "; the machine says %s", detected);
        add_sources(&line, m, domain);
    }
    page_fact(s->page, "domain", arena_format(&m->arena, "%s", line.text));
}

/* The next item of a list, where the number is known. */
static void add_known(struct line *line, const json_t *machine, const char *name, const char *format)
{
    double value = model_number(machine, name);
    if (!isfinite(value))
        return;
    line_add(line, "%s", line->used ? ", " : "");
    line_add(line, format, value);
}

static void add_load(struct line *line, const json_t *machine)
{
    double load = model_number(machine, "load"), end = model_number(machine, "load_end");
    if (isfinite(load) && isfinite(end))
        line_add(line, "%sload %.1f to %.1f", line->used ? ", " : "", load, end);
}

/* What else the machine did: facts, whether or not they are beyond their bounds. */
static void noise(const struct section *s)
{
    const json_t *machine = model_object(s->model->document, "machine");
    struct line line = {0};
    add_known(&line, machine, "steal_percent", "steal %.1f %%");
    add_known(&line, machine, "sibling_busy_percent", "sibling %.0f %% busy");
    add_known(&line, machine, "others_busy_percent", "others %.0f %% busy");
    add_known(&line, machine, "drift_percent", "clock spread %.1f %%");
    add_known(&line, machine, "trend_percent", "trend %+.1f %%");
    add_known(&line, machine, "involuntary_switches", "%.0f involuntary switches");
    add_load(&line, machine);
    if (line.used && !s->room->terse)
        page_fact(s->page, "noise", arena_format(&s->model->arena, "%s", line.text));
}

/* One cell alone: its group's controls, before anything else. */
void head_of_cell(const struct section *s, const struct model_cell *c)
{
    struct line line = {0};
    if (!s->model->control_count)
        line_add(&line, STYLE_BAD "NOT RUN" STYLE_OFF ";");
    else if (c->distrusted)
        line_add(&line,
                 STYLE_BAD "NOT HELD" STYLE_OFF
                           " in this cell's group: nothing may be claimed of it; elsewhere %zu of %zu held;",
                 s->model->held_count, s->model->control_count);
    else
        line_add(&line, STYLE_GOOD "HELD" STYLE_OFF " in this cell's group, and in %zu of %zu in all;",
                 s->model->held_count, s->model->control_count);
    if (c->floor_ratio > 1)
        line_add(&line, " differences below %.1f %% are noise here", (c->floor_ratio - 1) * 100);
    else
        line_add(&line, " the noise floor is not known");
    page_fact(s->page, "controls", arena_format(&s->model->arena, "%s", line.text));
    head_times(s);
}

void head_place(const struct section *s)
{
    machine(s);
    medium(s);
    domain(s);
    surround(s);
    noise(s);
}

void head_add(const struct section *s)
{
    head_controls(s);
    head_times(s);
    status(s);
    run(s);
    tuning(s);
    head_place(s);
}

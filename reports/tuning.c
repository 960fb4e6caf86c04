/* tuning.c - the report of a tuning: its sections, fitted to a page, as text and as Markdown */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "reports/tuning.h"

#include "reports/tuning_parts.h"

enum { LINES_MOST = 60, TEXT_COLUMNS = 100, MANY = 1 << 20 };

static const struct tuning_room unlimited = {
    .shared = {.warnings = 1000, .hints = true, .spaced = true},
    .flips = MANY,
    .missing = MANY,
    .strategies = MANY,
    .fsync_surface = true,
    .situations = MANY,
    .sizes = 16,
    .equals = 8,
    .threads = MANY,
    .proofs = MANY,
    .parts = MANY,
    .answers = MANY,
    .proof_sizes = true,
    .thread_table = true,
};

/* From all that is worth a page down to the bare answer: the first that fits is taken. */
static const struct tuning_room rooms[] = {
    {.shared = {.warnings = 4, .hints = true, .spaced = true},
     .flips = 8,
     .missing = 6,
     .strategies = 8,
     .fsync_surface = true,
     .situations = 15,
     .sizes = 11,
     .equals = 3,
     .threads = 3,
     .proofs = 8,
     .parts = 4,
     .answers = 6,
     .proof_sizes = true,
     .thread_table = true,
     .fold = true},
    {.shared = {.warnings = 3, .hints = true},
     .flips = 7,
     .missing = 4,
     .strategies = 7,
     .fsync_surface = true,
     .situations = 12,
     .sizes = 11,
     .equals = 3,
     .threads = 3,
     .proofs = 8,
     .parts = 4,
     .answers = 6,
     .proof_sizes = true,
     .thread_table = true,
     .fold = true},
    {.shared = {.warnings = 3, .terse = true},
     .flips = 6,
     .missing = 3,
     .strategies = 6,
     .fsync_surface = true,
     .situations = 9,
     .sizes = 11,
     .equals = 2,
     .threads = 3,
     .proofs = 8,
     .parts = 4,
     .answers = 5,
     .proof_sizes = true,
     .fold = true},
    {.shared = {.warnings = 3, .terse = true},
     .flips = 6,
     .missing = 3,
     .strategies = 6,
     .situations = 9,
     .sizes = 11,
     .equals = 2,
     .threads = 3,
     .proofs = 8,
     .parts = 3,
     .answers = 5,
     .fold = true},
    {.shared = {.warnings = 2, .terse = true},
     .flips = 5,
     .missing = 2,
     .strategies = 5,
     .situations = 7,
     .sizes = 11,
     .equals = 2,
     .threads = 2,
     .proofs = 6,
     .parts = 3,
     .answers = 4,
     .fold = true},
    {.shared = {.warnings = 2, .terse = true},
     .flips = 4,
     .missing = 1,
     .strategies = 4,
     .situations = 6,
     .sizes = 11,
     .equals = 1,
     .threads = 2,
     .proofs = 5,
     .parts = 2,
     .answers = 3,
     .fold = true},
    {.shared = {.warnings = 1, .terse = true},
     .flips = 3,
     .missing = 1,
     .strategies = 3,
     .situations = 5,
     .sizes = 11,
     .equals = 1,
     .threads = 1,
     .proofs = 5,
     .parts = 2,
     .answers = 3,
     .fold = true},
    {.shared = {.warnings = 1, .terse = true},
     .flips = 3,
     .strategies = 2,
     .situations = 5,
     .sizes = 11,
     .equals = 1,
     .threads = 1,
     .proofs = 5,
     .parts = 1,
     .answers = 2,
     .fold = true},
    {.shared = {.warnings = 1, .terse = true},
     .flips = 3,
     .strategies = 2,
     .situations = 4,
     .sizes = 11,
     .equals = 1,
     .threads = 1,
     .proofs = 4,
     .parts = 1,
     .answers = 2,
     .fold = true},
    {.shared = {.warnings = 1, .terse = true},
     .flips = 2,
     .strategies = 2,
     .situations = 3,
     .sizes = 11,
     .equals = 1,
     .threads = 1,
     .proofs = 3,
     .parts = 1,
     .answers = 2,
     .fold = true},
    {.shared = {.warnings = 1, .terse = true},
     .flips = 2,
     .strategies = 2,
     .sizes = 11,
     .equals = 1,
     .threads = 1,
     .proofs = 2,
     .parts = 1,
     .answers = 1},
};

/* Every situation's surface is for --all alone. */
static struct tuning_room whole(bool all)
{
    struct tuning_room room = unlimited;
    room.all_surfaces = all;
    return room;
}

static struct page build(struct tuned *t, const struct tuning_room *room,
                         const struct report_options *options)
{
    struct page page = {.arena = &t->model.arena, .spaced = room->shared.spaced};
    const struct tuning_page p = {t, &page, room, options};
    tuning_head_add(&p);
    tuning_answer_add(&p);
    tuning_flips_add(&p);
    tuning_map_add(&p);
    tuning_surfaces_add(&p);
    tuning_threads_add(&p);
    tuning_proof_add(&p);
    tuning_notes_add(&p);
    return page;
}

static void write_fitted(struct tuned *t, const struct report_options *options, FILE *out)
{
    struct page page = {0};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        page = build(t, &rooms[i], options);
        if (page_write_text(&page, TEXT_COLUMNS, false, NULL) > LINES_MOST)
            continue;
        page_write_text(&page, TEXT_COLUMNS, options->colour, out);
        return;
    }
    page_write_first(&page, LINES_MOST, TEXT_COLUMNS, options->colour, "--all", out);
}

static const struct report_options *given(const struct report_options *options)
{
    static const struct report_options standard = {0};
    return options ? options : &standard;
}

int tuning_written(struct tuned *t, FILE *out, struct error *err)
{
    bool failed = t->model.arena.failed;
    tuned_free(t);
    if (failed)
        return error_set(err, EXIT_CANNOT, "report: out of memory: close other programs and try again");
    if (fflush(out) || ferror(out))
        return error_set(err, EXIT_CANNOT, "report: cannot write it: check the disk or the pipe it goes to");
    return 0;
}

int report_tuning_text(const json_t *tuning, const struct report_options *options, FILE *out,
                       struct error *err)
{
    struct tuned t;
    options = given(options);
    if (tuned_load(&t, tuning, err))
        return -1;
    if (options->all) {
        struct tuning_room room = whole(true);
        struct page page = build(&t, &room, options);
        page.wide = true;
        page_write_text(&page, TEXT_COLUMNS, options->colour, out);
    } else {
        write_fitted(&t, options, out);
    }
    return tuning_written(&t, out, err);
}

int report_tuning_markdown(const json_t *tuning, const struct report_options *options, FILE *out,
                           struct error *err)
{
    struct tuned t;
    if (tuned_load(&t, tuning, err))
        return -1;
    struct tuning_room room = whole(given(options)->all);
    struct page page = build(&t, &room, given(options));
    fputs("# pmembench tune\n\n", out);
    page_write_markdown(&page, out);
    return tuning_written(&t, out, err);
}

int report_tuning_proof(const json_t *tuning, const struct report_options *options, FILE *out,
                        struct error *err)
{
    struct tuned t;
    options = given(options);
    if (tuned_load(&t, tuning, err))
        return -1;
    struct page page = {.arena = &t.model.arena};
    const struct tuning_page p = {&t, &page, &unlimited, options};
    tuning_proof_add(&p);
    page_write_text(&page, TEXT_COLUMNS, options->colour, out);
    return tuning_written(&t, out, err);
}

/* make_tuning.c - writes DIR/tuning.json as a complete search would, with invented numbers */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/results/sample_tuning.h"

/* Build: cc -std=gnu11 -D_GNU_SOURCE -I. tests/results/make_tuning.c results/[a-z]*.c base/error.c -ljansson
 * -lm Use:   ./a.out tests/reports/fixture */

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make_tuning DIR\n");
        return EXIT_USAGE;
    }
    struct tuning t;
    struct error err = {0};
    sample_tuning(&t);
    json_t *document = tuning_to_json(&t);
    if (tuning_write_document(document, argv[1], &err))
        fprintf(stderr, "%s\n", err.text);
    json_decref(document);
    tuning_free(&t);
    return (int)err.code;
}

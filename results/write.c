/* write.c - puts a document in place, such as the result: whole, or not at all */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "results/file.h"
#include "results/json.h"
#include "results/output.h"

/* The document in memory first, so that what can fail for want of memory fails before a file is touched. */
int document_write(const json_t *document, const char *dir, const char *name, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = document ? open_memstream(&text, &size) : NULL;
    bool failed = !out || document_print(document, out);
    if (out && fclose(out))
        failed = true;
    int status = failed ? error_set(err, EXIT_CANNOT, "%s: out of memory; free some", name)
                        : output_file(dir, name, text, size, err);
    free(text);
    return status;
}

int result_write_document(const json_t *document, const char *dir, struct error *err)
{
    return document_write(document, dir, RESULT_FILE, err);
}

int result_write(const struct result *r, const char *dir, struct error *err)
{
    json_t *document = result_to_json(r);
    int status = result_write_document(document, dir, err);
    json_decref(document);
    return status;
}

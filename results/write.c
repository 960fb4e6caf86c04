/* write.c - puts the result file in place: whole, or not at all */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "results/file.h"
#include "results/json.h"
#include "results/output.h"

/* The document in memory first, so that what can fail for want of memory fails before a file is touched. */
int result_write_document(const json_t *document, const char *dir, struct error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = document ? open_memstream(&text, &size) : NULL;
    bool failed = !out || document_print(document, out);
    if (out && fclose(out))
        failed = true;
    int status = failed ? error_set(err, EXIT_CANNOT, "%s: out of memory; run fewer cells", RESULT_FILE)
                        : output_file(dir, RESULT_FILE, text, size, err);
    free(text);
    return status;
}

int result_write(const struct result *r, const char *dir, struct error *err)
{
    json_t *document = result_to_json(r);
    int status = result_write_document(document, dir, err);
    json_decref(document);
    return status;
}

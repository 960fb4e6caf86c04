/* tuning_write.c - puts the tuning's file in place: whole, or not at all */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "results/json.h"
#include "results/tuning.h"

int tuning_write_document(const json_t *document, const char *dir, struct error *err)
{
    return document_write(document, dir, TUNING_FILE, err);
}

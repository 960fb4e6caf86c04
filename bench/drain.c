/* drain.c - the model of a drain */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/drain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

enum { TEXT_BYTES = 128 };

static int refuse(const char *text, struct error *err)
{
    return error_set(
        err, EXIT_USAGE,
        "--drain: '%s' is not a model; write latency=NS,bandwidth=GB/s,queue=BYTES[,refault=NS] such as "
        "latency=300,bandwidth=2,queue=64K",
        text);
}

static int positive(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end == text || *end || !(*value > 0) || isinf(*value) ? -1 : 0;
}

int drain_parse(const char *text, struct drain_model *model, struct error *err)
{
    char copy[TEXT_BYTES], *save = NULL;
    double gb = 0, latency = 0, refault = 0;
    uint64_t queue = 0;
    if (strlen(text) >= sizeof(copy))
        return refuse(text, err);
    strcpy(copy, text);
    for (char *item = strtok_r(copy, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
        bool good = (!strncmp(item, "latency=", 8) && !positive(item + 8, &latency)) ||
                    (!strncmp(item, "bandwidth=", 10) && !positive(item + 10, &gb)) ||
                    (!strncmp(item, "refault=", 8) && !positive(item + 8, &refault)) ||
                    (!strncmp(item, "queue=", 6) && !size_parse(item + 6, "--drain queue", &queue, NULL));
        if (!good)
            return refuse(text, err);
    }
    if (!(latency > 0) || !(gb > 0) || !queue)
        return refuse(text, err);
    *model = (struct drain_model){
        .latency_ns = latency, .bytes_per_second = gb * 1e9, .queue_bytes = queue, .refault_ns = refault};
    return 0;
}

double drain_ns(const struct drain_model *model, double bytes, double pages)
{
    if (isnan(model->latency_ns) || isnan(bytes)) /* fmin would take a full queue for an unknown number */
        return NAN;
    return model->latency_ns + fmin(bytes, (double)model->queue_bytes) / model->bytes_per_second * 1e9 +
           pages * model->refault_ns;
}

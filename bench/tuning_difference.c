/* tuning_difference.c - in what the machine and the memory of a tuning differ from those that are here */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/tuning_difference.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* What a file says may reach a terminal: bytes other than printable ASCII become '?', as in reports. */
static void copy_clean(char *out, size_t bytes, const char *text)
{
    text_copy(out, bytes, text);
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

static bool is_known(const char *text)
{
    return text && *text && strcmp(text, "unknown") != 0;
}

static bool differ(const char *what, const char *then, const char *now, struct tuning_difference *out)
{
    if (!is_known(then) || !is_known(now) || !strcmp(then, now))
        return false;
    out->what = what;
    copy_clean(out->then, sizeof(out->then), then);
    copy_clean(out->now, sizeof(out->now), now);
    return true;
}

static bool texts_differ(const char *what, const json_t *object, const char *member, const char *now,
                         struct tuning_difference *out)
{
    return differ(what, json_string_value(json_object_get(object, member)), now, out);
}

/* -1 here, null there: not known. */
static bool numbers_differ(const char *what, const json_t *object, const char *member, int now,
                           struct tuning_difference *out)
{
    const json_t *then = json_object_get(object, member);
    char texts[2][NAME_TEXT];
    if (!json_is_integer(then) || json_integer_value(then) < 0 || now < 0)
        return false;
    snprintf(texts[0], NAME_TEXT, "%lld", (long long)json_integer_value(then));
    snprintf(texts[1], NAME_TEXT, "%d", now);
    return differ(what, texts[0], texts[1], out);
}

bool tuning_machine_differs(const json_t *tuning, const struct result_machine *here,
                            struct tuning_difference *out)
{
    const json_t *cpu = json_object_get(json_object_get(tuning, "machine"), "cpu");
    return texts_differ("CPU vendor", cpu, "vendor", here->vendor, out) ||
           numbers_differ("CPU family", cpu, "family", here->family, out) ||
           numbers_differ("CPU model number", cpu, "model_number", here->model_number, out) ||
           texts_differ("CPU model", cpu, "model", here->model, out) ||
           numbers_differ("CPU stepping", cpu, "stepping", here->stepping, out) ||
           texts_differ("microcode", cpu, "microcode", here->microcode, out);
}

bool tuning_memory_differs(const json_t *tuning, const struct result_region *region, const char *domain,
                           struct tuning_difference *out)
{
    const json_t *then = json_object_get(tuning, "region");
    return texts_differ("medium", then, "medium", region->medium, out) ||
           texts_differ("provenance", then, "provenance", region->provenance, out) ||
           texts_differ("persistence domain", json_object_get(tuning, "domain"), "name", domain, out);
}

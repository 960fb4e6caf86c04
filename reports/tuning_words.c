/* tuning_words.c - how sizes, gains and strategies of a tuning are said */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "reports/tuning_parts.h"

/* Two digits, without the point of a whole number. */
static const char *two_digits(struct arena *a, double x)
{
    double tenths = round(x * 10) / 10;
    return arena_format(a, "%.*f", tenths < 9.95 && tenths != floor(tenths) ? 1 : 0, tenths);
}

static double unit_of(double bytes, const char **unit)
{
    static const struct {
        double bytes;
        const char *name;
    } units[] = {{1024.0 * 1024 * 1024, "GiB"}, {1024 * 1024, "MiB"}, {1024, "KiB"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes >= units[i].bytes) {
            *unit = units[i].name;
            return units[i].bytes;
        }
    *unit = "B";
    return 1;
}

const char *tuned_bytes(struct arena *a, double bytes)
{
    const char *unit;
    if (!isfinite(bytes) || bytes < 0)
        return "-";
    double of = unit_of(round(bytes), &unit);
    return of == 1 ? arena_format(a, "%.0f B", bytes)
                   : arena_format(a, "%s %s", two_digits(a, bytes / of), unit);
}

const char *tuned_range(struct arena *a, double low, double high)
{
    if (!isfinite(low) && !isfinite(high))
        return "";
    if (!isfinite(low))
        return arena_format(a, "up to %s", tuned_bytes(a, high));
    if (!isfinite(high))
        return arena_format(a, "from %s", tuned_bytes(a, low));
    const char *from = tuned_bytes(a, low), *to = tuned_bytes(a, high);
    const char *unit_from = strchr(from, ' '), *unit_to = strchr(to, ' ');
    if (unit_from && unit_to && !strcmp(unit_from, unit_to))
        return arena_format(a, "%.*s to %s", (int)(unit_from - from), from, to);
    return arena_format(a, "%s to %s", from, to);
}

const char *tuned_short(struct arena *a, double bytes)
{
    const char *unit;
    if (!isfinite(bytes) || bytes < 0)
        return "-";
    double of = unit_of(round(bytes), &unit);
    return of == 1 ? arena_format(a, "%.0f", bytes)
                   : arena_format(a, "%s%c", two_digits(a, bytes / of), unit[0]);
}

static const char *percent(struct arena *a, double ratio)
{
    double x = fabs(ratio - 1) * 100;
    return arena_format(a, "%.*f", x < 9.95 && fabs(x - round(x)) > 0.05 ? 1 : 0, x);
}

static const char *direction(double ratio)
{
    return ratio <= 1 ? "cheaper" : "dearer";
}

const char *tuned_gain(struct arena *a, struct interval r)
{
    if (!isfinite(r.value))
        return "not known";
    const char *first = arena_format(a, "%s %% %s", percent(a, r.value), direction(r.value));
    if (!isfinite(r.low) || !isfinite(r.high))
        return first;
    if (r.low <= 1 && r.high > 1)
        return arena_format(a, "%s (%s %% cheaper to %s %% dearer)", first, percent(a, r.low),
                            percent(a, r.high));
    bool gains = r.high <= 1;
    return arena_format(a, "%s (%s to %s %%)", first, percent(a, gains ? r.high : r.low),
                        percent(a, gains ? r.low : r.high));
}

const char *tuned_strategy(struct arena *a, const struct tuned_situation *s, const char *strategy)
{
    const char *at = strchr(strategy, '@');
    if (!s || strcmp(s->question, "tracker"))
        return strategy;
    const char *granule = at ? at + 1 : s->axis[AXIS_granule];
    if (!*granule)
        return strategy;
    return arena_format(a, "%.*s of %s granules", (int)(at ? at - strategy : (ptrdiff_t)strlen(strategy)),
                        strategy, shown_size(granule).text);
}

const char *tuned_more(struct arena *a, size_t n, const char *one, const char *more)
{
    return arena_format(a, "%zu more %s: --all", n, n == 1 ? one : more);
}

const char *tuned_question(const char *question)
{
    static const struct {
        const char *question, *words;
    } known[] = {
        {"durable", "a write that is durable at once"}, {"fsync", "write()s, then fsync()"}, {"tracker", ""}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(question, known[i].question))
            return known[i].words;
    return question;
}

const char *tuned_span(struct arena *a, const struct tuned_situation *s)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < s->point_count; i++) {
        low = fmin(low, s->points[i].size);
        high = fmax(high, s->points[i].size);
    }
    if (!s->point_count)
        return "no size";
    return low == high ? tuned_bytes(a, low) : tuned_range(a, low, high);
}

bool tuned_is_shown(size_t i, size_t n, size_t most)
{
    if (n <= most || most < 2)
        return i < most || n <= most;
    for (size_t k = 0; k < most; k++)
        if (k * (n - 1) / (most - 1) == i)
            return true;
    return false;
}

/* domain_detect.c - the rules from what the machine says to a persistence domain */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/domain_detect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bench/domain_words.h"
#include "strategies/domain.h"

/* From the one that promises most to the one of which most must be asked; unknown before flush-device, since
 * a medium that needs a request to the host needs it whatever lies beside it. */
static enum domain_id weaker(enum domain_id a, enum domain_id b)
{
    static const int rank[DOMAINS] = {[DOMAIN_eadr] = 0, [DOMAIN_adr] = 1,     [DOMAIN_gpf] = 2,
                                      [DOMAIN_hint] = 3, [DOMAIN_unknown] = 4, [DOMAIN_flush_device] = 5};
    return rank[b] > rank[a] ? b : a;
}

/* What deep_flush 1 asks for: papr_scm.c has no flush hints, only ND_REGION_ASYNC with a flush function. */
static enum domain_id flushed(const struct domain_says *s)
{
    return s->bus->kind == BUS_PAPR ? DOMAIN_flush_device : DOMAIN_hint;
}

static enum domain_id by_rule(const struct domain_says *s)
{
    switch (s->bus->kind) {
    case BUS_VIRTIO:
        return DOMAIN_flush_device;
    case BUS_CXL_PMEM:
        return DOMAIN_gpf;
    case BUS_NFIT:
    case BUS_PAPR:
        if (s->word == WORD_CPU_CACHE) /* whatever deep_flush is: hints are another table (nfit/core.c) */
            return DOMAIN_eadr;
        if (s->flush == BIT_1)
            return flushed(s);
        return s->word == WORD_MEMORY_CONTROLLER && s->flush == BIT_0 ? DOMAIN_adr : DOMAIN_unknown;
    case BUS_E820:
    case BUS_CXL_RAM:
    case BUS_HMEM:
    case BUS_UNKNOWN:
        break;
    }
    return DOMAIN_unknown;
}

__attribute__((format(printf, 3, 4))) static void contradict(struct domain_found *out, const char *device,
                                                             const char *format, ...)
{
    char text[LINE_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    domain_note(out, "contradiction%s%.32s: %.180s", *device ? " of " : "", device, text);
    if (!out->contradictions++)
        text_copy(out->contradiction, sizeof(out->contradiction), text);
}

/* Says what contradicts itself; the domain that is left of `name`. */
static enum domain_id less_contradictions(const struct domain_facts *in, const struct domain_says *s,
                                          const char *device, enum domain_id name, struct domain_found *out)
{
    bool nfit = s->bus->kind == BUS_NFIT || s->bus->kind == BUS_PAPR, cache = s->word == WORD_CPU_CACHE;
    if (cache && nfit && s->cache == BIT_1) {
        contradict(out, device, "persistence_domain cpu_cache, and yet write_cache 1");
        name = weaker(name, DOMAIN_adr);
    }
    if (cache && nfit && in->map_sync == SYNC_REFUSED) {
        contradict(out, device, "persistence_domain cpu_cache, and yet MAP_SYNC is refused");
        name = weaker(name, DOMAIN_adr);
    }
    if (cache && s->bus->kind == BUS_PAPR && s->flush == BIT_1) {
        contradict(out, device, "persistence_domain cpu_cache, and yet deep_flush 1");
        name = weaker(name, DOMAIN_flush_device);
    }
    if (cache && !nfit)
        contradict(out, device, "persistence_domain cpu_cache on a bus (%s) that does not promise it",
                   s->bus->provider);
    if (s->bus->kind == BUS_CXL_PMEM && s->flush == BIT_1) {
        contradict(out, device, "a CXL medium with deep_flush 1: flush hints");
        name = weaker(name, DOMAIN_hint);
    }
    if (!cache && !strcmp(in->granularity, "byte"))
        contradict(out, device,
                   "libpmem2 says that stores need no flush (granularity byte), and persistence_domain "
                   "is not cpu_cache");
    if (!cache && s->cache == BIT_0 && s->bus->kind != BUS_VIRTIO)
        contradict(out, device,
                   "write_cache 0 though caches are lost with power: what is stored through a mapping is "
                   "not durable after fsync");
    if (s->bus->kind == BUS_VIRTIO && in->map_sync == SYNC_GRANTED)
        contradict(out, device, "virtio-pmem, and yet MAP_SYNC is granted");
    return name;
}

static void tell_map(const struct domain_facts *in, struct domain_found *out)
{
    static const char *const sync[] = {[SYNC_UNKNOWN] = "MAP_SYNC not tried yet",
                                       [SYNC_GRANTED] = "MAP_SYNC granted",
                                       [SYNC_REFUSED] = "MAP_SYNC refused: only fsync promises anything",
                                       [SYNC_DEVICE] =
                                           "a DAX device: without metadata, MAP_SYNC says nothing"};
    domain_note(out, "%s", sync[in->map_sync]);
    if (in->granularity[0] && strcmp(in->granularity, "unknown"))
        domain_note(out, "libpmem2 store granularity %s", in->granularity);
}

/* A mapped device promises what the weakest of its parts does. */
static enum domain_id detect_several(const struct domain_facts *in, struct domain_found *out)
{
    unsigned count = in->place_count < DOMAIN_PLACES ? in->place_count : DOMAIN_PLACES;
    struct domain_says says[DOMAIN_PLACES];
    enum domain_id each[DOMAIN_PLACES], name = DOMAIN_eadr;
    bool agree = true;
    for (unsigned i = 0; i < count; i++) {
        domain_read(&in->places[i], &says[i]);
        each[i] = by_rule(&says[i]);
        agree = agree && each[i] == each[0];
        name = weaker(name, each[i]);
    }
    if (in->place_count > count)
        name = weaker(name, DOMAIN_unknown);
    domain_note(out, "mapped device of %u media: %s", in->place_count,
                in->place_count > count ? "more than are looked at"
                : agree                 ? "they agree"
                                        : "they disagree, the weakest counts");
    for (unsigned i = 0; i < count; i++)
        domain_tell_short(out, &says[i], domain_get(each[i], 0)->name);
    tell_map(in, out);
    for (unsigned i = 0; i < count; i++) {
        const char *slash = strrchr(in->places[i].device, '/');
        name = less_contradictions(in, &says[i], slash ? slash + 1 : "", name, out);
        domain_dimms(out, &in->places[i]);
    }
    return name;
}

static enum domain_id detect_one(const struct domain_facts *in, struct domain_found *out)
{
    struct domain_says says;
    domain_read(&in->places[0], &says);
    domain_tell(out, &says, in->map_sync == SYNC_DEVICE);
    tell_map(in, out);
    domain_dimms(out, &in->places[0]);
    return less_contradictions(in, &says, "", by_rule(&says), out);
}

void domain_detect(const struct domain_facts *in, struct domain_found *out)
{
    bool ram = in->place_count == 1 && (in->places[0].kind == BUS_CXL_RAM || in->places[0].kind == BUS_HMEM);
    enum domain_id name = DOMAIN_unknown;
    *out = (struct domain_found){.own = in->dax && !ram};
    if (!out->own)
        return;
    if (!in->place_count) {
        domain_note(out, "provider unknown: the device of the memory is not in sysfs");
        tell_map(in, out);
    } else {
        name = in->place_count == 1 ? detect_one(in, out) : detect_several(in, out);
    }
    text_copy(out->name, sizeof(out->name), domain_get(name, 0)->name);
}

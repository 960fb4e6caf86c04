/* domain_words.c - reads what sysfs says of one medium's persistence domain, and tells it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/domain_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void domain_note(struct domain_found *out, const char *format, ...)
{
    va_list args;
    if (out->evidence_count == RESULT_EVIDENCE) {
        text_copy(out->evidence[RESULT_EVIDENCE - 1], LINE_TEXT, "and more, which do not fit here");
        return;
    }
    va_start(args, format);
    vsnprintf(out->evidence[out->evidence_count++], LINE_TEXT, format, args);
    va_end(args);
}

static void read_attribute(const char *dir, const char *name, struct domain_attribute *out)
{
    out->said = *dir ? region_sysfs_read(dir, name, out->text, sizeof(out->text)) : SYSFS_ABSENT;
}

static enum domain_bit bit_of(const struct domain_attribute *a)
{
    if (a->said != SYSFS_SAID || strspn(a->text, "01") != 1 || a->text[1])
        return BIT_UNKNOWN;
    return a->text[0] == '1' ? BIT_1 : BIT_0;
}

/* A partition's cache is that of the whole device, whose folder it is in. */
static void read_write_cache(const struct region_bus *bus, struct domain_attribute *out)
{
    char whole[SYSFS_PATH];
    read_attribute(bus->device, "dax/write_cache", out);
    text_copy(whole, sizeof(whole), bus->device);
    char *slash = strrchr(whole, '/');
    if (out->said != SYSFS_ABSENT || !slash)
        return;
    *slash = '\0';
    read_attribute(whole, "dax/write_cache", out);
}

void domain_read(const struct region_bus *bus, struct domain_says *out)
{
    *out = (struct domain_says){.bus = bus};
    read_attribute(bus->nd_region, "persistence_domain", &out->persistence_domain);
    read_attribute(bus->nd_region, "deep_flush", &out->deep_flush);
    read_write_cache(bus, &out->write_cache);
    const char *word = out->persistence_domain.text;
    if (!strcmp(word, "cpu_cache"))
        out->word = WORD_CPU_CACHE;
    else if (!strcmp(word, "memory_controller"))
        out->word = WORD_MEMORY_CONTROLLER;
    out->flush = bit_of(&out->deep_flush);
    out->cache = bit_of(&out->write_cache);
}

/* "absent", "not readable" or what it says. */
static const char *shown(const struct domain_attribute *a)
{
    return a->said == SYSFS_ABSENT       ? "absent"
           : a->said == SYSFS_UNREADABLE ? "not readable or empty"
                                         : a->text;
}

static const char *flush_meaning(const struct domain_says *s)
{
    if (s->flush == BIT_UNKNOWN)
        return s->deep_flush.said == SYSFS_SAID ? ": no value that is known" : "";
    if (s->flush == BIT_0)
        return ": no flush hints";
    return s->bus->kind == BUS_PAPR     ? ": a call to the hypervisor"
           : s->bus->kind == BUS_VIRTIO ? ": a request to the host"
           : s->word == WORD_CPU_CACHE  ? ": flush hints exist, Linux' fsync writes them as well"
                                        : ": flush hints";
}

static const char *cache_meaning(const struct domain_says *s)
{
    switch (s->cache) {
    case BIT_0:
        return ": the kernel flushes no caches at fsync";
    case BIT_1:
        return ": the kernel flushes caches at fsync";
    case BIT_UNKNOWN:
        break;
    }
    return s->write_cache.said == SYSFS_SAID ? ": no value that is known" : "";
}

/* "ndbus0", from the folder of a region in it. */
static void bus_name(const struct region_bus *bus, char *out, size_t bytes)
{
    const char *end = strrchr(bus->nd_region, '/'), *start = end;
    while (start && start > bus->nd_region && start[-1] != '/')
        start--;
    snprintf(out, bytes, "%.*s", end ? (int)(end - start) : 0, end ? start : "");
}

void domain_tell(struct domain_found *out, const struct domain_says *s, bool device)
{
    char bus[NAME_TEXT];
    bool other = s->persistence_domain.said == SYSFS_SAID && s->word == WORD_NEITHER;
    bus_name(s->bus, bus, sizeof(bus));
    if (bus[0])
        domain_note(out, "provider %s (/sys/bus/nd/devices/%s/provider)", s->bus->provider, bus);
    else
        domain_note(out, "provider %s: no nvdimm bus above the device", s->bus->provider);
    domain_note(out, "persistence_domain %s%s", shown(&s->persistence_domain),
                other ? ": no word that is known" : "");
    domain_note(out, "deep_flush %s%s", shown(&s->deep_flush), flush_meaning(s));
    if (!device)
        domain_note(out, "write_cache %s%s", shown(&s->write_cache), cache_meaning(s));
}

void domain_tell_short(struct domain_found *out, const struct domain_says *s, const char *name)
{
    const char *slash = strrchr(s->bus->device, '/');
    domain_note(out, "%.32s: %s, persistence_domain %s, deep_flush %s, write_cache %s: %s",
                slash ? slash + 1 : "unknown", s->bus->provider, shown(&s->persistence_domain),
                shown(&s->deep_flush), shown(&s->write_cache), name);
}

/* The DIMM of that number, once. */
static void add_dimm(struct domain_found *out, const char *folder, unsigned number)
{
    static const char *const drivers[] = {"nfit", "papr", "cxl"};
    char dimm[16], name[64];
    uint64_t count = UINT64_MAX;
    snprintf(dimm, sizeof(dimm), "nmem%u", number);
    for (unsigned i = 0; i < out->dimm_count; i++)
        if (!strcmp(out->dimms[i].dimm, dimm))
            return;
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]) && count == UINT64_MAX; i++) {
        snprintf(name, sizeof(name), "../%s/%s/dirty_shutdown", dimm, drivers[i]);
        count = region_sysfs_number(folder, name, UINT64_MAX);
    }
    if (count == UINT64_MAX || out->dimm_count == RESULT_DIMMS)
        return;
    text_copy(out->dimms[out->dimm_count].dimm, sizeof(dimm), dimm);
    out->dimms[out->dimm_count++].count = count;
}

void domain_dimms(struct domain_found *out, const struct region_bus *bus)
{
    char name[32], text[64];
    uint64_t count = *bus->nd_region ? region_sysfs_number(bus->nd_region, "mappings", 0) : 0;
    for (unsigned i = 0; i < count && i < 2 * RESULT_DIMMS; i++) {
        unsigned number;
        char comma;
        snprintf(name, sizeof(name), "mapping%u", i);
        if (region_sysfs_read(bus->nd_region, name, text, sizeof(text)) == SYSFS_SAID &&
            sscanf(text, "nmem%9u%c", &number, &comma) == 2 && comma == ',')
            add_dimm(out, bus->nd_region, number);
    }
}

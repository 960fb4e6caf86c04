/* domain_words.h - what one medium says of its persistence domain, and the lines that tell of it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_DOMAIN_WORDS_H
#define BENCH_DOMAIN_WORDS_H

#include "bench/domain_detect.h"

enum domain_word { WORD_NEITHER, WORD_CPU_CACHE, WORD_MEMORY_CONTROLLER };
enum domain_bit { BIT_UNKNOWN = -1, BIT_0, BIT_1 };

struct domain_attribute {
    enum sysfs_said said;
    char text[NAME_TEXT];
};

/* Of one region and block device. */
struct domain_says {
    const struct region_bus *bus;
    struct domain_attribute persistence_domain, deep_flush, write_cache;
    enum domain_word word;
    enum domain_bit flush, cache; /* deep_flush, write_cache */
};

/* Reads sysfs. Thread-safe. */
void domain_read(const struct region_bus *bus, struct domain_says *out);

/* One line for each source; of a DAX device there is no write_cache. */
void domain_tell(struct domain_found *out, const struct domain_says *says, bool device);

/* All in one line, with the domain that it makes. */
void domain_tell_short(struct domain_found *out, const struct domain_says *says, const char *name);

/* A line of evidence more; where there is no room the last one says how many are not shown. */
void domain_note(struct domain_found *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the DIMMs of the region that tell a dirty-shutdown count. Reads sysfs. */
void domain_dimms(struct domain_found *out, const struct region_bus *bus);

#endif

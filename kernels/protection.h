/* protection.h - memory whose first store after an fsync faults, granule by granule, and is delivered to us
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PROTECTION_H
#define KERNELS_PROTECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* How pages are write-protected, and how the fault of a store comes to us. */
enum protect_way {
    PROTECT_AUTO, /* uffd where it works for this memory, else mprotect */
    PROTECT_UFFD, /* userfaultfd write-protection, the fault as SIGBUS to the thread that stores; anonymous
                     memory (Linux 5.7) and tmpfs, memfd (5.19); mappings are not split */
    PROTECT_MPROTECT, /* mprotect and SIGSEGV: any mapping, a DAX file's too; splits mappings */
    PROTECT_PAGEMAP,  /* the kernel resolves the fault itself, the page tables' written bits are the tracker
                         (UFFD_FEATURE_WP_ASYNC, PAGEMAP_SCAN: Linux 6.7); any mapping; for track `none` only
                       */
    PROTECT_WAYS
};

struct period;
struct protection;

/* Pages that stores have reached since they were write-protected: offsets from the protection's base. */
struct protect_found {
    uint64_t start, end;
};

/* One way's functions; all offsets and bytes are whole granules inside the protection. Those that return int:
 * 0, or -1 with errno. open, close and scan may be called by any number of threads at once, open by a signal
 * handler. */
struct protect_ops {
    const char *name;
    int signal, code;                    /* what a fault is delivered as: signal and si_code; 0: not at all */
    int (*available)(struct error *err); /* 0, or -1 with a sentence why this system does not offer it */
    int (*prepare)(struct protection *p, struct error *err); /* opens what it needs */
    void (*unprepare)(struct protection *p);
    int (*begin)(struct protection *p); /* to all of the memory; it is writable afterwards */
    void (*end)(struct protection *p);
    int (*open)(struct protection *p, uint64_t at, uint64_t bytes); /* makes writable */
    int (*close)(struct protection *p, uint64_t at,
                 uint64_t bytes); /* write-protects; finished on every CPU */
    /* pagemap: finds what was stored to from *at on and write-protects it again in one step, finished on
     * every CPU; *at: where to go on (the end: all was seen). At most PROTECT_FOUND of them in found[].
     * Returns how many, or -1 with errno. NULL: this way has none. */
    int (*scan)(struct protection *p, uint64_t *at, struct protect_found *found);
};

enum { PROTECT_LOCKS = 64, PROTECT_FOUND = 512 };

struct protect_lock {
    uint32_t lock;
} __attribute__((aligned(64)));

/* Made by protection_create. */
struct protection {
    const struct protect_ops *ops;
    unsigned char *base;
    uint64_t bytes;
    uint32_t granule;
    bool begun;
    int uffd, pagemap;
    uint64_t failures; /* opens and closes that the system refused: what was measured is then worth nothing */
    uint32_t turn;     /* pagemap: fsyncs take turns (an inode's rwsem) */
    struct protect_found *found; /* of the fsync that has the turn */
    uint64_t *touched;           /* a bit a granule: of a period whose pages were opened before its clock */
    struct protect_lock lock[PROTECT_LOCKS]; /* by 64 granules: see protection.c */
};

/* "auto", "uffd", "mprotect", "pagemap". */
const char *protection_way_name(enum protect_way way);

/* 0 when this system offers it, whatever the memory; else -1 with err (EXIT_CANNOT): a sentence why not. AUTO
 * is always there. Makes no change. */
int protection_available(enum protect_way way, struct error *err);

/* For `bytes` of memory at base, both whole granules; granule is a power of two of at least a page, with
 * pagemap exactly a page. The memory stays as it is, owned by the caller, until protection_begin. Each page
 * is touched by a store of what it holds. NULL with err (EXIT_CANNOT): a way that the system or this memory
 * does not have. */
struct protection *protection_create(void *base, uint64_t bytes, uint32_t granule, enum protect_way way,
                                     struct error *err);
void protection_destroy(struct protection *p);

/* What AUTO has become. */
enum protect_way protection_way(const struct protection *p);

/* The most granules that may be writable at once with single granules open among protected ones:
 * mprotect splits mappings, and a process may have so many (vm.max_map_count). UINT64_MAX: any number. */
uint64_t protection_open_max(const struct protection *p);

/* Write-protects all of it, as an fsync leaves it; until protection_end a store into it faults, and is
 * resolved only in a thread that runs a period (protection_run), else it ends the program. Only one
 * protection of the same memory may be begun at a time. -1 with err (EXIT_CANNOT). */
int protection_begin(struct protection *p, struct error *err);
/* Makes all of it writable again. Nothing when it was not begun. */
void protection_end(struct protection *p);

/* Makes [at, at + bytes) writable, or write-protects it, outside of a period; a failure is counted. Whole
 * granules; clipped to the memory. */
void protection_open(struct protection *p, uint64_t at, uint64_t bytes);
void protection_close(struct protection *p, uint64_t at, uint64_t bytes);

/* Says whose faults this thread takes from now on: p->on_fault is called with each; NULL: nobody's. Returns
 * the one before. */
struct period *protection_run(struct period *p);

#endif

/* fault.c - what the first store to a write-protected page costs by each way, and what protecting it again
 * does */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/truth/truth.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include "kernels/period.h"
#include "kernels/protection.h"

enum { GRANULE = 4096, GRANULES = 512, BYTES = GRANULE * GRANULES };

/* What takes the store. FILE_PAGE: no protection of ours; fsync of a file in the page cache has cleaned and
 * write-protected the page, and the kernel alone resolves the fault: the lower bound of a delivered one. */
enum taker { NO_FAULT, FILE_PAGE, PAGEMAP, UFFD, MPROTECT, TAKERS };

static const char *const taker_names[TAKERS] = {
    "a writable page, no fault", "page of a file after fsync, resolved by the kernel",
    "uffd, resolved by the kernel (pagemap)", "uffd, delivered as SIGBUS", "mprotect, delivered as SIGSEGV"};

static const unsigned lengths[] = {1, 16, 512};
enum { LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

struct bench {
    unsigned char *memory, *file; /* BYTES each; file NULL: none could be made */
    int fd;
    struct protection *way[TAKERS]; /* NULL: none, or not here */
    struct period period;
    uint32_t variant_taker[TAKERS * (LENGTHS + 1)];
    unsigned variant_length[TAKERS * (LENGTHS + 1)];
    uint32_t variants;
    double tsc_ghz;
};

static bool open_one(struct period *p, uint64_t offset)
{
    return !p->protection->ops->open(p->protection, offset / GRANULE * GRANULE, GRANULE);
}

static void store_to_each(unsigned char *memory)
{
    for (uint64_t at = 0; at < BYTES; at += GRANULE) {
        volatile unsigned char *byte = memory + at;
        *byte = *byte;
    }
}

static void begin(struct bench *b, enum taker taker)
{
    struct error err = {0};
    struct protection *x = b->way[taker];
    if (!x)
        return;
    if (protection_begin(x, &err))
        truth_cannot(err.text);
    b->period = (struct period){.protection = x, .on_fault = open_one};
    protection_run(&b->period);
}

static void end(struct bench *b, enum taker taker)
{
    protection_run(NULL);
    if (b->way[taker])
        protection_end(b->way[taker]);
}

static double measure_fault(void *user, uint32_t variant, unsigned layout)
{
    struct bench *b = user;
    enum taker taker = (enum taker)b->variant_taker[variant];
    unsigned char *memory = taker == FILE_PAGE ? b->file : b->memory;
    (void)layout;
    begin(b, taker);
    if (taker == FILE_PAGE && fsync(b->fd))
        truth_cannot("fsync of the temporary file failed");
    uint64_t start = clock_begin_drained();
    store_to_each(memory);
    double ticks = (double)(clock_end_drained() - start);
    end(b, taker);
    return ticks / b->tsc_ghz / GRANULES;
}

/* All are writable and stored to; then each stretch is protected by a call. For page tables: found as well.
 */
static double measure_protect(void *user, uint32_t variant, unsigned layout)
{
    struct bench *b = user;
    enum taker taker = (enum taker)b->variant_taker[variant];
    struct protection *x = b->way[taker];
    struct protect_found *found = x->found;
    uint64_t bytes = (uint64_t)b->variant_length[variant] * GRANULE, all = x->bytes;
    (void)layout;
    begin(b, taker);
    protection_open(x, 0, all);
    store_to_each(b->memory);
    uint64_t start = clock_begin_drained();
    for (uint64_t at = 0; at < all; at += bytes)
        if (x->ops->scan) {
            uint64_t from = at;
            x->bytes = at + bytes; /* where the scan ends */
            x->ops->scan(x, &from, found);
        } else {
            x->ops->close(x, at, bytes);
        }
    double ticks = (double)(clock_end_drained() - start);
    x->bytes = all;
    end(b, taker);
    return ticks / b->tsc_ghz / GRANULES;
}

static double least(const struct truth_table *t, uint32_t variant)
{
    double min = truth_samples(t, variant)[0];
    for (unsigned i = 1; i < t->rounds; i++)
        min = truth_samples(t, variant)[i] < min ? truth_samples(t, variant)[i] : min;
    return min;
}

static void add(struct bench *b, enum taker taker, unsigned length)
{
    b->variant_taker[b->variants] = taker;
    b->variant_length[b->variants++] = length;
}

static void show_faults(const struct truth_options *o, struct bench *b)
{
    char text[TRUTH_TEXT];
    b->variants = 0;
    add(b, NO_FAULT, 0);
    for (unsigned t = FILE_PAGE; t < TAKERS; t++)
        if (t == FILE_PAGE ? b->file != NULL : b->way[t] != NULL)
            add(b, (enum taker)t, 0);
    struct truth_table table = truth_run(o, b->variants, 1, measure_fault, b);
    uint32_t bound = b->variants > 1 ? 1 : 0;
    printf("ns the first store to a page of %d bytes, %d pages one after the other (%u rounds)\n", GRANULE,
           GRANULES, o->rounds);
    printf("  %-52s %10s %10s %24s\n", "", "least", "median", "ratio to the first fault");
    for (uint32_t v = 0; v < b->variants; v++)
        printf("  %-52s %10.1f %10.1f %24s\n", taker_names[b->variant_taker[v]], least(&table, v),
               truth_median(&table, v), v ? truth_text(truth_ratio(&table, bound, v), text) : "");
    truth_drop(&table);
}

static void show_protects(const struct truth_options *o, struct bench *b)
{
    b->variants = 0;
    for (unsigned t = PAGEMAP; t < TAKERS; t++)
        for (unsigned l = 0; l < LENGTHS && b->way[t]; l++)
            add(b, (enum taker)t, lengths[l]);
    if (!b->variants)
        return;
    struct truth_table table = truth_run(o, b->variants, 1, measure_protect, b);
    printf("\nns a page to write-protect it, finished on every CPU, by calls for so many neighbours (%u "
           "rounds)\n",
           o->rounds);
    printf("  %-20s %10s %10s %10s %24s\n", "", "pages", "least", "median", "ratio to one a call");
    for (uint32_t v = 0; v < b->variants; v++) {
        char text[TRUTH_TEXT];
        uint32_t one = v - v % LENGTHS;
        printf("  %-20s %10u %10.1f %10.1f %24s\n", b->way[b->variant_taker[v]]->ops->name,
               b->variant_length[v], least(&table, v), truth_median(&table, v),
               v == one ? "" : truth_text(truth_ratio(&table, one, v), text));
    }
    truth_drop(&table);
}

/* Whether a store after fsync faults in this file system at all: those that live in memory alone do not
 * write-protect. */
static void say_file(struct bench *b)
{
    struct rusage before, after;
    struct statfs fs = {0};
    if (!b->file) {
        printf("no temporary file could be made in this folder: no page of a file\n");
        return;
    }
    fsync(b->fd);
    getrusage(RUSAGE_SELF, &before);
    store_to_each(b->file);
    getrusage(RUSAGE_SELF, &after);
    fstatfs(b->fd, &fs);
    printf("the file: file system 0x%lx, %.2f faults a page after fsync\n", (unsigned long)fs.f_type,
           (double)(after.ru_minflt - before.ru_minflt) / GRANULES);
}

static void open_file(struct bench *b)
{
    b->fd = open(".", O_TMPFILE | O_RDWR, 0600);
    if (b->fd < 0 || ftruncate(b->fd, BYTES))
        return;
    void *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
    if (p == MAP_FAILED)
        return;
    b->file = p;
    memset(p, 1, BYTES);
}

int main(int argc, char **argv)
{
    static const enum protect_way ways[TAKERS] = {
        [PAGEMAP] = PROTECT_PAGEMAP, [UFFD] = PROTECT_UFFD, [MPROTECT] = PROTECT_MPROTECT};
    struct truth_options o = truth_start(
        argc, argv, 12,
        "The fault of a first store by each way of write-protection, and the write-protection itself.");
    struct bench b = {.tsc_ghz = o.tsc_ghz, .fd = -1};
    void *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || madvise(memory, BYTES, MADV_NOHUGEPAGE))
        truth_cannot("no memory: free some, or run on a larger machine");
    b.memory = memory;
    memset(memory, 1, BYTES);
    open_file(&b);
    for (unsigned t = PAGEMAP; t < TAKERS; t++) {
        struct error err = {0};
        b.way[t] = protection_create(b.memory, BYTES, GRANULE, ways[t], &err);
        if (!b.way[t])
            printf("%s\n", err.text);
    }
    say_file(&b);
    show_faults(&o, &b);
    show_protects(&o, &b);
    for (unsigned t = PAGEMAP; t < TAKERS; t++)
        protection_destroy(b.way[t]);
    return 0;
}

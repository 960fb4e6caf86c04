/* region.c - anonymous memory or a new file, mapped and written once */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region.h"

#include <errno.h>
#include <fcntl.h>
#include <libpmem2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/text.h"

#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

enum { HUGE_BYTES = 2 << 20, PAGE_BYTES = 4096 };

static void set(char out[NAME_TEXT], const char *text)
{
    text_copy(out, NAME_TEXT, text);
}

/* Bytes of huge pages in the mapping that holds `address`, from smaps; 0 when unknown. */
static uint64_t huge_bytes(const void *address)
{
    char line[512];
    unsigned long start, end, kb = 0, found = 0;
    FILE *in = fopen("/proc/self/smaps", "r");
    bool here = false;
    while (in && fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            here = start <= (uintptr_t)address && (uintptr_t)address < end;
        else if (here && sscanf(line, "AnonHugePages: %lu kB", &kb) == 1)
            found = kb;
    }
    if (in)
        fclose(in);
    return (uint64_t)found << 10;
}

static int open_anonymous(struct region *r, uint64_t bytes, struct error *err)
{
    r->mapped = bytes + HUGE_BYTES;
    unsigned char *map = mmap(NULL, r->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return error_set(err, EXIT_CANNOT,
                         "memory under test: %llu MiB cannot be had (%s); use a smaller footprint",
                         (unsigned long long)(bytes >> 20), strerror(errno));
    size_t head = (HUGE_BYTES - (uintptr_t)map % HUGE_BYTES) % HUGE_BYTES;
    if (head)
        munmap(map, head);
    munmap(map + head + bytes, r->mapped - head - bytes);
    r->base = map + head;
    r->mapped = bytes;
    madvise(r->base, bytes, MADV_HUGEPAGE);
    memset(r->base, 0x5a, bytes);
    bool huge = huge_bytes(r->base) >= bytes / 10 * 9;
    r->facts.page_bytes = huge ? HUGE_BYTES : PAGE_BYTES;
    set(r->facts.path_kind, "anonymous");
    set(r->facts.medium, "dram");
    set(r->facts.provider, "none");
    set(r->facts.granularity, "unknown");
    text_copy(r->facts.map_sync, sizeof(r->facts.map_sync), "false");
    if (!huge) {
        set(r->warning.code, "SMALL_PAGES");
        text_copy(r->warning.message, LINE_TEXT,
                  "the memory under test is not in huge pages: TLB misses are in the numbers");
        text_copy(r->warning.hint, LINE_TEXT,
                  "free some memory, or allow madvise in /sys/kernel/mm/transparent_hugepage/enabled");
    }
    return 0;
}

static int file_error(const char *path, const char *what, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "--path %s: %s: %s", path, what, strerror(errno));
}

/* A new file of our own, never one that is there; unlinked as soon as it is open. */
static int make_file(const char *path, uint64_t bytes, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return error_set(
            err, EXIT_CANNOT,
            "--path %s: is there already; nothing of yours is overwritten: name a new file on that mount",
            path);
    if (fd < 0)
        return file_error(path, "cannot be made", err);
    unlink(path);
    int code = posix_fallocate(fd, 0, (off_t)bytes);
    if (!code)
        return fd;
    close(fd);
    errno = code;
    return file_error(path, "no room for the memory under test (a smaller --footprint needs less)", err);
}

static bool is_dax(int fd)
{
    struct statx st;
    return statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) == 0 && (st.stx_attributes & STATX_ATTR_DAX);
}

static void describe_file(struct region *r, int fd, enum pmem2_granularity granularity)
{
    static const char *const names[] = {[PMEM2_GRANULARITY_BYTE] = "byte",
                                        [PMEM2_GRANULARITY_CACHE_LINE] = "cache-line",
                                        [PMEM2_GRANULARITY_PAGE] = "page"};
    bool dax = is_dax(fd);
    set(r->facts.path_kind, "file");
    set(r->facts.medium, dax ? "pmem" : "page-cache");
    set(r->facts.provenance, dax ? "unknown" : "stand-in"); /* which bus it is on is not looked at yet */
    set(r->facts.provider, "unknown");
    set(r->facts.granularity, names[granularity]);
    text_copy(r->facts.map_sync, sizeof(r->facts.map_sync),
              granularity == PMEM2_GRANULARITY_PAGE ? "false" : "true");
    r->facts.page_bytes = PAGE_BYTES;
    r->granularity_byte = dax && granularity == PMEM2_GRANULARITY_BYTE;
}

static int map_file(struct region *r, const char *path, int fd, struct error *err)
{
    struct pmem2_config *config = NULL;
    struct pmem2_source *source = NULL;
    struct pmem2_map *map = NULL;
    int code = pmem2_config_new(&config);
    if (!code)
        code = pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE);
    if (!code)
        code = pmem2_source_from_fd(&source, fd);
    if (!code)
        code = pmem2_map_new(&map, config, source);
    if (!code) {
        r->base = pmem2_map_get_address(map);
        r->mapped = pmem2_map_get_size(map);
        describe_file(r, fd, pmem2_map_get_store_granularity(map));
    }
    pmem2_source_delete(&source);
    pmem2_config_delete(&config);
    if (code)
        return error_set(err, EXIT_CANNOT, "--path %s: cannot be mapped: %s", path, pmem2_errormsg());
    memset(r->base, 0x5a, r->bytes);
    return 0;
}

int region_open(struct region *r, const char *path, uint64_t bytes, struct error *err)
{
    *r = (struct region){.bytes = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES};
    r->facts.node = -1;
    r->facts.bytes = r->bytes;
    set(r->facts.provenance, "stand-in");
    if (!path)
        return open_anonymous(r, r->bytes, err);
    int fd = make_file(path, r->bytes, err);
    if (fd < 0)
        return -1;
    int result = map_file(r, path, fd, err);
    close(fd);
    return result;
}

void region_close(struct region *r)
{
    if (r->base)
        munmap(r->base, r->mapped);
    r->base = NULL;
}

/* region_map.c - maps a file or a DAX device through libpmem2, and says what it is */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <libpmem2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/domain_look.h"
#include "bench/region_parts.h"
#include "bench/region_refuse.h"

#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

static void set(char out[NAME_TEXT], const char *text)
{
    text_copy(out, NAME_TEXT, text);
}

static bool is_dax(int fd)
{
    struct statx st;
    return statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) == 0 && (st.stx_attributes & STATX_ATTR_DAX);
}

/* Numbers of linux/magic.h. */
static const char *file_system(int fd)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } known[] = {{0xef53, "ext4"},      {0x58465342, "xfs"},       {0x01021994, "tmpfs"},
                 {0x9123683e, "btrfs"}, {0x794c7630, "overlayfs"}, {0x6969, "nfs"},
                 {0x65735546, "fuse"},  {0xf2f52010, "f2fs"},      {0x958458f6, "hugetlbfs"},
                 {0x01021997, "9p"},    {0x2fc12fc1, "zfs"},       {0x4d44, "vfat"},
                 {0x2011bab0, "exfat"}, {0xca451a4e, "bcachefs"}};
    struct statfs fs;
    if (fstatfs(fd, &fs))
        return "unknown";
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if ((uint32_t)fs.f_type == known[i].magic)
            return known[i].name;
    return "of another kind";
}

/* What can be said of memory that is persistent, or claims to be. */
static void describe_bus(struct region *r, const struct region_request *q)
{
    const struct region_bus *bus = &r->bus;
    set(r->facts.medium, region_medium(bus->kind));
    set(r->facts.provider, bus->provider);
    set(r->facts.provenance, region_provenance(bus->kind, q->hypervisor, q->medium_is_real));
    if (q->medium_is_real)
        region_note(r, "that the medium is real was said with --medium-is-real");
    if (bus->kind == BUS_UNKNOWN)
        region_warn(r, "PROVIDER_UNKNOWN",
                    "see `ndctl list -BNRu`; --medium-is-real says that it is persistent memory",
                    "the bus of the medium is not known (provider %s): what it stands for is %s",
                    bus->provider, r->facts.provenance);
}

static void describe_file(struct region *r, const struct region_request *q)
{
    struct stat st;
    bool dax = is_dax(r->file.fd);
    set(r->facts.path_kind, "file");
    set(r->facts.medium, "page-cache");
    set(r->facts.provenance, "stand-in");
    set(r->facts.provider, "none");
    r->facts.page_bytes = PAGE_BYTES;
    region_note(r, "file system %s%s", file_system(r->file.fd), dax ? ", DAX" : "");
    if (dax && !fstat(r->file.fd, &st)) {
        region_bus_of_block(q->sys_root, st.st_dev, &r->bus);
        describe_bus(r, q);
    }
}

static int describe_device(struct region *r, const struct region_request *q, struct error *err)
{
    struct stat st;
    if (fstat(r->file.fd, &st) || !region_bus_of_dax(q->sys_root, st.st_rdev, &r->bus))
        return refuse(q->path, "is no DAX device any more; look at `ndctl list -D`", err);
    if (r->bus.bytes < r->bytes)
        return error_set(err, EXIT_CANNOT,
                         "--path %s: no room for the memory under test: %llu MiB wanted, the device has %llu "
                         "MiB; a smaller --footprint needs less",
                         q->path, (unsigned long long)(r->bytes >> 20),
                         (unsigned long long)(r->bus.bytes >> 20));
    set(r->facts.path_kind, "devdax");
    r->facts.page_bytes = r->bus.align_bytes ? r->bus.align_bytes : PAGE_BYTES;
    describe_bus(r, q);
    return 0;
}

/* Granularity is below PAGE on a file only where MAP_SYNC worked, and always on a device. */
static void describe_map(struct region *r)
{
    static const char *const names[] = {[PMEM2_GRANULARITY_BYTE] = "byte",
                                        [PMEM2_GRANULARITY_CACHE_LINE] = "cache-line",
                                        [PMEM2_GRANULARITY_PAGE] = "page"};
    enum pmem2_granularity granularity = pmem2_map_get_store_granularity(r->map);
    bool cache = !strcmp(r->facts.medium, "page-cache");
    set(r->facts.granularity, names[granularity]);
    text_copy(r->facts.map_sync, sizeof(r->facts.map_sync),
              cache || granularity == PMEM2_GRANULARITY_PAGE ? "false" : "true");
    r->granularity_byte = !cache && granularity == PMEM2_GRANULARITY_BYTE;
}

static void detect_domain(struct region *r, const struct region_request *q)
{
    struct domain_facts facts;
    domain_look_at(r->file.fd, q->sys_root, &facts);
    if (facts.map_sync != SYNC_DEVICE)
        facts.map_sync = strcmp(r->facts.map_sync, "true") ? SYNC_REFUSED : SYNC_GRANTED;
    set(facts.granularity, r->facts.granularity);
    domain_detect(&facts, &r->domain);
}

static int map_length(struct region *r, struct pmem2_config *config, struct pmem2_source *source)
{
    uint64_t align = r->file.kind == FILE_DEVICE && r->bus.align_bytes ? r->bus.align_bytes : PAGE_BYTES;
    int code = pmem2_config_set_required_store_granularity(config, PMEM2_GRANULARITY_PAGE);
    if (!code)
        code = pmem2_config_set_length(config, (r->bytes + align - 1) / align * align);
    if (!code)
        code = pmem2_map_new(&r->map, config, source);
    return code;
}

static int map(struct region *r, const struct region_request *q, struct error *err)
{
    struct pmem2_config *config = NULL;
    struct pmem2_source *source = NULL;
    int code = pmem2_config_new(&config);
    if (!code)
        code = pmem2_source_from_fd(&source, r->file.fd);
    if (!code)
        code = map_length(r, config, source);
    pmem2_source_delete(&source);
    pmem2_config_delete(&config);
    if (code)
        return error_set(err, EXIT_CANNOT, "--path %s: cannot be mapped: %s; name another", q->path,
                         pmem2_errormsg());
    r->base = pmem2_map_get_address(r->map);
    r->mapped = pmem2_map_get_size(r->map);
    return 0;
}

int region_map_file(struct region *r, const struct region_request *q, struct error *err)
{
    char list[NAME_TEXT];
    if (region_file_open(&r->file, q, r->bytes, err))
        return -1;
    if (r->file.kind != FILE_DEVICE)
        describe_file(r, q);
    else if (describe_device(r, q, err))
        return -1;
    if (map(r, q, err))
        return -1;
    describe_map(r);
    detect_domain(r, q);
    if (region_fill(r, q, err))
        return -1;
    r->facts.node = region_node_of(r->base, r->bytes, list, sizeof(list));
    if (r->facts.node < 0 && !*list && strcmp(r->facts.medium, "page-cache"))
        r->facts.node = r->bus.node;
    return 0;
}

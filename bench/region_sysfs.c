/* region_sysfs.c - follows a device number through sysfs to its bus */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"

enum { SLAVES_DEEP = 4 };

/* The first line of `from`, of `length` bytes, as printable text: what is no such character as \xNN. */
static void printable(const char *from, size_t length, char *out, size_t bytes)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < length && from[i] != '\n'; i++) {
        unsigned char c = (unsigned char)from[i];
        bool plain = c >= 0x20 && c <= 0x7e;
        if (used + (plain ? 1 : 4) >= bytes)
            return;
        used += (size_t)snprintf(out + used, bytes - used, plain ? "%c" : "\\x%02x", c);
    }
}

enum sysfs_said region_sysfs_read(const char *dir, const char *name, char *out, size_t bytes)
{
    char path[SYSFS_PATH + 64], text[256];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    out[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? SYSFS_ABSENT : SYSFS_UNREADABLE;
    ssize_t n = fstat(fd, &st) || !S_ISREG(st.st_mode) ? -1 : read(fd, text, sizeof(text));
    close(fd);
    if (n > 0)
        printable(text, (size_t)n, out, bytes);
    return out[0] ? SYSFS_SAID : SYSFS_UNREADABLE;
}

uint64_t region_sysfs_number(const char *dir, const char *name, uint64_t otherwise)
{
    char text[64], *end;
    if (region_sysfs_read(dir, name, text, sizeof(text)) != SYSFS_SAID)
        return otherwise;
    errno = 0;
    long long value = strtoll(text, &end, 0);
    return *end || errno || value < 0 ? otherwise : (uint64_t)value;
}

/* The real folder of dir/name; false when there is none or its name is too long. */
static bool resolve(const char *dir, const char *name, char out[SYSFS_PATH])
{
    char path[SYSFS_PATH + 64];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    char *real = realpath(path, NULL);
    bool good = real && strlen(real) < SYSFS_PATH;
    if (good)
        text_copy(out, SYSFS_PATH, real);
    free(real);
    return good;
}

/* Whether the last part of `path` is `word` and a number. */
static bool is_numbered(const char *path, const char *word)
{
    const char *last = strrchr(path, '/');
    size_t length = strlen(word);
    return last && !strncmp(last + 1, word, length) && isdigit((unsigned char)last[1 + length]);
}

/* The nearest folder above (or at) `from` that is called `word` and a number. */
static bool above(const char *from, const char *word, char out[SYSFS_PATH])
{
    text_copy(out, SYSFS_PATH, from);
    for (char *slash; !is_numbered(out, word); *slash = '\0') {
        slash = strrchr(out, '/');
        if (!slash || slash == out) {
            out[0] = '\0';
            return false;
        }
    }
    return true;
}

static enum bus_kind kind_of(const char *provider)
{
    static const struct {
        const char *provider;
        enum bus_kind kind;
    } known[] = {
        {"ACPI.NFIT", BUS_NFIT}, {"CXL", BUS_CXL_PMEM}, {"e820", BUS_E820}, {"virtio-pmem", BUS_VIRTIO}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (!strcmp(provider, known[i].provider))
            return known[i].kind;
    return strstr(provider, "ibm,pmemory") ? BUS_PAPR : BUS_UNKNOWN; /* papr_scm.c: the platform device */
}

static void clear(struct region_bus *out)
{
    *out = (struct region_bus){.node = -1, .provider = "unknown"};
}

/* All that the place of out->device tells. */
static void read_place(struct region_bus *out)
{
    char bus[SYSFS_PATH], line[NAME_TEXT];
    uint64_t node = region_sysfs_number(out->device, "numa_node", UINT64_MAX);
    if (node == UINT64_MAX)
        node = region_sysfs_number(out->device, "device/numa_node", UINT64_MAX);
    out->node = node <= INT_MAX ? (int)node : -1;
    above(out->device, "region", out->nd_region);
    if (above(out->device, "ndbus", bus)) {
        if (region_sysfs_read(bus, "provider", line, sizeof(line)) == SYSFS_SAID) {
            text_copy(out->provider, sizeof(out->provider), line);
            out->kind = kind_of(line);
        }
        return;
    }
    out->nd_region[0] = '\0';
    if (strstr(out->device, "/decoder")) {
        out->kind = BUS_CXL_RAM;
        text_copy(out->provider, sizeof(out->provider), "CXL");
    } else if (strstr(out->device, "/hmem")) {
        out->kind = BUS_HMEM;
        text_copy(out->provider, sizeof(out->provider), "hmem");
    }
}

struct leaves {
    struct region_bus *out;
    unsigned most, count, looks;
};

/* Whether the device has slaves, which are then gone through; else it is a leaf. */
static void add_leaves(struct leaves *l, const char *device, unsigned deep)
{
    char folder[SYSFS_PATH];
    struct region_bus found;
    bool has_slaves = false;
    clear(&found);
    text_copy(found.device, sizeof(found.device), device);
    read_place(&found);
    DIR *dir = found.kind == BUS_UNKNOWN && deep < SLAVES_DEEP && resolve(device, "slaves", folder)
                   ? opendir(folder)
                   : NULL;
    for (struct dirent *e; dir && l->looks < SLAVES_MOST && (e = readdir(dir));) {
        char slave[SYSFS_PATH];
        if (e->d_name[0] == '.' || strlen(e->d_name) >= NAME_TEXT || !resolve(folder, e->d_name, slave))
            continue;
        has_slaves = true;
        l->looks++;
        add_leaves(l, slave, deep + 1);
    }
    if (dir)
        closedir(dir);
    if (has_slaves)
        return;
    if (l->count < l->most)
        l->out[l->count] = found;
    l->count++;
}

unsigned region_bus_leaves(const char *root, dev_t device, struct region_bus *out, unsigned most)
{
    struct leaves l = {.out = out, .most = most};
    char name[64], folder[SYSFS_PATH];
    snprintf(name, sizeof(name), "dev/block/%u:%u", major(device), minor(device));
    if (resolve(root, name, folder))
        add_leaves(&l, folder, 0);
    return l.looks < SLAVES_MOST ? l.count : SLAVES_MOST + 1;
}

/* A device mapper's target is as what it is made of, where all of that is the same. */
void region_bus_of_block(const char *root, dev_t device, struct region_bus *out)
{
    enum { SEEN = 8 };
    char name[64];
    struct region_bus leaves[SEEN];
    clear(out);
    unsigned count = region_bus_leaves(root, device, leaves, SEEN);
    bool same = count > 0 && count <= SEEN;
    for (unsigned i = 1; same && i < count; i++)
        same = leaves[i].kind == leaves[0].kind;
    if (same) {
        *out = leaves[0];
        return;
    }
    snprintf(name, sizeof(name), "dev/block/%u:%u", major(device), minor(device));
    resolve(root, name, out->device);
}

static void read_dax(struct region_bus *out)
{
    read_place(out);
    out->bytes = region_sysfs_number(out->device, "size", 0);
    out->align_bytes = region_sysfs_number(out->device, "align", 0);
}

bool region_bus_of_dax(const char *root, dev_t device, struct region_bus *out)
{
    char name[64], subsystem[SYSFS_PATH];
    clear(out);
    snprintf(name, sizeof(name), "dev/char/%u:%u", major(device), minor(device));
    if (!resolve(root, name, out->device) || !resolve(out->device, "subsystem", subsystem) ||
        strcmp(strrchr(subsystem, '/'), "/dax")) {
        clear(out);
        return false;
    }
    read_dax(out);
    return true;
}

bool region_bus_of_node(const char *root, int node, struct region_bus *out)
{
    char folder[SYSFS_PATH];
    bool found = false;
    DIR *dir = resolve(root, "bus/dax/devices", folder) ? opendir(folder) : NULL;
    clear(out);
    for (struct dirent *e; !found && dir && (e = readdir(dir));) {
        char driver[SYSFS_PATH];
        if (e->d_name[0] == '.' || strlen(e->d_name) >= NAME_TEXT || !resolve(folder, e->d_name, out->device))
            continue;
        found = resolve(out->device, "driver", driver) && !strcmp(strrchr(driver, '/'), "/kmem") &&
                region_sysfs_number(out->device, "target_node", UINT64_MAX) == (uint64_t)node;
    }
    if (dir)
        closedir(dir);
    if (found)
        read_dax(out);
    else
        clear(out);
    return found;
}

void region_hmat_of_node(const char *root, int node, struct result_hmat *out)
{
    char place[SYSFS_PATH];
    *out = (struct result_hmat){0};
    if (node < 0)
        return;
    snprintf(place, sizeof(place), "%s/devices/system/node/node%d/access0/initiators", root, node);
    out->read_latency_ns = (double)region_sysfs_number(place, "read_latency", 0);
    out->write_latency_ns = (double)region_sysfs_number(place, "write_latency", 0);
    out->read_bandwidth_gb_s = (double)region_sysfs_number(place, "read_bandwidth", 0) / 1000;
    out->write_bandwidth_gb_s = (double)region_sysfs_number(place, "write_bandwidth", 0) / 1000;
}

const char *region_provenance(enum bus_kind kind, const char *hypervisor, bool medium_is_real)
{
    bool bare = !strcmp(hypervisor, "none");
    switch (kind) {
    case BUS_NFIT:
    case BUS_CXL_PMEM:
    case BUS_PAPR:
        return bare || medium_is_real ? "real" : "emulated";
    case BUS_VIRTIO:
        return medium_is_real ? "real" : "emulated"; /* somebody else's memory, whoever asks */
    case BUS_E820:
    case BUS_CXL_RAM:
    case BUS_HMEM:
        return "stand-in"; /* RAM, for all that can be told: no word of the user's makes it last */
    case BUS_UNKNOWN:
        break;
    }
    return medium_is_real ? "real" : bare ? "unknown" : "emulated";
}

const char *region_medium(enum bus_kind kind)
{
    return kind == BUS_CXL_RAM ? "cxl" : kind == BUS_HMEM ? "dram" : "pmem";
}

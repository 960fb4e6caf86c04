/* fidelity_file.c - a file on a DAX mount in one piece, its blocks written, mapped by pages of one size */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lab/fidelity_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_SYNC
#define MAP_SYNC 0x080000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif

enum { HUGE = 2 << 20, BYTES = FIDELITY_FILE_BYTES, TRIES = 16, PIECE = 1 << 16 };

static int failed(const char *what, struct error *err)
{
    return error_set(err, EXIT_CANNOT, "%s: %s", what, strerrordesc_np(errno));
}

/* Blocks that were never written would be zeroed and converted by the first write. */
static int write_all(int fd)
{
    static const char data[PIECE] = {1};
    for (off_t at = 0; at < BYTES; at += PIECE)
        if (pwrite(fd, data, PIECE, at) != PIECE)
            return -1;
    return fsync(fd);
}

/* The file's single extent; false: it has several, or unwritten blocks. */
static bool single_extent(int fd, uint64_t *physical)
{
    union {
        struct fiemap map;
        char room[sizeof(struct fiemap) + 2 * sizeof(struct fiemap_extent)];
    } f = {.map = {.fm_length = BYTES, .fm_flags = FIEMAP_FLAG_SYNC, .fm_extent_count = 2}};
    if (ioctl(fd, FS_IOC_FIEMAP, &f.map) || f.map.fm_mapped_extents != 1)
        return false;
    struct fiemap_extent e;
    memcpy(&e, f.room + sizeof(struct fiemap), sizeof(e));
    *physical = e.fe_physical;
    return e.fe_logical == 0 && e.fe_length >= BYTES && !(e.fe_flags & FIEMAP_EXTENT_UNWRITTEN);
}

static int open_new(const char *folder, const char *name, unsigned n, struct error *err)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.%u", folder, name, n);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        failed(path, err);
    else
        unlink(path);
    return fd;
}

/* A file at any place, or -1; *over: bytes by which it is behind a multiple of 2 MiB, when it is in one
 * piece. */
static int try_file(const char *folder, const char *name, unsigned n, uint64_t *physical, uint64_t *over,
                    struct error *err)
{
    int fd = open_new(folder, name, n, err);
    if (fd < 0)
        return -1;
    if (posix_fallocate(fd, 0, BYTES) || write_all(fd)) {
        failed("writing a file", err);
        close(fd);
        return -1;
    }
    *over = single_extent(fd, physical) ? *physical % HUGE : 1;
    return fd;
}

/* A file whose place is no good stays until one is found, with another behind it that is as long as what the
 * next one lacks: a file system that does not align its allocations has them one behind the other. */
static int make_file(const char *folder, const char *name, uint64_t *physical, struct error *err)
{
    int kept[2 * TRIES], good = -1;
    unsigned n = 0;
    while (n < 2 * TRIES && good < 0) {
        uint64_t over;
        int fd = try_file(folder, name, n, physical, &over, err);
        if (fd < 0)
            break;
        if (!over) {
            good = fd;
            break;
        }
        kept[n++] = fd;
        kept[n] = open_new(folder, name, n, err);
        if (kept[n] < 0 || posix_fallocate(kept[n++], 0, (off_t)(HUGE - over)))
            break;
    }
    while (n--)
        close(kept[n]);
    if (good < 0)
        error_set(err, EXIT_CANNOT, "%s: the file system gave no 8 MiB in one piece at a multiple of 2 MiB",
                  folder);
    return good;
}

/* Maps the file at a multiple of 2 MiB of address space. NULL with errno. */
static unsigned char *map_file(int fd, bool map_sync, enum fidelity_pages pages)
{
    unsigned char *room = mmap(NULL, BYTES + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return NULL;
    unsigned char *at = room + (HUGE - (uintptr_t)room % HUGE) % HUGE;
    int flags = MAP_FIXED | (map_sync ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED);
    if (mmap(at, BYTES, PROT_READ | PROT_WRITE, flags, fd, 0) == MAP_FAILED ||
        madvise(at, BYTES, pages == PAGES_PTE ? MADV_NOHUGEPAGE : MADV_HUGEPAGE)) {
        int why = errno;
        munmap(room, BYTES + HUGE);
        errno = why;
        return NULL;
    }
    return at;
}

static int map_both(struct fidelity_file *f, enum fidelity_pages pages, struct error *err)
{
    struct workspace *w = &f->workspace;
    f->map_sync = true;
    w->base = map_file(f->sys.fd, true, pages);
    if (!w->base && errno == EOPNOTSUPP) {
        f->map_sync = false;
        w->base = map_file(f->sys.fd, false, pages);
    }
    w->stores = w->base ? map_file(f->sys.fd, f->map_sync, pages) : NULL;
    return w->stores ? 0 : failed("mapping the file", err);
}

int fidelity_file_open(struct fidelity_file *f, const char *folder, const char *name,
                       enum fidelity_pages pages, struct error *err)
{
    *f = (struct fidelity_file){.sys = {.fd = -1, .dsync_fd = -1, .scratch_fd = -1, .scratch_dsync_fd = -1},
                                .workspace = {.bytes = BYTES,
                                              .stores_bytes = BYTES,
                                              .l1d_bytes = 32 << 10,
                                              .l2_bytes = 1 << 20,
                                              .llc_bytes = 1 << 26}};
    f->sys.fd = make_file(folder, name, &f->physical, err);
    f->workspace.sys = &f->sys;
    if (f->sys.fd < 0 || map_both(f, pages, err) ||
        workspace_open(&f->workspace, FIDELITY_SIZE_MAX, 0, 1, err)) {
        fidelity_file_close(f);
        return -1;
    }
    return 0;
}

void fidelity_file_close(struct fidelity_file *f)
{
    workspace_close(&f->workspace);
    if (f->workspace.base)
        munmap(f->workspace.base, BYTES);
    if (f->workspace.stores)
        munmap(f->workspace.stores, BYTES);
    if (f->sys.fd >= 0)
        close(f->sys.fd);
}

/* domain_look.c - from a path to the devices that its memory lies on */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/domain_look.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX 0x00200000
#endif

/* Whether a comma separated list has that word. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ',') && strchr(",\n", at[length]))
            return true;
    return false;
}

enum mounted { MOUNTED_INODE, MOUNTED_ALWAYS, MOUNTED_NEVER };

/* The mount option dax= (Documentation/filesystems/dax.rst) of the file system with that device number. */
static enum mounted mounted_dax(dev_t device)
{
    enum mounted result = MOUNTED_INODE;
    char *line = NULL;
    size_t room = 0;
    FILE *in = fopen("/proc/self/mountinfo", "re");
    while (in && getline(&line, &room, in) > 0) {
        unsigned major_number, minor_number;
        if (sscanf(line, "%*d %*d %u:%u ", &major_number, &minor_number) != 2 ||
            makedev(major_number, minor_number) != device)
            continue;
        const char *options = strrchr(line, ' '); /* the super block's come last */
        if (options && (has_word(options + 1, "dax") || has_word(options + 1, "dax=always")))
            result = MOUNTED_ALWAYS;
        else if (options && has_word(options + 1, "dax=never"))
            result = MOUNTED_NEVER;
    }
    free(line);
    if (in)
        fclose(in);
    return result;
}

/* Whether new files in the folder inherit DAX from it. */
static bool hands_on_dax(int named)
{
    char self[40];
    struct fsxattr attributes = {0};
    snprintf(self, sizeof(self), "/proc/self/fd/%d", named);
    int fd = open(self, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool dax =
        fd >= 0 && !ioctl(fd, FS_IOC_FSGETXATTR, &attributes) && (attributes.fsx_xflags & FS_XFLAG_DAX);
    if (fd >= 0)
        close(fd);
    return dax;
}

static bool is_dax(int fd, const struct stat *st)
{
    struct statx more;
    if (S_ISREG(st->st_mode))
        return !statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &more) &&
               (more.stx_attributes & STATX_ATTR_DAX);
    if (!S_ISDIR(st->st_mode))
        return false;
    enum mounted mounted = mounted_dax(st->st_dev);
    return mounted == MOUNTED_ALWAYS || (mounted == MOUNTED_INODE && hands_on_dax(fd));
}

void domain_look_at(int fd, const char *sys_root, struct domain_facts *out)
{
    struct stat st;
    *out = (struct domain_facts){.map_sync = SYNC_UNKNOWN};
    if (fstat(fd, &st))
        return;
    if (S_ISCHR(st.st_mode) && region_bus_of_dax(sys_root, st.st_rdev, &out->places[0])) {
        out->dax = true;
        out->place_count = 1;
        out->map_sync = SYNC_DEVICE;
    } else if (is_dax(fd, &st)) {
        out->dax = true;
        out->place_count = region_bus_leaves(sys_root, st.st_dev, out->places, DOMAIN_PLACES);
    }
}

/* The folder that the name is in. */
static int open_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length =
        snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (length >= (int)sizeof(folder)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int domain_look(const char *path, const char *sys_root, struct domain_facts *out)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    *out = (struct domain_facts){.map_sync = SYNC_UNKNOWN};
    if (fd < 0 && errno == ENOENT && *path)
        fd = open_folder(path);
    if (fd < 0)
        return -1;
    domain_look_at(fd, sys_root, out);
    close(fd);
    return 0;
}

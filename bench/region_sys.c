/* region_sys.c - the file under test with O_DSYNC, and a scratch file beside it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/region_sys.h"

#include <fcntl.h>
#include <unistd.h>

void region_sys_open(struct sys_file *f, const struct region *r, bool scratch)
{
    *f = (struct sys_file){.fd = r->file.fd, .dsync_fd = -1, .scratch_fd = -1, .scratch_dsync_fd = -1};
    f->dsync_fd = region_file_again(f->fd, O_RDWR | O_DSYNC);
    if (!scratch)
        return;
    f->scratch_fd = region_file_scratch(&r->file);
    if (f->scratch_fd >= 0)
        f->scratch_dsync_fd = region_file_again(f->scratch_fd, O_RDWR | O_DSYNC);
}

void region_sys_close(struct sys_file *f)
{
    int owned[] = {f->dsync_fd, f->scratch_fd, f->scratch_dsync_fd};
    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        if (owned[i] >= 0)
            close(owned[i]);
    *f = (struct sys_file){.fd = -1, .dsync_fd = -1, .scratch_fd = -1, .scratch_dsync_fd = -1};
}

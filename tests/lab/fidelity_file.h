/* fidelity_file.h - a file on a DAX mount in one piece, its blocks written, mapped by pages of one size */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_LAB_FIDELITY_FILE_H
#define TESTS_LAB_FIDELITY_FILE_H

#include "base/error.h"
#include "kernels/sys.h"
#include "kernels/workspace.h"
#include "tests/lab/fidelity_streams.h"

enum { FIDELITY_FILE_BYTES = 8 << 20, FIDELITY_SIZE_MAX = 1 << 16 };

struct fidelity_file {
    struct workspace workspace; /* over the file: what cells are made with */
    struct sys_file sys;
    uint64_t physical; /* where the file begins on its device, bytes */
    bool map_sync;     /* false: this memory does not offer it (virtio-pmem) */
};

/* Makes `name` in the folder: one extent that begins at a multiple of 2 MiB on the device, so that pages of
 * 2 MiB are possible; PAGES_PTE: they are forbidden. All of it is written and synced. -1 with err
 * (EXIT_CANNOT) when the file system gives no such file. */
int fidelity_file_open(struct fidelity_file *f, const char *folder, const char *name,
                       enum fidelity_pages pages, struct error *err);

void fidelity_file_close(struct fidelity_file *f);

#endif

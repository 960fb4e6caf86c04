/* surround_figures.h - what a real kernel executes in a small write() beside its copy: surround is sized by
 * it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_SURROUND_FIGURES_H
#define KERNELS_SURROUND_FIGURES_H

/* A 64-byte pwrite over written blocks on ext4, its copy loop taken off, counted instruction by instruction
 * (lab/fidelity --figures lab/figures/linux-6.1.json, where XFS' are too). */
enum {
    SURROUND_INSTRUCTIONS = 2040,
    SURROUND_LOCKED = 8 /* the inode lock's two among them */
};

static inline const char *surround_kernel(void)
{
    return "Linux 6.1.192 (Debian)";
}

static inline const char *surround_file_system(void)
{
    return "ext4";
}

#endif

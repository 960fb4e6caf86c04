/* protect.h - what the ways of write-protection share: protection.c alone and they include it */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PROTECT_H
#define KERNELS_PROTECT_H

#include "kernels/protection.h"

extern const struct protect_ops protect_uffd, protect_mprotect, protect_pagemap;

/* A userfaultfd with these features. Its number, or -1 with errno. */
int uffd_open(uint64_t features);

/* Registers the protection's memory for write-protection: writable until it is closed. 0, or -1 with errno.
 */
int uffd_register(struct protection *p);
void uffd_unregister(struct protection *p);

/* protect_ops' open and close. */
int uffd_unprotect(struct protection *p, uint64_t at, uint64_t bytes);
int uffd_protect(struct protection *p, uint64_t at, uint64_t bytes);

#endif

/* natural.h - whether a group's footprint is met cold by itself, and its pages writable */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BENCH_NATURAL_H
#define BENCH_NATURAL_H

#include "bench/group.h"

/* A footprint far over the caches, whose windows need no bringing into a state (cell_visit). Never where
 * paths of the group write-protect one file's pages: who called fsync last did so in all mappings of the
 * file, and only conditioning over a sample's very windows gives each path what its own calls would have
 * left. Pure. */
bool natural_is(const struct group *g, const struct workspace *w);

/* Makes each page of a natural group's footprint writable where another group's fsync may have
 * write-protected it: a store of what is there. Nothing for other groups. */
void natural_touch(const struct group *g, const struct group_env *env);

#endif

/* sys_ladder.c - the rungs of the sys kernels: calls or faults and stores, then the sync */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/path/sys_period.h"
#include "kernels/path/tables.h"

enum {
    ROW_LOOP = 1 << STEP_LOOP,
    ROW_FAULT = 1 << STEP_FAULT,
    ROW_WRITE = 1 << STEP_SYS_WRITE,
    ROW_FSYNC = 1 << STEP_SYS_FSYNC
};

/* Calls: write by write, then the sync. */
static void write_loop(struct period *p)
{
    sys_period(p, ROW_LOOP, false, AROUND_NOTHING);
}

static void write_write(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE, false, AROUND_NOTHING);
}

static void write_all(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE | ROW_FSYNC, false, AROUND_NOTHING);
}

static void write_without_write(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_FSYNC, false, AROUND_NOTHING);
}

static void write_without_fsync(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE, false, AROUND_NOTHING);
}

/* Stores: their faults by themselves, as long as they are not made. */
static void mmap_loop(struct period *p)
{
    sys_period(p, ROW_LOOP, true, AROUND_NOTHING);
}

static void mmap_fault(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_FAULT, true, AROUND_NOTHING);
}

static void mmap_write(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE, true, AROUND_NOTHING);
}

static void mmap_all(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE | ROW_FSYNC, true, AROUND_NOTHING);
}

static void mmap_without_fault(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE | ROW_FSYNC, true, AROUND_NOTHING);
}

static void mmap_without_write(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_FAULT | ROW_FSYNC, true, AROUND_NOTHING);
}

static void mmap_without_fsync(struct period *p)
{
    sys_period(p, ROW_LOOP | ROW_WRITE, true, AROUND_NOTHING);
}

const struct ladder_table IN_LAYOUT(sys_write_ladder) = {
    .prefix[SHAPE_DIRECT] =
        {[STEP_LOOP] = write_loop, [STEP_SYS_WRITE] = write_write, [STEP_SYS_FSYNC] = write_all},
    .prefix[SHAPE_TREE] =
        {[STEP_LOOP] = write_loop, [STEP_SYS_WRITE] = write_write, [STEP_SYS_FSYNC] = write_all},
    .prefix[SHAPE_BITMAP] =
        {[STEP_LOOP] = write_loop, [STEP_SYS_WRITE] = write_write, [STEP_SYS_FSYNC] = write_all},
    .without[SHAPE_DIRECT] = {[STEP_LOOP] = write_all,
                              [STEP_SYS_WRITE] = write_without_write,
                              [STEP_SYS_FSYNC] = write_without_fsync},
    .without[SHAPE_TREE] = {[STEP_LOOP] = write_all,
                            [STEP_SYS_WRITE] = write_without_write,
                            [STEP_SYS_FSYNC] = write_without_fsync},
    .without[SHAPE_BITMAP] = {[STEP_LOOP] = write_all,
                              [STEP_SYS_WRITE] = write_without_write,
                              [STEP_SYS_FSYNC] = write_without_fsync},
};

const struct ladder_table IN_LAYOUT(sys_mmap_ladder) = {
    .prefix[SHAPE_DIRECT] = {[STEP_LOOP] = mmap_loop,
                             [STEP_FAULT] = mmap_fault,
                             [STEP_SYS_WRITE] = mmap_write,
                             [STEP_SYS_FSYNC] = mmap_all},
    .prefix[SHAPE_TREE] = {[STEP_LOOP] = mmap_loop,
                           [STEP_FAULT] = mmap_fault,
                           [STEP_SYS_WRITE] = mmap_write,
                           [STEP_SYS_FSYNC] = mmap_all},
    .prefix[SHAPE_BITMAP] = {[STEP_LOOP] = mmap_loop,
                             [STEP_FAULT] = mmap_fault,
                             [STEP_SYS_WRITE] = mmap_write,
                             [STEP_SYS_FSYNC] = mmap_all},
    .without[SHAPE_DIRECT] = {[STEP_LOOP] = mmap_all,
                              [STEP_FAULT] = mmap_without_fault,
                              [STEP_SYS_WRITE] = mmap_without_write,
                              [STEP_SYS_FSYNC] = mmap_without_fsync},
    .without[SHAPE_TREE] = {[STEP_LOOP] = mmap_all,
                            [STEP_FAULT] = mmap_without_fault,
                            [STEP_SYS_WRITE] = mmap_without_write,
                            [STEP_SYS_FSYNC] = mmap_without_fsync},
    .without[SHAPE_BITMAP] = {[STEP_LOOP] = mmap_all,
                              [STEP_FAULT] = mmap_without_fault,
                              [STEP_SYS_WRITE] = mmap_without_write,
                              [STEP_SYS_FSYNC] = mmap_without_fsync},
};

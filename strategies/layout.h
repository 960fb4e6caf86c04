/* layout.h - every measured function is compiled several times, at other code offsets */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef STRATEGIES_LAYOUT_H
#define STRATEGIES_LAYOUT_H

/* The same instructions at another offset behind a LOCKed one can cost three times as much, so that a
 * difference between two strategies may be one between two code offsets. The build compiles strategies/ and
 * kernels/ once per layout with -DPMB_LAYOUT=n and with n-dependent padding before each function:
 *
 *   0 .. 3  the rungs of the ladder          LAYOUT_RUNG
 *   4 .. 7  the path without a mask          LAYOUT_PATH
 *   8       the counting instance (-DPMB_TRACE=1): never timed, counts what is really executed
 */
enum { LAYOUT_RUNG = 0, LAYOUT_PATH = 4, LAYOUTS_EACH = 4, LAYOUT_TRACE = 8, LAYOUTS = 9 };

#ifndef PMB_LAYOUT
#define PMB_LAYOUT 0
#endif

#ifndef PMB_FEW_LAYOUTS
#define PMB_FEW_LAYOUTS 0
#endif

#ifndef PMB_TRACE
#define PMB_TRACE 0
#endif

/* Which compiled layout stands for each: variants of the build that time nothing compile three
 * (PMB_FEW_LAYOUTS). */
#if PMB_FEW_LAYOUTS
#define LAYOUT_LIST(X) X(0) X(0) X(0) X(0) X(4) X(4) X(4) X(4) X(8)
#else
#define LAYOUT_LIST(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#endif

#define LAYOUT_JOIN_(name, n) name##_l##n
#define LAYOUT_JOIN(name, n)  LAYOUT_JOIN_(name, n)
/* The symbol of `name` in the layout that is being compiled. */
#define IN_LAYOUT(name) LAYOUT_JOIN(name, PMB_LAYOUT)

#endif

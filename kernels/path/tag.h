/* tag.h - marks in the code that a lab's emulator sees go by, and a processor does not */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef KERNELS_PATH_TAG_H
#define KERNELS_PATH_TAG_H

/* What a tag says of the instructions since the last one on the same CPU. */
enum tag {
    TAG_WRITE_BEGIN,
    TAG_WRITE_END,
    TAG_FSYNC_BEGIN,
    TAG_FSYNC_END,
    TAG_MARK, /* starts afresh, ends nothing; counting begins soon after the first tag, so let it be this */
    TAGS
};

/* A tag is NOPL disp32(%rax), 7 bytes (0f 1f 80 disp32), with TAG_SIGN | enum tag as displacement. */
enum { TAG_SIGN = 0x504d4200 }; /* "PMB" */

/* Executes one tag; the compiler moves no access to memory across it. which is a constant: then this is the
 * one NOP and nothing else, in optimised code. For separately compiled variants that are never timed. */
static inline __attribute__((always_inline)) void tag(enum tag which)
{
    switch (which) { /* an asm's immediate must be a constant even where nothing is optimised */
    case TAG_WRITE_BEGIN:
        __asm__ volatile("nopl %c0(%%rax)" : : "i"(TAG_SIGN | TAG_WRITE_BEGIN) : "memory");
        break;
    case TAG_WRITE_END:
        __asm__ volatile("nopl %c0(%%rax)" : : "i"(TAG_SIGN | TAG_WRITE_END) : "memory");
        break;
    case TAG_FSYNC_BEGIN:
        __asm__ volatile("nopl %c0(%%rax)" : : "i"(TAG_SIGN | TAG_FSYNC_BEGIN) : "memory");
        break;
    case TAG_FSYNC_END:
        __asm__ volatile("nopl %c0(%%rax)" : : "i"(TAG_SIGN | TAG_FSYNC_END) : "memory");
        break;
    case TAG_MARK:
        __asm__ volatile("nopl %c0(%%rax)" : : "i"(TAG_SIGN | TAG_MARK) : "memory");
        break;
    case TAGS:
        break;
    }
}

#endif

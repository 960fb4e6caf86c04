/* decode.h - which of the counted kinds an x86-64 instruction is */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LAB_PLUGIN_DECODE_H
#define LAB_PLUGIN_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/path/tag.h"

/* The kinds that are counted apart; each instruction is of one. */
enum insn {
    INSN_OTHER,
    INSN_CLWB,
    INSN_CLFLUSHOPT,
    INSN_CLFLUSH,
    INSN_SFENCE,
    INSN_MFENCE,
    INSN_MOVNTI4, /* MOVNTI by its width in bytes */
    INSN_MOVNTI8,
    INSN_LOCKED, /* a LOCK prefix, or XCHG with memory, which needs none (SDM vol. 2, XCHG) */
    INSNS
};

/* The kind of the 64-bit instruction in n bytes. They must be one whole valid instruction, as an emulator
 * that executes it knows: others get any kind. Reads no byte past n. Pure, thread-safe. Encodings: SDM
 * vol. 2. */
enum insn insn_decode(const unsigned char *code, size_t n);

/* true when the n bytes are a tag (kernels/path/tag.h), which is then in *which. Pure, thread-safe. */
bool insn_is_tag(const unsigned char *code, size_t n, enum tag *which);

#endif

/* decode.c - just enough of an x86-64 decoder to tell the counted instructions from all others */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/plugin/decode.h"

#include <stdint.h>

/* The prefixes that decide between the kinds. REX counts only right before the opcode, and the last of
 * REPNE and REP is the mandatory prefix, before any 66 (SDM vol. 2, 2.1.1 and 2.2.1). */
struct prefixes {
    bool lock, size, repeat, wide;
    size_t length;
};

static struct prefixes read_prefixes(const unsigned char *code, size_t n)
{
    struct prefixes p = {0};
    for (; p.length < n; p.length++) {
        unsigned char byte = code[p.length];
        bool rex = (byte & 0xf0) == 0x40;
        switch (byte) {
        case 0xf0:
            p.lock = true;
            break;
        case 0x66:
            p.size = true;
            break;
        case 0xf2:
        case 0xf3:
            p.repeat = true;
            break;
        case 0x26: /* the segments, and the address size */
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:
        case 0x67:
            break;
        default:
            if (!rex)
                return p;
        }
        p.wide = rex && byte & 8;
    }
    return p;
}

/* 0F AE: eight rows of ModRM.reg, of which memory and registers, and each prefix, are different things. */
static enum insn group_15(struct prefixes p, unsigned char modrm)
{
    bool memory = modrm < 0xc0;
    unsigned row = modrm >> 3 & 7;
    if (p.repeat || row < 6)
        return INSN_OTHER;
    if (p.size)
        return !memory ? INSN_OTHER : row == 6 ? INSN_CLWB : INSN_CLFLUSHOPT;
    if (memory)
        return row == 7 ? INSN_CLFLUSH : INSN_OTHER;
    return row == 7 ? INSN_SFENCE : INSN_MFENCE;
}

/* In 64-bit code C4, C5 and 62 are always VEX and EVEX, and 8F is XOP or POP: their opcode bytes follow no
 * 0F and begin with none of the bytes looked for, so they need no case of their own. */
enum insn insn_decode(const unsigned char *code, size_t n)
{
    struct prefixes p = read_prefixes(code, n);
    if (p.lock)
        return INSN_LOCKED;
    const unsigned char *op = code + p.length;
    n -= p.length;
    if (n >= 2 && (op[0] | 1) == 0x87)
        return op[1] < 0xc0 ? INSN_LOCKED : INSN_OTHER;
    if (n < 3 || op[0] != 0x0f)
        return INSN_OTHER;
    if (op[1] == 0xae)
        return group_15(p, op[2]);
    if (op[1] == 0xc3)
        return p.wide ? INSN_MOVNTI8 : INSN_MOVNTI4;
    return INSN_OTHER;
}

bool insn_is_tag(const unsigned char *code, size_t n, enum tag *which)
{
    if (n != 7 || code[0] != 0x0f || code[1] != 0x1f || code[2] != 0x80)
        return false;
    uint32_t displacement =
        code[3] | (uint32_t)code[4] << 8 | (uint32_t)code[5] << 16 | (uint32_t)code[6] << 24;
    if (displacement < TAG_SIGN || displacement >= TAG_SIGN + TAGS)
        return false;
    *which = (enum tag)(displacement - TAG_SIGN);
    return true;
}

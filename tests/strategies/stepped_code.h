/* stepped_code.h - what one instruction does to lines, by decoding it (Zydis) */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_STRATEGIES_STEPPED_CODE_H
#define TESTS_STRATEGIES_STEPPED_CODE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <Zydis/Zydis.h>

/* The instructions that are told apart: those that take lines past or out of the cache, those that order,
 * and a few that a strategy is named for. All else is CODE_OTHER; MOVNTI is two, by its width. */
enum code_what {
    CODE_OTHER,
    CODE_MOVNTI8,
    CODE_MOVNTI4,
    CODE_NT16, /* MOVNTDQ, MOVNTPS, MOVNTPD and their V forms, by bytes */
    CODE_NT32,
    CODE_NT64,
    CODE_NT_ODD, /* MOVNTQ, MOVNTSS, MOVNTSD, MOVDIRI: no strategy has them */
    CODE_MOVDIR64B,
    CODE_CLWB,
    CODE_CLFLUSHOPT,
    CODE_CLFLUSH,
    CODE_CLDEMOTE,
    CODE_SFENCE,
    CODE_MFENCE,
    CODE_LOCKED,
    CODE_REP_MOVSB,
    CODE_STORE32, /* plain stores of 32 and of 64 bytes */
    CODE_STORE64,
    CODE_WHATS
};

static inline uint32_t code_bit(enum code_what what)
{
    return 1u << what;
}

enum {
    CODE_NT_SET = 1u << CODE_MOVNTI8 | 1u << CODE_MOVNTI4 | 1u << CODE_NT16 | 1u << CODE_NT32 |
                  1u << CODE_NT64 | 1u << CODE_NT_ODD | 1u << CODE_MOVDIR64B,
    CODE_FLUSH_SET = 1u << CODE_CLWB | 1u << CODE_CLFLUSHOPT | 1u << CODE_CLFLUSH,
    CODE_FENCE_SET = 1u << CODE_SFENCE | 1u << CODE_MFENCE | 1u << CODE_LOCKED,
    CODE_SLOTS = 1 << 13
};

/* A memory operand: base + index * scale + offset, as indices into gregs, -1 for none. */
struct code_place {
    int base, index;
    unsigned scale, bytes;
    int64_t offset;
};

/* One instruction. */
struct code {
    uintptr_t rip; /* 0: the slot is free */
    enum code_what what;
    bool vector;          /* it reads or writes a register other than general ones */
    bool repeated;        /* does nothing where RCX is 0 */
    const char *cannot;   /* why this instruction cannot be judged; NULL */
    const char *mnemonic; /* as Zydis names it */
    unsigned places;      /* lines are flushed or demoted at place[0] alone */
    struct code_place place[2];
};

/* All instructions seen so far, each decoded once: the tested code does not change. */
struct codes {
    ZydisDecoder decoder;
    struct code slot[CODE_SLOTS];
};

static inline bool codes_open(struct codes *all)
{
    memset(all, 0, sizeof(*all));
    return ZYAN_SUCCESS(ZydisDecoderInit(&all->decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64));
}

static inline enum code_what code_nt(unsigned bytes)
{
    return bytes == 16 ? CODE_NT16 : bytes == 32 ? CODE_NT32 : bytes == 64 ? CODE_NT64 : CODE_NT_ODD;
}

static inline enum code_what code_kind(const ZydisDecodedInstruction *i, unsigned stored)
{
    switch (i->mnemonic) {
    case ZYDIS_MNEMONIC_MOVNTI:
        return stored == 8 ? CODE_MOVNTI8 : CODE_MOVNTI4;
    case ZYDIS_MNEMONIC_MOVNTDQ:
    case ZYDIS_MNEMONIC_MOVNTPS:
    case ZYDIS_MNEMONIC_MOVNTPD:
    case ZYDIS_MNEMONIC_VMOVNTDQ:
    case ZYDIS_MNEMONIC_VMOVNTPS:
    case ZYDIS_MNEMONIC_VMOVNTPD:
        return code_nt(stored);
    case ZYDIS_MNEMONIC_MOVNTQ:
    case ZYDIS_MNEMONIC_MOVNTSS:
    case ZYDIS_MNEMONIC_MOVNTSD:
    case ZYDIS_MNEMONIC_MOVDIRI:
        return CODE_NT_ODD;
    case ZYDIS_MNEMONIC_MOVDIR64B:
        return CODE_MOVDIR64B;
    case ZYDIS_MNEMONIC_CLWB:
        return CODE_CLWB;
    case ZYDIS_MNEMONIC_CLFLUSHOPT:
        return CODE_CLFLUSHOPT;
    case ZYDIS_MNEMONIC_CLFLUSH:
        return CODE_CLFLUSH;
    case ZYDIS_MNEMONIC_CLDEMOTE:
        return CODE_CLDEMOTE;
    case ZYDIS_MNEMONIC_SFENCE:
        return CODE_SFENCE;
    case ZYDIS_MNEMONIC_MFENCE:
        return CODE_MFENCE;
    default:
        break;
    }
    if (i->attributes & ZYDIS_ATTRIB_HAS_LOCK || (i->mnemonic == ZYDIS_MNEMONIC_XCHG && stored))
        return CODE_LOCKED;
    if (i->mnemonic == ZYDIS_MNEMONIC_MOVSB && i->attributes & ZYDIS_ATTRIB_HAS_REP)
        return CODE_REP_MOVSB;
    return stored == 32 ? CODE_STORE32 : stored == 64 ? CODE_STORE64 : CODE_OTHER;
}

/* Index into gregs of a general 64-bit register, or -1. */
static inline int code_greg(ZydisRegister reg)
{
    static const int gregs[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return reg >= ZYDIS_REGISTER_RAX && reg <= ZYDIS_REGISTER_R15 ? gregs[reg - ZYDIS_REGISTER_RAX] : -1;
}

static inline void code_add_place(struct code *code, const ZydisDecodedInstruction *i,
                                  const ZydisDecodedOperand *o)
{
    if (code->places == sizeof(code->place) / sizeof(code->place[0])) {
        code->cannot = "an instruction with more stores than the test expects";
        return;
    }
    struct code_place *p = &code->place[code->places++];
    *p = (struct code_place){.base = code_greg(o->mem.base),
                             .index = code_greg(o->mem.index),
                             .scale = o->mem.scale,
                             .bytes = o->size / 8,
                             .offset = o->mem.disp.value};
    bool relative = o->mem.base == ZYDIS_REGISTER_RIP;
    if (relative)
        p->offset += (int64_t)(code->rip + i->length);
    if (o->mem.segment == ZYDIS_REGISTER_FS || o->mem.segment == ZYDIS_REGISTER_GS)
        code->places--; /* the thread's own storage, never a destination */
    else if ((p->base < 0 && o->mem.base != ZYDIS_REGISTER_NONE && !relative) ||
             (p->index < 0 && o->mem.index != ZYDIS_REGISTER_NONE))
        code->cannot = "a store whose address is not made of 64-bit general registers";
    else if (i->avx.mask.reg != ZYDIS_REGISTER_NONE && i->avx.mask.reg != ZYDIS_REGISTER_K0)
        code->cannot = "a masked store";
}

static inline bool code_uses_vectors(const ZydisDecodedInstruction *i, const ZydisDecodedOperand *o)
{
    if (i->mnemonic == ZYDIS_MNEMONIC_VZEROUPPER || i->mnemonic == ZYDIS_MNEMONIC_VZEROALL)
        return true;
    for (unsigned k = 0; k < i->operand_count; k++)
        if (o[k].type == ZYDIS_OPERAND_TYPE_REGISTER)
            switch (ZydisRegisterGetClass(o[k].reg.value)) {
            case ZYDIS_REGCLASS_X87:
            case ZYDIS_REGCLASS_MMX:
            case ZYDIS_REGCLASS_XMM:
            case ZYDIS_REGCLASS_YMM:
            case ZYDIS_REGCLASS_ZMM:
            case ZYDIS_REGCLASS_TMM:
            case ZYDIS_REGCLASS_MASK:
                return true;
            default:
                break;
            }
    return false;
}

static inline const char *code_forbidden(const ZydisDecodedInstruction *i)
{
    switch (i->mnemonic) {
    case ZYDIS_MNEMONIC_SYSCALL:
    case ZYDIS_MNEMONIC_SYSENTER:
    case ZYDIS_MNEMONIC_INT:
    case ZYDIS_MNEMONIC_INT3:
        return "a system call";
    case ZYDIS_MNEMONIC_POPFQ:
        return "an instruction that may end the single steps";
    case ZYDIS_MNEMONIC_MASKMOVQ:
    case ZYDIS_MNEMONIC_MASKMOVDQU:
    case ZYDIS_MNEMONIC_VMASKMOVDQU:
    case ZYDIS_MNEMONIC_VMASKMOVPS:
    case ZYDIS_MNEMONIC_VMASKMOVPD:
    case ZYDIS_MNEMONIC_VPMASKMOVD:
    case ZYDIS_MNEMONIC_VPMASKMOVQ:
        return "a masked store";
    case ZYDIS_MNEMONIC_WBINVD:
    case ZYDIS_MNEMONIC_CLZERO:
    case ZYDIS_MNEMONIC_ENQCMD:
        return "an instruction that no strategy has";
    default:
        return NULL;
    }
}

static inline void code_decode(struct codes *all, struct code *code, uintptr_t rip)
{
    ZydisDecodedInstruction i;
    ZydisDecodedOperand o[ZYDIS_MAX_OPERAND_COUNT];
    *code = (struct code){.rip = rip, .mnemonic = "nothing"};
    if (!ZYAN_SUCCESS(
            ZydisDecoderDecodeFull(&all->decoder, (const void *)rip, ZYDIS_MAX_INSTRUCTION_LENGTH, &i, o))) {
        code->cannot = "an instruction that the decoder does not know";
        return;
    }
    code->mnemonic = ZydisMnemonicGetString(i.mnemonic);
    code->cannot = code_forbidden(&i);
    code->repeated =
        (i.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)) != 0;
    code->vector = code_uses_vectors(&i, o);
    for (unsigned k = 0; k < i.operand_count; k++)
        if (o[k].type == ZYDIS_OPERAND_TYPE_MEMORY && o[k].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
            code_add_place(code, &i, &o[k]);
    code->what = code_kind(&i, code->places ? code->place[0].bytes : 0);
    if (code_bit(code->what) & (CODE_FLUSH_SET | code_bit(CODE_CLDEMOTE)))
        code_add_place(code, &i, &o[0]);
}

/* The instruction at rip, decoded at its first sight; never NULL while fewer than CODE_SLOTS are known. */
static inline const struct code *codes_at(struct codes *all, uintptr_t rip)
{
    size_t first = (size_t)((rip * 0x9e3779b97f4a7c15u) >> 51);
    for (size_t k = 0; k < CODE_SLOTS; k++) {
        struct code *code = &all->slot[(first + k) % CODE_SLOTS];
        if (code->rip == rip)
            return code;
        if (!code->rip) {
            code_decode(all, code, rip);
            return code;
        }
    }
    return NULL;
}

static inline uintptr_t code_address(const struct code_place *p, const greg_t *regs)
{
    uintptr_t at = (uintptr_t)p->offset;
    if (p->base >= 0)
        at += (uintptr_t)regs[p->base];
    if (p->index >= 0)
        at += (uintptr_t)regs[p->index] * p->scale;
    return at;
}

#endif

/* test_decode.c - the lab's decoder says of every instruction what Zydis says, and knows a tag from any other
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <link.h>
#include <Zydis/Zydis.h>

#include "base/rng.h"
#include "lab/plugin/decode.h"

enum { RANDOM_VALID = 3000000, LENGTH_MAX = ZYDIS_MAX_INSTRUCTION_LENGTH, NO_TAG = -1 };

struct seen {
    uint64_t insns, kind[INSNS], tag[TAGS], wrong;
};

static ZydisDecoder decoder(void)
{
    ZydisDecoder d;
    assert_true(ZYAN_SUCCESS(ZydisDecoderInit(&d, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)));
    return d;
}

static enum insn zydis_kind(const ZydisDecodedInstruction *i, const ZydisDecodedOperand *o)
{
    switch (i->mnemonic) {
    case ZYDIS_MNEMONIC_CLWB:
        return INSN_CLWB;
    case ZYDIS_MNEMONIC_CLFLUSHOPT:
        return INSN_CLFLUSHOPT;
    case ZYDIS_MNEMONIC_CLFLUSH:
        return INSN_CLFLUSH;
    case ZYDIS_MNEMONIC_SFENCE:
        return INSN_SFENCE;
    case ZYDIS_MNEMONIC_MFENCE:
        return INSN_MFENCE;
    case ZYDIS_MNEMONIC_MOVNTI:
        return o[0].size == 64 ? INSN_MOVNTI8 : INSN_MOVNTI4;
    default:
        break;
    }
    bool memory = o[0].type == ZYDIS_OPERAND_TYPE_MEMORY || o[1].type == ZYDIS_OPERAND_TYPE_MEMORY;
    if (i->attributes & ZYDIS_ATTRIB_HAS_LOCK || (i->mnemonic == ZYDIS_MNEMONIC_XCHG && memory))
        return INSN_LOCKED;
    return INSN_OTHER;
}

static int zydis_tag(const ZydisDecodedInstruction *i, const ZydisDecodedOperand *o)
{
    if (i->mnemonic != ZYDIS_MNEMONIC_NOP || i->raw.prefix_count || i->length != 7 ||
        i->raw.disp.size != 32 || o[0].mem.base != ZYDIS_REGISTER_RAX ||
        o[0].mem.index != ZYDIS_REGISTER_NONE)
        return NO_TAG;
    int64_t which = i->raw.disp.value - TAG_SIGN;
    return which >= 0 && which < TAGS ? (int)which : NO_TAG;
}

static void print_wrong(const unsigned char *code, size_t n, enum insn ours, enum insn theirs)
{
    for (size_t k = 0; k < n; k++)
        print_message("%02x ", code[k]);
    print_message(": %d, Zydis %d\n", (int)ours, (int)theirs);
}

/* Decodes one instruction both ways. Returns its length, 0 where Zydis knows none. */
static size_t compare(const ZydisDecoder *d, const unsigned char *code, size_t n, struct seen *seen)
{
    ZydisDecodedInstruction i;
    ZydisDecodedOperand o[ZYDIS_MAX_OPERAND_COUNT] = {0};
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(d, code, n, &i, o)))
        return 0;
    enum insn theirs = zydis_kind(&i, o), ours = insn_decode(code, i.length);
    enum tag which = TAGS;
    int tag_theirs = zydis_tag(&i, o), tag_ours = insn_is_tag(code, i.length, &which) ? (int)which : NO_TAG;
    if (ours != theirs || tag_ours != tag_theirs) {
        if (seen->wrong++ < 10)
            print_wrong(code, i.length, ours, theirs);
        return i.length;
    }
    seen->insns++;
    seen->kind[ours]++;
    if (tag_ours != NO_TAG)
        seen->tag[tag_ours]++;
    return i.length;
}

/* By hand, from the SDM: what is near to a counted instruction and is not one, among the rest. */
static const struct {
    enum insn kind;
    unsigned char length, code[LENGTH_MAX];
} cases[] = {
    {INSN_CLWB, 4, {0x66, 0x0f, 0xae, 0x30}},                 /* clwb (%rax) */
    {INSN_CLWB, 5, {0x66, 0x41, 0x0f, 0xae, 0x37}},           /* clwb (%r15) */
    {INSN_CLWB, 5, {0x2e, 0x66, 0x0f, 0xae, 0x30}},           /* clwb %cs:(%rax) */
    {INSN_CLWB, 8, {0x66, 0x0f, 0xae, 0xb0, 0, 1, 0, 0}},     /* clwb 0x100(%rax) */
    {INSN_OTHER, 5, {0xf3, 0x66, 0x0f, 0xae, 0x30}},          /* F3 decides, not 66: clrssbsy */
    {INSN_OTHER, 4, {0xf3, 0x0f, 0xae, 0x30}},                /* clrssbsy (%rax) */
    {INSN_OTHER, 4, {0xf3, 0x0f, 0xae, 0xf0}},                /* umonitor %rax */
    {INSN_OTHER, 4, {0xf2, 0x0f, 0xae, 0xf0}},                /* umwait %eax */
    {INSN_OTHER, 4, {0x66, 0x0f, 0xae, 0xf0}},                /* tpause %eax */
    {INSN_OTHER, 3, {0x0f, 0xae, 0x30}},                      /* xsaveopt (%rax) */
    {INSN_OTHER, 4, {0x48, 0x0f, 0xae, 0x30}},                /* xsaveopt64 (%rax) */
    {INSN_CLFLUSHOPT, 4, {0x66, 0x0f, 0xae, 0x38}},           /* clflushopt (%rax) */
    {INSN_CLFLUSH, 3, {0x0f, 0xae, 0x38}},                    /* clflush (%rax) */
    {INSN_CLFLUSH, 4, {0x3e, 0x0f, 0xae, 0x38}},              /* as the kernel pads it: clflush %ds:(%rax) */
    {INSN_SFENCE, 3, {0x0f, 0xae, 0xf8}},                     /* sfence */
    {INSN_MFENCE, 3, {0x0f, 0xae, 0xf0}},                     /* mfence */
    {INSN_OTHER, 3, {0x0f, 0xae, 0xe8}},                      /* lfence */
    {INSN_OTHER, 3, {0x0f, 0xae, 0x28}},                      /* xrstor (%rax) */
    {INSN_OTHER, 4, {0xf3, 0x0f, 0xae, 0xe8}},                /* incsspd %eax */
    {INSN_MOVNTI4, 3, {0x0f, 0xc3, 0x07}},                    /* movnti %eax,(%rdi) */
    {INSN_MOVNTI8, 4, {0x48, 0x0f, 0xc3, 0x07}},              /* movnti %rax,(%rdi) */
    {INSN_MOVNTI8, 5, {0x4c, 0x0f, 0xc3, 0x5f, 0x18}},        /* movnti %r11,0x18(%rdi) */
    {INSN_MOVNTI4, 4, {0x44, 0x0f, 0xc3, 0x07}},              /* movnti %r8d,(%rdi) */
    {INSN_MOVNTI4, 5, {0x48, 0x3e, 0x0f, 0xc3, 0x07}},        /* a REX before a prefix says nothing */
    {INSN_OTHER, 4, {0xc5, 0xf9, 0xe7, 0x0f}},                /* vmovntdq %xmm1,(%rdi) */
    {INSN_OTHER, 4, {0x66, 0x0f, 0xe7, 0x07}},                /* movntdq %xmm0,(%rdi) */
    {INSN_OTHER, 5, {0xc5, 0xf8, 0xae, 0x51, 0x0f}},          /* vldmxcsr: AE in VEX's 0F map */
    {INSN_OTHER, 4, {0xc5, 0xf8, 0xae, 0x18}},                /* vstmxcsr (%rax) */
    {INSN_OTHER, 6, {0x62, 0xf1, 0x7d, 0x48, 0xe7, 0x07}},    /* vmovntdq %zmm0,(%rdi) */
    {INSN_OTHER, 5, {0x8f, 0xe9, 0x78, 0x01, 0xf0}},          /* XOP: blcic %eax,%eax or its neighbour */
    {INSN_LOCKED, 5, {0xf0, 0x83, 0x04, 0x24, 0}},            /* lock addl $0,(%rsp) */
    {INSN_LOCKED, 5, {0x66, 0xf0, 0x0f, 0xc1, 0x07}},         /* F0 after another prefix: lock xadd */
    {INSN_LOCKED, 6, {0xf0, 0x3e, 0x48, 0x0f, 0xb1, 0x17}},   /* F0 before another: lock cmpxchg */
    {INSN_LOCKED, 5, {0xf0, 0x48, 0x0f, 0xc7, 0x0f}},         /* lock cmpxchg16b (%rdi) */
    {INSN_LOCKED, 3, {0x48, 0x87, 0x07}},                     /* xchg %rax,(%rdi) */
    {INSN_LOCKED, 2, {0x86, 0x07}},                           /* xchg %al,(%rdi) */
    {INSN_LOCKED, 3, {0xf0, 0x87, 0x07}},                     /* lock xchg %eax,(%rdi) */
    {INSN_OTHER, 2, {0x87, 0xc7}},                            /* xchg %eax,%edi */
    {INSN_OTHER, 2, {0x48, 0x97}},                            /* xchg %rax,%rdi */
    {INSN_OTHER, 1, {0x90}},                                  /* nop */
    {INSN_OTHER, 3, {0x0f, 0xc1, 0x07}},                      /* xadd without LOCK */
    {INSN_OTHER, 5, {0xb8, 0x0f, 0xae, 0xf8, 0}},             /* mov $0xf8ae0f: sfence in an immediate */
    {INSN_OTHER, 7, {0x0f, 0x1f, 0x80, 0x0f, 0xae, 0xf8, 0}}, /* a NOP with sfence in its displacement */
};

static void hand_encoded_instructions_are_of_their_kind(void **state)
{
    (void)state;
    ZydisDecoder d = decoder();
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct seen seen = {0};
        size_t length = compare(&d, cases[k].code, cases[k].length, &seen);
        if (length != cases[k].length || seen.wrong)
            fail_msg("case %zu: Zydis reads %zu bytes, or another kind", k, length);
        enum insn kind = insn_decode(cases[k].code, cases[k].length);
        if (kind != cases[k].kind)
            fail_msg("case %zu is %d, must be %d", k, (int)kind, (int)cases[k].kind);
    }
}

/* Under a memory checker: each case, cut short everywhere, in a block of just that size. */
static void nothing_is_read_past_the_end(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
        for (size_t n = 0; n <= cases[k].length; n++) {
            unsigned char *exact = malloc(n + !n);
            assert_non_null(exact);
            memcpy(exact, cases[k].code, n);
            enum tag which;
            assert_in_range(insn_decode(exact, n), 0, INSNS - 1);
            assert_false(insn_is_tag(exact, n, &which));
            free(exact);
        }
}

/* One of each, so that they are somewhere in the text that is swept. */
static __attribute__((noinline, used)) void all_tags(void)
{
    tag(TAG_WRITE_BEGIN);
    tag(TAG_WRITE_END);
    tag(TAG_FSYNC_BEGIN);
    tag(TAG_FSYNC_END);
    tag(TAG_MARK);
}

static void tags_are_their_bytes_and_no_others(void **state)
{
    (void)state;
    all_tags(); /* NOPs: it returns */
    enum tag which = TAGS;
    unsigned char code[] = {0x0f, 0x1f, 0x80, 0x03, 0x42, 0x4d, 0x50, 0x90};
    assert_true(insn_is_tag(code, 7, &which));
    assert_int_equal(which, TAG_FSYNC_END);
    assert_false(insn_is_tag(code, 6, &which));
    assert_false(insn_is_tag(code, 8, &which));
    for (size_t k = 0; k < 7; k++) { /* any byte changed: another tag at most in the last bits */
        unsigned char was = code[k];
        code[k] ^= 0x40;
        assert_false(insn_is_tag(code, 7, &which));
        code[k] = was;
    }
    code[3] = TAGS;
    assert_false(insn_is_tag(code, 7, &which));
}

struct sweep {
    ZydisDecoder decoder;
    struct seen own, others;
    bool own_done;
};

static void sweep_segment(const ZydisDecoder *d, const unsigned char *at, size_t n, struct seen *seen)
{
    for (size_t used = 0; used < n;) {
        size_t left = n - used;
        size_t length = compare(d, at + used, left < LENGTH_MAX ? left : LENGTH_MAX, seen);
        used += length ? length : 1;
    }
}

/* The program itself comes first (dl_iterate_phdr(3)). */
static int sweep_object(struct dl_phdr_info *object, size_t size, void *data)
{
    (void)size;
    struct sweep *s = data;
    struct seen *seen = s->own_done ? &s->others : &s->own;
    s->own_done = true;
    if (s->own.insns && !strstr(object->dlpi_name, "libc.so") && !strstr(object->dlpi_name, "libm.so"))
        return 0;
    for (size_t k = 0; k < object->dlpi_phnum; k++) {
        const ElfW(Phdr) *p = &object->dlpi_phdr[k];
        if (p->p_type == PT_LOAD && p->p_flags & PF_X)
            sweep_segment(&s->decoder, (const unsigned char *)(object->dlpi_addr + p->p_vaddr), p->p_filesz,
                          seen);
    }
    return 0;
}

static void own_text_and_libc_are_read_as_zydis_reads_them(void **state)
{
    (void)state;
    static struct sweep s;
    s = (struct sweep){.decoder = decoder()};
    dl_iterate_phdr(sweep_object, &s);
    assert_int_equal(s.own.wrong + s.others.wrong, 0);
    for (unsigned which = 0; which < TAGS; which++)
        assert_true(s.own.tag[which] > 0);
    for (unsigned which = 0; which < TAGS; which++)
        assert_int_equal(s.others.tag[which], 0);
    assert_true(s.others.insns > 200000);
    assert_true(s.others.kind[INSN_LOCKED] > 100 && s.others.kind[INSN_SFENCE] > 0);
}

static void random_bytes(struct rng *random, unsigned char code[16])
{
    uint64_t half[2] = {rng_next(random), rng_next(random)};
    memcpy(code, half, sizeof(half));
}

/* Up to three prefixes, REX among them, and an opcode that is counted, or shares a byte with one. */
static void likely_bytes(struct rng *random, unsigned char code[16])
{
    static const unsigned char prefix[] = {0xf0, 0x66, 0xf2, 0xf3, 0x48, 0x41, 0x4c, 0x2e,
                                           0x3e, 0x26, 0x36, 0x64, 0x65, 0x67, 0x40, 0x4f};
    static const unsigned char opcode[][3] = {
        {0x0f, 0xae},       {0x0f, 0xc3}, {0x86},       {0x87},
        {0x0f, 0xc7},       {0x0f, 0x20}, {0x0f, 0x22}, {0x0f, 0x1f, 0x80},
        {0xc5, 0xf8, 0xae}, {0xc4},       {0x62},       {0x8f},
        {0x0f, 0xb1},       {0x0f, 0xc1}, {0x0f, 0x38}, {0x01}};
    random_bytes(random, code);
    uint64_t choice = rng_next(random);
    unsigned at = 0;
    for (unsigned k = choice & 3; k; k--)
        code[at++] = prefix[(choice = rng_next(random)) >> 8 & 15];
    const unsigned char *op = opcode[choice >> 16 & 15];
    for (unsigned k = 0; k < 3 && (!k || op[k]); k++)
        code[at++] = op[k];
    if (op[1] == 0x1f && choice >> 32 & 1) {
        uint32_t displacement = (uint32_t)TAG_SIGN + (choice >> 33 & 7);
        memcpy(code + at, &displacement, sizeof(displacement));
    }
}

static void random_instructions_are_read_as_zydis_reads_them(void **state)
{
    (void)state;
    ZydisDecoder d = decoder();
    struct seen seen = {0};
    struct rng random = {20160730};
    unsigned char code[16];
    while (seen.insns + seen.wrong < RANDOM_VALID) {
        if (seen.insns % 2)
            likely_bytes(&random, code);
        else
            random_bytes(&random, code);
        compare(&d, code, LENGTH_MAX, &seen);
    }
    assert_int_equal(seen.wrong, 0);
    for (unsigned kind = 0; kind < INSNS; kind++)
        if (seen.kind[kind] < 500)
            fail_msg("kind %u was met %llu times only", kind, (unsigned long long)seen.kind[kind]);
    for (unsigned which = 0; which < TAGS; which++)
        assert_true(seen.tag[which] > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_encoded_instructions_are_of_their_kind),
        cmocka_unit_test(nothing_is_read_past_the_end),
        cmocka_unit_test(tags_are_their_bytes_and_no_others),
        cmocka_unit_test(own_text_and_libc_are_read_as_zydis_reads_them),
        cmocka_unit_test(random_instructions_are_read_as_zydis_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

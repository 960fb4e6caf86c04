/* count.c - a QEMU plugin that counts the instructions between two tags, by kind and by privilege */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/plugin/decode.h"
#include "lab/plugin/qemu_plugin_abi.h"

/* Version of the record file: a line that names it, a line of column names, then one line a record. */
static const char file_head[] = "lab_count 1";

static const char *const insn_name[INSNS] = {"other",  "clwb",     "clflushopt", "clflush", "sfence",
                                             "mfence", "movnti_4", "movnti_8",   "locked"};

enum { USER, KERNEL, SIDES };

/* One CPU's interval: what was executed since its last tag. Written by the CPU's own thread alone. */
struct interval {
    _Alignas(128) uint64_t last[SIDES]; /* the key of the last instruction of each side; 0: none */
    uint64_t count[SIDES][INSNS];
    enum tag opened; /* the tag that began it */
};

/* The translation callback gets no pointer of the plugin's own, so this cannot be handed around. */
static struct {
    struct interval *cpu;
    FILE *out; /* also the lock of records */
    uint64_t records;
} counter;

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION;

/* An instruction's address and kind in one word, which is what a callback can be given. Addresses are
 * canonical (57 bits at most), so the four bits shifted out are copies of the next, and bit 63 stays the one
 * that tells the kernel's half. */
static uint64_t key_of(uint64_t address, enum insn kind)
{
    return address << 4 | kind;
}

static enum insn key_kind(uint64_t key)
{
    return key & 15;
}

/* Before an instruction. The emulator gets here again for each turn of a REP instruction, and for an
 * instruction that it or a fault restarted: same address, and nothing of the same side in between. Processors
 * retire those once. (Twice here: a REP or a faulting access of the kernel's that an interrupt or a fault
 * broke into. Too few: a branch to itself.) */
static void on_executed(unsigned vcpu, void *data)
{
    uint64_t key = (uintptr_t)data;
    struct interval *i = &counter.cpu[vcpu];
    unsigned side = key >> 63 ? KERNEL : USER;
    if (i->last[side] == key)
        return;
    i->last[side] = key;
    i->count[side][key_kind(key)]++;
}

static void write_head(void)
{
    fprintf(counter.out, "%s\nindex\tvcpu\tkind\twhole", file_head);
    for (unsigned side = 0; side < SIDES; side++) {
        for (unsigned kind = INSN_OTHER + 1; kind < INSNS; kind++)
            fprintf(counter.out, "\t%s.%s", side == KERNEL ? "kernel" : "user", insn_name[kind]);
        fprintf(counter.out, "\t%s.all", side == KERNEL ? "kernel" : "user");
    }
    fputc('\n', counter.out);
}

/* whole: the interval began with the tag that belongs to this end, on this CPU. */
static void write_record(unsigned vcpu, const struct interval *i, const char *what, bool whole)
{
    flockfile(counter.out);
    fprintf(counter.out, "%llu\t%u\t%s\t%d", (unsigned long long)counter.records++, vcpu, what, whole);
    for (unsigned side = 0; side < SIDES; side++) {
        uint64_t all = i->count[side][INSN_OTHER];
        for (unsigned kind = INSN_OTHER + 1; kind < INSNS; kind++) {
            all += i->count[side][kind];
            fprintf(counter.out, "\t%llu", (unsigned long long)i->count[side][kind]);
        }
        fprintf(counter.out, "\t%llu", (unsigned long long)all);
    }
    fputc('\n', counter.out);
    funlockfile(counter.out);
}

/* Tags are in no interval. */
static void on_tag(unsigned vcpu, void *data)
{
    enum tag which = (enum tag)(uintptr_t)data;
    struct interval *i = &counter.cpu[vcpu];
    if (which == TAG_WRITE_END)
        write_record(vcpu, i, "write", i->opened == TAG_WRITE_BEGIN);
    else if (which == TAG_FSYNC_END)
        write_record(vcpu, i, "fsync", i->opened == TAG_FSYNC_BEGIN);
    *i = (struct interval){.opened = which};
}

static void run_before(struct qemu_plugin_insn *insn, plugin_executed *call, uint64_t data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, call, PLUGIN_NO_REGISTERS, (void *)(uintptr_t)data);
}

static void on_translated(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(block);
    for (size_t k = 0; k < n; k++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, k);
        const unsigned char *code = qemu_plugin_insn_data(insn);
        size_t size = qemu_plugin_insn_size(insn);
        enum tag which;
        if (insn_is_tag(code, size, &which)) {
            run_before(insn, on_tag, which);
        } else {
            run_before(insn, on_executed, key_of(qemu_plugin_insn_vaddr(insn), insn_decode(code, size)));
        }
    }
}

/* Not closed: a vcpu may still run. */
static void on_exit_flush(plugin_id id, void *data)
{
    (void)id, (void)data;
    if (fflush(counter.out) || ferror(counter.out))
        fprintf(stderr, "lab_count: not all records are written: %s\n", strerror(errno));
}

static void on_reset(plugin_id id)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
    qemu_plugin_register_atexit_cb(id, on_exit_flush, NULL);
}

/* Forgets all translations at the next end of a block, and counts from there. An interval that was open
 * before is never whole, since its first tag was not seen by on_tag. */
static void on_first_tag(unsigned vcpu, void *data)
{
    (void)vcpu;
    qemu_plugin_reset((uintptr_t)data, on_reset);
}

/* Up to the first tag nothing is counted: a boot would take twice its time. */
static void on_translated_early(plugin_id id, struct qemu_plugin_tb *block)
{
    size_t n = qemu_plugin_tb_n_insns(block);
    for (size_t k = 0; k < n; k++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, k);
        enum tag which;
        if (insn_is_tag(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn), &which))
            run_before(insn, on_first_tag, id);
    }
}

static const char *output_name(int argc, char **argv)
{
    return argc == 1 && !strncmp(argv[0], "out=", 4) && argv[0][4] ? argv[0] + 4 : NULL;
}

int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
    const char *name = output_name(argc, argv);
    if (!name || !info->system_emulation || strcmp(info->target_name, "x86_64")) {
        fprintf(stderr, "lab_count: %s\n",
                name ? "counts x86_64 system emulation only" : "say where to write: out=FILE");
        return 1;
    }
    counter.out = fopen(name, "we");
    counter.cpu = aligned_alloc(_Alignof(struct interval), (size_t)info->max_vcpus * sizeof(*counter.cpu));
    if (!counter.out || !counter.cpu) {
        fprintf(stderr, "lab_count: cannot open %s: %s\n", name, strerror(errno));
        return 1;
    }
    for (int vcpu = 0; vcpu < info->max_vcpus; vcpu++)
        counter.cpu[vcpu] = (struct interval){.opened = TAG_MARK};
    write_head();
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated_early);
    qemu_plugin_register_atexit_cb(id, on_exit_flush, NULL);
    return 0;
}

/* qemu_plugin_abi.h - the part of QEMU's plugin interface, version 1, that the counting plugin needs */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LAB_PLUGIN_QEMU_PLUGIN_ABI_H
#define LAB_PLUGIN_QEMU_PLUGIN_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Distributions package no header for it. These are declarations of what the emulator exports and expects
 * ("QEMU TCG Plugins", QEMU 7.2's manual), checked against nothing but its behaviour: the emulator refuses a
 * plugin of another version by qemu_plugin_version. Version 1 is what QEMU 6.0 to 8.1 speak. */

enum { PLUGIN_VERSION = 1 };

#define PLUGIN_EXPORT __attribute__((visibility("default")))

/* What the emulator tells at loading; valid during the call alone. */
struct plugin_info {
    const char *target_name; /* "x86_64" */
    struct {
        int min, cur;
    } version;
    bool system_emulation; /* false: a user-mode emulator, and what follows is not filled in */
    int smp_vcpus;
    int max_vcpus; /* every vcpu index is below it */
};

struct qemu_plugin_tb;   /* a block being translated */
struct qemu_plugin_insn; /* an instruction in it; both live as long as the callback that got them */

enum plugin_registers { PLUGIN_NO_REGISTERS }; /* a callback that reads no register of the guest */

typedef uint64_t plugin_id;
typedef void plugin_translated(plugin_id id, struct qemu_plugin_tb *block);
typedef void plugin_executed(unsigned vcpu, void *data);
typedef void plugin_was_reset(plugin_id id);
typedef void plugin_at_exit(plugin_id id, void *data);

/* What a plugin exports. install returns 0 when it is ready. */
extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv);

/* What the emulator exports. executed runs on the vcpu's thread before the instruction does, and so runs
 * again when the instruction faults and is restarted. */
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_translated *call);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_executed *call,
                                            enum plugin_registers registers, void *data);
/* Takes back every callback, at exit too, and every translation, when no vcpu is within one (soon, not at
 * once); then calls. */
void qemu_plugin_reset(plugin_id id, plugin_was_reset *call);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_at_exit *call, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#endif

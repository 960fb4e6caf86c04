/* test_surround_stepped.c - by single steps: surround executes what Linux does beside the copy of a small
 * write */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <Zydis/Zydis.h>

#include "kernels/period.h"
#include "kernels/surround_figures.h"
#include "strategies/table.h"
#include "tests/sanitized.h"
#include "tests/strategies/stepped.h"

struct counted {
    ZydisDecoder decoder;
    uint64_t all, locked;
};

static void see(void *user, const greg_t *regs)
{
    struct counted *c = user;
    ZydisDecodedInstruction insn;
    const void *code = (const void *)(uintptr_t)regs[REG_RIP];
    c->all++;
    if (ZYAN_SUCCESS(
            ZydisDecoderDecodeInstruction(&c->decoder, NULL, code, ZYDIS_MAX_INSTRUCTION_LENGTH, &insn)))
        c->locked += (insn.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0;
}

static struct counted count(const struct surround *surround)
{
    static struct surround_state state;
    void (*const part[])(struct surround_state *) = {surround->before, surround->between, surround->after};
    struct counted c = {0};
    assert_true(ZYAN_SUCCESS(ZydisDecoderInit(&c.decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)));
    assert_true(stepper_handlers(false));
    for (unsigned i = 0; i < sizeof(part) / sizeof(part[0]); i++)
        stepper_run(see, &c, (void (*)(void))part[i], (uintptr_t)&state, 0, 0);
    return c;
}

/* Within 5 %; LOCKed operations are as many, with the two of the inode lock. */
static void surround_executes_the_figures(void **state)
{
    (void)state;
#ifdef SANITIZED
    print_message("skipped: a sanitizer's own instructions would be counted\n");
    skip();
#endif
    for (unsigned layout = 0; layout < LAYOUT_TRACE; layout++) { /* that one also counts */
        struct counted c = count(path_parts(layout)->surround_kernel);
        assert_int_equal(c.locked + 2, SURROUND_LOCKED);
        if (c.all * 100 < SURROUND_INSTRUCTIONS * 95 || c.all * 100 > SURROUND_INSTRUCTIONS * 105)
            fail_msg("layout %u: %llu instructions, Linux executes %d", layout, (unsigned long long)c.all,
                     SURROUND_INSTRUCTIONS);
    }
}

/* What lab/fidelity --figures has written is what the header says. */
static void figures_are_those_of_the_lab(void **state)
{
    (void)state;
    static char text[4096];
    char wanted[128];
    FILE *file = fopen(SOURCE_DIR "/lab/figures/linux-6.1.json", "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    snprintf(wanted, sizeof(wanted), "\"%s\": {\n  \"instructions\": %d,\n  \"locked\": %d,",
             surround_file_system(), SURROUND_INSTRUCTIONS, SURROUND_LOCKED);
    assert_non_null(strstr(text, wanted));
    char version[16];
    assert_int_equal(sscanf(surround_kernel(), "Linux %15s (Debian)", version), 1);
    snprintf(wanted, sizeof(wanted), "Debian %s-", version);
    assert_non_null(strstr(text, wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(surround_executes_the_figures),
        cmocka_unit_test(figures_are_those_of_the_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

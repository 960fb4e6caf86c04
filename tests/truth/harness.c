/* harness.c - what the harness itself adds to an operation: the path with every step empty against a bare
 * loop */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/truth/truth.h"

#include "kernels/path/masked.h"

/* The bound that is told: an operation with an empty body costs at most this over a bare loop. */
#define BOUND_NS 2.0

enum { WRITES = 8192, SIZE = 64, SOURCE = 16 << 10, PASSES = 4 };

/* What is compared. POINTER: the loop's rung with an empty copy behind its strategy's pointer. */
enum variant { BARE, BARE_CALL, RUNG, POINTER, VARIANTS };

static const char *const names[VARIANTS] = {"bare loop", "bare loop, call of an empty function by pointer",
                                            "path with every step empty",
                                            "path with every step empty but an empty copy by pointer"};

static void empty_copy(void *dst, const void *src, size_t n)
{
    __asm__ volatile("" : : "r"(dst), "r"(src), "r"(n) : "memory");
}

static const struct copy empty = {.name = "empty", .copy = empty_copy};

static __attribute__((noinline)) void bare(struct period *p)
{
    for (uint64_t i = 0; i < p->writes; i++)
        __asm__ volatile("" : "+r"(i));
}

static __attribute__((noinline)) void bare_call(struct period *p)
{
    for (uint64_t i = 0; i < p->writes; i++)
        p->copy->copy(p->base, p->source, SIZE);
}

static __attribute__((noinline)) void pointer(struct period *p)
{
    masked_period(p, STEP_BIT(STEP_LOOP) | STEP_BIT(STEP_COPY), SHAPE_DIRECT);
}

struct harness {
    struct period period;
    double tsc_ghz;
};

static period_fn function_of(enum variant v, unsigned layout)
{
    switch (v) {
    case BARE:
        return bare;
    case BARE_CALL:
        return bare_call;
    case RUNG:
        return path_parts(LAYOUT_RUNG + layout)
            ->of[KERNEL_WRITE_FSYNC]
            .ladder->prefix[SHAPE_DIRECT][STEP_LOOP];
    default:
        return pointer;
    }
}

static double measure(void *user, uint32_t variant, unsigned layout)
{
    struct harness *h = user;
    period_fn run = function_of(variant, layout);
    uint64_t start = clock_begin_drained();
    for (unsigned i = 0; i < PASSES; i++)
        run(&h->period);
    return (double)(clock_end_drained() - start) / h->tsc_ghz / (PASSES * WRITES);
}

/* The clock of a period of one write, which no loop shares. */
static double clock_ns(const struct harness *h)
{
    enum { SAMPLES = 999 };
    double x[SAMPLES];
    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t start = clock_begin_drained();
        x[i] = (double)(clock_end_drained() - start) / h->tsc_ghz;
    }
    return stats_median(x, SAMPLES);
}

static void harness_setup(struct harness *h, double tsc_ghz)
{
    uint32_t *order = truth_alloc(WRITES, sizeof(*order));
    for (uint32_t i = 0; i < WRITES; i++)
        order[i] = i;
    *h = (struct harness){.tsc_ghz = tsc_ghz};
    h->period = (struct period){.copy = &empty,
                                .base = truth_map((size_t)WRITES * SIZE),
                                .stride = SIZE,
                                .size = SIZE,
                                .writes = WRITES,
                                .order = order,
                                .source = truth_map(SOURCE + SIZE),
                                .source_step = SIZE,
                                .source_bytes = SOURCE,
                                .hook_skip = -1,
                                .hook_delay = -1};
}

int main(int argc, char **argv)
{
    struct truth_options o =
        truth_start(argc, argv, 101, "what the harness adds to an operation whose body is empty");
    struct harness h;
    char text[TRUTH_TEXT];
    harness_setup(&h, o.tsc_ghz);
    struct truth_table t = truth_run(&o, VARIANTS, TRUTH_LAYOUTS, measure, &h);
    printf("%u interleaved rounds of %u x %u operations, each in %u code layouts\n\n", o.rounds, PASSES,
           WRITES, TRUTH_LAYOUTS);
    printf("%-56s %8s  %s\n", "", "ns an op", "ns over the bare loop");
    for (uint32_t v = 0; v < VARIANTS; v++) {
        struct interval over = truth_difference(&t, BARE, v);
        printf("%-56s %8.2f  %-22s", names[v], truth_median(&t, v), v == BARE ? "" : truth_text(over, text));
        if (v == RUNG || v == POINTER)
            printf("  at most %.0f: %s", BOUND_NS, truth_met(over.value <= BOUND_NS));
        printf("\n");
    }
    printf("\nthe clock of a period, whatever its number of operations: %.1f ns\n", clock_ns(&h));
    free((void *)h.period.order);
    truth_drop(&t);
    return 0;
}

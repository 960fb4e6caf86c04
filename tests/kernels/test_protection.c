/* test_protection.c - each way: one fault a granule, write-protection finished, foreign faults left alone */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "kernels/period.h"
#include "kernels/protection.h"
#include "tests/sanitized.h"

enum { GRANULE = 4096, GRANULES = 8, BYTES = GRANULE * GRANULES, HUGE = 2 << 20 };
enum memory { ANONYMOUS, SHARED, FILE_BACKED, MEMORIES };

static unsigned char *map_memory(enum memory kind, size_t bytes)
{
    if (kind == ANONYMOUS)
        return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FILE *f = kind == FILE_BACKED ? tmpfile() : NULL;
    int fd = f ? fileno(f) : memfd_create("pmembench-test", 0);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
    unsigned char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (f)
        fclose(f);
    else
        close(fd);
    return p;
}

/* What the handler is told, and what it does: opens the granule, as a path would. */
struct seen {
    struct period period; /* first */
    unsigned faults;
    uint64_t last;
};

static bool open_granule(struct period *p, uint64_t offset)
{
    struct seen *s = (struct seen *)p;
    s->faults++;
    s->last = offset;
    return !p->protection->ops->open(p->protection, offset / GRANULE * GRANULE, GRANULE);
}

/* NULL: not here, which is said. */
static struct protection *begun(enum memory kind, enum protect_way way, struct seen *s)
{
    struct error err = {0};
    unsigned char *memory = map_memory(kind, BYTES);
    assert_true(memory != MAP_FAILED);
    memset(memory, 7, BYTES);
    struct protection *p = protection_create(memory, BYTES, GRANULE, way, &err);
    if (!p) {
        assert_int_equal(err.code, EXIT_CANNOT);
        print_message("memory %d, skipped: %s\n", (int)kind, err.text);
        munmap(memory, BYTES);
        return NULL;
    }
    *s = (struct seen){.period = {.protection = p, .on_fault = open_granule}};
    if (protection_begin(p, &err))
        fail_msg("%s", err.text);
    return p;
}

static void ended(struct protection *p)
{
    unsigned char *memory = p->base;
    protection_run(NULL);
    protection_destroy(p);
    munmap(memory, BYTES);
}

static void store(struct protection *p, uint64_t at, unsigned char value)
{
    *(volatile unsigned char *)(p->base + at) = value;
}

/* Each granule: its first store faults, at that address, and the next does not; again after it was closed. */
static void faults_once(enum memory kind, enum protect_way way)
{
    struct seen s;
    struct protection *p = begun(kind, way, &s);
    if (!p)
        return;
    assert_int_equal(protection_way(p), way);
    protection_run(&s.period);
    for (unsigned round = 0, must = 0; round < 3; round++) {
        for (uint64_t g = 0; g < GRANULES; g++)
            for (uint64_t at = 0; at < GRANULE; at += 1000) {
                must += at == 0;
                store(p, g * GRANULE + at + g, (unsigned char)(at + round));
                assert_int_equal(s.faults, must);
                assert_int_equal(s.last, g * GRANULE + g);
                assert_int_equal(p->base[g * GRANULE + at + g], (unsigned char)(at + round));
            }
        protection_close(p, 0, BYTES);
        assert_int_equal(p->failures, 0);
    }
    protection_close(p, 0, BYTES);
    protection_open(p, GRANULE, 2 * GRANULE);
    unsigned before = s.faults;
    store(p, GRANULE, 1);
    store(p, 3 * GRANULE - 1, 1);
    assert_int_equal(s.faults, before);
    store(p, 3 * GRANULE, 1);
    store(p, 0, 1);
    assert_int_equal(s.faults, before + 2);
    protection_end(p);
    store(p, 5 * GRANULE, 1);
    assert_int_equal(s.faults, before + 2);
    ended(p);
}

static void each_granule_faults_once(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < MEMORIES; kind++) {
        faults_once((enum memory)kind, PROTECT_UFFD);
        faults_once((enum memory)kind, PROTECT_MPROTECT);
    }
}

/* Page tables: nobody is told, and what was stored to is found once. */
static void pages_stored_to_are_found_once(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < MEMORIES; kind++) {
        struct seen s;
        struct protect_found found[PROTECT_FOUND];
        struct protection *p = begun((enum memory)kind, PROTECT_PAGEMAP, &s);
        if (!p)
            continue;
        for (unsigned round = 0; round < 3; round++) {
            uint64_t at = 0;
            assert_int_equal(p->ops->scan(p, &at, found), 0);
            assert_int_equal(at, BYTES);
            store(p, GRANULE + 1, 1);
            store(p, GRANULE + 2, 1);
            store(p, 2 * GRANULE, 1);
            store(p, 7 * GRANULE, 1);
            at = 0;
            assert_int_equal(p->ops->scan(p, &at, found), 2);
            assert_int_equal(found[0].start, GRANULE);
            assert_int_equal(found[0].end, 3 * GRANULE);
            assert_int_equal(found[1].start, 7 * GRANULE);
            assert_int_equal(found[1].end, BYTES);
        }
        assert_int_equal(s.faults, 0);
        ended(p);
    }
}

/* More stretches than one call returns. */
static void a_long_scan_goes_on(void **state)
{
    enum { PAGES = 2 * PROTECT_FOUND + 20 };
    struct error err = {0};
    (void)state;
    unsigned char *memory = map_memory(ANONYMOUS, PAGES * GRANULE);
    struct protection *p = protection_create(memory, PAGES * GRANULE, GRANULE, PROTECT_PAGEMAP, &err);
    struct protect_found found[PROTECT_FOUND];
    uint64_t stretches = 0, calls = 0;
    if (!p) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
    assert_int_equal(protection_begin(p, &err), 0);
    for (uint64_t i = 0; i < PAGES; i += 2)
        store(p, i * GRANULE, 1);
    for (uint64_t at = 0; at < p->bytes; calls++) {
        int n = p->ops->scan(p, &at, found);
        assert_true(n >= 0);
        for (int i = 0; i < n; i++, stretches++)
            assert_int_equal(found[i].start, 2 * stretches * GRANULE);
    }
    assert_int_equal(stretches, PAGES / 2);
    assert_true(calls > 1);
    protection_destroy(p);
    munmap(memory, PAGES * GRANULE);
}

static void auto_is_a_way_that_works(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < MEMORIES; kind++) {
        struct seen s;
        struct protection *p = begun((enum memory)kind, PROTECT_AUTO, &s);
        assert_non_null(p);
        bool uffd = kind != FILE_BACKED && !protection_available(PROTECT_UFFD, NULL);
        if (kind == ANONYMOUS)
            assert_int_equal(protection_way(p), uffd ? PROTECT_UFFD : PROTECT_MPROTECT);
        protection_run(&s.period);
        store(p, 0, 1);
        assert_int_equal(s.faults, 1);
        ended(p);
    }
}

static bool open_huge(struct period *p, uint64_t offset)
{
    struct seen *s = (struct seen *)p;
    s->faults++;
    return !p->protection->ops->open(p->protection, offset / HUGE * HUGE, HUGE);
}

/* Huge pages as granules: one fault for all of each. */
static void huge_granules_fault_once(void **state)
{
    (void)state;
    for (unsigned way = PROTECT_UFFD; way <= PROTECT_MPROTECT; way++) {
        struct error err = {0};
        unsigned char *mapped = map_memory(ANONYMOUS, 3 * HUGE);
        unsigned char *memory = mapped + (HUGE - (uintptr_t)mapped % HUGE) % HUGE;
        madvise(memory, 2 * HUGE, MADV_HUGEPAGE);
        memset(memory, 1, 2 * HUGE);
        struct protection *p = protection_create(memory, 2 * HUGE, HUGE, (enum protect_way)way, &err);
        if (!p) {
            print_message("skipped: %s\n", err.text);
            munmap(mapped, 3 * HUGE);
            continue;
        }
        struct seen s = {.period = {.protection = p, .on_fault = open_huge}};
        assert_int_equal(protection_begin(p, &err), 0);
        protection_run(&s.period);
        for (unsigned must = 2; must <= 6; must += 2) {
            for (uint64_t at = 0; at < 2 * HUGE; at += GRANULE)
                store(p, at, 2);
            assert_int_equal(s.faults, must);
            protection_close(p, 0, 2 * HUGE);
        }
        assert_int_equal(p->failures, 0);
        protection_run(NULL);
        protection_destroy(p);
        munmap(mapped, 3 * HUGE);
    }
}

static void what_cannot_be_protected_is_refused(void **state)
{
    struct error err = {0};
    (void)state;
    unsigned char *memory = map_memory(ANONYMOUS, BYTES);
    assert_null(protection_create(memory, BYTES, 64, PROTECT_AUTO, &err));
    assert_int_equal(err.code, EXIT_CANNOT);
    err = (struct error){0};
    assert_null(protection_create(memory + 64, GRANULE, GRANULE, PROTECT_AUTO, &err));
    assert_null(protection_create(memory, GRANULE + 64, GRANULE, PROTECT_AUTO, &err));
    assert_null(protection_create(memory, 0, GRANULE, PROTECT_AUTO, &err));
    err = (struct error){0};
    assert_null(protection_create((void *)(uintptr_t)HUGE, HUGE, HUGE, PROTECT_PAGEMAP, &err));
    assert_non_null(strstr(err.text, "page tables"));
    munmap(memory, BYTES);
}

/* What a child of this process ends with. */
static int ends_with(void (*child)(enum protect_way way), enum protect_way way)
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL); /* not cmocka's */
        signal(SIGBUS, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        alarm(20); /* a fault that nobody resolves comes again and again */
        child(way);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static struct protection *in_child(enum protect_way way, struct seen *s)
{
    struct error err = {0};
    unsigned char *memory = map_memory(ANONYMOUS, BYTES);
    struct protection *p = protection_create(memory, BYTES, GRANULE, way, &err);
    if (!p || protection_begin(p, &err))
        _exit(9);
    *s = (struct seen){.period = {.protection = p, .on_fault = open_granule}};
    protection_run(&s->period);
    store(p, 0, 1);
    if (s->faults != 1)
        _exit(8);
    return p;
}

static void store_nowhere(void)
{
    volatile uintptr_t nowhere = 8; /* not known to the compiler */
    *(volatile int *)nowhere = 1;
}

static void store_to_nothing(enum protect_way way)
{
    struct seen s;
    in_child(way, &s);
    store_nowhere();
}

static void store_to_read_only(enum protect_way way)
{
    struct seen s;
    in_child(way, &s);
    volatile int *p = mmap(NULL, GRANULE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *p = 1;
}

static volatile unsigned char *truncated(void)
{
    int fd = memfd_create("pmembench-test", 0);
    if (ftruncate(fd, GRANULE))
        _exit(7);
    unsigned char *p = mmap(NULL, GRANULE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (ftruncate(fd, 0))
        _exit(7);
    return p;
}

static void store_beyond_a_file(enum protect_way way)
{
    struct seen s;
    in_child(way, &s);
    *truncated() = 1;
}

/* Nobody runs a period: a protected page is nobody's to open. */
static void store_without_a_period(enum protect_way way)
{
    struct seen s;
    struct protection *p = in_child(way, &s);
    protection_run(NULL);
    store(p, GRANULE, 1);
}

static void raise_segv(enum protect_way way)
{
    struct seen s;
    in_child(way, &s);
    kill(getpid(), SIGSEGV);
    raise(SIGSEGV);
}

static void foreign_faults_still_kill(void **state)
{
    (void)state;
#ifdef SANITIZED
    print_message("skipped: the sanitizer's own handlers end the program in another way\n");
    skip();
#endif
    for (unsigned way = PROTECT_UFFD; way <= PROTECT_MPROTECT; way++) {
        enum protect_way w = (enum protect_way)way;
        if (protection_available(w, NULL))
            continue;
        int unknown = ends_with(store_without_a_period, w);
        assert_true(WIFSIGNALED(unknown));
        assert_int_equal(WTERMSIG(unknown), w == PROTECT_UFFD ? SIGBUS : SIGSEGV);
        assert_int_equal(WTERMSIG(ends_with(store_to_nothing, w)), SIGSEGV);
        assert_int_equal(WTERMSIG(ends_with(store_to_read_only, w)), SIGSEGV);
        assert_int_equal(WTERMSIG(ends_with(store_beyond_a_file, w)), SIGBUS);
        assert_int_equal(WTERMSIG(ends_with(raise_segv, w)), SIGSEGV);
    }
}

/* A handler that was there before is asked after ours. */
static void ask_before(int number)
{
    _exit(40 + (number == SIGSEGV));
}

static void store_with_a_handler_before(enum protect_way way)
{
    struct seen s;
    signal(SIGSEGV, ask_before);
    in_child(way, &s);
    store_nowhere();
}

static void handlers_before_ours_are_asked(void **state)
{
    (void)state;
    assert_int_equal(WEXITSTATUS(ends_with(store_with_a_handler_before, PROTECT_MPROTECT)), 41);
}

/* The guard of a truncated file works in memory that is guarded beside, installed before or after; and in
 * protected memory itself, whose fault is the same signal. */
static void guard_beside(enum protect_way way, bool guard_first)
{
    struct seen s;
    volatile unsigned char *gone = truncated();
    if (guard_first)
        signals_guard((void *)(uintptr_t)gone, GRANULE);
    struct protection *p = in_child(way, &s);
    if (!guard_first)
        signals_guard((void *)(uintptr_t)gone, GRANULE);
    *gone = 1;
    store(p, GRANULE, 1);
    _exit(signals_bus(NULL) && s.faults == 2 && *gone == 1 ? 0 : 6);
}

static void guard_before(enum protect_way way)
{
    guard_beside(way, true);
}

static void guard_after(enum protect_way way)
{
    guard_beside(way, false);
}

static void truncate_protected(enum protect_way way)
{
    struct error err = {0};
    int fd = memfd_create("pmembench-test", 0);
    uint64_t offset;
    if (ftruncate(fd, BYTES))
        _exit(7);
    unsigned char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct protection *p = protection_create(memory, BYTES, GRANULE, way, &err);
    struct seen s = {.period = {.protection = p, .on_fault = open_granule}};
    if (!p || protection_begin(p, &err))
        _exit(9);
    signals_guard_also(memory, BYTES);
    protection_run(&s.period);
    store(p, 0, 1);
    if (ftruncate(fd, GRANULE))
        _exit(7);
    store(p, 2 * GRANULE + 5, 1);
    store(p, 3 * GRANULE, 1);
    _exit(signals_bus(&offset) && offset == 2 * GRANULE + 5 && memory[3 * GRANULE] == 1 ? 0 : 6);
}

static void the_guard_of_truncated_files_works_beside(void **state)
{
    (void)state;
    for (unsigned way = PROTECT_UFFD; way <= PROTECT_MPROTECT; way++) {
        enum protect_way w = (enum protect_way)way;
        if (protection_available(w, NULL))
            continue;
        assert_int_equal(ends_with(guard_before, w), 0);
        assert_int_equal(ends_with(guard_after, w), 0);
        assert_int_equal(ends_with(truncate_protected, w), 0);
    }
}

static void ways_have_names(void **state)
{
    static const char *const names[PROTECT_WAYS] = {"auto", "uffd", "mprotect", "pagemap"};
    (void)state;
    for (unsigned way = 0; way < PROTECT_WAYS; way++) {
        struct error err = {0};
        assert_string_equal(protection_way_name((enum protect_way)way), names[way]);
        if (protection_available((enum protect_way)way, &err))
            assert_int_equal(err.code, EXIT_CANNOT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_have_names),
        cmocka_unit_test(each_granule_faults_once),
        cmocka_unit_test(pages_stored_to_are_found_once),
        cmocka_unit_test(a_long_scan_goes_on),
        cmocka_unit_test(auto_is_a_way_that_works),
        cmocka_unit_test(huge_granules_fault_once),
        cmocka_unit_test(what_cannot_be_protected_is_refused),
        cmocka_unit_test(foreign_faults_still_kill),
        cmocka_unit_test(handlers_before_ours_are_asked),
        cmocka_unit_test(the_guard_of_truncated_files_works_beside),
    };
    return cmocka_run_group_tests_name("protection", tests, NULL, NULL);
}

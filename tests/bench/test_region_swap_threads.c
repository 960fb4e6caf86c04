/* test_region_swap_threads.c - whatever is swapped in while the path is opened, data stay untouched */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "tests/bench/region.h"

enum { OPENS = 5, TRIES_LEAST = 1500, TRIES_MOST = 30000, DATA_BYTES = 8192 };

static atomic_bool ended;
static atomic_uint swaps;

static void make_data(char data[DATA_BYTES])
{
    for (int i = 0; i < DATA_BYTES; i++)
        data[i] = (char)(i * 7 + 1);
    FILE *out = fopen("data", "w");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, DATA_BYTES, out), DATA_BYTES);
    fclose(out);
}

/* F is now what was at `with`, and the other way round, in one step. */
static void exchange(const char *with)
{
    if (!renameat2(AT_FDCWD, "F", AT_FDCWD, with, RENAME_EXCHANGE))
        atomic_fetch_add(&swaps, 1);
}

static void *keep_swapping(void *with)
{
    struct rng random = {.state = 1};
    while (!ended) {
        exchange(with);
        if (rng_next(&random) % 2) /* else the two threads fall into step, and one state is all that is met */
            exchange(with);
        for (volatile uint64_t turns = rng_next(&random) % 20000; turns; turns--)
            continue;
    }
    return NULL;
}

/* Opens F while it is exchanged with `with`. Returns how often it could be opened. */
static unsigned open_often(const char *with, bool keep, bool no_tmpfile)
{
    struct region_request q = {.path = "F",
                               .bytes = 1,
                               .node = -1,
                               .keep = keep,
                               .no_tmpfile = no_tmpfile,
                               .hypervisor = "none",
                               .sys_root = "/sys"};
    pthread_t swapper;
    unsigned opened = 0, refused = 0;
    ended = false;
    swaps = 0;
    assert_int_equal(pthread_create(&swapper, NULL, keep_swapping, (void *)(uintptr_t)with), 0);
    for (int i = 0; i < TRIES_LEAST || (i < TRIES_MOST && opened < OPENS); i++) {
        struct region r;
        struct error err = {0};
        if (region_open(&r, &q, &err)) {
            refused++;
            continue;
        }
        opened++;
        region_close(&r);
    }
    ended = true;
    pthread_join(swapper, NULL);
    assert_true(swaps > 0);
    print_message("opened %u, refused %u, swapped %u\n", opened, refused, swaps);
    return opened;
}

static void data_are(const char *path, const char data[DATA_BYTES])
{
    char is[DATA_BYTES + 1];
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    assert_int_equal(fread(is, 1, sizeof(is), in), DATA_BYTES);
    fclose(in);
    assert_memory_equal(is, data, DATA_BYTES);
}

/* The data are in F or in the other, after an even or odd number of exchanges. */
static const char *where_data_are(const char *other)
{
    struct stat st;
    assert_int_equal(lstat("F", &st), 0);
    return S_ISREG(st.st_mode) && st.st_size ? "F" : other;
}

static void swapped_with_an_empty_file(void **state)
{
    char data[DATA_BYTES];
    struct stat st;
    (void)state;
    for (int i = 0; i < 4; i++) {
        make_data(data);
        assert_int_equal(close(open("F", O_WRONLY | O_CREAT | O_TRUNC, 0600)), 0);
        assert_true(open_often("data", i & 1, i & 2) > 0);
        const char *at = where_data_are("data");
        data_are(at, data);
        assert_int_equal(stat(*at == 'F' ? "data" : "F", &st), 0);
        assert_int_equal(st.st_size, 0);
        assert_int_equal(unlink("F") | unlink("data"), 0);
    }
}

static void swapped_with_a_link_to_data(void **state)
{
    char data[DATA_BYTES];
    (void)state;
    make_data(data);
    assert_int_equal(close(open("F", O_WRONLY | O_CREAT, 0600)) | symlink("data", "link"), 0);
    assert_true(open_often("link", false, false) > 0);
    data_are("data", data);
}

static void swapped_with_another_name_of_data(void **state)
{
    char data[DATA_BYTES];
    (void)state;
    make_data(data);
    assert_int_equal(close(open("F", O_WRONLY | O_CREAT, 0600)) | link("data", "name"), 0);
    assert_true(open_often("name", false, false) > 0);
    data_are("data", data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(swapped_with_an_empty_file, enter, leave),
        cmocka_unit_test_setup_teardown(swapped_with_a_link_to_data, enter, leave),
        cmocka_unit_test_setup_teardown(swapped_with_another_name_of_data, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_stream.c - the stream is what its axes say: places, order, caps, and a hash that tells streams apart
 */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/stream.h"

static struct stream resolved(struct stream s)
{
    struct error err = {0};
    s.overwrite = s.overwrite ? s.overwrite : 1;
    s.granule = s.granule ? s.granule : 4096;
    if (stream_resolve(&s, &err))
        fail_msg("%s", err.text);
    return s;
}

static uint32_t *slots_of(const struct stream *s, uint64_t serial)
{
    uint32_t *slots = malloc(s->writes * sizeof(*slots));
    assert_non_null(slots);
    memset(slots, 0xff, s->writes * sizeof(*slots));
    stream_slots(s, serial, slots);
    return slots;
}

static void windows_tile_the_footprint(void **state)
{
    static const uint64_t sizes[] = {1, 64, 100, 4096, 4097, 65536}, dirty[] = {0, 1, 4096, 100000, 1 << 20};
    static const uint64_t footprints[] = {65536, 100001, 1 << 20, 16 << 20};
    (void)state;
    for (unsigned i = 0; i < 6 * 5 * 4 * 2 * 2; i++) {
        bool sparse = i % 2;
        struct stream s = {.size = sizes[i / 4 % 6],
                           .offset = i / 2 % 2 ? 63 : 0,
                           .footprint = footprints[i / 24 % 4],
                           .dirty = dirty[i / 96],
                           .access = sparse ? ACCESS_SPARSE : ACCESS_SEQ};
        if (sparse && s.size + 4095 > s.footprint / 2)
            continue;
        s = resolved(s);
        uint64_t start = FILE_START + s.offset, end = start;
        for (uint64_t w = 0; w < s.windows; w++) {
            assert_int_equal(stream_window(&s, w), end); /* each begins where the one before ends */
            end += s.slots * s.stride;
        }
        assert_true(end <= start + s.footprint);
        assert_true(start + s.footprint - end < s.slots * s.stride); /* no room for another */
        assert_int_equal(stream_window(&s, s.windows), start);
        assert_int_equal(stream_window(&s, 5 * s.windows + s.windows - 1), stream_window(&s, s.windows - 1));
        assert_true(s.stride >= s.size);
        assert_int_equal(s.writes, s.slots * s.overwrite);
    }
}

static void sparse_writes_one_slot_a_granule(void **state)
{
    static const uint64_t granules[] = {64, 256, 4096, 2 << 20};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct stream s = resolved((struct stream){
            .size = 64, .granule = granules[i], .footprint = 8 << 20, .dirty = 256, .access = ACCESS_SPARSE});
        assert_int_equal(s.stride, granules[i]);
        assert_int_equal(s.slots, 4);
        uint32_t *slots = slots_of(&s, 0);
        for (uint64_t n = 0; n < s.writes; n++)
            assert_int_equal((stream_window(&s, 0) + slots[n] * s.stride) / granules[i],
                             FILE_START / granules[i] + n);
        free(slots);
    }
    struct stream two =
        resolved((struct stream){.size = 4097, .footprint = 1 << 20, .access = ACCESS_SPARSE});
    assert_int_equal(two.stride, 8192); /* the rest of its last granule stays untouched */
}

static bool is_permutation(const uint32_t *slots, uint64_t n)
{
    unsigned char *seen = calloc(n, 1);
    assert_non_null(seen);
    bool good = true;
    for (uint64_t i = 0; good && i < n; i++)
        good = slots[i] < n && !seen[slots[i]]++;
    free(seen);
    return good;
}

/* Places i where b, moved by `shift` places, holds nearly what a holds: about 5 for independent permutations.
 */
static unsigned alike(const uint32_t *a, const uint32_t *b, uint64_t n, uint64_t shift)
{
    unsigned near = 0;
    for (uint64_t i = 0; i + shift < n; i++)
        near += labs((long)a[i] - (long)b[i + shift]) <= 2;
    return near;
}

static bool independent(const uint32_t *a, const uint32_t *b, uint64_t n)
{
    for (uint64_t shift = 0; shift < 4; shift++)
        if (alike(a, b, n, shift) > 40 || alike(b, a, n, shift) > 40)
            return false;
    return true;
}

static void random_is_another_permutation_each_pass_and_period(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct stream s = resolved((struct stream){
            .size = 64, .footprint = 64 * 2048, .overwrite = 3, .access = ACCESS_RANDOM, .seed = seed});
        uint32_t *passes[6]; /* three of each of two periods */
        uint32_t *first = slots_of(&s, seed), *second = slots_of(&s, seed + 1);
        for (unsigned i = 0; i < 6; i++) {
            passes[i] = (i < 3 ? first : second) + i % 3 * s.slots;
            assert_true(is_permutation(passes[i], s.slots));
            for (unsigned k = 0; k < i; k++)
                assert_true(independent(passes[i], passes[k], s.slots));
        }
        uint32_t *again = slots_of(&s, seed);
        assert_memory_equal(again, first, s.writes * sizeof(*again));
        free(again);
        free(first);
        free(second);
    }
}

static void seq_and_sparse_go_in_order(void **state)
{
    (void)state;
    for (unsigned sparse = 0; sparse < 2; sparse++) {
        struct stream s = resolved((struct stream){.size = 64,
                                                   .footprint = 1 << 20,
                                                   .overwrite = 2,
                                                   .access = sparse ? ACCESS_SPARSE : ACCESS_SEQ,
                                                   .seed = 9});
        for (uint64_t serial = 0; serial < 3; serial++) {
            uint32_t *slots = slots_of(&s, serial);
            for (uint64_t i = 0; i < s.writes; i++)
                assert_int_equal(slots[i], i % s.slots);
            free(slots);
        }
    }
}

/* Burst: all writes of a slot one after another, in the order of the first pass. */
static void burst_repeats_each_slot(void **state)
{
    static const enum stream_access accesses[] = {ACCESS_SEQ, ACCESS_RANDOM, ACCESS_SPARSE};
    (void)state;
    for (unsigned x = 0; x < 3; x++)
        for (uint64_t k = 1; k <= 5; k++) {
            struct stream s = resolved((struct stream){.size = 64,
                                                       .footprint = 1 << 20,
                                                       .dirty = 6400,
                                                       .overwrite = k,
                                                       .access = accesses[x],
                                                       .seed = 3});
            uint32_t *pass = slots_of(&s, 4);
            s.order = ORDER_BURST;
            uint32_t *burst = slots_of(&s, 4);
            for (uint64_t i = 0; i < s.writes; i++)
                assert_int_equal(burst[i], pass[i / k]);
            free(pass);
            free(burst);
        }
}

static void dirty_is_capped_by_constants(void **state)
{
    (void)state;
    struct stream s = resolved((struct stream){.size = 4096, .footprint = 64 << 20});
    assert_int_equal(s.slots * s.size, 4 << 20);
    assert_int_equal(s.windows, 16);
    s = resolved((struct stream){.size = 64, .footprint = 64 << 20});
    assert_int_equal(s.slots, 8192);
    s = resolved((struct stream){.size = 1, .footprint = 64 << 20});
    assert_int_equal(s.slots, 8192);
    s = resolved((struct stream){.size = 64, .footprint = 65536}); /* the footprint is smaller */
    assert_int_equal(s.slots, 1024);
    assert_int_equal(s.windows, 1);
    s = resolved(
        (struct stream){.size = 64, .footprint = 64 << 20, .dirty = 16 << 20}); /* asked for: no cap */
    assert_int_equal(s.slots, 262144);
    s = resolved((struct stream){.size = 4096, .footprint = 1 << 20, .dirty = 1}); /* one write, one fsync */
    assert_int_equal(s.slots, 1);
    assert_int_equal(s.windows, 256);
    s = resolved(
        (struct stream){.size = 64, .footprint = 1 << 20, .access = ACCESS_SPARSE}); /* 256 granules */
    assert_int_equal(s.slots, 256);
    s = resolved((struct stream){.size = 64, .footprint = 1 << 20, .dirty = 128, .overwrite = 7});
    assert_int_equal(s.writes, 14); /* passes are not distinct bytes */
}

static void what_does_not_fit_is_refused(void **state)
{
    static const struct stream bad[] = {
        {.size = 4097, .granule = 4096, .footprint = 4096, .overwrite = 1},
        {.size = 64, .granule = 4096, .footprint = 4095, .overwrite = 1, .access = ACCESS_SPARSE},
        {.size = 0, .granule = 4096, .footprint = 4096, .overwrite = 1},
        {.size = 64, .granule = 0, .footprint = 4096, .overwrite = 1},
        {.size = 64, .granule = 4096, .footprint = 4096, .overwrite = 0},
        {.size = 64, .granule = 4096, .footprint = 0, .overwrite = 1},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct stream s = bad[i];
        struct error err = {0};
        assert_int_equal(stream_resolve(&s, &err), -1);
        assert_int_equal(err.code, EXIT_CANNOT);
        assert_null(strchr(err.text, '\n'));
        assert_true(strlen(err.text) > 20);
    }
    struct stream just = {.size = 4096, .granule = 4096, .footprint = 4096, .overwrite = 1};
    assert_int_equal(stream_resolve(&just, NULL), 0);
}

/* A plain stream and others that differ from it in one axis each. */
static void every_axis_is_in_the_hash(void **state)
{
    const struct stream plain = {.size = 64,
                                 .offset = 3,
                                 .footprint = 1 << 20,
                                 .dirty = 4096,
                                 .overwrite = 2,
                                 .access = ACCESS_RANDOM,
                                 .seed = 5};
    struct stream other[11];
    uint64_t hash[11];
    (void)state;
    for (unsigned i = 0; i < 11; i++)
        other[i] = plain;
    other[1].size = 128;
    other[2].offset = 4;
    other[3].footprint = 2 << 20;
    other[4].dirty = 8192;
    other[5].overwrite = 3;
    other[6].access = ACCESS_SEQ;
    other[7].access = ACCESS_SPARSE;
    other[8].order = ORDER_BURST;
    other[9].seed = 6;
    other[10].access = ACCESS_SPARSE;
    other[10].granule = 8192;
    for (unsigned i = 0; i < 11; i++) {
        struct stream s = resolved(other[i]);
        hash[i] = stream_hash(&s);
        assert_int_equal(stream_hash(&s), hash[i]);
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(hash[i], hash[k]);
    }
}

/* Worked out by another program from the description: equal on every machine, or results cannot be compared.
 */
static void hashes_are_pinned(void **state)
{
    (void)state;
    struct stream s = resolved((struct stream){.size = 64, .footprint = 1 << 20, .dirty = 65536, .seed = 1});
    assert_int_equal(stream_hash(&s), 0x7b5f093f494425a1);
    s = resolved((struct stream){
        .size = 4097, .offset = 3, .footprint = 4 << 20, .overwrite = 4, .access = ACCESS_RANDOM, .seed = 1});
    assert_int_equal(stream_hash(&s), 0x71db8f8ead92a7d1);
    s = resolved((struct stream){.size = 64,
                                 .offset = 63,
                                 .footprint = 16 << 20,
                                 .overwrite = 2,
                                 .access = ACCESS_SPARSE,
                                 .order = ORDER_BURST,
                                 .seed = 1});
    assert_int_equal(stream_hash(&s), 0xc1bbef900fd30d05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_tile_the_footprint),
        cmocka_unit_test(sparse_writes_one_slot_a_granule),
        cmocka_unit_test(random_is_another_permutation_each_pass_and_period),
        cmocka_unit_test(seq_and_sparse_go_in_order),
        cmocka_unit_test(burst_repeats_each_slot),
        cmocka_unit_test(dirty_is_capped_by_constants),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(every_axis_is_in_the_hash),
        cmocka_unit_test(hashes_are_pinned),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}

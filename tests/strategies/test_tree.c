/* test_tree.c - the tree under the trackers against plain arrays: stores, marks, walks, and where it lies */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/rng.h"
#include "strategies/track/tree_marks.h"
#include "strategies/track/tree_store.h"

enum { GRANULE = 4096, GRANULES = 1 << 14, TURNS = 20000 };

static const unsigned orders[] = {0, 3, 5, 6, 9};

/* What the tree must say of each granule; marks are of the entry that holds it. */
struct model {
    struct tracker *t;
    unsigned order;
    bool there[GRANULES];
    bool marked[MARKS][GRANULES];
};

static struct place place_in(const struct model *m, uint64_t index)
{
    return place_of_entry(m->t, index >> m->order << m->order);
}

static void store(struct model *m, uint64_t index)
{
    struct place p = place_in(m, index);
    bool was = m->there[p.index];
    bool locked = index & 1, walked = index & 2;
    if (walked)
        assert_int_equal(tree_load(m->t, &p) != 0, was);
    uint64_t entry = entry_of(p.index) | (locked ? ENTRY_LOCKED : 0);
    uint64_t old = tree_store(m->t, &p, entry);
    assert_int_equal(old != 0, was);
    assert_int_equal(*p.at, entry);
    m->there[p.index] = true;
}

static void mark(struct model *m, uint64_t index, enum mark mark, bool set)
{
    struct place p = place_in(m, index);
    if (!tree_load(m->t, &p))
        return;
    if (set)
        tree_mark_up(m->t, &p, mark);
    else
        tree_clear_up(m->t, &p, mark);
    m->marked[mark][p.index] = set;
}

/* A walk finds each marked entry once, in order; from the root again now and then. */
static void walk(const struct model *m, enum mark mark, struct rng *r)
{
    struct tree_walk w = {0};
    uint64_t step = 1ull << m->order;
    for (uint64_t index = 0; index < GRANULES; index += step) {
        if (!m->marked[mark][index])
            continue;
        assert_true(tree_next_marked(m->t, &w, mark));
        assert_int_equal(w.next, index + step);
        assert_int_equal(*place_at(m->t, 0, w.node, w.slot).at & ~(uint64_t)ENTRY_LOCKED, entry_of(index));
        if (rng_next(r) % 4 == 0)
            w.node = NULL;
    }
    assert_false(tree_next_marked(m->t, &w, mark));
}

static void check_entries(const struct model *m)
{
    struct place p;
    for (uint64_t index = 0; index < GRANULES; index++) {
        uint64_t start = index >> m->order << m->order;
        for (unsigned order = 0; order <= m->order; order += m->order ? m->order : 1) {
            assert_int_equal(tree_lookup(m->t, index, order, &p), m->there[start]);
            if (m->there[start])
                assert_int_equal(*p.at & ~(uint64_t)ENTRY_LOCKED, entry_of(start));
        }
    }
}

/* A node's counts are those of its slots, and it is marked above where it bears a mark itself. */
static void check_node(const struct tracker *t, const struct tree_node *node)
{
    unsigned count = 0, values = 0;
    for (unsigned i = 0; i < TREE_SLOTS; i++) {
        count += node->slots[i] != 0;
        values += node->slots[i] && !is_node(node->slots[i]);
        if (is_node(node->slots[i]))
            check_node(t, to_node(node->slots[i]));
    }
    assert_int_equal(node->count, count);
    assert_int_equal(node->values, values);
    for (unsigned m = 0; m < MARKS; m++)
        assert_int_equal(node->parent ? node->parent->marks[m] >> node->offset & 1 : t->marks >> m & 1,
                         node->marks[m] != 0);
}

static void the_tree_is_what_was_stored_and_marked(void **state)
{
    struct rng r = {.state = 5};
    (void)state;
    for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        struct model m = {.order = orders[i]};
        m.t = tree_create("test", (uint64_t)GRANULES * GRANULE, GRANULE, orders[i], NULL);
        for (unsigned turn = 1; turn <= TURNS; turn++) {
            uint64_t some = rng_next(&r) % GRANULES >> rng_next(&r) % 14;
            if (rng_next(&r) % 4)
                mark(&m, some, (enum mark)(some * 7 % MARKS), rng_next(&r) % 3);
            else
                store(&m, some);
            if (turn & (turn - 1) && turn % 2000)
                continue;
            for (unsigned k = 0; k < MARKS; k++)
                walk(&m, (enum mark)k, &r);
            check_entries(&m);
            if (is_node(m.t->head))
                check_node(m.t, to_node(m.t->head));
        }
        tree_destroy(m.t);
    }
}

/* fsync stores through a place of order 0: where that is smaller than the entry's, the canonical slot alone.
 */
static void a_place_of_a_smaller_order_stores_one_slot(void **state)
{
    (void)state;
    static const unsigned places[] = {0, 3, 9};
    struct tracker *t = tree_create("test", 16 << 20, GRANULE, 9, NULL);
    struct place p = place_of_entry(t, 512);
    tree_store(t, &p, entry_of(512));
    struct tree_node *node = to_node(t->head);
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        node->slots[15] = 0;
        p = place_of(512, places[i]);
        tree_store(t, &p, entry_of(512) | ENTRY_LOCKED);
        assert_int_equal(node->slots[8], entry_of(512) | ENTRY_LOCKED);
        assert_int_equal(node->slots[15], places[i] == 9 ? sibling_of(8) : 0);
    }
    tree_destroy(t);
}

/* An entry that takes the place of smaller ones bears what any of them bore. */
static void siblings_marks_go_to_the_canonical_slot(void **state)
{
    (void)state;
    struct tracker *t = tree_create("test", 16 << 20, GRANULE, 9, NULL);
    struct place p = place_of_entry(t, 512);
    tree_store(t, &p, entry_of(512));
    struct tree_node *node = to_node(t->head);
    node->marks[MARK_TOWRITE] = 1ull << 7 | 1ull << 12 | 1ull << 16;
    tree_store(t, &p, entry_of(512));
    assert_int_equal(node->marks[MARK_TOWRITE], 1ull << 7 | 1ull << 8 | 1ull << 16);
    assert_int_equal(node->marks[MARK_DIRTY], 0);
    tree_destroy(t);
}

/* State of a huge page and more begins at one, whatever was mapped before it, and all of it is there. */
static void large_state_begins_at_a_huge_page(void **state)
{
    (void)state;
    enum { TRIES = 16 };
    static const uint64_t sizes[] = {STATE_HUGE, STATE_HUGE + 1, 3 * STATE_HUGE - 4096};
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint8_t *mapped[TRIES], *filler[TRIES];
        for (unsigned k = 0; k < TRIES; k++) {
            filler[k] = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            mapped[k] = state_map("test", sizes[i], 0, NULL);
            assert_int_equal((uintptr_t)mapped[k] % STATE_HUGE, 0);
            mapped[k][0] = mapped[k][sizes[i] - 1] = 1;
        }
        for (unsigned k = 0; k < TRIES; k++) {
            munmap(mapped[k], sizes[i]);
            munmap(filler[k], 4096);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_is_what_was_stored_and_marked),
        cmocka_unit_test(a_place_of_a_smaller_order_stores_one_slot),
        cmocka_unit_test(siblings_marks_go_to_the_canonical_slot),
        cmocka_unit_test(large_state_begins_at_a_huge_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

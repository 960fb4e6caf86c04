/* test_region.c - the memory under test is what was asked for: anonymous, by node or device; all else is
 * refused untouched */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/bench/region.h"

static void anonymous_memory_says_where_it_is(void **state)
{
    struct region_request q = request(NULL);
    struct region r;
    (void)state;
    opens(&r, &q);
    assert_string_equal(r.facts.path_kind, "anonymous");
    assert_string_equal(r.facts.provenance, "stand-in");
    assert_int_equal(r.facts.bytes, BYTES);
    int node = r.facts.node;
    region_close(&r);
    assert_null(r.base);
    if (node < 0)
        skip(); /* move_pages is not permitted here */
    q.node = node;
    opens(&r, &q);
    assert_int_equal(r.facts.node, node);
    for (unsigned i = 0; i < r.warning_count; i++)
        assert_string_not_equal(r.warnings[i].code, "NODE_MISMATCH");
    region_close(&r);
}

static void a_node_that_is_not_there_is_refused_with_those_that_are(void **state)
{
    struct region_request q = request(NULL);
    struct error err = {0};
    struct region r;
    (void)state;
    q.node = 1000;
    assert_int_equal(region_check(&q, &err), -1);
    assert_non_null(strstr(err.text, "--node 1000"));
    assert_non_null(strstr(err.text, "there is 0"));
    err = (struct error){0};
    assert_int_equal(region_open(&r, &q, &err), -1);
    assert_int_equal(err.code, EXIT_CANNOT);
}

/* 4 MiB are wanted: nine tenths of what is free or easily reclaimed must hold them, whatever the node has. */
static void a_node_must_have_room_to_spare(void **state)
{
    static const struct {
        const char *meminfo;
        bool room;
    } nodes[] = {
        {"Node 0 MemTotal: 99999999 kB\nNode 0 MemFree: 4096 kB\n", false},
        {"Node 0 MemTotal: 99999999 kB\nNode 0 MemFree: 4600 kB\n", true},
        {"Node 0 MemFree:  1000 kB\nNode 0 Active(file): 99999 kB\nNode 0 Inactive: 99999 kB\n", false},
        {"Node 0 MemFree:  1000 kB\nNode 0 Inactive(file):  3600 kB\n", true},
        {"Node 0 MemFree:  1000 kB\nNode 0 SReclaimable:  3600 kB\n", false},
        {"Node 0 MemFree:  1000 kB\nNode 0 SReclaimable:  7200 kB\n", true},
        {"", false},
    };
    struct region_request q = request(NULL);
    (void)state;
    q.node = 0;
    q.sys_root = "sys";
    assert_int_equal(system("mkdir -p sys/devices/system/node/node0"), 0);
    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
        struct error err = {0};
        struct region r;
        put("sys/devices/system/node/node0/meminfo", nodes[i].meminfo);
        assert_int_equal(region_check(&q, &err), nodes[i].room ? 0 : -1);
        if (nodes[i].room)
            continue;
        assert_non_null(strstr(err.text, "--node 0: 4 MiB wanted"));
        assert_non_null(strstr(err.text, "smaller"));
        assert_int_equal(region_open(&r, &q, &err), -1);
    }
    q.sys_root = "none"; /* no such file: then it is the system's */
    q.bytes = 1ull << 50;
    assert_int_equal(region_check(&q, NULL), -1);
    q.bytes = BYTES;
    assert_int_equal(region_check(&q, NULL), 0);
}

static void what_is_no_file_of_ours_is_refused_untouched(void **state)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)state;
    put("data", "precious");
    assert_int_equal(symlink("data", "link") | symlink("nowhere", "dangling") | symlink("link", "twice"), 0);
    put("twin", "");
    assert_int_equal(link("twin", "twin2") | mkdir("folder", 0700) | mkfifo("fifo", 0600), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    path_is_refused("data", "name a new file");
    path_is_refused("link", "symbolic link");
    path_is_refused("dangling", "symbolic link");
    path_is_refused("twice", "symbolic link");
    path_is_refused("twin", "hard link");
    path_is_refused("folder", "folder/pmembench.tmp");
    path_is_refused("folder/", "folder/pmembench.tmp");
    path_is_refused(".", "./pmembench.tmp");
    path_is_refused("/", "such as /pmembench.tmp");
    path_is_refused("fifo", "FIFO");
    path_is_refused("socket", "socket");
    path_is_refused("/dev/null", "character device");
    path_is_refused("none/file", "make the folder");
    path_is_refused("data/file", "Not a directory");
    path_is_refused("", "name");
    path_is_refused("/proc/self/comm", "holds no data");
    path_is_refused("/proc/pmembench", "holds no data");
    close(fd);
}

static void a_block_device_is_refused(void **state)
{
    (void)state;
    if (mknod("block", S_IFBLK | 0600, makedev(7, 200)))
        skip(); /* needs root */
    path_is_refused("block", "block device");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char name[6000];
    (void)state;
    memset(name, 'a', 300);
    name[300] = '\0';
    path_is_refused(name, "shorter");
    for (size_t i = 0; i < sizeof(name); i++)
        name[i] = i % 2 ? '/' : '.';
    name[sizeof(name) - 2] = 'a';
    name[sizeof(name) - 1] = '\0';
    path_is_refused(name, "shorter");
}

/* A node of /dev/zero, whose numbers the folder says to be a DAX device. */
static struct region_request fake_device(void)
{
    struct region_request q = request("dax0.0");
    assert_int_equal(system("mkdir -p sys/dev/char sys/bus/dax sys/devices/hmem.0/dax0.0 && "
                            "ln -s ../../devices/hmem.0/dax0.0 sys/dev/char/1:5 && "
                            "ln -s ../../../bus/dax sys/devices/hmem.0/dax0.0/subsystem && "
                            "echo 1073741824 >sys/devices/hmem.0/dax0.0/size && "
                            "echo 2097152 >sys/devices/hmem.0/dax0.0/align"),
                     0);
    q.sys_root = "sys";
    return q;
}

static void two_runs_do_not_share_a_device(void **state)
{
    struct region_request q = fake_device();
    struct error err = {0};
    (void)state;
    if (mknod("dax0.0", S_IFCHR | 0600, makedev(1, 5)))
        skip(); /* needs root */
    q.destroy = true;
    int fd = open("dax0.0", O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    is_refused(&q, "in use");
    close(fd);
    assert_int_equal(region_check(&q, &err), 0);
}

static void a_dax_device_needs_destroy(void **state)
{
    struct region_request q = fake_device();
    struct region r;
    struct error err = {0};
    (void)state;
    if (mknod("dax0.0", S_IFCHR | 0600, makedev(1, 5)))
        skip(); /* needs root */
    is_refused(&q, "all data on it will be lost; add --destroy");
    q.destroy = true;
    assert_int_equal(region_check(&q, &err), 0);
    assert_int_equal(region_open(&r, &q, &err), -1); /* it is none after all */
    assert_non_null(strstr(err.text, "cannot be mapped"));
    q.bytes = 2ull << 30;
    err = (struct error){0};
    assert_int_equal(region_open(&r, &q, &err), -1);
    assert_non_null(strstr(err.text, "the device has 1024 MiB"));
}

static void destroy_is_for_devices_only(void **state)
{
    struct region_request q = request("data");
    (void)state;
    q.destroy = true;
    is_refused(&q, "--destroy");
    put("data", "precious");
    is_refused(&q, "--destroy");
    put("data", "");
    is_refused(&q, "--destroy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anonymous_memory_says_where_it_is),
        cmocka_unit_test(a_node_that_is_not_there_is_refused_with_those_that_are),
        IN_FOLDER(a_node_must_have_room_to_spare),
        IN_FOLDER(what_is_no_file_of_ours_is_refused_untouched),
        IN_FOLDER(a_block_device_is_refused),
        IN_FOLDER(a_name_that_is_too_long_is_refused),
        IN_FOLDER(two_runs_do_not_share_a_device),
        IN_FOLDER(a_dax_device_needs_destroy),
        IN_FOLDER(destroy_is_for_devices_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

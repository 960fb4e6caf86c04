/* test_region.c - the memory under test is what was asked for, and nobody's data are touched for it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "bench/region.h"
#include "kernels/stream.h"

enum { MIB = 1 << 20, BYTES = 4 * MIB };

static char home[64]; /* an empty folder that each test works in */

static int enter(void **state)
{
    (void)state;
    snprintf(home, sizeof(home), "/tmp/pmembench-region-XXXXXX");
    return mkdtemp(home) && !chdir(home) ? 0 : -1;
}

static int leave(void **state)
{
    char command[96];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", home);
    return chdir("/") || system(command);
}

static struct region_request request(const char *path)
{
    return (struct region_request){
        .path = path, .bytes = BYTES, .node = -1, .hypervisor = "none", .sys_root = "/sys"};
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *dir = opendir(".");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

/* Both ways in refuse with one line that has `word`, and the thing at `path` is as it was. */
static void is_refused(const struct region_request *q, const char *word)
{
    struct stat before, after;
    struct region r;
    bool there = !lstat(q->path, &before);
    unsigned count = entries();
    for (int i = 0; i < 2; i++) {
        struct error err = {0};
        assert_int_equal(i ? region_check(q, &err) : region_open(&r, q, &err), -1);
        assert_int_equal(err.code, EXIT_CANNOT);
        if (!strstr(err.text, word) || !strstr(err.text, "--path"))
            fail_msg("no '%s' in: %s", word, err.text);
        assert_null(strchr(err.text, '\n'));
    }
    assert_int_equal(entries(), count);
    assert_int_equal(!lstat(q->path, &after), there);
    if (!there)
        return;
    assert_int_equal(after.st_size, before.st_size);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_memory_equal(&after.st_mtim, &before.st_mtim, sizeof(after.st_mtim));
    assert_memory_equal(&after.st_ctim, &before.st_ctim, sizeof(after.st_ctim));
    assert_memory_equal(&after.st_atim, &before.st_atim, sizeof(after.st_atim));
}

static void path_is_refused(const char *path, const char *word)
{
    struct region_request q = request(path);
    is_refused(&q, word);
}

static void opens(struct region *r, const struct region_request *q)
{
    struct error err = {0};
    if (region_open(r, q, &err))
        fail_msg("%s", err.text);
    assert_true(r->bytes >= q->bytes);
    assert_false(signals_bus(NULL));
    for (uint64_t i = FILE_START; i < r->bytes; i += 4096)
        r->base[i + 4095]++;
}

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

static void a_new_file_is_nowhere_to_be_seen(void **state)
{
    struct region_request q = request("memory");
    struct region r;
    (void)state;
    for (int i = 0; i < 2; i++) {
        q.no_tmpfile = i;
        opens(&r, &q);
        assert_string_equal(r.facts.path_kind, "file");
        assert_string_equal(r.facts.provenance, "stand-in");
        assert_string_equal(r.facts.map_sync, "false");
        assert_false(r.granularity_byte);
        assert_int_equal(entries(), 0);
        region_close(&r);
        assert_int_equal(entries(), 0);
    }
}

/* Nobody who waits for the name finds a file there that is not to be kept, not for a moment. */
static void the_name_is_not_there_before_it_is_kept(void **state)
{
    struct region_request q = request("memory");
    char events[4096] __attribute__((aligned(8)));
    struct region r;
    (void)state;
    q.no_tmpfile = true;
    for (int i = 0; i < 2; i++) {
        int fd = inotify_init1(IN_NONBLOCK);
        assert_true(inotify_add_watch(fd, ".", IN_CREATE | IN_MOVED_TO) >= 0);
        q.keep = i;
        opens(&r, &q);
        assert_int_equal(entries(), i);
        region_close(&r);
        assert_int_equal(entries(), 0);
        ssize_t got = read(fd, events, sizeof(events));
        close(fd);
        assert_true(got > 0);
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *e = (const void *)(events + at);
            assert_int_equal(strncmp(e->name, ".pmembench-", 11), 0);
            at += (ssize_t)sizeof(*e) + e->len;
        }
    }
}

static bool has_header(const char *path)
{
    char text[sizeof(FILE_MAGIC)] = {0};
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof(FILE_MAGIC) - 1, 0);
    if (fd >= 0)
        close(fd);
    return got == sizeof(FILE_MAGIC) - 1 && !strcmp(text, FILE_MAGIC);
}

static void keep_one(const char *path, bool no_tmpfile)
{
    struct region_request q = request(path);
    struct error err = {0};
    struct region r;
    q.keep = true;
    q.no_tmpfile = no_tmpfile;
    opens(&r, &q);
    assert_int_equal(region_keep(&r, path, &err), 0);
    region_close(&r);
    assert_true(has_header(path));
}

static void a_kept_file_is_used_again_and_keeps_its_size(void **state)
{
    struct region_request q;
    struct region r;
    struct stat st;
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "named" : "nameless";
        keep_one(name, i);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_size, BYTES);
        q = request(name);
        q.bytes = i ? BYTES * 2 : BYTES / 2;
        opens(&r, &q);
        region_close(&r);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_size, BYTES);
        assert_true(has_header(name));
    }
    assert_int_equal(entries(), 2);
}

static void keeping_never_replaces(void **state)
{
    struct region_request q = request("memory");
    struct error err = {0};
    struct region r;
    char text[16] = {0};
    (void)state;
    q.keep = true;
    opens(&r, &q);
    put("memory", "precious");
    assert_int_equal(region_keep(&r, "memory", &err), -1);
    assert_non_null(strstr(err.text, "taken meanwhile"));
    region_close(&r);
    q.no_tmpfile = true; /* not kept in the end, and the name is somebody else's by now */
    q.path = "other";
    opens(&r, &q);
    assert_int_equal(entries(), 2);
    assert_int_equal(rename("memory", "other"), 0);
    err = (struct error){0};
    assert_int_equal(region_keep(&r, "other", &err), -1);
    assert_non_null(strstr(err.text, "taken meanwhile"));
    region_close(&r);
    assert_int_equal(entries(), 1);
    FILE *in = fopen("other", "r");
    assert_non_null(in);
    assert_non_null(fgets(text, sizeof(text), in));
    fclose(in);
    assert_string_equal(text, "precious");
}

/* A file that was there and is not any more where it was cannot be called kept. */
static void keeping_tells_when_the_name_is_gone(void **state)
{
    static const char *const hows[] = {"rm mine", "mv mine away", "mv mine away; echo precious >mine",
                                       "echo precious >new; mv new mine"};
    static const char *const words[] = {"removed meanwhile", "another name meanwhile",
                                        "another name meanwhile", "taken meanwhile"};
    struct region_request q = request("mine");
    struct stat st;
    (void)state;
    q.keep = true;
    for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
        struct error err = {0};
        struct region r;
        assert_int_equal(system("rm -f mine away"), 0);
        put("mine", "");
        opens(&r, &q);
        assert_int_equal(system(hows[i]), 0);
        assert_int_equal(region_keep(&r, "mine", &err), -1);
        assert_int_equal(err.code, EXIT_CANNOT);
        if (!strstr(err.text, words[i]))
            fail_msg("no '%s' in: %s", words[i], err.text);
        assert_true(region_close(&r));
        if (!stat("mine", &st))
            assert_int_equal(st.st_size, strlen("precious\n"));
        if (!stat("away", &st))
            assert_int_equal(st.st_size, 0);
    }
}

static void a_file_to_be_kept_goes_when_the_run_fails(void **state)
{
    struct region_request q = request("memory");
    struct region r;
    (void)state;
    q.keep = true;
    for (int i = 0; i < 2; i++) {
        q.no_tmpfile = i;
        opens(&r, &q);
        region_close(&r);
        assert_int_equal(entries(), 0);
    }
}

static void an_empty_file_is_empty_again(void **state)
{
    struct region_request q = request("empty");
    struct region r;
    struct stat st;
    (void)state;
    put("empty", "");
    opens(&r, &q);
    assert_true(has_header("empty")); /* a killed run leaves one of ours */
    region_close(&r);
    assert_int_equal(stat("empty", &st), 0);
    assert_int_equal(st.st_size, 0);
    keep_one("empty", false);
}

static void another_version_or_half_a_header_is_refused(void **state)
{
    (void)state;
    keep_one("kept", false);
    int fd = open("kept", O_RDWR);
    assert_int_equal(pwrite(fd, "version 9", 9, sizeof(FILE_MAGIC) - 1), 9);
    path_is_refused("kept", "another version");
    assert_int_equal(pwrite(fd, "version 1", 9, sizeof(FILE_MAGIC) - 1), 9);
    assert_int_equal(pwrite(fd, "data", 4, 4000), 4);
    path_is_refused("kept", "another version");
    assert_int_equal(pwrite(fd, "P", 1, 0), 1);
    path_is_refused("kept", "holds other data");
    close(fd);
    put("short", FILE_MAGIC);
    path_is_refused("short", "holds other data");
}

static void two_runs_do_not_share_a_file(void **state)
{
    struct region_request q = request("empty");
    struct region r;
    (void)state;
    put("empty", "");
    opens(&r, &q);
    path_is_refused("empty", "in use");
    region_close(&r);
}

static void what_somebody_wrote_meanwhile_stays(void **state)
{
    struct region_request q = request("empty");
    struct region r;
    struct stat st;
    (void)state;
    put("empty", "");
    opens(&r, &q);
    put("empty", "precious");
    assert_false(region_close(&r));
    assert_int_equal(stat("empty", &st), 0);
    assert_int_equal(st.st_size, 8);
}

/* Between the header and the measured range nothing of ours is written, nor behind the end, so that what is
 * there is seen: the file stays as it is, and is not taken for one of ours again. */
static void what_somebody_wrote_into_it_stays(void **state)
{
    static const off_t places[] = {0, FILE_HEADER, 1000000, FILE_START - 8, 2 * BYTES};
    struct region_request q = request("mine");
    char text[9] = "";
    (void)state;
    for (size_t i = 0; i < 2 * sizeof(places) / sizeof(places[0]); i++) {
        bool kept = i & 1; /* a kept one that grows for the run, or an empty one */
        struct region r;
        assert_int_equal(system("rm -f mine"), 0);
        if (kept)
            keep_one("mine", false);
        else
            put("mine", "");
        q.bytes = 2 * BYTES;
        opens(&r, &q);
        int fd = open("mine", O_RDWR);
        assert_int_equal(pwrite(fd, "precious", 8, places[i / 2]), 8);
        assert_false(region_close(&r));
        assert_int_equal(pread(fd, text, 8, places[i / 2]), 8);
        assert_string_equal(text, "precious");
        close(fd);
        path_is_refused("mine", "nothing of yours is overwritten");
    }
}

static void a_file_that_is_cut_becomes_zeros_and_is_told(void **state)
{
    struct region_request q = request("memory");
    struct region r;
    uint64_t offset = 0;
    char text[LINE_TEXT];
    (void)state;
    opens(&r, &q);
    assert_int_equal(ftruncate(r.file.fd, 0), 0);
    assert_false(signals_stop());
    ((volatile unsigned char *)r.base)[3 * MIB + 5] = 7;
    assert_true(signals_bus(&offset));
    assert_true(signals_stop());
    assert_int_equal(signals_received(), 0);
    assert_int_equal(offset / 4096, 3 * MIB / 4096);
    assert_int_equal(r.base[3 * MIB + 5], 7);
    assert_int_equal(r.base[0], 0);
    assert_non_null(strstr(region_lost(q.path, text), "memory was truncated"));
    region_close(&r);
    assert_true(signals_bus(NULL)); /* still told */
    opens(&r, &q);
    assert_false(signals_bus(NULL));
    region_close(&r);
}

/* How a child ends that does `what` with a file cut under its mapping, or signals itself. */
static int end_of_child(int what)
{
    int status;
    pid_t child = fork();
    if (!child) {
        struct region_request q = request("memory");
        struct region r;
        struct error err;
        int fd = open("other", O_RDWR | O_CREAT, 0600);
        signal(SIGBUS, SIG_DFL);
        if (region_open(&r, &q, &err) || ftruncate(fd, 4096))
            _exit(3);
        volatile char *other = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (ftruncate(fd, 0))
            _exit(3);
        if (what)
            raise(SIGBUS);
        else
            other[0] = 1;
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void a_sigbus_elsewhere_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(end_of_child(0), SIGBUS);
    assert_int_equal(end_of_child(1), SIGBUS);
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
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anonymous_memory_says_where_it_is),
        cmocka_unit_test(a_node_that_is_not_there_is_refused_with_those_that_are),
        IN_FOLDER(a_node_must_have_room_to_spare),
        IN_FOLDER(what_is_no_file_of_ours_is_refused_untouched),
        IN_FOLDER(a_block_device_is_refused),
        IN_FOLDER(a_name_that_is_too_long_is_refused),
        IN_FOLDER(a_new_file_is_nowhere_to_be_seen),
        IN_FOLDER(the_name_is_not_there_before_it_is_kept),
        IN_FOLDER(a_kept_file_is_used_again_and_keeps_its_size),
        IN_FOLDER(keeping_never_replaces),
        IN_FOLDER(keeping_tells_when_the_name_is_gone),
        IN_FOLDER(a_file_to_be_kept_goes_when_the_run_fails),
        IN_FOLDER(an_empty_file_is_empty_again),
        IN_FOLDER(another_version_or_half_a_header_is_refused),
        IN_FOLDER(two_runs_do_not_share_a_file),
        IN_FOLDER(what_somebody_wrote_meanwhile_stays),
        IN_FOLDER(what_somebody_wrote_into_it_stays),
        IN_FOLDER(a_file_that_is_cut_becomes_zeros_and_is_told),
        IN_FOLDER(a_sigbus_elsewhere_ends_the_program),
        IN_FOLDER(two_runs_do_not_share_a_device),
        IN_FOLDER(a_dax_device_needs_destroy),
        IN_FOLDER(destroy_is_for_devices_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

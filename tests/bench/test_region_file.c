/* test_region_file.c - a file of ours is made, kept, taken again and given up without touching what others
 * wrote */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/bench/region.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

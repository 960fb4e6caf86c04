/* test_tuning_files.c - what a tuning hands over: a shell takes the one file, compilers the other */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/reports/tunings.h"

#include "tests/results/scratch.h"

typedef int hand_over(const json_t *tuning, FILE *out, struct error *err);

struct folder {
    char path[SCRATCH_PATH / 2];
};

static int make_folder(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    scratch_open(f->path);
    *state = f;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *f = *state;
    scratch_close(f->path);
    free(f);
    return 0;
}

/* The command's exit code, in the folder. */
static int shell(const struct folder *f, const char *command)
{
    char line[SCRATCH_PATH + 1200];
    assert_true((size_t)snprintf(line, sizeof line, "cd %s && { %s\n}", f->path, command) < sizeof line);
    return system(line);
}

static void write_file(const struct folder *f, const char *name, hand_over *make, const json_t *d)
{
    char path[SCRATCH_PATH];
    struct error err = {0};
    FILE *out = fopen(scratch_path(f->path, name, path), "w");
    assert_non_null(out);
    if (make(d, out, &err))
        fail_msg("%s: %s", name, err.text);
    assert_int_equal(fclose(out), 0);
}

static char *text_of(hand_over *make, const json_t *d)
{
    char *text = NULL;
    size_t bytes = 0;
    struct error err = {0};
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    if (make(d, out, &err))
        fail_msg("%s", err.text);
    fclose(out);
    assert_clean(text);
    return text;
}

/* The file by itself is what it should be: comments, and lines NAME=VALUE of libpmem's names. */
static size_t assignments(const char *text)
{
    size_t n = 0;
    while (*text) {
        size_t width = strcspn(text, "\n");
        if (*text != '#') {
            const char *is = memchr(text, '=', width);
            assert_non_null(is);
            assert_true(!strncmp(text, "PMEM_", 5) || !strncmp(text, "PMEM2_", 6));
            assert_true(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == (size_t)(is - text));
            n++;
        }
        if (width > 100)
            fail_msg("a line of %zu columns: %.*s", width, (int)width, text);
        text += width + (text[width] == '\n');
    }
    return n;
}

static json_t *tuning_kept(void)
{
    json_t *d = tuning_with_flip();
    add_kept_and_withdrawn(d);
    add_proposal(d, "libpmem/PMEM_NO_CLWB", "environment", "PMEM_NO_CLWB", "1", true, "");
    add_proof(d, "libpmem/PMEM_NO_CLWB", "libpmem/PMEM_NO_CLWB", "no environment", 0.95, true);
    add_proof(d, "libpmem", "libpmem", "no environment", 0.85, true);
    add_proposal(d, "libpmem/PMEM_AVX", "environment", "PMEM_AVX", "0", false, "it lost");
    return d;
}

static void a_shell_takes_the_environment(void **state)
{
    json_t *d = tuning_kept();
    write_file(*state, "libpmem.env", report_tuning_env, d);
    assert_int_equal(shell(*state,
                           "sh -ec 'set -a; . ./libpmem.env; test \"$PMEM_MOVNT_THRESHOLD\" = 1536 && "
                           "env | grep -qx PMEM_NO_CLWB=1'"),
                     0);
    assert_int_equal(
        shell(*state, "env $(grep -v \"^#\" libpmem.env) sh -c 'test \"$PMEM_MOVNT_THRESHOLD\" = 1536'"), 0);
    assert_int_equal(shell(*state, "env $(grep -v \"^#\" libpmem.env) sh -c 'test -z \"$PMEM_AVX\"'"), 0);
    json_decref(d);
}

static void each_variable_has_its_proof(void **state)
{
    (void)state;
    json_t *d = tuning_kept();
    char *text = text_of(report_tuning_env, d), *words = unwrapped(text);
    assert_int_equal(assignments(text), 2);
    assert_true(
        says(words, "# PMEM_MOVNT_THRESHOLD: 12 % cheaper (9 to 15 %) than without it; proven by fresh"));
    assert_true(says(words, "88, 3000 B."));
    assert_true(says(words, "All of it together: 15 % cheaper (12 to 18 %)"));
    assert_true(says(words, "microcode 0xa1"));
    free(words);
    free(text);
    json_decref(d);
}

static void nothing_kept_sets_nothing(void **state)
{
    json_t *d = tuning_with_flip();
    json_t *p = add_proposal(d, "libpmem/PMEM_AVX", "environment", "PMEM_AVX", "0", true, "no time");
    set(p, "proven", json_false());
    char *text = text_of(report_tuning_env, d);
    assert_int_equal(assignments(text), 0);
    assert_true(says(text, "# Nothing was kept"));
    free(text);
    write_file(*state, "libpmem.env", report_tuning_env, d);
    assert_int_equal(
        shell(*state, "sh -ec 'set -a; . ./libpmem.env' && env $(grep -v \"^#\" libpmem.env) true"), 0);
    json_decref(d);
}

static void other_names_and_values_stay_out(void **state)
{
    static const char *const evil[][2] = {{"LD_PRELOAD", "x.so"},
                                          {"PMEM_X\nPATH", "1"},
                                          {"PMEM_X", "$(touch bad)"},
                                          {"PMEM_X", "1\ntouch bad"},
                                          {"PMEM_X;touch", "1"},
                                          {"PMEM_x", "1"},
                                          {"PMEM_X", ""},
                                          {"PMEM_X", "`touch bad`"},
                                          {"PMEM_X", "1 PATH=bad"},
                                          {" PMEM_X", "1"},
                                          {"PMEM", "1"},
                                          {"", "1"},
                                          {"PMEM_X", "../bad;"},
                                          {"PMEM_X=1 PATH", "evil"},
                                          {"PMEM_\xc3\x84", "1"},
                                          {"XPMEM_X", "1"}};
    json_t *d = tuning_with_flip();
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
        add_proposal(d, "x\ntouch bad", "environment", evil[i][0], evil[i][1], true, "");
    add_proposal(d, "twice", "environment", "PMEM2_GOOD", "a.B_c-1", true, "");
    add_proposal(d, "twice", "environment", "PMEM2_GOOD", "2", true, "");
    set(json_object_get(json_object_get(d, "machine"), "cpu"), "model", json_string("x\ntouch bad\n"));
    set(json_object_get(d, "run"), "version", json_string("\rtouch bad\n\ntouch bad"));
    char *text = text_of(report_tuning_env, d);
    assert_int_equal(assignments(text), 1);
    assert_true(says(text, "\nPMEM2_GOOD=a.B_c-1\n"));
    assert_true(says(text, "# Left out: 16"));
    free(text);
    write_file(*state, "libpmem.env", report_tuning_env, d);
    assert_int_equal(shell(*state,
                           "sh -ec 'set -a; . ./libpmem.env' && env $(grep -v \"^#\" libpmem.env) true && "
                           "test ! -e bad"),
                     0);
    json_decref(d);
}

/* With every compiler that is here; `test` is C that the header comes before. */
static void compile(const struct folder *f, const json_t *d, const char *test)
{
    static const char *const compilers[] = {"gcc -std=c99",          "gcc -std=c11",
                                            "clang -std=c99",        "g++ -x c++ -std=c++11",
                                            "g++ -x c++ -std=c++98", "clang++ -x c++ -std=c++11"};
    size_t used = 0;
    char line[400], path[SCRATCH_PATH];
    write_file(f, "pmembench_tuning.h", report_tuning_header, d);
    FILE *out = fopen(scratch_path(f->path, "use.c", path), "w");
    assert_non_null(out);
    fprintf(out, "#include \"pmembench_tuning.h\"\n#include \"pmembench_tuning.h\"\n%s\n", test);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        snprintf(line, sizeof line, "command -v %.*s > /dev/null", (int)strcspn(compilers[i], " "),
                 compilers[i]);
        if (shell(f, line))
            continue;
        snprintf(line, sizeof line, "%s -Wall -Wextra -pedantic -Werror -fsyntax-only use.c", compilers[i]);
        if (shell(f, line))
            fail_msg("%s", compilers[i]);
        used++;
    }
    assert_true(used > 0);
}

static void compilers_take_the_header(void **state)
{
    json_t *d = load_tuning();
    compile(*state, d, "int main(void) { return 0; }");
    json_decref(d);
}

/* The text as one line, without what begins the lines of comments. */
static char *spoken(const char *text)
{
    char *words = unwrapped(text), *to = words;
    for (const char *from = words; *from; from++)
        if (!strncmp(from, "* ", 2) && to > words && to[-1] == ' ')
            from++;
        else
            *to++ = *from;
    *to = 0;
    return words;
}

static void constants_are_what_was_found_and_kept(void **state)
{
    json_t *d = tuning_kept();
    add_flip(d, "libpmem/source=warm", "durable/source=warm", "pmem2-t", "pmem2-nt", 800.4, "");
    add_flip(d, "libpmem/source=cold", "durable/source=cold", "pmem2-t", "pmem2-nt", 0, "it is never");
    json_t *fsync = add_situation(d, "fsync", "warm", true),
           *track = add_situation(d, "tracker", "warm", true);
    add_flip(d, "dm-writecache/source=warm", "durable/source=warm", "mf", "lc", 0, "it is even");
    add_flip(d, "fsync/source=warm/a>b", "fsync/source=warm", "a", "b", 999, "");
    add_flip(d, "hybrid/source=warm", "fsync/source=warm", "db2", "bypass", 0, "bypass is cheaper");
    add_flip(d, "tracker/source=warm/x>y", "tracker/source=warm", "xx", "yy", 0, "marks are even");
    add_segment(fsync, "bypass", 64, 4096);
    add_segment(track, "bitmap2@64", 64, 4096);
    append(list_in(d, "threads"), json_pack("{s:s, s:s, s:i, s:i, s:[{s:i, s:f}, {s:i, s:f}]}", "id", "x",
                                            "strategy", "movnti", "size", 4096, "peak", 2, "rates", "threads",
                                            1, "gb_per_s", 5.2, "threads", 2, "gb_per_s", 9.9));
    append(list_in(d, "threads"), json_pack("{s:s, s:s, s:i, s:i, s:[{s:i, s:f}, {s:i, s:f}]}", "id", "y",
                                            "strategy", "movnt-avx2", "size", 64, "peak", 1, "rates",
                                            "threads", 1, "gb_per_s", 5.2, "threads", 2, "gb_per_s", 5.1));
    compile(
        *state, d,
        "#if PMEMBENCH_DURABLE_MOVNT_AVX512_BYTES != 1536 || PMEMBENCH_LIBPMEM_SOURCE_WARM_BYTES != 800 || "
        "PMEMBENCH_TRACKER_GRANULE_BYTES != 64 || PMEMBENCH_MOVNTI_4096_THREADS != 2\n"
        "#error not as found\n#endif\n"
        "#if defined PMEMBENCH_HYBRID_BYTES || defined PMEMBENCH_LIBPMEM_SOURCE_COLD_BYTES\n"
        "#error not kept\n#endif\nextern const char *cpu;");
    char *text = text_of(report_tuning_header, d), *words = spoken(text);
    assert_true(says(words, "hybrid: withdrawn: it lost to bypass."));
    assert_true(says(words, "interval 640 to 1000 bytes") || says(words, "interval 640 to 1001 bytes"));
    assert_false(says(words, "it is never")); /* nobody looks for it: the source is cold */
    assert_true(says(words, "libpmem (source warm): pmem2-t below, pmem2-nt from there on; interval 640 to "
                            "1000 bytes. Found by the search. */") ||
                says(words, "libpmem (source warm): pmem2-t below, pmem2-nt from there on; interval 640 to "
                            "1001 bytes. Found by the search. */"));
    assert_true(
        says(words, "dm-writecache (source warm): no size at which lc takes over from mf: it is even. */"));
    assert_true(says(words, "no size at which bypass takes over from db2: bypass is cheaper. */"));
    assert_true(says(words,
                     "Bandwidth of movnti in writes of 4096 bytes grew up to so many threads, the most "
                     "that were measured; it may grow further. */"));
    assert_true(says(words, "#define PMEMBENCH_TUNING_CPU \"Hand-made\""));
    assert_true(says(words, "of movnt-avx2 in writes of 64 bytes does not grow beyond so many threads. */"));
    assert_false(says(words, "FSYNC"));
    assert_false(says(words, "marks are even"));
    free(words);
    free(text);
    json_t *hybrid = json_array_get(list_in(d, "proposals"), 1);
    set(hybrid, "kept", json_true());
    set(hybrid, "situation", json_string("fsync/dirty=16384"));
    set(hybrid, "what", json_string("where an fsync follows 16 KiB of writes: small ones are cached"));
    text = text_of(report_tuning_header, d), words = spoken(text);
    assert_true(
        says(words, "/* hybrid, where an fsync follows 16 KiB of writes: small ones are cached. 0 %"));
    free(words);
    free(text);
    compile(*state, d,
            "#if PMEMBENCH_HYBRID_BYTES != 4096\n#error not kept\n#endif\nextern const char *cpu;");
    json_decref(d);
}

static void nothing_found_compiles_too(void **state)
{
    json_t *d = new_tuning();
    compile(*state, d, "extern const char *cpu;\nint size_of_name(void);");
    json_decref(d);
}

static void hostile_texts_stay_in_comments_and_strings(void **state)
{
    static const char evil[] = "*/ int bad = 1; /* // \"; ?\?/ \\";
    char name[6000];
    json_t *d = tuning_kept();
    memset(name, 'A', sizeof name - 1);
    name[sizeof name - 1] = 0;
    json_t *flip = json_array_get(list_in(d, "crossovers"), 0);
    set(flip, "below", json_string(evil));
    set(flip, "above", json_string("\n#error evil\n*/ \"\\"));
    set(flip, "id", json_string("libpmem/\n#error */"));
    add_flip(d, "libpmem/*/", evil, evil, evil, 0, evil);
    add_flip(d, "libpmem/1", evil, "a", "b", 100, "");
    add_flip(d, "libpmem/1", evil, "a", "b", 200, "");
    add_proposal(d, evil, "constant", evil, "12", true, "");
    add_proposal(d, "x", "constant", evil, "1;int", true, "");
    add_proposal(d, "y", "constant", evil, "99999999999999999999", true, "");
    add_proof(d, evil, evil, evil, 0.9, true);
    json_t *cpu = json_object_get(json_object_get(d, "machine"), "cpu");
    set(cpu, "model", json_string(evil));
    set(cpu, "microcode", json_string(name));
    set(json_object_get(d, "run"), "started", json_string("\\\n\"\n?\?/"));
    compile(*state, d,
            "#if PMEMBENCH_LIBPMEM_1_BYTES != 100 || PMEMBENCH_INT_BAD_1_BYTES != 12\n#error \"\"\n#endif\n"
            "extern const char *const texts[3]; const char *const texts[3] = {PMEMBENCH_TUNING_CPU, "
            "PMEMBENCH_TUNING_MICROCODE, "
            "PMEMBENCH_TUNING_MADE};");
    json_decref(d);
}

static void check_null(const json_t *d)
{
    free(text_of(report_tuning_env, d));
    free(text_of(report_tuning_header, d));
}

static void any_member_may_be_null(void **state)
{
    (void)state;
    json_t *d = tuning_kept();
    each_null(d, d, check_null);
    json_decref(d);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    hand_over *const makers[] = {report_tuning_env, report_tuning_header};
    json_t *d = tuning_kept();
    for (size_t i = 0; i < 2; i++) {
        struct error err = {0};
        FILE *out = fopen("/dev/full", "w");
        assert_non_null(out);
        assert_int_equal(makers[i](d, out, &err), -1);
        assert_int_equal(err.code, EXIT_CANNOT);
        fclose(out);
    }
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shell_takes_the_environment),
        cmocka_unit_test(each_variable_has_its_proof),
        cmocka_unit_test(nothing_kept_sets_nothing),
        cmocka_unit_test(other_names_and_values_stay_out),
        cmocka_unit_test(compilers_take_the_header),
        cmocka_unit_test(constants_are_what_was_found_and_kept),
        cmocka_unit_test(nothing_found_compiles_too),
        cmocka_unit_test(hostile_texts_stay_in_comments_and_strings),
        cmocka_unit_test(any_member_may_be_null),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* environment.c - reads the faults of a run from its environment, and counts until they are due */
/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/faults/faults.h"

enum { FAULTS_MOST = 8 };

const char *const fault_kinds[FAULT_KINDS] = {"write", "fsync", "rename", "truncate",
                                              "open",  "close", "unlink"};

static const struct {
    const char *name;
    enum fault_deed deed;
    int number;
} deeds[] = {{"ENOSPC", DEED_FAIL, ENOSPC},  {"EDQUOT", DEED_FAIL, EDQUOT}, {"EIO", DEED_FAIL, EIO},
             {"EINTR", DEED_FAIL, EINTR},    {"EACCES", DEED_FAIL, EACCES}, {"EROFS", DEED_FAIL, EROFS},
             {"short", DEED_SHORT, 0},       {"kill", DEED_KILL, SIGKILL},  {"INT", DEED_SIGNAL, SIGINT},
             {"TERM", DEED_SIGNAL, SIGTERM}, {"slow", DEED_SLOW, 0}};

/* Nobody else can hand a preloaded library its state. */
static struct {
    char dir[PATH_MAX];
    struct fault faults[FAULTS_MOST];
    size_t count;
    int log;
} state = {.log = -1};

void fault_not_understood(const char *what, const char *text)
{
    fprintf(stderr, "faults: %s: '%s'\n", what, text);
    _exit(FAULT_NOT_UNDERSTOOD);
}

static void read_additions(struct fault *f, char *save)
{
    for (char *word; (word = strtok_r(NULL, "-", &save));) {
        if (!strcmp(word, "half"))
            f->half = true;
        else if (!strcmp(word, "after"))
            f->after = true;
        else if (!strcmp(word, "sticky"))
            f->sticky = true;
        else
            fault_not_understood("no such addition to a deed", word);
    }
    f->half |= f->deed == DEED_SHORT;
    if (f->half && f->kind != FAULT_WRITE)
        fault_not_understood("only a write has halves", fault_kinds[f->kind]);
}

static void read_deed(struct fault *f, char *text)
{
    char *save = NULL;
    const char *word = strtok_r(text, "-", &save);
    for (size_t i = 0; word && i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (strcmp(deeds[i].name, word))
            continue;
        f->deed = deeds[i].deed;
        f->number = deeds[i].number;
        read_additions(f, save);
        return;
    }
    fault_not_understood("no such deed", text);
}

static void read_fault(struct fault *f, const char *text)
{
    char kind[16] = "", deed[64] = "", rest;
    size_t k = 0;
    if (sscanf(text, "%15[a-z]:%lu:%63[^:]%c", kind, &f->at, deed, &rest) != 3 &&
        sscanf(text, "%15[a-z]@%63[^:]:%lu:%63[^:]%c", kind, f->file, &f->at, deed, &rest) != 4)
        fault_not_understood("PMB_FAULT", text);
    while (k < FAULT_KINDS && strcmp(fault_kinds[k], kind))
        k++;
    if (k == FAULT_KINDS || !f->at)
        fault_not_understood("no such operation", text);
    f->kind = (enum fault_kind)k;
    read_deed(f, deed);
}

static void read_faults(const char *all)
{
    char text[1024], *save = NULL;
    if (snprintf(text, sizeof(text), "%s", all) >= (int)sizeof(text))
        fault_not_understood("PMB_FAULT is too long", all);
    for (char *one = strtok_r(text, ",", &save); one; one = strtok_r(NULL, ",", &save)) {
        if (state.count == FAULTS_MOST)
            fault_not_understood("too many faults", one);
        read_fault(&state.faults[state.count++], one);
    }
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *dir = getenv("PMB_FAULT_DIR"), *faults = getenv("PMB_FAULT"), *log = getenv("PMB_FAULT_LOG");
    if (!dir) {
        if (faults || log)
            fault_not_understood("PMB_FAULT_DIR is missing", faults ? faults : log);
        return;
    }
    if (*dir != '/' || strlen(dir) >= sizeof(state.dir))
        fault_not_understood("PMB_FAULT_DIR", dir);
    memcpy(state.dir, dir, strlen(dir) + 1);
    if (faults)
        read_faults(faults);
    if (log)
        state.log = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log && state.log < 0)
        fault_not_understood("PMB_FAULT_LOG", log);
}

const char *fault_dir(void)
{
    return state.dir;
}

int fault_log(void)
{
    return state.log;
}

const struct fault *fault_meet(enum fault_kind kind, const char *name, bool *second)
{
    const struct fault *found = NULL;
    for (size_t i = 0; i < state.count; i++) {
        struct fault *f = &state.faults[i];
        if (f->kind != kind || !strstr(name, f->file))
            continue;
        unsigned long seen = ++f->seen, last = f->at + (f->half && f->deed == DEED_FAIL);
        if (!found && seen >= f->at && (seen <= last || f->sticky)) {
            found = f;
            *second = seen > f->at;
        }
    }
    return found;
}

/* repeats_child.c - starts a process of this program, passes signals on, waits for it */
/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/repeats_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/signals.h"

enum {
    WORD_BITS = 8 * sizeof(unsigned long),
    NODES_ARGUMENT = 16 * WORD_BITS + 1, /* the kernel uses one bit less than it is told */
    WITHOUT_PIDFD_MS = 50,
    WITH_PIDFD_MS = 500 /* for a signal that comes between the look at the flag and poll */
};

void child_place_save(struct child_place *place)
{
    *place = (struct child_place){.policy = MPOL_DEFAULT};
    place->cpus_known = !sched_getaffinity(0, sizeof(place->cpus), (cpu_set_t *)place->cpus);
    place->policy_known =
        !syscall(SYS_get_mempolicy, &place->policy, place->nodes, (unsigned long)NODES_ARGUMENT, NULL, 0UL);
}

bool child_place_has(const struct child_place *place, int cpu)
{
    size_t word = (size_t)cpu / WORD_BITS;
    return !place->cpus_known || (cpu >= 0 && word < sizeof(place->cpus) / sizeof(place->cpus[0]) &&
                                  place->cpus[word] >> ((size_t)cpu % WORD_BITS) & 1);
}

static void restore(const struct child_place *place)
{
    if (place->cpus_known)
        sched_setaffinity(0, sizeof(place->cpus), (const cpu_set_t *)place->cpus);
    if (place->policy_known)
        syscall(SYS_set_mempolicy, place->policy, place->policy == MPOL_DEFAULT ? NULL : place->nodes,
                (unsigned long)NODES_ARGUMENT);
}

/* In the child: its report is not the whole's, and it ends with its parent. */
static void become(char **argv, char **envp, const struct child_place *place, pid_t parent,
                   const sigset_t *mask)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    restore(place);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    signal(SIGINT, SIG_DFL); /* a signal before the exec would only set a flag that is lost there */
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (getppid() != parent)
        _exit(EXIT_CANNOT);
    execve("/proc/self/exe", argv, envp);
    fprintf(stderr, "pmembench: /proc/self/exe: cannot be started: %s\n", strerror(errno));
    _exit(EXIT_CANNOT);
}

/* Handlers are installed with SA_RESTART, which waitpid obeys and poll never does: signal(7). */
static int wait_for(pid_t child, int *status)
{
    int fd = (int)syscall(SYS_pidfd_open, child, 0U);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    bool passed = false;
    pid_t got;
    while (!(got = waitpid(child, status, WNOHANG)) || (got < 0 && errno == EINTR)) {
        if (signals_received() && !passed) {
            passed = true;
            kill(child, signals_received());
        }
        poll(&ended, 1, fd < 0 ? WITHOUT_PIDFD_MS : WITH_PIDFD_MS);
    }
    if (fd >= 0)
        close(fd);
    return got < 0 ? -1 : 0;
}

int child_run_with(char **argv, char **envp, const struct child_place *place, int *status)
{
    sigset_t ours, before;
    pid_t parent = getpid();
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    fflush(NULL);
    sigprocmask(SIG_BLOCK, &ours, &before);
    pid_t child = fork();
    if (!child)
        become(argv, envp, place, parent, &before);
    int number = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = number;
    return child < 0 ? -1 : wait_for(child, status);
}

int child_run(char **argv, const struct child_place *place, int *status)
{
    return child_run_with(argv, environ, place, status);
}

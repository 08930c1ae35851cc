// Starts a command, and ends it with all that it started, whatever that did, when it ends or when we are asked to.
//
//     crossfire-guard own|same|apart|outlived NAMESPACES COMMAND ARG…
//
// Descriptor 3 is a stream socket to the starter. The guard sends it three ints: the command's process id, the errno of
// exec (0: it runs), and, once it has ended, what wait(2) said. When the other end is shut down, also because the
// starter was killed, everything ends. `own`: the command gets a process group of its own; `same`: the starter's; `apart`:
// its own, and, where that is permitted, a /dev/shm of its own, so that what it leaves there goes with it; `outlived`: its own,
// and what it leaves running when it ends is ended only when the other end is shut down. NAMESPACES says
// how many descriptors from 4 on are of namespaces, which are entered first, in that order.
//
// Plain C: its only thread may fork, which a process with a Swift runtime may not. A subreaper, PR_SET_CHILD_SUBREAPER:
// daemons, in whatever session, group or environment, become its children when their parents end.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STARTER 3
#define NOT_STARTED 69 // sysexits: EX_UNAVAILABLE
#define NOT_FOUND 127
#define MICROSECONDS_BETWEEN_LOOKS 100

// A variable with this prefix is the command's alone: what is preloaded into it must not be loaded here.
static const char prefix[] = "CROSSFIRE_GUARDED_";

extern char **environ;

static void tell(int value) {
    // A starter that is gone is noticed by poll.
    ssize_t sent = send(STARTER, &value, sizeof value, MSG_NOSIGNAL);
    (void)sent;
}

static void take_variables(void) {
    for (int again = 1; again;) {
        again = 0;
        for (char **entry = environ; *entry; entry++) {
            if (strncmp(*entry, prefix, sizeof prefix - 1) != 0) { continue; }
            char *kept = strdup(*entry + sizeof prefix - 1);
            char *name = strndup(*entry, strcspn(*entry, "="));
            unsetenv(name);
            putenv(kept);
            again = 1;
            break;
        }
    }
}

static void become_command(char **words, pid_t group, pid_t guard, int report) {
    setpgid(0, group);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != guard) { _exit(NOT_STARTED); }
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) { signal(number, SIG_DFL); }
    sigprocmask(SIG_SETMASK, &none, NULL);
    take_variables();
    execvp(words[0], words);
    int code = errno;
    ssize_t sent = write(report, &code, sizeof code);
    (void)sent;
    _exit(NOT_FOUND);
}

static int write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) { return -1; }
    ssize_t sent = write(file, text, strlen(text));
    close(file);
    return sent == (ssize_t)strlen(text) ? 0 : -1;
}

// A /dev/shm of our own, in namespaces that these flags tell; a user namespace keeps the user's ids. 0 where all of it is
// done. (mount_namespaces(7), user_namespaces(7))
static int enter_shared_memory(int flags) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "%d %d 1", geteuid(), geteuid());
    snprintf(groups, sizeof groups, "%d %d 1", getegid(), getegid());
    if (unshare(flags) != 0) { return -1; }
    if ((flags & CLONE_NEWUSER)
        && (write_file("/proc/self/setgroups", "deny") != 0 || write_file("/proc/self/uid_map", users) != 0
            || write_file("/proc/self/gid_map", groups) != 0)) { return -1; }
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) { return -1; }
    return mount("crossfire", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

// Whether a child could do it: a machine may let us into a namespace and forbid the rest, and there is no way back out.
static int may_enter_shared_memory(int flags) {
    pid_t child = fork();
    if (child == 0) { _exit(enter_shared_memory(flags) != 0); }
    int status;
    pid_t gone;
    while ((gone = waitpid(child, &status, 0)) < 0 && errno == EINTR) {}
    return gone == child && status == 0;
}

// Without a user namespace where we may; all of it or nothing.
static void take_shared_memory(void) {
    static const int ways[] = {CLONE_NEWNS, CLONE_NEWUSER | CLONE_NEWNS};
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        if (!may_enter_shared_memory(ways[way])) { continue; }
        if (enter_shared_memory(ways[way]) != 0) { _exit(NOT_STARTED); }
        return;
    }
}

// The parent of a process, 0 where it is gone.
static pid_t parent_of(pid_t process) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return 0; }
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) { return 0; }
    text[count] = 0;
    // The name may hold spaces and brackets.
    char *bracket = strrchr(text, ')');
    int parent = 0;
    return bracket && sscanf(bracket + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

// Kills the children that we have now, by their list, or, in a kernel without it, by a look at all processes; 0 where
// there is no /proc.
static int kill_children(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *list = fopen(path, "re");
    if (list) {
        int child;
        while (fscanf(list, "%d", &child) == 1) { kill(child, SIGKILL); }
        fclose(list);
        return 1;
    }
    DIR *all = opendir("/proc");
    if (!all) { return 0; }
    for (struct dirent *entry; (entry = readdir(all));) {
        pid_t process = atoi(entry->d_name);
        if (process > 0 && parent_of(process) == getpid()) { kill(process, SIGKILL); }
    }
    closedir(all);
    return 1;
}

// Ends everything: grandchildren become children when their parents end, so one level after the other goes. What forks
// as fast as it can is met sooner or later before it has forked again.
static void end_all(void) {
    for (;;) {
        int seen = kill_children();
        pid_t gone;
        while ((gone = waitpid(-1, NULL, WNOHANG)) > 0) {}
        if ((gone < 0 && errno == ECHILD) || !seen) { return; }
        usleep(MICROSECONDS_BETWEEN_LOOKS);
    }
}

// Waits until the command ends, unless it may be outlived, or the starter lets go; reaps what else ends.
static void watch(pid_t command, int children, int outlived) {
    for (;;) {
        struct pollfd files[2] = {{.fd = STARTER, .events = POLLRDHUP}, {.fd = children, .events = POLLIN}};
        if (poll(files, 2, -1) < 0 && errno != EINTR) { return; }
        if (files[1].revents) {
            struct signalfd_siginfo info;
            ssize_t count = read(children, &info, sizeof info);
            (void)count;
            pid_t gone;
            int status, ended = 0;
            while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
                if (gone == command) {
                    tell(status);
                    ended = 1;
                }
            }
            if (ended && !outlived) { return; }
        }
        if (files[0].revents) { return; }
    }
}

int main(int count, char **arguments) {
    if (count < 4) {
        fputs("usage: crossfire-guard own|same|apart|outlived NAMESPACES COMMAND ARG...\n", stderr);
        return 64;
    }
    for (int space = STARTER + 1; space <= STARTER + atoi(arguments[2]); space++) {
        if (setns(space, 0) != 0) { return NOT_STARTED; }
        close(space);
    }
    pid_t starters_group = getpgrp();
    // What kills the starter's group is not to kill the guard.
    setpgid(0, 0);
    for (int number = 1; number < NSIG; number++) { if (number != SIGCHLD) { signal(number, SIG_IGN); } }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    fcntl(STARTER, F_SETFD, FD_CLOEXEC);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int ends[2];
    if (children < 0 || pipe2(ends, O_CLOEXEC) != 0) { return NOT_STARTED; }

    if (strcmp(arguments[1], "apart") == 0) { take_shared_memory(); }
    pid_t guard = getpid();
    pid_t command = fork();
    if (command < 0) {
        int code = errno;
        tell(0);
        tell(code);
        return NOT_STARTED;
    }
    if (command == 0) {
        become_command(arguments + 3, strcmp(arguments[1], "same") == 0 ? starters_group : 0, guard, ends[1]);
    }
    close(ends[1]);
    int code = 0;
    ssize_t got;
    while ((got = read(ends[0], &code, sizeof code)) < 0 && errno == EINTR) {}
    tell(command);
    tell(got == sizeof code ? code : 0);
    watch(command, children, strcmp(arguments[1], "outlived") == 0);
    end_all();
    return 0;
}

#define _GNU_SOURCE 1
#include "CInChild.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_BYTES (1 << 20)
#define REFUSED 1

struct task {
    const int *namespaces;
    int count;
    void (*body)(void *);
    void *context;
    int error;
};

static int run(void *argument) {
    struct task *task = argument;
    for (int index = 0; index < task->count; index++) {
        if (setns(task->namespaces[index], 0) != 0) {
            task->error = errno;
            _exit(REFUSED);
        }
    }
    task->body(task->context);
    _exit(0);
}

int cf_in_child(const int *namespaces, int count, void (*body)(void *), void *context) {
    struct task task = {namespaces, count, body, context, 0};
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) { return -1; }
    // The guard page.
    mprotect(stack, sysconf(_SC_PAGESIZE), PROT_NONE);
    // A handler of ours would run in the child with our memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // Without a signal at its end nobody else's wait(2) sees it.
    pid_t child = clone(run, stack + STACK_BYTES, CLONE_VM | CLONE_FILES | CLONE_VFORK, &task);
    int status = 0, failed = child < 0 ? errno : 0;
    while (child > 0 && waitpid(child, &status, __WCLONE) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, STACK_BYTES);
    // It died in the middle of our memory.
    if (WIFSIGNALED(status)) { abort(); }
    errno = failed ? failed : task.error;
    return errno == 0 ? 0 : -1;
}

#define _GNU_SOURCE 1
#include "CLinux.h"
#include <fcntl.h>
#include <mqueue.h>
#include <sys/wait.h>

int cf_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

int cf_pipe_cloexec(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cf_mq_create(const char *name, long messages, long message_bytes) {
    struct mq_attr attributes = {.mq_maxmsg = messages, .mq_msgsize = message_bytes};
    return mq_open(name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
}
int cf_mq_open_writing(const char *name, int flags) { return mq_open(name, O_WRONLY | O_CLOEXEC | flags); }
int cf_mq_unlink(const char *name) { return mq_unlink(name); }
int cf_mq_send(int queue, const void *bytes, size_t count) { return mq_send(queue, bytes, count, 0); }
long cf_mq_receive(int queue, void *bytes, size_t count) { return mq_receive(queue, bytes, count, 0); }

int cf_unshare(int flags) { return unshare(flags); }
const int CF_CLONE_NEWUSER = CLONE_NEWUSER;
const int CF_CLONE_NEWNET = CLONE_NEWNET;

int cf_pidfd_open(pid_t pid, unsigned flags) { return (int)syscall(SYS_pidfd_open, pid, flags); }

int cf_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

int cf_spawn_addchdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

int cf_exited(int status) { return WIFEXITED(status); }
int cf_exit_status(int status) { return WEXITSTATUS(status); }
int cf_signaled(int status) { return WIFSIGNALED(status); }
int cf_term_signal(int status) { return WTERMSIG(status); }

#define _GNU_SOURCE 1
#include "CLinux.h"
#include <fcntl.h>
#include <ftw.h>
#include <malloc.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

int cf_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

int cf_poll_microseconds(struct pollfd *files, unsigned long count, long microseconds) {
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    return ppoll(files, count, microseconds < 0 ? NULL : &time, NULL);
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
const int CF_CLONE_NEWIPC = CLONE_NEWIPC;

int cf_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

int cf_spawn_addchdir(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

void cf_return_blocks_above(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

char **cf_environ(void) { return environ; }

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

void cf_remove_tree(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

int cf_exited(int status) { return WIFEXITED(status); }
int cf_exit_status(int status) { return WEXITSTATUS(status); }
int cf_signaled(int status) { return WIFSIGNALED(status); }
int cf_term_signal(int status) { return WTERMSIG(status); }

int cf_loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    int result = ioctl(fd, SIOCGIFFLAGS, &request);
    if (result == 0) {
        request.ifr_flags |= IFF_UP | IFF_RUNNING;
        result = ioctl(fd, SIOCSIFFLAGS, &request);
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

int cf_eventfd(void) { return eventfd(0, EFD_CLOEXEC); }

int cf_bind_address_no_port(int fd) {
    int one = 1;
    return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
}

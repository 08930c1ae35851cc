// Whether this machine lets one process supervise another's system calls: tried, not guessed from version numbers.
#include "launch.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 2000

static int failed(const char *what) {
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static int supervised_child(int socket) {
    const uint32_t number = SYS_getppid;
    pid_t parent = getppid();
    int listener = filter_install(&number, 1);
    if (listener < 0) { _exit(errno); }
    if (descriptor_send(socket, listener) != 0) { _exit(errno); }
    close(listener);
    close(socket);
    _exit(getppid() == parent ? 0 : EPROTO);
}

static int answer_one(int listener) {
    // The kernel's structures may be longer than those of our headers.
    union {
        struct seccomp_notif call;
        char room[512];
    } request = {.room = {0}};
    union {
        struct seccomp_notif_resp answer;
        char room[512];
    } response = {.room = {0}};
    struct pollfd ready = {listener, POLLIN, 0};
    if (poll(&ready, 1, ANSWER_TIMEOUT_MS) != 1) { return failed("no notification"); }
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) { return failed("SECCOMP_IOCTL_NOTIF_RECV"); }
    response.answer.id = request.call.id;
    response.answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0) { return failed("SECCOMP_IOCTL_NOTIF_SEND"); }
    return 0;
}

int check(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) { return failed("socketpair"); }
    pid_t child = fork();
    if (child < 0) { return failed("fork"); }
    if (child == 0) { supervised_child(ends[1]); }
    close(ends[1]);
    int listener = descriptor_receive(ends[0]);
    int result = listener < 0 ? 0 : answer_one(listener);
    if (result != 0) { kill(child, SIGKILL); }
    int status = 0;
    waitpid(child, &status, 0);
    if (result != 0) { return result; }
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : EPROTO;
    return errno == 0 ? 0 : failed("seccomp user notification");
}

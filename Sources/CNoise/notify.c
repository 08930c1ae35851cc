#define _GNU_SOURCE 1
#include "cnoise.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "crossfire_notify.h"

// Newer kernels may write more than our headers know of.
#define KERNEL_STRUCT_LIMIT 512
#define TAKE_TIMEOUT_MS 1000

static uint32_t sites_of(int number) {
    for (size_t i = 0; i < CF_SUPERVISED_COUNT; i++) {
        if (cf_supervised_calls[i].number == (uint32_t)number) { return cf_supervised_calls[i].sites; }
    }
    return 0;
}

int cf_notify_receive(int listener, struct cf_call *call) {
    union {
        struct seccomp_notif call;
        char room[KERNEL_STRUCT_LIMIT];
    } request;
    // The kernel refuses a structure that is not zero.
    memset(&request, 0, sizeof request);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) { return errno; }
    call->id = request.call.id;
    call->thread = request.call.pid;
    call->number = request.call.data.nr;
    call->sites = sites_of(request.call.data.nr);
    return 0;
}

static int answer(int listener, uint64_t id, int error, uint32_t flags) {
    union {
        struct seccomp_notif_resp answer;
        char room[KERNEL_STRUCT_LIMIT];
    } response;
    memset(&response, 0, sizeof response);
    response.answer.id = id;
    response.answer.error = -error;
    response.answer.flags = flags;
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0 ? 0 : errno;
}

int cf_notify_continue(int listener, uint64_t id) {
    return answer(listener, id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

int cf_notify_fail(int listener, uint64_t id, int error) { return answer(listener, id, error, 0); }

int cf_notify_listen(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path + 1, name, length);
    int result = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (result < 0) { return -1; }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if (bind(result, (struct sockaddr *)&address, size) == 0 && listen(result, 16) == 0) { return result; }
    int saved = errno;
    close(result);
    errno = saved;
    return -1;
}

static int take(int connection) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) { return -1; }
    if (peer.uid != geteuid()) {
        errno = EPERM;
        return -1;
    }
    struct pollfd ready = {connection, POLLIN, 0};
    if (poll(&ready, 1, TAKE_TIMEOUT_MS) != 1) {
        errno = ETIMEDOUT;
        return -1;
    }
    char byte;
    struct iovec part = {&byte, 1};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) != 1) { return -1; }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
        errno = EPROTO;
        return -1;
    }
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

int cf_notify_take(int socket) {
    int connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) { return -1; }
    int descriptor = take(connection);
    int saved = errno;
    close(connection);
    errno = saved;
    return descriptor;
}

int cf_notify_wait(struct pollfd *files, uint32_t count, int64_t timeout_ns) {
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    if (ppoll(files, count, timeout_ns < 0 ? NULL : &timeout, NULL) >= 0 || errno == EINTR) { return 0; }
    return errno;
}

void cf_notify_sharp_timer(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

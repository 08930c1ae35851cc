// System calls through which a server meets its clients, its files and its other processes. Input is delayed after
// it was taken, output before it is given: in both cases the server holds something that others do not know of yet.
#include "interpose.h"

#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define INPUT CF_NOISE_SITE_INPUT
#define OUTPUT CF_NOISE_SITE_OUTPUT
#define FILES CF_NOISE_SITE_FILE
#define ACCEPT CF_NOISE_SITE_ACCEPT
#define WAIT CF_NOISE_SITE_WAIT

AFTER(INPUT, ssize_t, read, (int file, void *bytes, size_t count), (file, bytes, count))
AFTER(INPUT, ssize_t, readv, (int file, const struct iovec *parts, int count), (file, parts, count))
AFTER(INPUT, ssize_t, recv, (int file, void *bytes, size_t count, int flags), (file, bytes, count, flags))
AFTER(INPUT, ssize_t, recvfrom,
      (int file, void *bytes, size_t count, int flags, __SOCKADDR_ARG address, socklen_t *length),
      (file, bytes, count, flags, address, length))
AFTER(INPUT, ssize_t, recvmsg, (int file, struct msghdr *message, int flags), (file, message, flags))

BEFORE(OUTPUT, ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
BEFORE(OUTPUT, ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
BEFORE(OUTPUT, ssize_t, send, (int file, const void *bytes, size_t count, int flags), (file, bytes, count, flags))
BEFORE(OUTPUT, ssize_t, sendto,
       (int file, const void *bytes, size_t count, int flags, __CONST_SOCKADDR_ARG address, socklen_t length),
       (file, bytes, count, flags, address, length))
BEFORE(OUTPUT, ssize_t, sendmsg, (int file, const struct msghdr *message, int flags), (file, message, flags))

AFTER(FILES, ssize_t, pread, (int file, void *bytes, size_t count, off_t at), (file, bytes, count, at))
AFTER(FILES, ssize_t, pread64, (int file, void *bytes, size_t count, off64_t at), (file, bytes, count, at))
BEFORE(FILES, ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
BEFORE(FILES, ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))

BEFORE(FILES, int, mq_send, (mqd_t queue, const char *bytes, size_t count, unsigned priority),
       (queue, bytes, count, priority))
AFTER(FILES, ssize_t, mq_receive, (mqd_t queue, char *bytes, size_t count, unsigned *priority),
      (queue, bytes, count, priority))

AFTER(ACCEPT, int, accept, (int file, __SOCKADDR_ARG address, socklen_t *length), (file, address, length))
AFTER(ACCEPT, int, accept4, (int file, __SOCKADDR_ARG address, socklen_t *length, int flags),
      (file, address, length, flags))

AFTER(WAIT, int, epoll_wait, (int queue, struct epoll_event *events, int count, int timeout_ms),
      (queue, events, count, timeout_ms))
AFTER(WAIT, int, poll, (struct pollfd * files, nfds_t count, int timeout_ms), (files, count, timeout_ms))

AFTER(WAIT, int, ppoll, (struct pollfd * files, nfds_t count, const struct timespec *time, const sigset_t *signals),
      (files, count, time, signals))

// What -D_FORTIFY_SOURCE makes of the same calls when the size of the buffer is known.
ssize_t __read_chk(int file, void *bytes, size_t count, size_t room);
ssize_t __recv_chk(int file, void *bytes, size_t count, size_t room, int flags);
ssize_t __pread_chk(int file, void *bytes, size_t count, off_t at, size_t room);
ssize_t __pread64_chk(int file, void *bytes, size_t count, off64_t at, size_t room);
int __poll_chk(struct pollfd *files, nfds_t count, int timeout_ms, size_t room);

AFTER(INPUT, ssize_t, __read_chk, (int file, void *bytes, size_t count, size_t room), (file, bytes, count, room))
AFTER(INPUT, ssize_t, __recv_chk, (int file, void *bytes, size_t count, size_t room, int flags),
      (file, bytes, count, room, flags))
AFTER(FILES, ssize_t, __pread_chk, (int file, void *bytes, size_t count, off_t at, size_t room),
      (file, bytes, count, at, room))
AFTER(FILES, ssize_t, __pread64_chk, (int file, void *bytes, size_t count, off64_t at, size_t room),
      (file, bytes, count, at, room))
AFTER(WAIT, int, __poll_chk, (struct pollfd * files, nfds_t count, int timeout_ms, size_t room),
      (files, count, timeout_ms, room))

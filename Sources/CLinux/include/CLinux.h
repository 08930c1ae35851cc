// The few lines of Linux that Swift cannot say. One prefix, `cf_`, and one reason each.
#ifndef CROSSFIRE_CLINUX_H
#define CROSSFIRE_CLINUX_H

// _GNU_SOURCE is defined in the .c files alone: here it would change fd_set, and clash with Foundation's view of it.
#include "CInChild.h"
#include "CSharedMemory.h"
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// accept4(2) is declared only under _GNU_SOURCE, which Swift's Glibc module does not set.
int cf_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// ppoll(2): same reason. Waits for microseconds, negative ones for ever.
int cf_poll_microseconds(struct pollfd *files, unsigned long count, long microseconds);

// pipe2(2): same reason. Both ends close on exec.
int cf_pipe_cloexec(int ends[2]);

// POSIX message queues have no declarations in Swift's Glibc module, and mq_open(3) is variadic. mqd_t is a descriptor here.
int cf_mq_create(const char *name, long messages, long message_bytes);
int cf_mq_open_writing(const char *name, int flags);
int cf_mq_unlink(const char *name);
int cf_mq_send(int queue, const void *bytes, size_t count);
long cf_mq_receive(int queue, void *bytes, size_t count);

// unshare(2): declared only under _GNU_SOURCE.
int cf_unshare(int flags);
extern const int CF_CLONE_NEWUSER;
extern const int CF_CLONE_NEWNET;
extern const int CF_CLONE_NEWIPC;

// prctl(2) is variadic.
int cf_prctl(int option, unsigned long argument);

// posix_spawn_file_actions_addchdir_np(3) is declared only under _GNU_SOURCE.
int cf_spawn_addchdir(posix_spawn_file_actions_t *actions, const char *path);

// struct ifreq hides its members behind macros. Brings `lo` up in a new network namespace; -1 and errno on failure.
int cf_loopback_up(void);

// eventfd(2) and its flags are not in Swift's Glibc module.
int cf_eventfd(void);

// struct linger and SO_LINGER are there, but IP_BIND_ADDRESS_NO_PORT (24) is a macro of <netinet/in.h> under _GNU_SOURCE.
int cf_bind_address_no_port(int fd);

// mallopt(3) and its options are not in Swift's Glibc module. Blocks of so many bytes go back to the kernel when they are freed.
void cf_return_blocks_above(int bytes);

// `environ` is declared both here and in Swift's Glibc module, which makes the plain name ambiguous.
char **cf_environ(void);

// nftw(3) is declared only under _XOPEN_SOURCE. Removes a tree without following links; what cannot be removed stays.
void cf_remove_tree(const char *path);

// WIFEXITED and friends are function-like macros.
int cf_exited(int status);
int cf_exit_status(int status);
int cf_signaled(int status);
int cf_term_signal(int status);

#endif

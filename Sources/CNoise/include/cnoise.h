// What the controller of the noise needs from C.
#ifndef CROSSFIRE_CNOISE_H
#define CROSSFIRE_CNOISE_H

#include <stddef.h>

#include "crossfire_noise.h"

// A memory file of so many bytes, which nobody can shorten: the target can open it, and what it cut off would be a SIGBUS
// for us. memfd_create(2) and seals are declared only under _GNU_SOURCE, which Swift's Glibc module does not set.
int cf_noise_memfd(size_t bytes);

// getxattr(2) has no declaration in Swift's Glibc module. 1 if the file carries capabilities.
int cf_noise_has_capabilities(const char *path);

// A system call that waits for our answer.
struct cf_call {
    uint64_t id;
    uint32_t thread; // as our process namespace numbers it
    uint32_t sites;  // of the call, CF_NOISE_SITE_*
    int32_t number;
};

// ioctl(2) is variadic, and its structures' sizes are the kernel's, not the headers'. Each returns 0 or an errno.
// ENOENT: the caller was killed meanwhile.
int cf_notify_receive(int listener, struct cf_call *call);
int cf_notify_continue(int listener, uint64_t id);
int cf_notify_fail(int listener, uint64_t id, int error);

// A listening Unix socket with an abstract name, or -1 and errno: the name begins with a zero byte, which sockaddr_un
// in Swift makes unreadable.
int cf_notify_listen(const char *name);

// Accepts one connection and takes the descriptor sent over it (CMSG_* are function-like macros). -1 and errno on
// failure; EPERM if it came from another user, who could otherwise feed us.
int cf_notify_take(int socket);

// ppoll(2) is declared only under _GNU_SOURCE. Returns 0, also when a signal came, or an errno.
struct pollfd;
int cf_notify_wait(struct pollfd *files, uint32_t count, int64_t timeout_ns);

// prctl(2) is variadic. The calling thread's sleeps end on time, not up to 50 microseconds later.
void cf_notify_sharp_timer(void);

#endif

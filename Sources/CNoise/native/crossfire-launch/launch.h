// The inside of the launcher.
#ifndef CROSSFIRE_LAUNCH_H
#define CROSSFIRE_LAUNCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stdint.h>

// Installs a filter which asks the returned descriptor's holder about these system calls, for this thread and all it
// starts, and gives up gaining rights by exec. -1 and errno if the kernel refuses.
int filter_install(const uint32_t *numbers, unsigned count);

// Sends a descriptor over a Unix socket by sendmmsg(2), which is never supervised: after filter_install() a
// supervised call would wait for a supervisor that has not got the descriptor yet. -1 and errno on failure.
int descriptor_send(int socket, int descriptor);

// The other end of descriptor_send(): the descriptor, or -1.
int descriptor_receive(int socket);

// Tries all of it on a child. 0 if a supervised call went through, else what failed is printed, and 1.
int check(void);

#endif

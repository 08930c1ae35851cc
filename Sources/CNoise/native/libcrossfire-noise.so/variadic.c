// The variadic functions. All arguments are words, so that handing on as many as there can be is right for each call.
#include "interpose.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

// Mutexes that do not come from libc (those of Rust and Swift) ask the kernel through syscall(2) once threads meet.
REAL(syscall)
EXPORT long syscall(long number, ...) {
    long words[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++) { words[i] = va_arg(arguments, long); }
    va_end(arguments);
    int wakes = number == SYS_futex && (words[1] & FUTEX_CMD_MASK) == FUTEX_WAKE;
    if (number == SYS_futex && !wakes) { noise_point(CF_NOISE_SITE_LOCK); }
    long result = real_syscall()(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    if (wakes) { noise_point(CF_NOISE_SITE_UNLOCK); }
    return result;
}

static int is_lock(int command) {
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

#define FCNTL(name)                                                                                               \
    REAL(name)                                                                                                    \
    EXPORT int name(int file, int command, ...) {                                                                 \
        va_list arguments;                                                                                        \
        va_start(arguments, command);                                                                             \
        void *argument = va_arg(arguments, void *);                                                               \
        va_end(arguments);                                                                                        \
        if (is_lock(command)) { noise_point(CF_NOISE_SITE_FILE); }                                                \
        return real_##name()(file, command, argument);                                                            \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

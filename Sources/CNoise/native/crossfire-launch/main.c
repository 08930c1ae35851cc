// Starts a program whose system calls a supervisor may delay, reorder or refuse.
//
//     crossfire-launch NAME COMMAND ARG…    NAME: abstract Unix socket on which the supervisor listens
//     crossfire-launch --check              0 if the machine allows it, else the reason on standard output and 1
//
// Plain C, because what is installed here stays with the program: no thread of a runtime may be there yet.
#include "launch.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "crossfire_notify.h"

#define NOT_STARTED 69 // sysexits: EX_UNAVAILABLE
#define NOT_FOUND 127

static int fail(const char *what, int status) {
    fprintf(stderr, "crossfire-launch: %s: %s\n", what, strerror(errno));
    return status;
}

static int connect_to(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path + 1, name, length);
    int supervisor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (supervisor < 0) { return -1; }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    return connect(supervisor, (struct sockaddr *)&address, size) == 0 ? supervisor : -1;
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--check") == 0) { return check(); }
    if (count < 3) {
        fputs("usage: crossfire-launch NAME COMMAND ARG... | --check\n", stderr);
        return 64;
    }
    uint32_t numbers[CF_SUPERVISED_COUNT];
    for (size_t i = 0; i < CF_SUPERVISED_COUNT; i++) { numbers[i] = cf_supervised_calls[i].number; }

    int supervisor = connect_to(arguments[1]);
    if (supervisor < 0) { return fail("no supervisor", NOT_STARTED); }
    int listener = filter_install(numbers, CF_SUPERVISED_COUNT);
    if (listener < 0) { return fail("seccomp", NOT_STARTED); }
    // From here on no supervised call until the supervisor has the descriptor; a message would wait for ever.
    if (descriptor_send(supervisor, listener) != 0) { _exit(NOT_STARTED); }
    close(listener);
    close(supervisor);
    execvp(arguments[2], arguments + 2);
    return fail(arguments[2], NOT_FOUND);
}

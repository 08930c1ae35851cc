#ifndef CROSSFIRE_CINCHILD_H
#define CROSSFIRE_CINCHILD_H

// clone(2), setns(2): declared only under _GNU_SOURCE, and a child that shares our memory must begin in C.
//
// Enters `count` namespaces and calls `body`, in a child process that shares our memory and descriptors while the calling
// thread waits, as posix_spawn(3) does until exec: a process with threads may not enter a user namespace, its child may.
// Sockets that `body` opens are ours, and of the network that they were opened in. It may start no threads, and must
// return. -1 and errno where there is no child or a namespace refuses it; then `body` was not called.
int cf_in_child(const int *namespaces, int count, void (*body)(void *), void *context);

#endif

// What the launcher and the supervisor of system calls share: which calls are supervised.
#ifndef CROSSFIRE_NOTIFY_H
#define CROSSFIRE_NOTIFY_H

#include <stdint.h>
#include <sys/syscall.h>

#include "crossfire_noise.h"

// A supervised system call and the sites it stands for.
struct cf_supervised {
    uint32_t number;
    uint32_t sites;
};

#define CF_NOISE_SITE_ANY_LOCK (CF_NOISE_SITE_LOCK | CF_NOISE_SITE_UNLOCK | CF_NOISE_SITE_CONDITION)

// Calls through which threads and processes meet each other and their clients. Waiting for many descriptors is not
// among them: it is the most frequent call of event loops, and each supervised call costs two context switches.
static const struct cf_supervised cf_supervised_calls[] = {
    {SYS_futex, CF_NOISE_SITE_ANY_LOCK},
    {SYS_read, CF_NOISE_SITE_INPUT},
    {SYS_readv, CF_NOISE_SITE_INPUT},
    {SYS_recvfrom, CF_NOISE_SITE_INPUT},
    {SYS_recvmsg, CF_NOISE_SITE_INPUT},
    {SYS_write, CF_NOISE_SITE_OUTPUT},
    {SYS_writev, CF_NOISE_SITE_OUTPUT},
    {SYS_sendto, CF_NOISE_SITE_OUTPUT},
    {SYS_sendmsg, CF_NOISE_SITE_OUTPUT},
    {SYS_pread64, CF_NOISE_SITE_FILE},
    {SYS_pwrite64, CF_NOISE_SITE_FILE},
    {SYS_flock, CF_NOISE_SITE_FILE},
    {SYS_mq_timedsend, CF_NOISE_SITE_FILE},
    {SYS_mq_timedreceive, CF_NOISE_SITE_FILE},
    {SYS_accept, CF_NOISE_SITE_ACCEPT},
    {SYS_accept4, CF_NOISE_SITE_ACCEPT},
};

#define CF_SUPERVISED_COUNT (sizeof cf_supervised_calls / sizeof cf_supervised_calls[0])

#endif

#define _GNU_SOURCE 1
#include "cnoise.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <unistd.h>

int cf_noise_memfd(size_t bytes) {
    int file = memfd_create("crossfire-noise", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    if (ftruncate(file, (off_t)bytes) == 0 &&
        fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return file;
    int code = errno;
    close(file);
    errno = code;
    return -1;
}

int cf_noise_has_capabilities(const char *path) { return getxattr(path, "security.capability", NULL, 0) > 0; }

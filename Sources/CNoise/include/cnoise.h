// What the controller of the noise needs from C.
#ifndef CROSSFIRE_CNOISE_H
#define CROSSFIRE_CNOISE_H

#include "crossfire_noise.h"

// memfd_create(2) is declared only under _GNU_SOURCE, which Swift's Glibc module does not set.
int cf_noise_memfd(void);

// getxattr(2) has no declaration in Swift's Glibc module. 1 if the file carries capabilities.
int cf_noise_has_capabilities(const char *path);

#endif

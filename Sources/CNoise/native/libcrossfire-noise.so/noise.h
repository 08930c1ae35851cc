// The inside of the preload library.
#ifndef CROSSFIRE_NOISE_INTERNAL_H
#define CROSSFIRE_NOISE_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <stdint.h>

#include "crossfire_noise.h"

// Perhaps delays the calling thread. Async-signal-safe, allocates nothing, takes no lock, keeps errno, is no
// cancellation point.
void noise_point(uint32_t site);

// Finds the function that the target would have called without us, or NULL. `version` may be NULL.
void *noise_find(const char *name, const char *version);

#endif

// How a function of libc is replaced by itself plus noise.
#ifndef CROSSFIRE_NOISE_INTERPOSE_H
#define CROSSFIRE_NOISE_INTERPOSE_H

#include <stddef.h>

#include "noise.h"

#define EXPORT __attribute__((visibility("default")))

// Declares real_NAME(): the next definition of NAME. All are looked up at start-up, because dlsym() is not
// async-signal-safe; a constructor of another library that runs before ours looks up what it needs. A name that
// this libc has not got matters only when it is called.
#define REAL_VERSION(name, version)                                                                               \
    static __typeof__(name) *next_##name;                                                                         \
    static __typeof__(name) *real_##name(void) {                                                                  \
        __typeof__(name) *found = __atomic_load_n(&next_##name, __ATOMIC_RELAXED);                                \
        if (found == NULL) {                                                                                      \
            found = (__typeof__(name) *)noise_find(#name, version);                                               \
            if (found == NULL) { __builtin_trap(); }                                                              \
            __atomic_store_n(&next_##name, found, __ATOMIC_RELAXED);                                              \
        }                                                                                                         \
        return found;                                                                                             \
    }                                                                                                             \
    __attribute__((constructor)) static void find_##name(void) {                                                  \
        __atomic_store_n(&next_##name, (__typeof__(name) *)noise_find(#name, version), __ATOMIC_RELAXED);         \
    }

#define REAL(name) REAL_VERSION(name, NULL)

#define BEFORE(site, result, name, parameters, arguments)                                                         \
    REAL(name)                                                                                                    \
    EXPORT result name parameters {                                                                               \
        noise_point(site);                                                                                        \
        return real_##name() arguments;                                                                           \
    }

#define AFTER_VERSION(version, site, result, name, parameters, arguments)                                         \
    REAL_VERSION(name, version)                                                                                   \
    EXPORT result name parameters {                                                                               \
        result outcome = real_##name() arguments;                                                                 \
        noise_point(site);                                                                                        \
        return outcome;                                                                                           \
    }

#define AFTER(site, result, name, parameters, arguments) AFTER_VERSION(NULL, site, result, name, parameters, arguments)

#endif

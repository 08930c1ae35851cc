// What the preload library and its controller share: the control block's layout, and the generator of the noise.
#ifndef CROSSFIRE_NOISE_H
#define CROSSFIRE_NOISE_H

#include <stdint.h>

#define CF_NOISE_MAGIC 0x43464E5Au
#define CF_NOISE_VERSION 1u

// Probability is a threshold on 32 random bits. One half is the most that is ever applied: with a delay at every
// call the threads move in step again, and races show less often than with p = 0.1.
#define CF_NOISE_MAX_THRESHOLD 0x80000000u

// The longest sleep, in microseconds; longer ones cost more executions than they find races.
#define CF_NOISE_MAX_SLEEP_US 1000u

// One delay in this many sleeps (where sleeps are allowed); the others give the processor away.
#define CF_NOISE_SLEEP_SHARE 4u

// Where noise may act.
enum {
    CF_NOISE_SITE_LOCK = 1,     // before a lock is taken
    CF_NOISE_SITE_UNLOCK = 2,   // after a lock was given back
    CF_NOISE_SITE_CONDITION = 4,// after waking up, after waking somebody
    CF_NOISE_SITE_INPUT = 8,    // after bytes were received
    CF_NOISE_SITE_OUTPUT = 16,  // before bytes are sent
    CF_NOISE_SITE_FILE = 32,    // after pread, before pwrite, around message queues and file locks
    CF_NOISE_SITE_ACCEPT = 64,  // after a connection was accepted
    CF_NOISE_SITE_WAIT = 128,   // after epoll_wait and poll
    CF_NOISE_SITE_ALL = 255
};

// One page, mapped by the controller and by every process of the target. The controller writes the first line, the
// target the second, so that counting does not slow down reading the parameters.
struct cf_noise_control {
    uint32_t magic;
    uint32_t version;
    uint64_t seed;
    uint32_t threshold; // 0: no noise
    uint32_t sleep_us;  // 0: yields only
    uint32_t sites;     // mask of CF_NOISE_SITE_*
    uint32_t epoch;     // raised by each change; ordinals of threads, calls and forks restart with it
    uint32_t reserved[8];

    uint64_t calls;     // wrapped calls, counted in lumps of up to CF_NOISE_LUMP a thread
    uint64_t delays;    // of these, how many were delayed
    uint32_t processes; // how many processes mapped this block or were forked by one that had
    uint32_t reserved2[11];
};
_Static_assert(sizeof(struct cf_noise_control) == 128, "two cache lines");

#define CF_NOISE_LUMP 8u

// Mixes 64 bits (the finalizer of SplitMix64, Steele, Lea and Flood 2014).
static inline uint64_t cf_noise_mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// The random number of one call. It has no state: the same four numbers give the same noise on every machine.
// `lineage` tells processes apart: 0 for the first, cf_noise_child() for its children.
static inline uint64_t cf_noise_draw(uint64_t seed, uint64_t lineage, uint32_t thread, uint64_t call) {
    return cf_noise_mix(cf_noise_mix(cf_noise_mix(seed ^ lineage) + thread) + call);
}

// The lineage of the n-th child that a process forks in an epoch.
static inline uint64_t cf_noise_child(uint64_t lineage, uint32_t fork_ordinal) {
    return cf_noise_mix(cf_noise_mix(lineage) + fork_ordinal + 1);
}

// What a draw means: -1 go on at once, 0 yield, n sleep n microseconds. The top half of the draw decides whether,
// the bottom half how.
static inline int32_t cf_noise_delay(uint64_t draw, uint32_t threshold, uint32_t sleep_us) {
    if ((uint32_t)(draw >> 32) >= threshold) { return -1; }
    uint32_t how = (uint32_t)draw;
    if (sleep_us == 0 || how % CF_NOISE_SLEEP_SHARE != 0) { return 0; }
    return (int32_t)(1 + (how / CF_NOISE_SLEEP_SHARE) % sleep_us);
}

// The accessors below are C because Swift has no atomic access to memory it did not allocate.
static inline void cf_noise_set(struct cf_noise_control *control, uint64_t seed, uint32_t threshold,
                                uint32_t sleep_us, uint32_t sites) {
    if (threshold > CF_NOISE_MAX_THRESHOLD) { threshold = CF_NOISE_MAX_THRESHOLD; }
    if (sleep_us > CF_NOISE_MAX_SLEEP_US) { sleep_us = CF_NOISE_MAX_SLEEP_US; }
    __atomic_store_n(&control->seed, seed, __ATOMIC_RELAXED);
    __atomic_store_n(&control->sleep_us, sleep_us, __ATOMIC_RELAXED);
    __atomic_store_n(&control->sites, sites, __ATOMIC_RELAXED);
    __atomic_store_n(&control->threshold, threshold, __ATOMIC_RELAXED);
    __atomic_fetch_add(&control->epoch, 1, __ATOMIC_RELEASE);
}

static inline void cf_noise_init(struct cf_noise_control *control) {
    control->version = CF_NOISE_VERSION;
    control->sites = CF_NOISE_SITE_ALL;
    __atomic_store_n(&control->magic, CF_NOISE_MAGIC, __ATOMIC_RELEASE);
}

static inline uint64_t cf_noise_calls(const struct cf_noise_control *control) {
    return __atomic_load_n(&control->calls, __ATOMIC_RELAXED);
}

static inline uint64_t cf_noise_delays(const struct cf_noise_control *control) {
    return __atomic_load_n(&control->delays, __ATOMIC_RELAXED);
}

static inline uint32_t cf_noise_processes(const struct cf_noise_control *control) {
    return __atomic_load_n(&control->processes, __ATOMIC_RELAXED);
}

#endif

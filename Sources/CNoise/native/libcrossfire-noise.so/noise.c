// The noise: parameters from the environment or a shared control block, ordinals of threads, calls and forks, and
// the delay itself. Loaded into the target by LD_PRELOAD, so it must never change what the target computes.
#include "noise.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// In force until (and unless) a shared block is mapped; without parameters it means "no noise".
static struct cf_noise_control own;
static struct cf_noise_control *control = &own;

// Ordinals are numbered per epoch, so that an execution's noise does not depend on the executions before it:
// epoch in the upper half, the next ordinal in the lower.
static uint64_t next_thread, next_fork;
static uint64_t lineage;

// initial-exec: reading it never allocates, so wrapped calls stay safe in signal handlers and inside malloc.
struct thread_state {
    uint64_t call;
    uint32_t thread;
    uint32_t epoch;
    uint32_t uncounted;
    uint32_t fork_ordinal;
    int numbered;
};
static __thread struct thread_state self __attribute__((tls_model("initial-exec")));

static uint32_t next_ordinal(uint64_t *counter, uint32_t epoch) {
    uint64_t seen = __atomic_load_n(counter, __ATOMIC_RELAXED);
    for (;;) {
        uint32_t ordinal = (uint32_t)(seen >> 32) == epoch ? (uint32_t)seen : 0;
        uint64_t wanted = (uint64_t)epoch << 32 | (ordinal + 1);
        if (__atomic_compare_exchange_n(counter, &seen, wanted, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            return ordinal;
        }
    }
}

static void count(struct cf_noise_control *block, int delayed) {
    __atomic_fetch_add(&block->calls, self.uncounted, __ATOMIC_RELAXED);
    self.uncounted = 0;
    if (delayed) { __atomic_fetch_add(&block->delays, 1, __ATOMIC_RELAXED); }
}

// A system call that leaves errno alone. Putting errno back afterwards instead would hide what a signal handler does to
// it during the delay: the gap between a call and the look at its error is one that the delay is there to widen.
static long kernel(long number, long first, long second) {
#if defined(__x86_64__)
    __asm__ volatile("syscall" : "+a"(number) : "D"(first), "S"(second) : "rcx", "r11", "memory");
    return number;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
    return x0;
#else
    int saved = errno;
    long result = syscall(number, first, second);
    errno = saved;
    return result;
#endif
}

void noise_point(uint32_t site) {
    struct cf_noise_control *block = __atomic_load_n(&control, __ATOMIC_ACQUIRE);
    uint32_t epoch = __atomic_load_n(&block->epoch, __ATOMIC_ACQUIRE);
    if (!self.numbered || self.epoch != epoch) {
        self.thread = next_ordinal(&next_thread, epoch);
        self.epoch = epoch;
        self.call = 0;
        self.numbered = 1;
    }
    uint64_t call = self.call++;
    self.uncounted++;

    int32_t delay = -1;
    uint32_t threshold = __atomic_load_n(&block->threshold, __ATOMIC_RELAXED);
    if (threshold != 0 && (__atomic_load_n(&block->sites, __ATOMIC_RELAXED) & site) != 0) {
        uint64_t seed = __atomic_load_n(&block->seed, __ATOMIC_RELAXED);
        uint32_t sleep_us = __atomic_load_n(&block->sleep_us, __ATOMIC_RELAXED);
        delay = cf_noise_delay(cf_noise_draw(seed, lineage, self.thread, call), threshold, sleep_us);
    }
    if (delay >= 0 || self.uncounted >= CF_NOISE_LUMP) { count(block, delay >= 0); }
    if (delay < 0) { return; }

    // Raw system calls: the library's nanosleep() would be a cancellation point where the wrapped call is none.
    if (delay == 0) {
        kernel(SYS_sched_yield, 0, 0);
    } else {
        struct timespec time = {0, delay * 1000L};
        kernel(SYS_nanosleep, (long)&time, 0);
    }
}

void *noise_find(const char *name, const char *version) {
    int saved = errno;
    void *found = version != NULL ? dlvsym(RTLD_NEXT, name, version) : NULL;
    if (found == NULL) { found = dlsym(RTLD_NEXT, name); }
    errno = saved;
    return found;
}

// A forked child draws numbers of its own: without that all workers of a preforking server would move in step.
static void before_fork(void) {
    struct cf_noise_control *block = __atomic_load_n(&control, __ATOMIC_ACQUIRE);
    self.fork_ordinal = next_ordinal(&next_fork, __atomic_load_n(&block->epoch, __ATOMIC_ACQUIRE));
}

static void after_fork_in_child(void) {
    lineage = cf_noise_child(lineage, self.fork_ordinal);
    next_thread = 0;
    next_fork = 0;
    memset(&self, 0, sizeof self);
    __atomic_fetch_add(&control->processes, 1, __ATOMIC_RELAXED);
}

// "seed=7,p=0.25,sleep_us=100,sites=255": the parameters until a control block says otherwise.
static void read_parameters(const char *text) {
    uint64_t seed = 0;
    double probability = 0;
    uint32_t sleep_us = 0, sites = CF_NOISE_SITE_ALL;
    while (text != NULL && *text != '\0') {
        if (strncmp(text, "seed=", 5) == 0) { seed = strtoull(text + 5, NULL, 10); }
        if (strncmp(text, "p=", 2) == 0) { probability = strtod(text + 2, NULL); }
        if (strncmp(text, "sleep_us=", 9) == 0) { sleep_us = (uint32_t)strtoul(text + 9, NULL, 10); }
        if (strncmp(text, "sites=", 6) == 0) { sites = (uint32_t)strtoul(text + 6, NULL, 10); }
        text = strchr(text, ',');
        if (text != NULL) { text++; }
    }
    if (!(probability >= 0)) { probability = 0; }
    if (probability > 0.5) { probability = 0.5; }
    cf_noise_set(&own, seed, (uint32_t)(probability * 4294967296.0), sleep_us, sites);
}

// The block may be out of reach (another user, another process namespace): then the environment's parameters stay.
static void map_control(const char *path) {
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) { return; }
    struct stat status;
    if (fstat(file, &status) == 0 && status.st_size >= (off_t)sizeof(struct cf_noise_control)) {
        void *page = mmap(NULL, sizeof(struct cf_noise_control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        struct cf_noise_control *shared = page;
        if (page != MAP_FAILED && shared->magic == CF_NOISE_MAGIC && shared->version == CF_NOISE_VERSION) {
            // Several programs started by one target differ in lineage too, in the order in which they start.
            uint32_t ordinal = __atomic_fetch_add(&shared->processes, 1, __ATOMIC_RELAXED);
            if (ordinal > 0) { lineage = cf_noise_child(0, ordinal - 1); }
            __atomic_store_n(&control, shared, __ATOMIC_RELEASE);
        }
    }
    close(file);
}

__attribute__((constructor)) static void start(void) {
    int saved = errno;
    const char *path = getenv("CROSSFIRE_NOISE_CONTROL");
    read_parameters(getenv("CROSSFIRE_NOISE"));
    if (path != NULL) { map_control(path); }
    pthread_atfork(before_fork, NULL, after_fork_in_child);
    errno = saved;
}

#include "CSharedMemory.h"
#include <stdatomic.h>

_Static_assert(sizeof(_Atomic uint64_t) == 8 && sizeof(_Atomic uint8_t) == 1, "plain layouts");

uint64_t cf_atomic_load(const void *word) { return atomic_load((const _Atomic uint64_t *)word); }
void cf_atomic_store(void *word, uint64_t value) { atomic_store((_Atomic uint64_t *)word, value); }
uint64_t cf_atomic_fetch_add(void *word, uint64_t amount) { return atomic_fetch_add((_Atomic uint64_t *)word, amount); }
uint64_t cf_atomic_exchange(void *word, uint64_t value) { return atomic_exchange((_Atomic uint64_t *)word, value); }

void cf_atomic_copy_in(void *shared, const void *from, size_t count) {
    _Atomic uint8_t *to = shared;
    const uint8_t *source = from;
    for (size_t i = 0; i < count; i++) atomic_store_explicit(&to[i], source[i], memory_order_relaxed);
}

void cf_atomic_copy_out(void *to, const void *shared, size_t count) {
    uint8_t *target = to;
    const _Atomic uint8_t *from = shared;
    for (size_t i = 0; i < count; i++) target[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
}

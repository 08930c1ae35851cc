// Atomic access to memory that processes share. Swift's Atomic lives inside a Swift object, which no other process can see.
#ifndef CROSSFIRE_CSHAREDMEMORY_H
#define CROSSFIRE_CSHAREDMEMORY_H

#include <stddef.h>
#include <stdint.h>

// C11 atomics are generic macros. All are sequentially consistent; `word` is 8-byte aligned.
uint64_t cf_atomic_load(const void *word);
void cf_atomic_store(void *word, uint64_t value);
uint64_t cf_atomic_fetch_add(void *word, uint64_t amount);
uint64_t cf_atomic_exchange(void *word, uint64_t value);

// Copies byte by byte with relaxed atomic accesses on the shared side, so that copies may race without undefined behaviour.
void cf_atomic_copy_in(void *shared, const void *from, size_t count);
void cf_atomic_copy_out(void *to, const void *shared, size_t count);

#endif

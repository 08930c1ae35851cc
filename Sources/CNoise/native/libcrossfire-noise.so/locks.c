// Locks, conditions and semaphores. The delay stands outside the critical section: before taking, after giving back.
#include "interpose.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/file.h>

#define LOCK CF_NOISE_SITE_LOCK
#define UNLOCK CF_NOISE_SITE_UNLOCK
#define CONDITION CF_NOISE_SITE_CONDITION

// glibc has two pthread_cond_t, and RTLD_NEXT may find the old one, which breaks programs built for the new. On
// x86-64 the new one is GLIBC_2.3.2; other machines never had the old one.
#define NEW_CONDITION "GLIBC_2.3.2"

BEFORE(LOCK, int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
BEFORE(LOCK, int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
BEFORE(LOCK, int, pthread_mutex_timedlock, (pthread_mutex_t * mutex, const struct timespec *until), (mutex, until))
AFTER(UNLOCK, int, pthread_mutex_unlock, (pthread_mutex_t * mutex), (mutex))

BEFORE(LOCK, int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
BEFORE(LOCK, int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
AFTER(UNLOCK, int, pthread_rwlock_unlock, (pthread_rwlock_t * lock), (lock))

BEFORE(LOCK, int, pthread_spin_lock, (pthread_spinlock_t * lock), (lock))
AFTER(UNLOCK, int, pthread_spin_unlock, (pthread_spinlock_t * lock), (lock))

BEFORE(LOCK, int, sem_wait, (sem_t * semaphore), (semaphore))
AFTER(UNLOCK, int, sem_post, (sem_t * semaphore), (semaphore))

BEFORE(CF_NOISE_SITE_FILE, int, lockf, (int file, int command, off_t length), (file, command, length))
BEFORE(CF_NOISE_SITE_FILE, int, flock, (int file, int operation), (file, operation))

AFTER_VERSION(NEW_CONDITION, CONDITION, int, pthread_cond_wait,
              (pthread_cond_t * condition, pthread_mutex_t *mutex), (condition, mutex))
AFTER_VERSION(NEW_CONDITION, CONDITION, int, pthread_cond_timedwait,
              (pthread_cond_t * condition, pthread_mutex_t *mutex, const struct timespec *until),
              (condition, mutex, until))
AFTER_VERSION(NEW_CONDITION, CONDITION, int, pthread_cond_signal, (pthread_cond_t * condition), (condition))
AFTER_VERSION(NEW_CONDITION, CONDITION, int, pthread_cond_broadcast, (pthread_cond_t * condition), (condition))
// glibc 2.30, one version only.
AFTER(CONDITION, int, pthread_cond_clockwait,
      (pthread_cond_t * condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until),
      (condition, mutex, clock, until))

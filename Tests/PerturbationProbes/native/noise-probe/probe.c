// A small target for the tests of the noise: each command uses wrapped calls in a way that bad wrapping would break,
// and prints what came of it. No argument is trusted to be sane; this is not installed.
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static long counter, rounds;

// errno must be the same after a successful call, delayed or not.
static int keep_errno(void) {
    int word = 0;
    for (long i = 0; i < rounds; i++) {
        errno = 123;
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        if (write(1, "", 0) != 0 || errno != 123) { return 1; }
        if (read(-1, &i, 1) != -1 || errno != EBADF) { return 2; }
        errno = 123;
        if (syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0) != 0 || errno != 123) { return 3; }
        if (syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0) != -1 || errno != EAGAIN) { return 4; }
        struct flock lock = {.l_type = F_WRLCK};
        if (fcntl(-1, F_SETLK, &lock) != -1 || errno != EBADF) { return 5; }
    }
    puts("errno kept");
    return 0;
}

static void *add(void *unused) {
    (void)unused;
    for (long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

// Correct locking stays correct.
static int threads(void) {
    pthread_t all[4];
    for (int i = 0; i < 4; i++) { pthread_create(&all[i], NULL, add, NULL); }
    for (int i = 0; i < 4; i++) { pthread_join(all[i], NULL); }
    printf("counted %ld\n", counter);
    return 0;
}

// The planted race: each call is locked, the two together are not.
static void *add_unlocked(void *unused) {
    (void)unused;
    for (long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&mutex);
        long seen = counter;
        pthread_mutex_unlock(&mutex);
        pthread_mutex_lock(&mutex);
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static int race(void) {
    pthread_t all[2];
    for (int i = 0; i < 2; i++) { pthread_create(&all[i], NULL, add_unlocked, NULL); }
    for (int i = 0; i < 2; i++) { pthread_join(all[i], NULL); }
    printf("lost %ld\n", 2 * rounds - counter);
    return 0;
}

static void *consume(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    for (long taken = 0; taken < rounds;) {
        while (counter == 0) { pthread_cond_wait(&condition, &mutex); }
        taken += counter;
        counter = 0;
        pthread_cond_signal(&condition);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

// Conditions work: the versioned symbols are those of this libc's pthread_cond_t.
static int conditions(void) {
    pthread_t consumer;
    pthread_create(&consumer, NULL, consume, NULL);
    for (long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&mutex);
        while (counter > 0) { pthread_cond_wait(&condition, &mutex); }
        counter++;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    pthread_join(consumer, NULL);
    puts("all consumed");
    return 0;
}

static void *cancelled(void *unused) {
    (void)unused;
    pthread_cancel(pthread_self());
    for (long i = 0; i < rounds; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return &rounds;
}

// Locks are no cancellation points, and must not become some.
static int cancel(void) {
    pthread_t thread;
    void *result = NULL;
    pthread_create(&thread, NULL, cancelled, NULL);
    pthread_join(thread, &result);
    puts(result == &rounds ? "not cancelled" : "cancelled");
    return 0;
}

static volatile sig_atomic_t alarms;
static void on_alarm(int signal) {
    (void)signal;
    alarms++;
    if (write(1, "", 0) != 0) { _exit(3); }
}

// Wrapped calls from a signal handler that interrupts wrapped calls. One signal a round, so that a slow handler cannot
// keep the rounds from ending.
static int signals(void) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval once = {{0, 0}, {0, 20}};
    long all = rounds;
    sigaction(SIGALRM, &action, NULL);
    rounds = 10;
    for (long i = 0; i < all; i++) {
        setitimer(ITIMER_REAL, &once, NULL);
        add(NULL);
    }
    puts(alarms > 0 ? "handled" : "no signal");
    return 0;
}

// Children of a process with threads go on alone, with noise of their own.
static int forks(void) {
    int good = 0;
    for (int i = 0; i < 4; i++) {
        pid_t child = fork();
        if (child == 0) {
            add(NULL);
            _exit(counter == rounds ? 0 : 1);
        }
        int status = -1;
        if (waitpid(child, &status, 0) == child && status == 0) { good++; }
    }
    printf("children %d\n", good);
    return 0;
}

// How often reading and accepting failed, by error; each is tried again until it has succeeded ROUNDS times.
static int faults(void) {
    long interrupted = 0, aborted = 0, full = 0, other = 0;
    struct sockaddr_un address = {.sun_family = AF_UNIX}; // no name: the kernel picks an abstract one
    socklen_t length = sizeof(sa_family_t);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), zero = open("/dev/zero", O_RDONLY);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 8) != 0) { return 1; }
    length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    for (long done = 0; done < rounds; done++) {
        int client = socket(AF_UNIX, SOCK_STREAM, 0), accepted = -1;
        char byte;
        if (connect(client, (struct sockaddr *)&address, length) != 0) { return 2; }
        while ((accepted = accept(listener, NULL, NULL)) < 0 || read(zero, &byte, 1) != 1) {
            interrupted += errno == EINTR;
            aborted += errno == ECONNABORTED;
            full += errno == EMFILE;
            other += errno != EINTR && errno != ECONNABORTED && errno != EMFILE;
            if (accepted >= 0) { break; }
        }
        close(accepted);
        close(client);
    }
    printf("%ld %ld %ld %ld\n", interrupted, aborted, full, other);
    return 0;
}

// Reads until it cannot: the status is the error. Nothing can be printed then.
static int until_error(void) {
    int zero = open("/dev/zero", O_RDONLY);
    char byte;
    puts("reading");
    fflush(stdout);
    while (read(zero, &byte, 1) == 1) {}
    return errno;
}

int main(int count, char **arguments) {
    const char *command = count > 1 ? arguments[1] : "";
    rounds = count > 2 ? atol(arguments[2]) : 1000;
    if (strcmp(command, "errno") == 0) { return keep_errno(); }
    if (strcmp(command, "threads") == 0) { return threads(); }
    if (strcmp(command, "race") == 0) { return race(); }
    if (strcmp(command, "conditions") == 0) { return conditions(); }
    if (strcmp(command, "cancel") == 0) { return cancel(); }
    if (strcmp(command, "signals") == 0) { return signals(); }
    if (strcmp(command, "forks") == 0) { return forks(); }
    if (strcmp(command, "faults") == 0) { return faults(); }
    if (strcmp(command, "until-error") == 0) { return until_error(); }
    fputs("noise-probe errno|threads|race|conditions|cancel|signals|forks|faults|until-error [ROUNDS]\n", stderr);
    return 64;
}

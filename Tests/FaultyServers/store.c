// A store of RESP for the tests: a thread a client, one lock; correct but for the faults that its second argument names.
#include <arpa/inet.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
struct entry { char *key, *value; struct entry *next; };
static struct entry *entries;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *faults;
static int increments;
static int has(const char *fault) { return strstr(faults, fault) != NULL; }
static struct entry *find(const char *key) {
    struct entry *e = entries;
    while (e && strcmp(e->key, key)) e = e->next;
    return e;
}
static void put(const char *key, const char *value) {
    struct entry *e = find(key);
    if (!e) {
        e = calloc(1, sizeof *e);
        e->key = strdup(key);
        e->next = entries;
        entries = e;
    }
    free(e->value);
    e->value = strdup(value);
}
__attribute__((noinline)) static int drop(const char *key) {
    struct entry **at = &entries;
    while (*at && strcmp((*at)->key, key)) at = &(*at)->next;
    if (!*at) return 0;
    struct entry *e = *at;
    *at = e->next;
    free(e->key);
    free(e->value);
    free(e);
    return 1;
}
__attribute__((noinline)) static int peek_freed(char *text) {
    free(text);
    return ((volatile char *)text)[1] == 'x';
}
__attribute__((noinline)) static void free_twice(void) {
    char *volatile text = strdup("twice, and not in a size of its own");
    free(text);
    free(text);
}
__attribute__((noinline)) static int count_unlocked(void) { return ++increments; }
__attribute__((noinline)) static int overflow(int n) { return n + INT_MAX; }
static void reply(FILE *out, char **words, int count) {
    const char *name = words[0];
    if (!strcasecmp(name, "PING")) { fputs("+PONG\r\n", out); return; }
    if (!strcasecmp(name, "ECHO") && count == 2) {
        if (has("null-echo")) *(volatile int *)NULL = 1;
        if (has("double-free-echo")) free_twice();
        fprintf(out, "$%zu\r\n%s\r\n", strlen(words[1]), words[1]);
        return;
    }
    if (has("race")) count_unlocked();
    pthread_mutex_lock(&lock);
    if (!strcasecmp(name, "GET") && count == 2) {
        struct entry *e = find(words[1]);
        if (e) fprintf(out, "$%zu\r\n%s\r\n", strlen(e->value), e->value); else fputs("$-1\r\n", out);
    } else if (!strcasecmp(name, "SET") && count == 3) {
        put(words[1], words[2]);
        fputs("+OK\r\n", out);
    } else if (!strcasecmp(name, "DEL") && count == 2) {
        if (has("use-after-free-del")) increments += peek_freed(strdup(words[1]));
        if (has("null-del")) *(volatile int *)NULL = 1;
        if (has("overflow-del")) increments += overflow(count) == 7;
        fprintf(out, ":%d\r\n", drop(words[1]));
    } else if (!strcasecmp(name, "INCR") && count == 2) {
        struct entry *e = find(words[1]);
        char *end = "", number[24];
        long n = e ? strtol(e->value, &end, 10) : 0;
        if (*end) fputs("-ERR value is not an integer or out of range\r\n", out);
        else {
            snprintf(number, sizeof number, "%ld", n + 1);
            put(words[1], number);
            fprintf(out, ":%s\r\n", number);
        }
    } else fprintf(out, "-ERR unknown command '%s'\r\n", name);
    pthread_mutex_unlock(&lock);
}
static int read_array(FILE *in, char **words, int most) {
    char line[64];
    if (!fgets(line, sizeof line, in)) return 0;
    int count = line[0] == '*' ? atoi(line + 1) : 0;
    if (count < 1 || count > most) return 0;
    for (int i = 0; i < count; i++) {
        words[i] = NULL;
        if (!fgets(line, sizeof line, in)) return 0;
        size_t length = strtoul(line + 1, NULL, 10);
        words[i] = malloc(length + 3);
        if (fread(words[i], 1, length + 2, in) != length + 2) return 0;
        words[i][length] = 0;
    }
    return count;
}
static void *serve(void *argument) {
    int client = (int)(long)argument, count;
    FILE *in = fdopen(client, "r"), *out = fdopen(dup(client), "w");
    char *words[64];
    while (in && out && (count = read_array(in, words, 64)) > 0) {
        char *text = NULL;
        size_t length = 0;
        FILE *memory = open_memstream(&text, &length);
        reply(memory, words, count);
        fclose(memory);
        fwrite(text, 1, length, out);
        fflush(out);
        free(text);
        for (int i = 0; i < count; i++) free(words[i]);
    }
    if (in) fclose(in);
    if (out) fclose(out);
    return NULL;
}
int main(int count, char **arguments) {
    faults = count > 2 ? arguments[2] : "";
    signal(SIGPIPE, SIG_IGN);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) return 1;
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;
        pthread_create(&thread, NULL, serve, (void *)(long)client);
        pthread_detach(thread);
    }
}

/// Reports as programs print them, one of each kind: made by programs of our own, with gcc 12, clang 21, valgrind 3.19, go 1.19,
/// rustc, CPython 3.11, OpenJDK 17, node 20 and Swift 6.
struct ReportSample: Sendable {
    let name: String
    /// What it is told apart by.
    let signature: String
    let headline: String
    let text: String
    /// A function that the signature names, where it names any.
    var place: String?

    static let all = sanitizers + valgrind + languages + libc

    static let sanitizers = [
        ReportSample(
            name: "AddressSanitizer, gcc", signature: "heap-use-after-free in handle_get < handle_del < main",
            headline:
                "AddressSanitizer: heap-use-after-free on address 0x602000000013",
            text: """
                =================================================================
                ==1269==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000013 at pc 0x55d89736e2ae bp 0x7fff183931e0 sp 0x7fff183931d8
                READ of size 1 at 0x602000000013 thread T0
                    #0 0x55d89736e2ad in handle_get /build/kv.c:7
                    #1 0x55d89736e2be in handle_del /build/kv.c:8
                    #2 0x55d89736e42c in main /build/kv.c:17
                    #3 0x7f4be4445249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58
                    #4 0x55d89736e190 in _start (/build/kv+0x1190)

                0x602000000013 is located 3 bytes inside of 16-byte region [0x602000000010,0x602000000020)
                freed by thread T0 here:
                    #0 0x7f4be46b76a8 in __interceptor_free ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:52
                    #1 0x55d89736e2b6 in drop_session /build/kv.c:8
                    #2 0x55d89736f007  (/build/kv+0x2007)

                SUMMARY: AddressSanitizer: heap-use-after-free /build/kv.c:7 in handle_get
                Shadow bytes around the buggy address:
                  0x0c047fff7fb0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                ==1269==ABORTING
                """, place: "handle_get"),
        ReportSample(
            name: "AddressSanitizer, clang: double free below libc",
            signature: "double-free in Session::drop < Server::handle",
            headline: "AddressSanitizer: attempting double-free on 0x7bb0db5e0010 in thread T12:",
            text: """
                ==1294==ERROR: AddressSanitizer: attempting double-free on 0x7bb0db5e0010 in thread T12:
                    #0 0x555da016e606 in operator delete(void*) /llvm/compiler-rt/lib/asan/asan_new_delete.cpp:143:3
                    #1 0x555da01ae9c0 in std::_Sp_counted_ptr<Session*, (__gnu_cxx::_Lock_policy)2>::_M_dispose() /usr/include/c++/12/bits/shared_ptr_base.h:428:8
                    #2 0x555da01ae9c1 in Session::drop(std::map<int, std::string, std::less<int> >&) /build/session.cc:20:12
                    #3 0x555da01ae9c2 in Server::handle(int) const /build/server.cc:201:2 (kv+0x13e9c0) (BuildId: 54e1f5a0b3d1)
                    #4 0x7f90dc2be249 in start_thread (/lib/x86_64-linux-gnu/libc.so.6+0x89249)

                SUMMARY: AddressSanitizer: double-free /build/session.cc:20:12 in Session::drop
                ==1294==ABORTING
                """, place: "Session::drop"),
        ReportSample(
            name: "AddressSanitizer: a signal", signature: "SEGV in parse_line < main",
            headline:
                "AddressSanitizer: SEGV on unknown address 0x000000000000",
            text: """
                AddressSanitizer:DEADLYSIGNAL
                =================================================================
                ==1297==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x5558336eb945 bp 0x7ffc88849670 sp 0x7ffc888495e0 T0)
                ==1297==The signal is caused by a READ memory access.
                ==1297==Hint: address points to the zero page.
                    #0 0x5558336eb945 in parse_line.part.0 /build/kv.c:24:39
                    #1 0x5558336eb946 in main /build/kv.c:30:1
                    #2 0x7fbb888aa249 in __libc_start_call_main csu/../sysdeps/nptl/libc_start_call_main.h:58:16

                SUMMARY: AddressSanitizer: SEGV /build/kv.c:24:39 in parse_line
                ==1297==ABORTING
                """, place: "parse_line.part.0"),
        ReportSample(
            name: "ThreadSanitizer: data race", signature: "data race in get and incr",
            headline: "ThreadSanitizer: data race (pid=1306)",
            text: """
                ==================
                WARNING: ThreadSanitizer: data race (pid=1306)
                  Read of size 4 at 0x561f5b4c6128 by thread T2:
                    #0 get /build/kv.c:13 (kv+0x124f)
                    #1 serve /build/kv.c:40 (kv+0x1250)

                  Previous write of size 4 at 0x561f5b4c6128 by thread T1 (mutexes: write M0):
                    #0 memcpy ../../../../src/libsanitizer/sanitizer_common/sanitizer_common_interceptors.inc:827 (libtsan.so.2+0x6162c)
                    #1 incr /build/kv.c:13 (kv+0x1273)
                    #2 serve /build/kv.c:40 (kv+0x1250)

                  Location is global 'counter' of size 4 at 0x561f5b4c6128 (kv+0x4128)

                  Thread T2 (tid=1310, running) created by main thread at:
                    #0 pthread_create ../../../../src/libsanitizer/tsan/tsan_interceptors_posix.cpp:1001 (libtsan.so.2+0x5e686)
                    #1 main /build/kv.c:23 (kv+0x143d)

                SUMMARY: ThreadSanitizer: data race /build/kv.c:13 in get
                ==================
                """, place: "incr"),
        ReportSample(
            name: "ThreadSanitizer: order of locks", signature: "lock-order-inversion in backward and forward",
            headline: "ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=1311)",
            text: """
                WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=1311)
                  Cycle in lock order graph: M0 (0x55ab0e2f5100) => M1 (0x55ab0e2f50c0) => M0

                  Mutex M1 acquired here while holding mutex M0 in main thread:
                    #0 pthread_mutex_lock ../../../../src/libsanitizer/sanitizer_common/sanitizer_common_interceptors.inc:4324 (libtsan.so.2+0x558e1)
                    #1 forward /build/kv.c:27 (kv+0x14b3)

                    Hint: use TSAN_OPTIONS=second_deadlock_stack=1 to get more informative warning message

                  Mutex M0 acquired here while holding mutex M1 in main thread:
                    #0 pthread_mutex_lock ../../../../src/libsanitizer/sanitizer_common/sanitizer_common_interceptors.inc:4324 (libtsan.so.2+0x558e1)
                    #1 backward /build/kv.c:27 (kv+0x14d3)

                SUMMARY: ThreadSanitizer: lock-order-inversion (potential deadlock) /build/kv.c:27 in forward
                ==================
                """, place: "backward"),
        ReportSample(
            name: "UndefinedBehaviorSanitizer, with a stack", signature: "signed integer overflow in incr_by < main",
            headline:
                "kv.c:11:54: runtime error: signed integer overflow: 3 + 2147483647 cannot be represented in type 'int'",
            text: """
                kv.c:11:54: runtime error: signed integer overflow: 3 + 2147483647 cannot be represented in type 'int'
                    #0 0x5616d8571359 in incr_by /build/kv.c:11
                    #1 0x5616d857145a in main /build/kv.c:22
                    #2 0x5616d8571140 in _start (/build/kv+0x1140)

                """, place: "incr_by"),
        ReportSample(
            name: "UndefinedBehaviorSanitizer, without one", signature: "load of null pointer of type # in kv.c",
            headline: "../src/kv.c:24:39: runtime error: load of null pointer of type 'volatile int'",
            text: """
                ../src/kv.c:24:39: runtime error: load of null pointer of type 'volatile int'
                SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior ../src/kv.c:24:39
                """),
        ReportSample(
            name: "MemorySanitizer", signature: "use-of-uninitialized-value in reply < main",
            headline: "MemorySanitizer: use-of-uninitialized-value",
            text: """
                ==1363==WARNING: MemorySanitizer: use-of-uninitialized-value
                    #0 0x55eea5f18402 in reply /build/kv.c:29:41
                    #1 0x55eea5f18403 in main /build/kv.c:39:41
                    #2 0x7f1fe4f3c249 in __libc_start_call_main csu/../sysdeps/nptl/libc_start_call_main.h:58:16

                SUMMARY: MemorySanitizer: use-of-uninitialized-value /build/kv.c:29:41 in reply
                Exiting
                """, place: "reply"),
    ]

    static let valgrind = [
        ReportSample(
            name: "memcheck", signature: "Invalid read in handle_del < main", headline: "Invalid read of size 1",
            text: """
                ==1348== Memcheck, a memory error detector
                ==1348== Command: ./kv 4711
                ==1348==
                ==1348== Thread 3:
                ==1348== Invalid read of size 1
                ==1348==    at 0x1091EE: handle_del (kv.c:8)
                ==1348==    by 0x1FFF000647: ???
                ==1348==    by 0x109253: main (kv.c:17)
                ==1348==  Address 0x4a40043 is 3 bytes inside a block of size 16 free'd
                ==1348==    at 0x484417B: free (in /usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so)
                ==1348==    by 0x1091EA: other (kv.c:8)
                ==1348==
                """, place: "handle_del"),
        ReportSample(
            name: "helgrind", signature: "data race in get and incr",
            headline: "Possible data race during read of size 4 at 0x10C0E8 by thread #3",
            text: """
                ==1357== ----------------------------------------------------------------
                ==1357==
                ==1357== Possible data race during read of size 4 at 0x10C0E8 by thread #3
                ==1357== Locks held: none
                ==1357==    at 0x1091B9: get (kv.c:13)
                ==1357==    by 0x484C7D6: ??? (in /usr/libexec/valgrind/vgpreload_helgrind-amd64-linux.so)
                ==1357==    by 0x48ED1F4: start_thread (pthread_create.c:442)
                ==1357==
                ==1357== This conflicts with a previous write of size 4 by thread #2
                ==1357== Locks held: none
                ==1357==    at 0x1091D1: incr (kv.c:13)
                ==1357==    by 0x48ED1F4: start_thread (pthread_create.c:442)
                ==1357==  Address 0x10c0e8 is 0 bytes inside data symbol "counter"
                ==1357==
                """, place: "get"),
        ReportSample(
            name: "valgrind: a signal", signature: "SIGSEGV in lookup < main",
            headline: "Process terminating with default action of signal 11 (SIGSEGV)",
            text: """
                ==1352== Process terminating with default action of signal 11 (SIGSEGV)
                ==1352==  Access not within mapped region at address 0x0
                ==1352==    at 0x1093AB: lookup (kv.c:24)
                ==1352==    by 0x109253: main (kv.c:17)
                ==1352==  If you believe this happened as a result of a stack
                ==1352==
                """, place: "lookup"),
    ]
}

extension ReportSample {
    static let languages = [
        ReportSample(
            name: "Go: maps",
            signature: "fatal error: concurrent map access in main.(*store).set < main.serve < main.main.func1",
            headline: "fatal error: concurrent map writes",
            text: """
                fatal error: concurrent map writes
                fatal error: concurrent map writes

                goroutine 8 [running]:
                \tgoroutine running on other thread; stack unavailable
                created by main.main
                \t/build/main.go:9 +0x3ac

                goroutine 10 [running]:
                main.(*store).set(0xc0000121c8?, {0xc000014080, 0x5})
                \t/build/main.go:4 +0x21
                main.serve({0x5a1234, 0xc000012})
                \t/build/main.go:30 +0x21
                main.main.func1()
                \t/build/main.go:9 +0x4a
                created by main.main
                \t/build/main.go:9 +0x3ac

                goroutine 1 [semacquire]:
                sync.runtime_Semacquire(0xc0000121c8?)
                \t/usr/lib/go-1.19/src/runtime/sema.go:62 +0x25
                """, place: "main.(*store).set"),
        ReportSample(
            name: "Go: a panic",
            signature: "panic: runtime error: index out of range [#] with length # in main.parse < main.serve",
            headline: "panic: runtime error: index out of range [5] with length 1",
            text: """
                panic: runtime error: index out of range [5] with length 1

                goroutine 7 [running]:
                main.parse(...)
                \t/build/main.go:8
                main.serve(0x7)
                \t/build/main.go:18 +0x254
                created by main.main in goroutine 1
                \t/build/main.go:9 +0x3ac
                exit status 2
                """, place: "main.parse"),
        ReportSample(
            name: "Go's race detector", signature: "data race in main.(*store).get and main.(*store).set",
            headline: "WARNING: DATA RACE",
            text: """
                ==================
                WARNING: DATA RACE
                Read at 0x00c0000b02e8 by goroutine 8:
                  runtime.mapaccess1_faststr()
                      /usr/lib/go-1.19/src/runtime/map_faststr.go:13 +0x0
                  main.(*store).get()
                      /build/main.go:11 +0x39
                  main.serve()
                      /build/main.go:21 +0x39

                Previous write at 0x00c0000b02e8 by goroutine 7:
                  main.(*store).set()
                      /build/main.go:11 +0x4b

                Goroutine 8 (running) created at:
                  main.main()
                      /build/main.go:11 +0x3bb
                ==================
                """, place: "main.(*store).set"),
        ReportSample(
            name: "Rust, with a stack",
            signature:
                "panic: index out of bounds: the len is # but the index is # in kv::handle < kv::main::{{closure}}",
            headline:
                "thread 'worker-3' (13056) panicked at src/main.rs:2:33: index out of bounds: the len is 2 but the index is 8",
            text: """
                thread 'worker-3' (13056) panicked at src/main.rs:2:33:
                index out of bounds: the len is 2 but the index is 8
                stack backtrace:
                   0: __rustc::rust_begin_unwind
                             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
                   1: core::panicking::panic_fmt
                             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/panicking.rs:80:14
                   2: core::result::Result<T,E>::unwrap
                             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/result.rs:1233:23
                   3: kv::handle::h0123456789abcdef
                             at ./src/main.rs:2:33
                   4: kv::main::{{closure}}
                             at ./src/main.rs:4:27
                note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
                """, place: "kv::handle"),
        ReportSample(
            name: "Rust, without one",
            signature: "panic: called # on an # value: # in main.rs",
            headline:
                "thread 'main' panicked at src/main.rs:5:69: called `Result::unwrap()` on an `Err` value: \"key 17 is gone\"",
            text: """
                thread 'main' panicked at src/main.rs:5:69:
                called `Result::unwrap()` on an `Err` value: "key 17 is gone"
                note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
                """),
        ReportSample(
            name: "Rust before 1.73", signature: "panic: no such queue in queue.rs",
            headline: "thread '<unnamed>' panicked at 'no such queue', src/queue.rs:5:69",
            text: """
                thread '<unnamed>' panicked at 'no such queue', src/queue.rs:5:69
                note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
                """),
        ReportSample(
            name: "Python", signature: "KeyError in kv.handle < kv.serve", headline: "KeyError: 'no k12'",
            text: """
                Exception in thread Thread-1 (serve):
                Traceback (most recent call last):
                  File "/build/kv.py", line 6, in handle
                    return Store().get(c)
                           ^^^^^^^^^^^^^^
                AttributeError: 'Store' object has no attribute 'd'

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "/usr/lib/python3.11/threading.py", line 982, in run
                    self._target(*self._args, **self._kwargs)
                  File "/build/kv.py", line 9, in serve
                    def w(): handle("k12")
                             ^^^^^^^^^^^^^
                  File "/build/kv.py", line 8, in handle
                    raise KeyError(f"no {c}") from e
                KeyError: 'no k12'
                """, place: "in handle"),
        ReportSample(
            name: "Python's faulthandler", signature: "Segmentation fault in store.load",
            headline: "Fatal Python error: Segmentation fault",
            text: """
                Fatal Python error: Segmentation fault

                Current thread 0x00007fbc051ecb80 (most recent call first):
                  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
                  File "/build/store.py", line 4 in load
                  File "/build/kv.py", line 1 in <module>
                """, place: "in load"),
        ReportSample(
            name: "Java", signature: "NullPointerException in Kv.get < Kv.lambda$main",
            headline: "Exception in thread \"worker-7\" java.lang.IllegalStateException: request 12 failed",
            text: """
                Exception in thread "worker-7" java.lang.IllegalStateException: request 12 failed
                \tat Kv.serve(Kv.java:4)
                Caused by: java.lang.NullPointerException: Cannot invoke "java.lang.Integer.intValue()" because it is null
                \tat java.base/java.util.HashMap.get(HashMap.java:564)
                \tat Kv.get(Kv.java:2)
                \tat Kv.lambda$main$0(Kv.java:3)
                \tat java.base/java.lang.Thread.run(Thread.java:840)
                \t... 3 more
                """, place: "Kv.get"),
        ReportSample(
            name: "Java's virtual machine", signature: "SIGSEGV in Store::get",
            headline: "SIGSEGV (0xb) at pc=0x00007f2d4c0d6f20, pid=4711, tid=4712",
            text: """
                #
                # A fatal error has been detected by the Java Runtime Environment:
                #
                #  SIGSEGV (0xb) at pc=0x00007f2d4c0d6f20, pid=4711, tid=4712
                #
                # Problematic frame:
                # C  [libkv.so+0x12f20]  Store::get(char const*)+0x20
                #
                """, place: "Store::get"),
        ReportSample(
            name: "node", signature: "TypeError in handle < Timeout._onTimeout",
            headline: "TypeError: Cannot read properties of undefined (reading 'length')",
            text: """
                /build/kv.js:1
                const m={}; function handle(k){ return m[k].length } setTimeout(()=>handle('x'),1)
                                                            ^

                TypeError: Cannot read properties of undefined (reading 'length')
                    at handle (/build/kv.js:1:45)
                    at Timeout._onTimeout (/build/kv.js:1:69)
                    at listOnTimeout (node:internal/timers:581:17)

                Node.js v20.20.2
                """, place: "handle"),
        ReportSample(
            name: ".NET", signature: "InvalidOperationException in Kv.Store.Get < Kv.Program.Main",
            headline:
                "Unhandled exception. System.InvalidOperationException: Collection was modified after 17 was read.",
            text: """
                Unhandled exception. System.InvalidOperationException: Collection was modified after 17 was read.
                   at System.Collections.Generic.List`1.Enumerator.MoveNext()
                   at Kv.Store.Get(String key) in /build/Store.cs:line 31
                   at Kv.Program.Main(String[] args) in /build/Program.cs:line 3
                """, place: "Kv.Store.Get"),
        ReportSample(
            name: "Swift's backtracer", signature: "Fatal error: Index out of range in handle < main",
            headline: "Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range",
            text: """
                Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range

                *** Signal 4: Backtracing from 0x7f961176df7f... done ***

                *** Program crashed: Illegal instruction at 0x00007f961176df7f ***

                Thread 0 "kv" crashed:

                  0      0x00007f961176df7f closure #1 in closure #1 in _assertionFailure(_:_:file:line:flags:) + 623 in libswiftCore.so
                  1 [ra] 0x00007f96118f961f _assertionFailure(_:_:file:line:flags:) + 302 in libswiftCore.so
                  2 [ra] 0x00007f9611d47f65 specialized Array.subscript.getter + 84 in libswiftSwiftOnoneSupport.so
                  3 [ra] 0x0000556ef77902b0 handle(_:_:) + 47 in kv
                  4 [ra] 0x0000556ef779042f main + 286 in kv
                ...

                Registers:
                """, place: "handle"),
        ReportSample(
            name: "Swift, without a stack",
            signature: "Fatal error: Unexpectedly found nil while unwrapping an Optional value in Store.swift",
            headline: "kv/Store.swift:3: Fatal error: Unexpectedly found nil while unwrapping an Optional value",
            text: """
                kv/Store.swift:3: Fatal error: Unexpectedly found nil while unwrapping an Optional value
                """),
    ]

    static let libc = [
        ReportSample(
            name: "glibc: double free", signature: "double free",
            headline: "free(): double free detected in tcache 2", text: "free(): double free detected in tcache 2"),
        ReportSample(
            name: "glibc: the older words for it", signature: "double free",
            headline: "double free or corruption (fasttop)", text: "double free or corruption (fasttop)"),
        ReportSample(
            name: "glibc: heap", signature: "corrupted heap", headline: "malloc(): invalid size (unsorted)",
            text: "malloc(): invalid size (unsorted)"),
        ReportSample(
            name: "glibc: stack", signature: "stack smashing",
            headline: "*** stack smashing detected ***: terminated",
            text: "*** stack smashing detected ***: terminated"),
        ReportSample(
            name: "glibc: an assertion", signature: "assertion s->refs > 0 in drop",
            headline: "kv: ../src/kv.c:26: drop: Assertion `s->refs > 0' failed.",
            text: "kv: ../src/kv.c:26: drop: Assertion `s->refs > 0' failed.", place: "drop"),
        ReportSample(
            name: "BSD: an assertion", signature: "assertion n > 0 in take",
            headline: "Assertion failed: (n > 0), function take, file kv.c, line 26.",
            text: "Assertion failed: (n > 0), function take, file kv.c, line 26.", place: "take"),
        ReportSample(
            name: "libstdc++", signature: "terminate: std::runtime_error session # not found",
            headline: "terminate called after throwing an instance of 'std::runtime_error': session 4711 not found",
            text: """
                terminate called after throwing an instance of 'std::runtime_error'
                  what():  session 4711 not found
                """),
    ]
}

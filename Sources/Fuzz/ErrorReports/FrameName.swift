/// Functions of stacks, as they are compared: without arguments, addresses, offsets, hashes, and what compilers append.
package enum FrameName {
    /// The function's plain name; nil for one of a runtime, a sanitizer or libc, which tells nothing of the program.
    package static func own(_ frame: String) -> String? {
        let name = plain(frame)
        return name.isEmpty || isForeign(name) ? nil : name
    }

    /// `Session::get(std::string const&) [clone .cold]`, `kv::get::h0123456789abcdef`, `main.(*store).get(0xc000)`: the name
    /// alone.
    package static func plain(_ frame: String) -> String {
        var name = Substring(frame)
        if let clone = name.firstRange(of: " [clone") { name = name[..<clone.lowerBound] }
        if let offset = name.firstMatch(of: #/(?: \+ |\+)(?:0x[0-9a-fA-F]+|\d+)$/#) {
            name = name[..<offset.range.lowerBound]
        }
        var text = withoutArguments(String(name))
        text.replace(#/<[^<>]*anonymous[^<>]*>|\{lambda\(.*?\)#\d+\}/#) { $0.0.hasPrefix("{") ? "{lambda}" : "" }
        text = withoutGenerics(text)
        // What compilers make of a function: `.constprop.0`, `.isra.0`, `.part.3`, `.cold`, `.llvm.42`, `@@GLIBC_2.34`.
        text.replace(#/(?:\.(?:constprop|isra|part|cold|lto_priv|llvm)(?:\.\d+)?)+$/#, with: "")
        text.replace(#/@@?[A-Z]+_[\d.]+$/#, with: "")
        text.replace(#/::h[0-9a-f]{16}$/#, with: "")
        if text.wholeMatch(of: #/(?:0x[0-9a-fA-F]+|\?+|<null>|<unknown>|<unavailable>|\s)*/#) != nil { return "" }
        return text.trimmed
    }

    /// Without the brackets that end it and all within them: of `main.(*store).get(0xc0, …)`, and of `f(int) const`.
    private static func withoutArguments(_ name: String) -> String {
        var text = Substring(name)
        if text.hasSuffix(" const") { text = text.dropLast(6) }
        guard text.hasSuffix(")") else { return String(text) }
        var depth = 0
        for index in text.indices.reversed() {
            if text[index] == ")" { depth += 1 }
            if text[index] == "(" { depth -= 1 }
            if depth == 0 {
                // `operator()` is a name.
                return text[..<index].hasSuffix("operator") ? String(text) : String(text[..<index])
            }
        }
        return String(text)
    }

    /// Without what stands in `<…>` behind a name; `<T as Trait>::f`, where it is the name, stays.
    private static func withoutGenerics(_ name: String) -> String {
        guard !name.contains("operator<"), !name.contains("operator>"), !name.contains("operator-") else { return name }
        var text = ""
        var depth = 0
        for character in name {
            if character == "<" && (depth > 0 || text.last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false) {
                depth += 1
            } else if character == "<" && text.hasSuffix("::") {
                (depth, text) = (1, String(text.dropLast(2)))
            } else if character == ">", depth > 0 {
                depth -= 1
            } else if depth == 0 {
                text.append(character)
            }
        }
        return text
    }

    // MARK: What is not the program's

    /// Whether a plain name is one of a runtime, a sanitizer or libc.
    static func isForeign(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) } || isInterposed(name)
    }

    /// `__interceptor_free`, `__libc_start_main`, `_IO_puts`: names that the C standard reserves.
    private static func isInterposed(_ name: String) -> Bool {
        (name.hasPrefix("__") && !name.hasPrefix("__main")) || name.hasPrefix("_IO_") || name.hasPrefix("_int_")
    }

    private static let prefixes: [String] = [
        // C++, sanitizers
        "std::", "__gnu_cxx::", "operator new", "operator delete", "abi::", "non-virtual thunk", "asan_", "ubsan_",
        // Rust
        "core::", "alloc::", "<core::", "<alloc::", "<std::", "rust_", "_rust",
        // Go
        "runtime.", "runtime/", "sync.", "sync/atomic.", "internal/", "reflect.", "testing.",
        // Java, .NET, JavaScript
        "java.", "javax.", "jdk.", "sun.", "com.sun.", "System.", "Microsoft.", "node:", "internal.",
        // Swift
        "swift_", "_swift_", "closure #1 in closure #1 in _assertionFailure", "_assertionFailure", "_fatalErrorMessage",
        "specialized _assertionFailure", "specialized Array", "specialized _ArrayBuffer", "Array.", "Dictionary.",
        "Unsafe", "_StringGuts", "Swift.",
        // valgrind
        "vgPlain_", "mythread_wrapper",
    ]

    private static let names: Set<String> = [
        "abort", "raise", "gsignal", "pthread_kill", "_start", "start_thread", "clone", "clone3", "thread_start",
        "exit",
        "_exit", "malloc", "calloc", "realloc", "free", "reallocarray", "memalign", "posix_memalign", "aligned_alloc",
        "malloc_consolidate", "malloc_printerr", "unlink_chunk", "munmap_chunk", "sysmalloc", "cfree", "strdup",
        "strndup", "memcpy", "memmove", "memset", "memcmp", "memchr", "mempcpy", "strlen", "strnlen", "strcpy",
        "strncpy",
        "strcat", "strncat", "strcmp", "strncmp", "strcasecmp", "strncasecmp", "strchr", "strrchr", "strstr", "strtol",
        "strtoul", "strtoll", "strtod", "atoi", "atol", "printf", "fprintf", "sprintf", "snprintf", "vsnprintf",
        "vsprintf", "vfprintf", "puts", "fputs", "fwrite", "fread", "fclose", "fflush", "read", "write", "recv", "send",
        "recvfrom", "sendto", "recvmsg", "sendmsg", "close", "poll", "select", "epoll_wait", "accept", "accept4",
        "pthread_create", "pthread_join", "pthread_mutex_lock", "pthread_mutex_unlock", "pthread_mutex_destroy",
        "pthread_cond_wait", "pthread_cond_signal", "pthread_rwlock_wrlock", "pthread_rwlock_rdlock",
        "assert_fail_base", "fatal_error", "create_thread", "panic", "signal_handler", "sig_handler", "wait4",
        "nanosleep",
        "qsort", "bsearch", "longjmp", "_longjmp", "siglongjmp", "backtrace", "call_init", "<module>", "<anonymous>",
    ]
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(self.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}

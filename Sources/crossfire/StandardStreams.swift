import Foundation
import Report
import Synchronization

/// Prints to standard output, in the place of Swift's own function, which says nothing of a full disk or a closed pipe and
/// hands on what a terminal would act on.
func print(_ text: String, terminator: String = "\n") {
    StandardOutput.write(text + terminator)
}

/// Standard output: the result that was asked for. What of it is lost, is told at the end.
enum StandardOutput {
    private struct State {
        var buffer: [UInt8] = []
        var failure: Int32?
    }

    private static let state = Mutex(State())
    /// Bytes gathered before they are written.
    private static let bufferBytes = 64 << 10

    static func write(_ text: String) {
        let bytes = TerminalText.escaped(text)
        state.withLock { state in
            guard state.failure == nil else { return }
            state.buffer += bytes
            if state.buffer.count >= bufferBytes { flush(&state) }
        }
    }

    /// Writes what is left.
    ///
    /// - Throws: `Failure`, 74, where anything was lost.
    static func finish() throws {
        let failure = state.withLock { state in
            flush(&state)
            return state.failure
        }
        if let failure {
            throw Failure(.outputLost, "cannot write standard output: \(String(cString: strerror(failure)))")
        }
    }

    private static func flush(_ state: inout State) {
        guard state.failure == nil, !state.buffer.isEmpty else { return }
        state.failure = writeAll(state.buffer, to: 1)
        state.buffer.removeAll(keepingCapacity: true)
    }
}

/// Standard error: progress, warnings and complaints. Whoever does not read them changes nothing.
enum Console {
    static func note(_ text: String) {
        write("\(text)\n")
    }

    /// Writes `text` behind a sequence of our own, such as the one that erases a line.
    static func write(_ text: String, after sequence: String = "") {
        _ = writeAll(Array(sequence.utf8) + TerminalText.escaped(text), to: 2)
    }
}

/// Descriptors and signals as this program needs them, whatever it was started with.
enum StandardStreams {
    /// Gives closed standard streams a place, lest files take their numbers, and has a broken pipe be an error like others.
    /// What is written to a closed standard output fails.
    static func prepare() {
        for (number, flags) in [(Int32(0), O_RDONLY), (1, O_RDONLY), (2, O_WRONLY)]
        where fcntl(number, F_GETFD) == -1 {
            // The lowest number that is free: those before are open.
            _ = open("/dev/null", flags)
        }
        // A file that grows beyond the user's limit is an error too.
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    }
}

/// Writes all of it; the errno of what failed, or nil. A peer that is slow is waited for. (write(2))
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { source in
        var done = 0
        while done < source.count {
            let count = Glibc.write(descriptor, source.baseAddress! + done, source.count - done)
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                var writable = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&writable, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

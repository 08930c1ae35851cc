import CLinux
import Glibc

extension StateSharing {
    /// A process that owns the keys, and pipes to it and back.
    static let pipe = StateSharing(
        name: "pipe", summary: "an owner process behind pipes",
        suits: { $0 == .processes },
        make: { assembly in
            guard let requests = PipeChannel(waits: true) else { return nil }
            var replies: [any Channel] = []
            for _ in 0..<Limits.ownerSlots {
                guard let reply = PipeChannel(waits: false) else { return nil }
                replies.append(reply)
            }
            return OwnerKeyspace(Channels(requests: requests, replies: replies), assembly.framer)
        })
}

/// A pipe with frames in it. `pipe(7)`: a write of at most `PIPE_BUF` bytes is never mixed with another.
private final class PipeChannel: Channel {
    private let readEnd: Descriptor
    private let writeEnd: Descriptor

    init?(waits: Bool) {
        var numbers: [Int32] = [0, 0]
        guard cf_pipe_cloexec(&numbers) == 0 else { return nil }
        readEnd = Descriptor(owning: numbers[0])
        writeEnd = Descriptor(owning: numbers[1])
        if !waits { _ = fcntl(numbers[1], F_SETFL, O_NONBLOCK) }
    }

    var readable: Int32 { readEnd.number }
    var writable: Int32 { writeEnd.number }

    func send(_ frame: Frame) -> Bool {
        var rest = frame.bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(writable, $0.baseAddress!, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                return false  // Nothing of the frame is in: it is not longer than PIPE_BUF.
            } else if errno != EINTR {
                preconditionFailure("write to a pipe: error \(errno)")
            }
        }
        return true
    }

    func receive() -> Frame {
        var header: [UInt8] = take(Frame.headerBytes)
        while true {
            if let (start, length) = Frame.header(header) {
                var frame = start
                frame.payload = take(length)
                return frame
            }
            // Not where a frame begins: look on, a byte further.
            header.removeFirst()
            header += take(1)
        }
    }

    private func take(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes { read(readable, $0.baseAddress! + have, count - have) }
            if got > 0 {
                have += got
            } else if got == 0 || errno != EINTR {
                _exit(1)  // The other side is gone, and without it there are no keys.
            }
        }
        return bytes
    }
}

import CLinux
import Glibc

extension StateSharing {
    /// A process that owns the keys, and POSIX message queues to it and back.
    static let mq = StateSharing(
        name: "mq", summary: "an owner process behind POSIX message queues",
        suits: { $0 == .processes },
        make: { assembly in
            QueueChannel.raiseLimit()
            guard let requests = QueueChannel(waits: true, index: 0) else { return nil }
            var replies: [any Channel] = []
            for slot in 0..<Limits.ownerSlots {
                guard let reply = QueueChannel(waits: false, index: slot + 1) else { return nil }
                replies.append(reply)
            }
            return OwnerKeyspace(Channels(requests: requests, replies: replies), assembly.framer)
        })
}

/// A message queue with a frame a message. `mq_overview(7)`. Its name is removed as soon as it is open, so none is left.
private final class QueueChannel: Channel {
    /// What all queues of a user may hold together, in bytes: RLIMIT_MSGQUEUE of mq_overview(7), 819,200 by default. A
    /// server needs a fifth of that.
    private static let wantedLimit: rlim_t = 64 << 20
    private static let requestMessages = 4
    private static let replyMessages = 1
    private static let messageBytes = 4096
    private let readEnd: Descriptor
    private let writeEnd: Descriptor

    init?(waits: Bool, index: Int) {
        let name = "/reference-server-\(getpid())-\(index)"
        let reading = cf_mq_create(name, waits ? Self.requestMessages : Self.replyMessages, Self.messageBytes)
        guard reading >= 0 else { return nil }
        let writing = cf_mq_open_writing(name, waits ? 0 : O_NONBLOCK)
        cf_mq_unlink(name)
        guard writing >= 0 else { return nil }
        readEnd = Descriptor(owning: reading)
        writeEnd = Descriptor(owning: writing)
    }

    /// Lets more servers run at once, where that is permitted.
    static func raiseLimit() {
        var limit = rlimit(rlim_cur: wantedLimit, rlim_max: wantedLimit)
        setrlimit(__rlimit_resource_t(__RLIMIT_MSGQUEUE.rawValue), &limit)
    }

    var readable: Int32 { readEnd.number }
    var writable: Int32 { writeEnd.number }

    func send(_ frame: Frame) -> Bool {
        let bytes = frame.bytes
        while cf_mq_send(writable, bytes, bytes.count) != 0 {
            if errno == EAGAIN { return false }
            precondition(errno == EINTR, "mq_send: error \(errno)")
        }
        return true
    }

    func receive() -> Frame {
        var bytes = [UInt8](repeating: 0, count: Self.messageBytes)
        while true {
            let count = cf_mq_receive(readable, &bytes, bytes.count)
            guard count >= Frame.headerBytes else {
                precondition(count >= 0 || errno == EINTR, "mq_receive: error \(errno)")
                continue
            }
            guard let (start, length) = Frame.header(bytes.prefix(Frame.headerBytes)) else { continue }
            var frame = start
            frame.payload = Array(bytes[Frame.headerBytes..<min(count, Frame.headerBytes + length)])
            return frame
        }
    }
}

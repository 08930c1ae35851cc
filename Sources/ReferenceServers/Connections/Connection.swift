import CLinux
import Glibc

/// The parts that all connections of a server share.
package struct ConnectionParts: Sendable {
    package var service: any Service
    package var batcher: any Batcher = WholeBatcher()
    package var executor: any Executor = OnceExecutor()
    package var assembler: any ReplyAssembler = OrderedAssembler()
    package var sender: any Sender = WholeSender()
    package var departure: any Departure = NoDeparture()
    package var closer: any Closer = OnceCloser()
}

/// One stream connection: reads, has requests answered, sends replies.
///
/// `pump` is the whole life of a connection. On a blocking socket it returns when the connection is finished, which is
/// what a process or thread of its own wants; on a non-blocking one it returns when it would have to wait, and says for what.
package final class Connection {
    /// What a connection waits for.
    package enum Wait: Equatable, Sendable {
        case readable
        case writable
        /// Nothing: its turn is over, others come first.
        case turn
        /// It is finished; let it go.
        case finished
    }

    /// The socket; it is closed when the connection goes.
    package let number: Int32
    /// Whether the client broke it off: a reset, or a reply that could not be sent.
    package private(set) var failed = false
    private let parts: ConnectionParts
    private let session: any Session
    private var input = InputBuffer()
    private var batch = ReplyBatch()
    private var output = OutputBuffer()
    private var streaming = false
    private var closing = false
    private var hasMore = false

    /// Takes over an accepted socket.
    package init(_ number: Int32, _ parts: ConnectionParts) {
        self.number = number
        self.parts = parts
        session = parts.service.makeSession()
    }

    deinit {
        session.end()
        parts.closer.close(number, failed: failed)
    }

    /// Works until the socket would block, `turns` reads are done, or the connection is finished.
    package func pump(turns: Int = .max) -> Wait {
        var turns = turns
        while true {
            // Nothing is read while a reply waits: a client that does not read cannot fill our memory.
            if !output.isEmpty {
                switch parts.sender.send(&output, to: number) {
                case .drained: break
                case .wouldBlock: return .writable
                case .failed: return fail()
                }
            }
            switch session.outbox?.flush() {
            case nil, .drained: break
            case .wouldBlock:
                if isNonBlocking { return .writable }
                waitUntilWritable()
                continue
            case .failed: return fail()
            }
            if streaming {
                let continuation = output.extend(session.continueReply)
                streaming = continuation == .stream
                closing = continuation == .close
                continue
            }
            if closing { return finish() }
            if hasMore {
                answer()
                continue
            }
            guard turns > 0 else { return .turn }
            turns -= 1
            switch input.fill(from: number) {
            case .bytes: answer()
            case .wouldBlock: return .readable
            case .end: return .finished  // All whole requests before the end are answered and sent by now.
            case .failed: return fail()
            }
        }
    }

    private func answer() {
        session.outbox?.hold()
        defer { session.outbox?.release(&output, to: number) }
        switch parts.batcher.answer(&input, for: session, by: parts.executor, into: &batch) {
        case .needsInput: hasMore = false
        case .hasMore:
            hasMore = true
            streaming = true
        case .close: closing = true
        }
        if !batch.bytes.isEmpty { parts.assembler.assemble(&batch, into: &output) }
        batch.removeAll()
        if parts.departure.hasLeft(number) {
            output.removeAll()
            closing = true
        }
    }

    private var isNonBlocking: Bool { fcntl(number, F_GETFL) & O_NONBLOCK != 0 }

    private func waitUntilWritable() {
        var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
    }

    private func fail() -> Wait {
        failed = true
        return .finished
    }

    /// Closes so that the last reply arrives: closing with unread input would send a reset that overtakes it.
    private func finish() -> Wait {
        shutdown(number, Int32(SHUT_WR))
        var scratch = [UInt8](repeating: 0, count: Limits.readChunkBytes)
        var left = Limits.lingerBytes
        while left > 0 {
            let count = recv(number, &scratch, scratch.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            left -= count
        }
        return .finished
    }
}

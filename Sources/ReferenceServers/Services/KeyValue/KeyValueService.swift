import CLinux
import Glibc

/// A key-value server that speaks RESP2, well enough for redis-cli and redis-benchmark.
package struct KeyValueService: Service {
    private let keyspace: any Keyspace
    private var commands: [[UInt8]: Command]
    private let hasConnections: Bool
    private let board: (any ChannelBoard)?

    /// Creates the service. Without connections there are no transactions: nothing says whose request a datagram is.
    ///
    /// - Parameter board: who is subscribed to what; nil where there are no channels.
    package init(
        _ keyspace: any Keyspace, commands: [[UInt8]: Command], hasConnections: Bool, board: (any ChannelBoard)?
    ) {
        self.keyspace = keyspace
        self.commands = commands
        self.hasConnections = hasConnections
        self.board = board
        guard let board else { return }
        let publish = Command.publish(on: board)
        self.commands[Array(publish.name.utf8)] = publish
    }

    package func makeSession() -> any Session {
        KeyValueSession(keyspace, commands, hasConnections ? TransactionQueue() : nil, board.map(Subscriptions.init))
    }
}

private final class KeyValueSession: Session {
    private let keyspace: any Keyspace
    private let commands: [[UInt8]: Command]
    /// Nil where there are no transactions.
    private var queue: TransactionQueue?
    /// Nil where there are no channels.
    private let subscriptions: Subscriptions?

    init(
        _ keyspace: any Keyspace, _ commands: [[UInt8]: Command], _ queue: TransactionQueue?,
        _ subscriptions: Subscriptions?
    ) {
        self.keyspace = keyspace
        self.commands = commands
        self.queue = queue
        self.subscriptions = subscriptions
    }

    var outbox: Outbox? { subscriptions?.outbox }

    func end() { subscriptions?.end() }

    func frame(_ bytes: Span<UInt8>) -> RequestFrame { RequestReader.frame(bytes) }

    func refuse(_ reason: String, into reply: inout [UInt8]) {
        Reply.failure("ERR Protocol error: \(reason)").append(to: &reply)
    }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
        guard let words = RequestReader.words(request) else {
            refuse("expected an array of bulk strings", into: &reply)
            return .close
        }
        guard let first = words.first else { return .next }  // Redis skips empty requests.
        let name = Command.capitals(first)
        if name == Self.crash { abort() }  // Not in any list: the worker that gets it dies.
        if name == Self.quit {
            Reply.ok.append(to: &reply)
            return .close
        }
        if let notices = subscriptions?.answer(name, words) {
            for notice in notices { notice.append(to: &reply) }
        } else {
            execute(name, words).append(to: &reply)
        }
        return .next
    }

    private static let quit = Array("QUIT".utf8)
    private static let crash = Array("CRASH".utf8)

    private func execute(_ name: [UInt8], _ words: [[UInt8]]) -> Reply {
        let decision = queue?.steer(name, words)
        switch decision {
        case .answer(let reply)?: return reply
        case .execute(let transaction)?: return keyspace.execute(transaction)
        case nil: break
        }
        guard let command = commands[name] else {
            queue?.refuse()
            let text = String(decoding: words[0].prefix(128), as: UTF8.self)
            return .failure("ERR unknown command '\(Reply.printable(text))'")
        }
        guard command.accepts(words.count) else {
            queue?.refuse()
            return .wrongNumber(of: name)
        }
        if let queued = queue?.add(KeyValueRequest(command: command, words: words)) { return queued }
        return keyspace.execute(command, words)
    }
}

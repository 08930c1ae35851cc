/// A key-value server that speaks memcached's text protocol, well enough for its client libraries: what `Command` knows of
/// it. Values do not expire, and nothing is evicted.
package struct MemcachedService: Service {
    private let keyspace: any Keyspace

    package init(_ keyspace: any Keyspace) {
        self.keyspace = keyspace
    }

    package func makeSession() -> any Session { MemcachedSession(keyspace) }
}

private final class MemcachedSession: Session {
    private let keyspace: any Keyspace

    init(_ keyspace: any Keyspace) {
        self.keyspace = keyspace
    }

    func frame(_ bytes: Span<UInt8>) -> RequestFrame { MemcachedRequestReader.frame(bytes) }

    func refuse(_ reason: String, into reply: inout [UInt8]) {
        reply += Array("CLIENT_ERROR \(reason)\r\n".utf8)
    }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
        let words = MemcachedRequestReader.words(request)
        let name = String(decoding: words.first ?? [], as: UTF8.self)
        switch name {
        case "quit": return .close
        case "version": reply += Array("VERSION 1.6.0\r\n".utf8)
        case "mn": reply += Array("MN\r\n".utf8)
        case "md" where words.count > 1: deleteMeta(words, into: &reply)
        case "get", "gets": read(Array(words.dropFirst()), withVersions: name == "gets", into: &reply)
        case "gat", "gats": read(Array(words.dropFirst(2)), withVersions: name == "gats", into: &reply)
        default: change(words, into: &reply)
        }
        return .next
    }

    /// Each key by itself.
    private func read(_ keys: [[UInt8]], withVersions: Bool, into reply: inout [UInt8]) {
        guard !keys.isEmpty, let command = MemcachedCommands.named("get") else {
            reply += Array("ERROR\r\n".utf8)
            return
        }
        for key in keys {
            guard case .bulk(let encoded) = keyspace.execute(command, [Array("get".utf8), key]),
                let item = MemcachedItem(encoded)
            else { continue }
            let version = withVersions ? " \(item.version)" : ""
            reply += Array("VALUE ".utf8) + key + Array(" \(item.flags) \(item.data.count)\(version)\r\n".utf8)
            reply += item.data + [0x0D, 0x0A]
        }
        reply += Array("END\r\n".utf8)
    }

    private func change(_ words: [[UInt8]], into reply: inout [UInt8]) {
        guard let first = words.first, let command = MemcachedCommands.named(String(decoding: first, as: UTF8.self))
        else {
            reply += Array("ERROR\r\n".utf8)
            return
        }
        var words = words
        let isSilent = MemcachedRequestReader.takeNoReply(&words)
        guard command.accepts(words.count) else {
            reply += Array("ERROR\r\n".utf8)
            return
        }
        let answer = keyspace.execute(command, words)
        if !isSilent { reply += Self.line(answer) }
    }

    /// `md KEY O… q`: of its flags only the opaque token and the key are repeated.
    private func deleteMeta(_ words: [[UInt8]], into reply: inout [UInt8]) {
        guard let command = MemcachedCommands.named("delete") else { return }
        let answer = keyspace.execute(command, [Array("delete".utf8), words[1]])
        let isFound = answer == MemcachedCommands.deleted
        let flags = words.dropFirst(2)
        if isFound, flags.contains(Array("q".utf8)) { return }
        reply += Array((isFound ? "HD" : "NF").utf8)
        for flag in flags where flag.first == UInt8(ascii: "O") { reply += [0x20] + flag }
        if flags.contains(Array("k".utf8)) { reply += Array(" k".utf8) + words[1] }
        reply += [0x0D, 0x0A]
    }

    private static func line(_ reply: Reply) -> [UInt8] {
        switch reply {
        case .simple(let text): text + [0x0D, 0x0A]
        case .integer(let number): Array("\(UInt64(bitPattern: number))\r\n".utf8)
        case .error(let text) where text.starts(with: "CLIENT_ERROR".utf8): text + [0x0D, 0x0A]
        case .error(let text): Array("SERVER_ERROR ".utf8) + text + [0x0D, 0x0A]
        default: Array("SERVER_ERROR no such reply\r\n".utf8)
        }
    }
}

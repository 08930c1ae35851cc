/// One command of the kv service.
package struct Command: Sendable {
    /// Which words of a request are keys.
    package enum Keys: Sendable {
        case none
        /// The word behind the name.
        case first
        /// The two words behind the name: LMOVE.
        case firstTwo
        /// All words behind the name.
        case all
        /// Every second word behind the name: MSET.
        case everyOther
        /// The command touches every key there is.
        case everything
    }

    /// Its name in capitals.
    package let name: String
    /// How many words a request has, the name included; negative: at least so many. As in Redis.
    package let arity: Int
    /// What the command does with its keys.
    package let purpose: Purpose
    package let keys: Keys
    /// The words, name included, and the table; their number is right, and the keys are isolated.
    package let run: @Sendable ([[UInt8]], any Table) -> Reply

    init(
        _ name: String, _ arity: Int, _ purpose: Purpose, _ keys: Keys,
        _ run: @escaping @Sendable ([[UInt8]], any Table) -> Reply
    ) {
        self.name = name
        self.arity = arity
        self.purpose = purpose
        self.keys = keys
        self.run = run
    }

    /// Whether a request may have so many words.
    func accepts(_ words: Int) -> Bool { arity < 0 ? words >= -arity : words == arity }

    /// A command's name as `byName` has it.
    static func capitals(_ name: [UInt8]) -> [UInt8] { name.map { 0x61 <= $0 && $0 <= 0x7A ? $0 - 0x20 : $0 } }

    /// The keys of a request that can be named.
    func keys(of words: [[UInt8]]) -> [[UInt8]] {
        switch keys {
        case .none, .everything: []
        case .first: [words[1]]
        case .firstTwo: [words[1], words[2]]
        case .all: Array(words.dropFirst())
        case .everyOther: stride(from: 1, to: words.count, by: 2).map { words[$0] }
        }
    }

    /// All commands by name, those of the kv service in capitals. A new command is an entry of one of these lists.
    package static let byName: [[UInt8]: Command] = Dictionary(
        uniqueKeysWithValues: (stringCommands + counterCommands + listCommands + setCommands + hashCommands
            + serverCommands + MemcachedCommands.all).map {
                (Array($0.name.utf8), $0)
            })
}

extension Reply {
    static let ok = Reply.simple(Array("OK".utf8))
    static let wrongType = failure("WRONGTYPE Operation against a key holding the wrong kind of value")
    static let notAnInteger = failure("ERR value is not an integer or out of range")
    static let notPositive = failure("ERR value is out of range, must be positive")
    static let overflow = failure("ERR increment or decrement would overflow")
    static let syntaxError = failure("ERR syntax error")

    static func wrongNumber(of command: [UInt8]) -> Reply {
        failure("ERR wrong number of arguments for '\(String(decoding: command, as: UTF8.self).lowercased())' command")
    }

    /// An error reply is one line.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }

    static func failure(_ text: String) -> Reply { .error(Array(text.utf8)) }
    static func bulkOrNull(_ bytes: [UInt8]?) -> Reply { bytes.map(Reply.bulk) ?? .null }
}

/// What a checker knows of a RESP command.
struct RESPCommand: Sendable {
    /// What the command does to the keys it names, as far as checking goes.
    enum Effect: Sendable, Equatable {
        /// Modelled: its replies are checked.
        case string(RESPStringEffect), hash(RESPHashEffect), set(RESPSetEffect), sortedSet(RESPSortedSetEffect)
        case list(RESPListEffect), lifetime(RESPLifetimeEffect)
        /// Publishes to channels, or subscribes to them.
        case channel(RESPChannelEffect)
        /// MULTI, EXEC and what belongs to them.
        case transaction
        /// A script with the keys that it uses.
        case script
        /// Touches no key.
        case none
        /// Reads keys in a way that is not modelled.
        case reads
        /// May write its first argument, or every argument, in a way that is not modelled.
        case writesFirst, writesNamed
        /// Removes all keys, at once.
        case flush
        /// May write any key.
        case writesAll
    }

    var name: String
    var effect: Effect
    var shape: ReplyShape
    /// The reply equals the first argument (ECHO; PING with one).
    var echoes = false
    /// May wait for other clients as long as it likes.
    var blocks = false
    /// The connection stops being one reply to one request.
    var endsPairing = false
    /// The server may close after it.
    var closes = false

    /// Whether more of its words than the first may be names of keys.
    var namesManyKeys: Bool {
        switch effect {
        case .string(.delete), .string(.exists), .string(.mset), .string(.msetnx), .string(.mget), .set(.move): true
        case .list(.move), .list(.rotate), .list(.wait), .list(.waitAndMove), .list(.waitAndRotate): true
        default: false
        }
    }

    static let unknown = RESPCommand(name: "", effect: .writesNamed, shape: .any)

    /// Finds a command by the bytes of a request's first word, in any case.
    ///
    /// - Complexity: O(length of the word), at most `longestName`.
    static func index(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        guard (1...longestName).contains(range.count) else { return 0 }
        var key: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { key = (key ^ UInt64(upper(bytes[index]))) &* 0x100_0000_01B3 }
        guard let found = byKey[key] else { return 0 }
        // Two names may share a key by an opponent's choice, so look.
        return table[found].name.utf8.elementsEqual(bytes[range].lazy.map(upper)) ? found : 0
    }

    static let longestName = 24

    static let multi = table.firstIndex { $0.name == "MULTI" }!
    static let exec = table.firstIndex { $0.name == "EXEC" }!
    static let discard = table.firstIndex { $0.name == "DISCARD" }!
    static let reset = table.firstIndex { $0.name == "RESET" }!
    static let watch = table.firstIndex { $0.name == "WATCH" }!
    static let unwatch = table.firstIndex { $0.name == "UNWATCH" }!
    static let ping = table.firstIndex { $0.name == "PING" }!
    static let client = table.firstIndex { $0.name == "CLIENT" }!
    static let debug = table.firstIndex { $0.name == "DEBUG" }!
    static let failover = table.firstIndex { $0.name == "FAILOVER" }!
    static let shutdown = table.firstIndex { $0.name == "SHUTDOWN" }!

    private static func upper(_ byte: UInt8) -> UInt8 {
        byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte
    }

    private static let byKey: [UInt64: Int] = {
        var map: [UInt64: Int] = [:]
        for (index, command) in table.enumerated() where index > 0 {
            var key: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in command.name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
            map[key] = index
        }
        return map
    }()
}

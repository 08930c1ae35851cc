import Wire

/// What may be asked, and how it is answered. doc/protocol.txt of memcached 1.6.
struct MemcachedCommand: Sendable {
    /// What a command does to the keys that it names, as far as checking goes.
    enum Effect: UInt8, Sendable {
        case get, gat, set, add, replace, append, prepend, cas, delete, incr, decr, touch
        case metaGet, metaSet, metaDelete, metaArithmetic
        /// Touches no key.
        case none
        /// May change what its words name.
        case writesNamed
        /// May change any key.
        case writesAll
    }

    var name: String
    var effect: Effect
    var replies: MemcachedReply.Kinds
    /// The connection stops being one reply to one request.
    var endsPairing = false
    /// The server closes behind it, without a reply.
    var isSilent = false

    /// Which word is the length of a value that follows the line.
    var lengthPlace: Int? {
        switch effect {
        case .set, .add, .replace, .append, .prepend, .cas: 4
        case .metaSet: 2
        default: nil
        }
    }

    /// The fewest words with which the server reads a value.
    var leastWords: Int { effect == .cas ? 6 : effect == .metaSet ? 3 : 5 }

    /// Whether its flags are single letters.
    var isMeta: Bool {
        switch effect {
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic: true
        default: false
        }
    }

    /// Which word is the first flag of a meta command.
    var firstFlag: Int { effect == .metaSet ? 3 : 2 }

    /// Whether `noreply` as its last word means anything.
    var takesNoReply: Bool {
        switch effect {
        case .set, .add, .replace, .append, .prepend, .cas, .delete, .incr, .decr, .touch, .writesAll: true
        default: name == "verbosity" || name == "cache_memlimit"
        }
    }

    /// Whether it stores the value behind its line.
    var stores: Bool { lengthPlace != nil }

    private typealias Kinds = MemcachedReply.Kinds
    private static let stored: Kinds = [.stored, .notStored]

    /// Index 0 stands for every command that is not known.
    static let table: [MemcachedCommand] =
        [
            MemcachedCommand(name: "", effect: .writesNamed, replies: .any),
            MemcachedCommand(name: "get", effect: .get, replies: .value),
            MemcachedCommand(name: "gets", effect: .get, replies: .value),
            MemcachedCommand(name: "gat", effect: .gat, replies: .value),
            MemcachedCommand(name: "gats", effect: .gat, replies: .value),
            MemcachedCommand(name: "set", effect: .set, replies: stored),
            MemcachedCommand(name: "add", effect: .add, replies: stored),
            MemcachedCommand(name: "replace", effect: .replace, replies: stored),
            MemcachedCommand(name: "append", effect: .append, replies: stored),
            MemcachedCommand(name: "prepend", effect: .prepend, replies: stored),
            MemcachedCommand(name: "cas", effect: .cas, replies: [.stored, .notStored, .exists, .notFound]),
            MemcachedCommand(name: "delete", effect: .delete, replies: [.deleted, .notFound]),
            MemcachedCommand(name: "incr", effect: .incr, replies: [.number, .notFound]),
            MemcachedCommand(name: "decr", effect: .decr, replies: [.number, .notFound]),
            MemcachedCommand(name: "touch", effect: .touch, replies: [.touched, .notFound]),
            MemcachedCommand(name: "version", effect: .none, replies: .version),
            MemcachedCommand(name: "verbosity", effect: .none, replies: .ok),
            MemcachedCommand(name: "stats", effect: .none, replies: [.stats, .value, .ok, .other]),
            MemcachedCommand(name: "flush_all", effect: .writesAll, replies: .ok),
            MemcachedCommand(name: "quit", effect: .none, replies: [], isSilent: true),
        ] + meta + administration

    private static let meta: [MemcachedCommand] = [
        MemcachedCommand(name: "mg", effect: .metaGet, replies: [.metaValue, .metaDone, .metaMiss]),
        MemcachedCommand(
            name: "ms", effect: .metaSet, replies: [.metaDone, .metaNotStored, .metaExists, .metaNotFound]),
        MemcachedCommand(name: "md", effect: .metaDelete, replies: [.metaDone, .metaExists, .metaNotFound]),
        MemcachedCommand(
            name: "ma", effect: .metaArithmetic,
            replies: [.metaValue, .metaDone, .metaNotStored, .metaExists, .metaNotFound]),
        MemcachedCommand(name: "mn", effect: .none, replies: .metaNoop),
        MemcachedCommand(name: "me", effect: .none, replies: [.metaDebug, .metaMiss]),
    ]

    private static let administration: [MemcachedCommand] = [
        MemcachedCommand(name: "cache_memlimit", effect: .writesAll, replies: .any),
        MemcachedCommand(name: "slabs", effect: .writesAll, replies: .any),
        MemcachedCommand(name: "lru", effect: .writesAll, replies: .any),
        MemcachedCommand(name: "debugtime", effect: .writesAll, replies: .any),
        MemcachedCommand(name: "shutdown", effect: .writesAll, replies: .any, isSilent: true),
        MemcachedCommand(name: "lru_crawler", effect: .writesAll, replies: .any, endsPairing: true),
        MemcachedCommand(name: "watch", effect: .none, replies: .any, endsPairing: true),
    ]

    static func at(_ place: Int) -> MemcachedCommand { table[table.indices.contains(place) ? place : 0] }

    /// The place of a command in the table, by the bytes of a request's first word; 0 for an unknown one, as one in capitals is.
    static func place(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        guard (1...longestName).contains(range.count) else { return 0 }
        var key: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { key = (key ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        guard let found = places[key] else { return 0 }
        // Two names may share a key by an opponent's choice, so look.
        var index = range.lowerBound
        for byte in table[found].name.utf8 {
            guard index < range.upperBound, bytes[index] == byte else { return 0 }
            index += 1
        }
        return index == range.upperBound ? found : 0
    }

    static func named(_ bytes: Span<UInt8>, _ range: Range<Int>) -> MemcachedCommand? {
        let place = place(bytes, range)
        return place == 0 ? nil : table[place]
    }

    static func named(_ bytes: [UInt8], _ range: Range<Int>) -> MemcachedCommand? { named(bytes.span, range) }

    private static let longestName = 16

    private static let places: [UInt64: Int] = {
        var map: [UInt64: Int] = [:]
        for (index, command) in table.enumerated() where index > 0 {
            var key: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in command.name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01B3 }
            map[key] = index
        }
        return map
    }()
}

import Verification
import Wire

/// What stands against judging single keys: few have any of it.
struct MemcachedTraits: Sendable {
    private var keys = ByteInterner()
    private var found: [Trait] = []

    struct Trait: OptionSet, Sendable {
        let rawValue: UInt16

        /// It may be gone at a time that nobody knows exactly.
        static let expires = Trait(rawValue: 1)
        /// It is counted.
        static let counts = Trait(rawValue: 2)
        /// Something was written to it that memcached may take for a number, in another form than it writes numbers, or
        /// one of more than 63 bits.
        static let oddNumber = Trait(rawValue: 4)
        /// Text is added to it.
        static let grows = Trait(rawValue: 8)
        /// It was written with client flags.
        static let hasFlags = Trait(rawValue: 16)
        /// It was read without asking for the flags.
        static let hidesFlags = Trait(rawValue: 32)
        /// So large that its slab class holds few: these are evicted soon.
        static let large = Trait(rawValue: 64)
        /// Done to it is what is not modelled.
        static let unknown = Trait(rawValue: 128)

        /// Whether what happens to the key is not modelled.
        var isExcluded: Bool {
            if !isDisjoint(with: [.expires, .unknown]) { return true }
            if contains(.counts), !isDisjoint(with: [.oddNumber, .grows, .hasFlags]) { return true }
            return contains(.hasFlags) && !isDisjoint(with: [.grows, .hidesFlags])
        }
    }

    /// A page of memcached holds a thousand values of that size: one that was just written is not the next to be evicted.
    static let largeBytes = 1 << 10

    /// Of a key.
    ///
    /// - Complexity: O(length); O(1) where no key has any.
    func of(_ bytes: [UInt8], _ key: Range<Int>) -> Trait {
        guard keys.count > 0, let id = keys.lookup(bytes, key) else { return [] }
        return found[id]
    }

    private mutating func add(_ trait: Trait, _ bytes: [UInt8], _ key: Range<Int>) {
        let id = keys.intern(bytes, key)
        if id == found.count { found.append([]) }
        found[id].insert(trait)
    }

    /// Notes what a request does.
    mutating func note(_ command: MemcachedCommand, _ bytes: [UInt8], _ words: [Range<Int>]) {
        guard words.count > 1 else { return }
        switch command.effect {
        case .get, .delete, .none, .writesNamed, .writesAll: return
        case .incr, .decr: add(.counts, bytes, words[1])
        case .touch: if words.count > 2, !isZero(bytes, words[2]) { add(.expires, bytes, words[1]) }
        case .gat:
            guard !isZero(bytes, words[1]) else { return }
            for key in words.dropFirst(2) { add(.expires, bytes, key) }
        case .set, .add, .replace, .append, .prepend, .cas:
            guard words.count > 5 else { return }
            noteStored(bytes, key: words[1], words[words.count - 1])
            if command.effect == .append || command.effect == .prepend {
                // Its flags and its time are not taken.
                return add(.grows, bytes, words[1])
            }
            if !isZero(bytes, words[3]) { add(.expires, bytes, words[1]) }
            if !isZero(bytes, words[2]) { add(.hasFlags, bytes, words[1]) }
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic: noteMeta(command, bytes, words)
        }
    }

    private mutating func noteStored(_ bytes: [UInt8], key: Range<Int>, _ value: Range<Int>) {
        if value.count > Self.largeBytes { add(.large, bytes, key) }
        if MemcachedNumber.isOdd(bytes, value) { add(.oddNumber, bytes, key) }
    }

    private mutating func noteMeta(_ command: MemcachedCommand, _ bytes: [UInt8], _ words: [Range<Int>]) {
        let key = words[1]
        let flags = MemcachedFlags(command, bytes, words)
        if !flags.isModelled { add(.unknown, bytes, key) }
        if flags.expires { add(.expires, bytes, key) }
        switch command.effect {
        case .metaGet:
            if flags.has("v"), !flags.has("f") { add(.hidesFlags, bytes, key) }
        case .metaSet:
            if let value = words.last, words.count > 3 { noteStored(bytes, key: key, value) }
            if flags.mode == .append || flags.mode == .prepend { add(.grows, bytes, key) }
            if flags.hasClientFlags { add(.hasFlags, bytes, key) }
        case .metaArithmetic: add(.counts, bytes, key)
        default: break
        }
    }

    private func isZero(_ bytes: [UInt8], _ word: Range<Int>) -> Bool {
        word.count == 1 && bytes[word.lowerBound] == UInt8(ascii: "0")
    }
}

/// How memcached reads and writes numbers.
enum MemcachedNumber {
    /// Whether `strtoull` may take the value for a number that it is not in the form in which it is written.
    static func isOdd(_ bytes: [UInt8], _ value: Range<Int>) -> Bool {
        guard let first = value.first else { return true }
        switch bytes[first] {
        case 0x30...0x39:
            let end = withoutPadding(bytes, value)
            return DecimalText.number(bytes, end).map { Cell.integer($0) == nil } ?? true
        case 0x09...0x0D, 0x20, UInt8(ascii: "-"), UInt8(ascii: "+"): return true
        default: return false
        }
    }

    /// A counter that becomes shorter keeps its length, with spaces behind it.
    static func withoutPadding(_ bytes: [UInt8], _ value: Range<Int>) -> Range<Int> {
        guard let first = value.first, (0x30...0x39).contains(bytes[first]), value.count <= longest else {
            return value
        }
        var end = value.upperBound
        while end > value.lowerBound, bytes[end - 1] == 0x20 { end -= 1 }
        for index in value.lowerBound..<end where !(0x30...0x39).contains(bytes[index]) { return value }
        return value.lowerBound..<end
    }

    /// 64 bits in decimal.
    private static let longest = 20
}

import Verification
import Wire

/// Which value each version of a key is, as far as `gets` and its like have told.
struct MemcachedVersions: Sendable {
    /// A value where it was read.
    struct Place: Sendable {
        var conversation: Int32
        var exchange: Int32
        var block: Int32
        fileprivate var hash: Int
    }

    /// Whether no two values have one version, whatever is told: so it is on one server. Behind a proxy there may be
    /// several, which count for themselves.
    let areUnique: Bool
    private var names = ByteInterner()
    /// Nil where one version was told with two values, and both may be right.
    private var places: [Place?] = []

    init(areUnique: Bool) {
        self.areUnique = areUnique
    }

    /// Notes the versions in a reply.
    mutating func note(_ reply: [UInt8], _ call: Call) {
        guard reply.first == UInt8(ascii: "V"), reply.count > 1, reply[1] == UInt8(ascii: "A"), !call.isSilent else {
            return
        }
        switch MemcachedCommand.at(call.command).effect {
        case .get, .gat: break
        default: return
        }
        var words: [Range<Int>] = []
        var start = 0
        var index: Int32 = 0
        while let (block, next) = MemcachedBlock.read(reply.span, at: start, &words) {
            start = next
            defer { index += 1 }
            guard let version = block.version else { continue }
            var hasher = Hasher()
            hasher.combine(reply[block.flags])
            hasher.combine(reply[block.body])
            let place = Place(
                conversation: call.conversation, exchange: call.exchange, block: index, hash: hasher.finalize())
            add(place, Self.name(reply, block.key, reply, version))
        }
    }

    private mutating func add(_ place: Place, _ name: [UInt8]?) {
        guard let name else { return }
        let id = names.intern(name, name.indices)
        if id == places.count {
            places.append(place)
        } else if let known = places[id], known.hash != place.hash, !areUnique {
            places[id] = nil
        }
    }

    /// Where the value of a key's version was read; nil where that is not known.
    func place(_ bytes: [UInt8], key: Range<Int>, version: Range<Int>) -> Place? {
        guard names.count > 0, let name = Self.name(bytes, key, bytes, version),
            let id = names.lookup(name, name.indices)
        else { return nil }
        return places[id]
    }

    /// Version 0 is what a server says that keeps none.
    private static func name(
        _ bytes: [UInt8], _ key: Range<Int>, _ other: [UInt8], _ version: Range<Int>
    ) -> [UInt8]? {
        guard version.count > 1 || (version.count == 1 && other[version.lowerBound] != UInt8(ascii: "0")) else {
            return nil
        }
        return bytes[key] + [0x20] + other[version]
    }
}

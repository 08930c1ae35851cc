/// What a key holds.
package enum Value: Hashable, Sendable {
    case string([UInt8])
    case list(ListValue)
    case set(Set<[UInt8]>)
    case hash(HashValue)
}

/// An end of a list.
package enum ListEnd: Sendable {
    case left
    case right
}

/// A list that grows and shrinks at both ends in amortised constant time.
package struct ListValue: Hashable, Sendable {
    /// The front half, last element first.
    private var front: [[UInt8]] = []
    private var back: [[UInt8]] = []

    package init(_ elements: [[UInt8]] = []) {
        back = elements
    }

    package var count: Int { front.count + back.count }

    package subscript(_ index: Int) -> [UInt8] {
        index < front.count ? front[front.count - 1 - index] : back[index - front.count]
    }

    /// All elements in order. O(n).
    package var elements: [[UInt8]] { front.reversed() + back }

    package mutating func push(_ element: [UInt8], at end: ListEnd) {
        switch end {
        case .left: front.append(element)
        case .right: back.append(element)
        }
    }

    package mutating func pop(at end: ListEnd) -> [UInt8]? {
        switch end {
        case .left: popFront()
        case .right: popBack()
        }
    }

    private mutating func popFront() -> [UInt8]? {
        if front.isEmpty {
            let half = (back.count + 1) / 2
            front = back.prefix(half).reversed()
            back.removeFirst(half)
        }
        return front.popLast()
    }

    private mutating func popBack() -> [UInt8]? {
        if back.isEmpty {
            let half = (front.count + 1) / 2
            back = front.prefix(half).reversed()
            front.removeFirst(half)
        }
        return back.popLast()
    }

    package static func == (left: Self, right: Self) -> Bool { left.elements == right.elements }
    package func hash(into hasher: inout Hasher) { hasher.combine(elements) }
}

/// Fields with values, in the order in which the fields were first set, as Redis keeps small hashes.
package struct HashValue: Hashable, Sendable {
    private(set) package var fields: [[UInt8]] = []
    private var values: [[UInt8]: [UInt8]] = [:]

    package init() {}

    package var count: Int { fields.count }

    /// The value of a field; nil is no field. Setting is O(1) amortised, removing O(fields).
    package subscript(_ field: [UInt8]) -> [UInt8]? {
        get { values[field] }
        set {
            let old = values[field]
            values[field] = newValue
            if old == nil, newValue != nil { fields.append(field) }
            if old != nil, newValue == nil { fields.removeAll { $0 == field } }
        }
    }

    /// Each field and its value behind it. O(n).
    package var pairs: [[UInt8]] { fields.flatMap { [$0, values[$0] ?? []] } }
}

extension Value {
    /// The value as bytes, for memory that processes share: a type byte, then the string, or each element behind its
    /// length. O(size).
    package var encoded: [UInt8] {
        func joined(_ type: UInt8, _ elements: some Collection<[UInt8]>) -> [UInt8] {
            var out = [type]
            out.reserveCapacity(elements.reduce(1) { $0 + 4 + $1.count })
            for element in elements {
                withUnsafeBytes(of: UInt32(element.count).littleEndian) { out.append(contentsOf: $0) }
                out.append(contentsOf: element)
            }
            return out
        }
        return switch self {
        case .string(let bytes): [0] + bytes
        case .list(let list): joined(1, list.elements)
        case .set(let members): joined(2, members)
        case .hash(let hash): joined(3, hash.pairs)
        }
    }

    /// The value that `encoded` wrote. O(size).
    package init(encoded bytes: [UInt8]) {
        if bytes[0] == 0 {
            self = .string(Array(bytes.dropFirst()))
            return
        }
        var elements: [[UInt8]] = []
        var index = 1
        while index < bytes.count {
            let length = bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
            index += 4
            elements.append(Array(bytes[index..<index + length]))
            index += length
        }
        switch bytes[0] {
        case 1: self = .list(ListValue(elements))
        case 2: self = .set(Set(elements))
        default:
            var hash = HashValue()
            for place in stride(from: 0, to: elements.count - 1, by: 2) { hash[elements[place]] = elements[place + 1] }
            self = .hash(hash)
        }
    }
}

/// FNV-1a with a final mix: the same in every process.
package func stableHash(_ key: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash ^= hash >> 32
    return hash &* 0x9E37_79B9_7F4A_7C15 >> 8
}

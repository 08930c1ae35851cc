/// Takes an input apart into small numbers; after its end come zeros.
struct InputReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    mutating func u8() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func u16() -> UInt16 {
        let high = UInt16(u8())
        return high << 8 | UInt16(u8())
    }

    mutating func u32() -> UInt32 {
        let high = UInt32(u16())
        return high << 16 | UInt32(u16())
    }

    /// At most `count` bytes.
    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    mutating func rest() -> [UInt8] {
        take(bytes.count)
    }
}

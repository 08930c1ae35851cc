/// Loads from packet bytes. The standard library checks each against the span's bounds, so a parser's mistake traps
/// instead of reading foreign memory; parsers check lengths first.
extension RawSpan {
    /// The byte at `offset`.
    @inline(__always)
    func u8(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes in network order.
    @inline(__always)
    func be16(_ offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes in network order.
    @inline(__always)
    func be32(_ offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes in network order.
    @inline(__always)
    func be64(_ offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Two bytes, swapped when the file's writer had the other byte order.
    @inline(__always)
    func u16(_ offset: Int, swapped: Bool) -> UInt16 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return swapped ? value.byteSwapped : value
    }

    /// Four bytes, swapped when the file's writer had the other byte order.
    @inline(__always)
    func u32(_ offset: Int, swapped: Bool) -> UInt32 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return swapped ? value.byteSwapped : value
    }

    /// Eight bytes, swapped when the file's writer had the other byte order.
    @inline(__always)
    func u64(_ offset: Int, swapped: Bool) -> UInt64 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return swapped ? value.byteSwapped : value
    }
}

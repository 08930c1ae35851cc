import Glibc

/// The bytes of a history, of which what has been read can be given back: a file would be in memory beside all that was
/// made of it. One of the files where bytes are read through pointers.
struct HistoryBytes {
    let bytes: UnsafeRawBufferPointer
    /// Whether they lie in pages of a mapping that is nobody else's.
    let areMapped: Bool

    /// Bytes that somebody else keeps.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, areMapped: false)
    }

    init(_ bytes: UnsafeRawBufferPointer, areMapped: Bool) {
        self.bytes = bytes
        self.areMapped = areMapped
    }

    /// So much is given back at once.
    static let step = 4 << 20

    /// All but the first bytes.
    func dropFirst(_ count: Int) -> HistoryBytes {
        HistoryBytes(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count)), areMapped: areMapped)
    }

    /// Gives the whole pages of a range back, which nobody reads any more. madvise(2)
    func giveBack(_ range: Range<Int>) {
        guard areMapped, let base = bytes.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (Int(bitPattern: base) + range.lowerBound + page - 1) / page * page
        let end = (Int(bitPattern: base) + range.upperBound) / page * page
        guard start < end, let first = UnsafeMutableRawPointer(bitPattern: start) else { return }
        madvise(first, end - start, MADV_DONTNEED)
    }
}

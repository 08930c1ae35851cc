/// What an ELF file says about how it is started: enough to know whether a library can be preloaded into it.
///
/// Follows the System V ABI, "Object Files" and "Program Loading and Dynamic Linking".
package struct ELFImage: Equatable, Sendable {
    /// 32 or 64.
    package var bits = 64
    /// `e_machine`: 62 for x86-64, 183 for AArch64.
    package var machine: UInt16 = 0
    /// `PT_INTERP`: the dynamic loader, none in a static program.
    package var interpreter: String?
    /// `DT_NEEDED`: the libraries named by the file itself.
    package var needed: [String] = []
    /// Whether a note or section of the Go linker is present.
    package var isGo = false

    /// Why bytes are not a readable ELF program.
    package enum Failure: Error, Equatable {
        /// It does not begin with the magic number.
        case notELF
        /// It does, but what it points to is not there or beyond a limit.
        case damaged(String)
    }

    /// Reads up to `count` bytes at `offset`; fewer at the end of the file.
    package typealias Source = (_ offset: UInt64, _ count: Int) -> [UInt8]

    static let programHeaderLimit = 128
    static let dynamicEntryLimit = 4096
    static let textLimit = 4096
    static let noteLimit = 4096

    /// Reads a little-endian file, 64-bit (of a 32-bit one only that it is one).
    package init(_ source: Source) throws(Failure) {
        let header = source(0, 64)
        guard header.count >= 4, header[0..<4] == [0x7F, 0x45, 0x4C, 0x46] else { throw .notELF }
        guard header.count >= 20 else { throw .damaged("ELF header needs 64 bytes, \(header.count) are there.") }
        machine = header.integer(at: 18)
        guard header[4] == 2 else {
            bits = 32
            return
        }
        guard header.count == 64 else { throw .damaged("ELF header needs 64 bytes, \(header.count) are there.") }
        guard header[5] == 1 else { throw .damaged("ELF file is big-endian.") }

        let segments = try Self.segments(header, source)
        for segment in segments {
            switch segment.type {
            case Segment.interpreter:
                interpreter = try Self.text(at: segment.offset, source)
            case Segment.dynamic:
                needed = try Self.needed(segment, segments, source)
            case Segment.note:
                isGo = isGo || Self.isGoNote(source(segment.offset, min(Self.noteLimit, Int(clamping: segment.size))))
            default:
                break
            }
        }
    }

    private struct Segment {
        static let load: UInt32 = 1
        static let dynamic: UInt32 = 2
        static let interpreter: UInt32 = 3
        static let note: UInt32 = 4

        var type: UInt32
        var offset: UInt64
        var address: UInt64
        var size: UInt64
    }

    private static func segments(_ header: [UInt8], _ source: Source) throws(Failure) -> [Segment] {
        let start: UInt64 = header.integer(at: 32)
        let size = Int(header.integer(at: 54) as UInt16)
        let count = Int(header.integer(at: 56) as UInt16)
        guard size == 56, count <= programHeaderLimit else {
            throw .damaged("ELF program headers: \(count) of \(size) bytes; at most \(programHeaderLimit) of 56.")
        }
        let table = source(start, size * count)
        guard table.count == size * count else {
            throw .damaged("ELF program headers need \(size * count) bytes at \(start), \(table.count) are there.")
        }
        return (0..<count).map { index in
            let at = index * size
            return Segment(
                type: table.integer(at: at), offset: table.integer(at: at + 8), address: table.integer(at: at + 16),
                size: table.integer(at: at + 32))
        }
    }

    private static func needed(
        _ dynamic: Segment, _ segments: [Segment], _ source: Source
    ) throws(Failure) -> [String] {
        let count = min(dynamicEntryLimit, Int(clamping: dynamic.size / 16))
        let table = source(dynamic.offset, count * 16)
        var names: [UInt64] = []
        var strings: UInt64?
        for index in 0..<table.count / 16 {
            let tag: UInt64 = table.integer(at: index * 16)
            let value: UInt64 = table.integer(at: index * 16 + 8)
            if tag == 0 { break }
            if tag == 1 { names.append(value) }
            if tag == 5 { strings = value }
        }
        guard let strings else { return [] }
        let holder = segments.first {
            $0.type == Segment.load && $0.address <= strings && strings - $0.address < $0.size
        }
        guard let holder else { throw .damaged("ELF string table at address \(strings) is in no segment.") }
        let base = holder.offset &+ (strings - holder.address)
        return try names.map { name throws(Failure) in try text(at: base &+ name, source) }
    }

    private static func text(at offset: UInt64, _ source: Source) throws(Failure) -> String {
        let bytes = source(offset, textLimit)
        guard let end = bytes.firstIndex(of: 0) else { throw .damaged("ELF text at \(offset) has no end.") }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// The linker of Go writes a note whose owner is "Go", next to the GNU build id.
    private static func isGoNote(_ bytes: [UInt8]) -> Bool {
        var at = 0
        while at + 12 <= bytes.count {
            let nameSize = Int(bytes.integer(at: at) as UInt32)
            let contentSize = Int(bytes.integer(at: at + 4) as UInt32)
            let name = bytes.dropFirst(at + 12).prefix(nameSize)
            if name.elementsEqual([0x47, 0x6F, 0, 0]) { return true }
            at += 12 + (nameSize + 3) / 4 * 4 + (contentSize + 3) / 4 * 4
        }
        return false
    }
}

extension [UInt8] {
    /// The little-endian integer at an index; the caller has checked that it is inside.
    fileprivate func integer<T: FixedWidthInteger & UnsignedInteger>(at index: Int) -> T {
        var value: T = 0
        for byte in self[index..<index + T.bitWidth / 8].reversed() {
            value = value << 8 | T(byte)
        }
        return value
    }
}

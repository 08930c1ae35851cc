@testable import Perturbation

/// Programs, as far as it matters whether a library can be preloaded into them.
struct ELFTarget: ParserTarget {
    let name = "elf"

    func run(_ input: [UInt8]) {
        var bytesRead = 0
        do throws(ELFImage.Failure) {
            let image = try ELFImage { offset, count in
                bytesRead += count
                guard let start = Int(exactly: offset), start <= input.count else { return [] }
                return Array(input[start...].prefix(count))
            }
            let names = [image.interpreter].compactMap { $0 } + image.needed
            // Bytes that are no UTF-8 become three each.
            require(names.allSatisfy { $0.utf8.count <= 3 * ELFImage.textLimit }, "names are bounded")
            require(image.needed.count <= ELFImage.dynamicEntryLimit, "so is their number")
        } catch {
            if case .damaged(let reason) = error { require(!reason.isEmpty, "an error says why") }
        }
        require(bytesRead <= Self.mostBytesRead, "what is asked of the file is bounded: \(bytesRead) bytes")
        let program = Executable.interpreter(of: Array(input.prefix(Executable.scriptLineLimit)))
        require(program?.isEmpty != true, "a script's interpreter has a name")
    }

    private static let mostBytesRead = 64 << 20

    func seeds() -> [[UInt8]] {
        [
            Self.program([(3, Array("/lib64/ld-linux-x86-64.so.2\0".utf8))]),
            Self.program([(2, Self.dynamic), (1, Array("libc.so.6\0libasan.so.8\0".utf8))]),
            Self.program([
                (4, PacketBytes.le(UInt32(4)) + PacketBytes.le(UInt32(0)) + [4, 0, 0, 0] + Array("Go\0\0".utf8))
            ]),
            Array("#!/usr/bin/env -S python3 -u\n".utf8), Array("#! /bin/sh\n".utf8),
        ]
    }

    /// Two names, the second ten bytes behind the first, in the segment that begins at address 0x1000.
    private static var dynamic: [UInt8] {
        [(1, 0), (1, 10), (5, 0x1000), (0, 0)].flatMap {
            PacketBytes.le(UInt64($0.0)) + PacketBytes.le(UInt64($0.1))
        }
    }

    /// A program of 64 bits with these segments, types and contents.
    private static func program(_ segments: [(type: UInt32, content: [UInt8])]) -> [UInt8] {
        var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        header += PacketBytes.le(UInt16(3)) + PacketBytes.le(UInt16(62)) + PacketBytes.le(UInt32(1))
        header += PacketBytes.le(UInt64(0)) + PacketBytes.le(UInt64(64)) + PacketBytes.le(UInt64(0))
        header += PacketBytes.le(UInt32(0)) + PacketBytes.le(UInt16(64)) + PacketBytes.le(UInt16(56))
        header += PacketBytes.le(UInt16(segments.count)) + [UInt8](repeating: 0, count: 6)
        var offset = 64 + 56 * segments.count
        var table: [UInt8] = []
        var contents: [UInt8] = []
        for (type, content) in segments {
            let size = UInt64(content.count)
            table += PacketBytes.le(type) + PacketBytes.le(UInt32(4)) + PacketBytes.le(UInt64(offset))
            table += PacketBytes.le(UInt64(0x1000)) + PacketBytes.le(UInt64(0x1000))
            table += PacketBytes.le(size) + PacketBytes.le(size) + PacketBytes.le(UInt64(1))
            contents += content
            offset += content.count
        }
        return header + table + contents
    }
}

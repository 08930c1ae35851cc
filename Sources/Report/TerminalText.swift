import Foundation

/// What may go to a terminal: no byte of a target, a file or a flag acts on it.
///
/// Control characters (C0 but for line feed and tab, DEL, C1), and those that turn the direction of text or break lines
/// unseen, are written as `\u009b`, which JSON reads as what it was.
public enum TerminalText {
    /// The bytes to write.
    ///
    /// - Complexity: O(length of the text).
    public static func escaped(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { bytes in
            var out: [UInt8] = []
            out.reserveCapacity(bytes.count)
            var index = 0
            var copied = 0
            while index < bytes.count {
                // Nearly all bytes are printable ASCII or the tail of something harmless.
                let byte = bytes[index]
                guard byte < 0x20 || byte == 0x7F || leads.contains(byte),
                    let (length, replacement) = replacement(bytes, index)
                else {
                    index += 1
                    continue
                }
                out.append(contentsOf: bytes[copied..<index])
                out.append(contentsOf: replacement.utf8)
                index += length
                copied = index
            }
            out.append(contentsOf: bytes[copied...])
            return out
        }
    }

    /// The first bytes, in UTF-8, of characters that are replaced: U+0080…, U+061C, U+200E…, U+FDD0…, U+FEFF.
    private static let leads: Set<UInt8> = [0xC2, 0xD8, 0xE2, 0xEF]

    /// What stands for the character at `index`; nil where it may stay.
    private static func replacement(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (Int, String)? {
        let byte = bytes[index]
        if byte < 0x80 { return byte == 0x0A || byte == 0x09 ? nil : (1, code(UInt32(byte))) }
        let length = byte < 0xE0 ? 2 : 3
        guard index + length <= bytes.count else { return nil }
        var value = UInt32(byte & (length == 2 ? 0x1F : 0x0F))
        for next in bytes[(index + 1)..<(index + length)] { value = value << 6 | UInt32(next & 0x3F) }
        if let style = TerminalStyle.sequences[value] { return (length, style) }
        return acts(value) ? (length, code(value)) : nil
    }

    /// Controls, marks and isolates of direction, line and paragraph separators, the byte order mark.
    private static func acts(_ value: UInt32) -> Bool {
        switch value {
        case 0x80...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func code(_ value: UInt32) -> String {
        let hex = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }
}

/// Colours, where a terminal shows them and NO_COLOR is not set.
///
/// A style is a noncharacter of Unicode (U+FDD0…U+FDD4) until `TerminalText` writes its sequence: so what is styled is
/// told from what came from outside.
public struct TerminalStyle: Sendable {
    private let isColoured: Bool

    /// Decides for one file descriptor.
    public init(descriptor: Int32) {
        let refused = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isatty(descriptor) == 1 && !refused
    }

    func red(_ text: String) -> String { wrap(0xFDD1, text) }
    func green(_ text: String) -> String { wrap(0xFDD2, text) }
    func yellow(_ text: String) -> String { wrap(0xFDD3, text) }
    func bold(_ text: String) -> String { wrap(0xFDD4, text) }

    /// What `TerminalText` writes for each.
    static let sequences: [UInt32: String] = [
        0xFDD0: "\u{1B}[0m", 0xFDD1: "\u{1B}[31m", 0xFDD2: "\u{1B}[32m", 0xFDD3: "\u{1B}[33m", 0xFDD4: "\u{1B}[1m",
    ]

    private static func character(_ mark: UInt16) -> String {
        Unicode.Scalar(mark).map { String(Character($0)) } ?? ""
    }

    private func wrap(_ mark: UInt16, _ text: String) -> String {
        guard isColoured else { return text }
        // Marks of others would end or change the style.
        let own = String(String.UnicodeScalarView(text.unicodeScalars.filter { Self.sequences[$0.value] == nil }))
        return Self.character(mark) + own + Self.character(0xFDD0)
    }
}

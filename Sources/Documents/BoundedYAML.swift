import Yams

/// YAML of a user's file, bounded before anything is built of it: its size, its depth, no anchors and aliases, which let
/// a few lines stand for gigabytes, and scalars alone for keys.
package enum BoundedYAML {
    /// Bytes of a file.
    package static let maximumBytes = 1 << 20
    /// Sequences and mappings in one another.
    static let maximumDepth = 32
    /// The first column that nothing begins behind.
    static let maximumIndentation = 256

    /// Why a text is not read.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    /// The value of the text, as Yams makes it: dictionaries with texts as keys, arrays, texts, numbers…
    ///
    /// - Throws: `Refusal`, or what Yams says of text that is no YAML.
    package static func load(_ text: String) throws -> Any? { try compose(text)?.any }

    /// The text as it is written, each piece with its place.
    ///
    /// - Throws: `Refusal`, or what Yams says of text that is no YAML.
    static func compose(_ text: String) throws -> Node? {
        guard text.utf8.count <= maximumBytes else { throw Refusal(description: "more than \(maximumBytes) bytes") }
        try bound(Array(text.utf8))
        guard let node = try Yams.compose(yaml: text, .default, constructor) else { return nil }
        try bound(node, depth: 0)
        return node
    }

    /// Yams, but for numbers in base 60, in which it multiplies whatever comes: they are texts, as in YAML 1.2.
    private static var constructor: Constructor {
        var scalars = Constructor.defaultScalarMap
        for tag in [Tag.Name.int, .float] {
            let construct = scalars[tag]
            scalars[tag] = { $0.string.contains(":") ? $0.string : construct?($0) }
        }
        return Constructor(scalars)
    }

    private static func bound(_ node: Node, depth: Int) throws {
        guard depth <= maximumDepth else { throw tooDeep }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard case .scalar = key else { throw Refusal(description: "a key that is no text") }
                try bound(value, depth: depth + 1)
            }
        case .sequence(let sequence):
            for value in sequence { try bound(value, depth: depth + 1) }
        case .scalar: break
        case .alias: throw hasAliases
        }
    }

    private static let tooDeep = Refusal(description: "more than \(maximumDepth) lists and maps in one another")
    private static let hasAliases = Refusal(description: "anchors (&) and aliases (*) are not read")

    /// What would be deep or large is seen in the text itself; Yams recurses.
    private static func bound(_ bytes: [UInt8]) throws {
        var depth = 0
        var quote: UInt8?
        var previous: UInt8 = 0x0A
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            defer {
                previous = byte
                index += 1
            }
            if let open = quote {
                if open == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") { index += 1 }
                if byte == open { quote = nil }
                continue
            }
            let begins = previous == 0x0A || previous == 0x20 || previous == 0x09 || "[{,:-".utf8.contains(previous)
            if previous == 0x0A { try boundLine(bytes[index...]) }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): if begins { quote = byte }
            case UInt8(ascii: "#"):
                guard begins else { break }
                while index + 1 < bytes.count, bytes[index + 1] != 0x0A { index += 1 }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= maximumDepth else { throw tooDeep }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "&"), UInt8(ascii: "*"): if begins { throw hasAliases }
            default: break
            }
        }
    }

    /// `- - - -` and spaces: each may open a level.
    private static func boundLine(_ line: ArraySlice<UInt8>) throws {
        let indentation = line.prefix(maximumIndentation + 1).prefix { $0 == 0x20 || "-?\t".utf8.contains($0) }
        let marks = indentation.count { $0 != 0x20 }
        guard indentation.count <= maximumIndentation, marks <= maximumDepth else { throw tooDeep }
    }
}

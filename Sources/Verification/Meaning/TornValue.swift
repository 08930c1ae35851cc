/// A value that nobody wrote as a whole: of which written ones are its pieces?
///
/// A server that reads a file or a buffer while somebody else replaces it answers with the beginning of one value in the
/// length of another, or with two halves.
package struct TornValue {
    /// A value that was written, and what to call the request that did it.
    package struct Written {
        var bytes: ArraySlice<UInt8>
        var name: String

        package init(bytes: ArraySlice<UInt8>, name: String) {
            self.bytes = bytes
            self.name = name
        }
    }

    private let value: ArraySlice<UInt8>
    private let written: [Written]

    package init(_ value: ArraySlice<UInt8>, among written: [Written]) {
        self.value = value
        self.written = written
    }

    /// `it is the first 18 of the 4440 bytes of PUT /a by c3 (packet 15)`; nil where no piece is long enough to tell.
    ///
    /// - Complexity: O(bytes written).
    package var sentence: String? {
        let beginning = longest { Self.shared($0, value) }
        if let beginning, beginning.length == value.count {
            let source = written[beginning.index]
            return "it is the first \(value.count) of the \(source.bytes.count) bytes of \(source.name)"
        }
        let ending = longest { Self.shared($0.reversed(), value.reversed()) }
        if let ending, ending.length == value.count {
            let source = written[ending.index]
            return "it is the last \(value.count) of the \(source.bytes.count) bytes of \(source.name)"
        }
        guard let beginning, let ending, beginning.length + ending.length >= value.count,
            min(beginning.length, ending.length) >= Self.shortestPiece
        else { return nil }
        return "its first \(beginning.length) bytes are those of \(written[beginning.index].name), "
            + "its last \(ending.length) those of \(written[ending.index].name)"
    }

    /// Values of one campaign begin alike: of several candidates only longer pieces tell. Bytes.
    private static let shortestPiece = 24

    private func longest(_ length: (ArraySlice<UInt8>) -> Int) -> (index: Int, length: Int)? {
        var best: (index: Int, length: Int)?
        var isOnly = true
        for (index, source) in written.enumerated() {
            let shared = length(source.bytes)
            // All of it is no piece.
            guard shared > 0, shared < source.bytes.count, shared >= best?.length ?? 0 else { continue }
            isOnly = shared > best?.length ?? 0
            if isOnly { best = (index, shared) }
        }
        guard let best, best.length >= (isOnly ? TokenIndex.shortestToken : Self.shortestPiece) else { return nil }
        return best
    }

    private static func shared(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Int {
        var count = 0
        for (a, b) in zip(left, right) {
            guard a == b else { break }
            count += 1
        }
        return count
    }
}

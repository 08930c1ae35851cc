import Wire

/// A bounded reader over HTTP/1.1 bytes: the one place where heads and chunks are taken apart. It judges a line only once
/// the line is whole, so that what it says of some bytes stays true whatever follows.
struct HTTPReader: ~Escapable {
    let bytes: Span<UInt8>
    let role: Role
    var offset = 0
    /// Why the last read failed.
    var outcome: Framing = .incomplete
    /// The first thing in a reply that is not as the standard wants it.
    var oddity: HTTPOddity?
    /// Where the head must have ended.
    private var limit = HTTPHead.maximumBytes

    @_lifetime(copy bytes)
    init(bytes: Span<UInt8>, role: Role) {
        self.bytes = bytes
        self.role = role
    }

    mutating func fail(at place: Int, _ reason: String) {
        outcome = .malformed(offset: place, reason: reason)
    }

    // MARK: Heads

    /// The head behind any interim ones. 101 is final: another protocol follows.
    mutating func finalHead() -> HTTPHead? {
        for _ in 0...HTTPHead.maximumInterim {
            guard let head = head() else { return nil }
            if head.status >= 200 || head.status == 101 { return head }
        }
        fail(at: offset, "more than \(HTTPHead.maximumInterim) interim replies")
        return nil
    }

    /// Where the final head begins, or whatever is there in its place; moves there.
    mutating func preamble() -> Int {
        for _ in 0...HTTPHead.maximumInterim {
            offset = skippingEmptyLines()
            let start = offset
            guard let head = head(), head.status < 200, head.status != 101 else { return start }
        }
        return offset
    }

    /// The next head; nil: see `outcome`.
    mutating func head() -> HTTPHead? {
        limit = offset + HTTPHead.maximumBytes
        var head = HTTPHead()
        guard role == .client ? requestLine(&head) : statusLine(&head) else { return nil }
        guard fields(&head, noted: true) else { return nil }
        if head.contentLength != nil, !head.flags.isDisjoint(with: [.isChunked, .isOtherwiseCoded]) {
            guard role == .server else {
                fail(at: offset - 1, "both Content-Length and Transfer-Encoding")
                return nil
            }
            head.contentLength = nil
            note(.lengthAndCoding)
        }
        if role == .client, head.flags.contains(.isOtherwiseCoded) {
            fail(at: offset - 1, "a request's last transfer coding is not chunked")
            return nil
        }
        head.end = offset
        head.oddity = oddity
        return head
    }

    mutating func requestLine(_ head: inout HTTPHead) -> Bool {
        // Empty lines before a request are passed over. RFC 9112 section 2.2.
        while offset < bytes.count, bytes[offset] == 0x0D, offset < limit {
            guard offset + 1 < bytes.count else { return false }
            guard bytes[offset + 1] == 0x0A else {
                fail(at: offset + 1, "a CR without LF")
                return false
            }
            offset += 2
        }
        var index = offset
        while index < bytes.count, HTTPReader.isToken(bytes[index]) {
            index += 1
            guard index - offset <= HTTPHead.maximumMethodBytes else {
                fail(at: index - 1, "a method is longer than \(HTTPHead.maximumMethodBytes) bytes")
                return false
            }
        }
        guard index < bytes.count else { return false }
        guard bytes[index] == 0x20, index > offset else {
            fail(at: index, "expected a method and a space")
            return false
        }
        let method = offset..<index
        guard let line = line() else { return false }
        let start = method.upperBound + 1
        let last = line.upperBound - 9
        guard last > start, bytes[last] == 0x20, let isVersion10 = version(at: last + 1),
            !contains(0x20, in: start..<last), !contains(0x09, in: start..<last)
        else {
            fail(at: method.upperBound, "expected a target and HTTP/1.1")
            return false
        }
        if isVersion10 { head.flags.insert(.isVersion10) }
        (head.method, head.target) = (method, start..<last)
        return true
    }

    /// Field lines up to and including the empty line. False: see `outcome`.
    private mutating func fields(_ head: inout HTTPHead, noted: Bool) -> Bool {
        var previous = 0..<0
        for _ in 0...HTTPHead.maximumFields {
            guard let line = line() else { return false }
            if line.isEmpty { return true }
            if role == .server, !previous.isEmpty, bytes[line.lowerBound] == 0x20 || bytes[line.lowerBound] == 0x09 {
                guard !noted || !framesBody(previous) else {
                    fail(at: line.lowerBound, "a field that tells where the body ends goes on in the next line")
                    return false
                }
                note(.foldedField)
                continue
            }
            var colon = line.lowerBound
            while colon < line.upperBound, HTTPReader.isToken(bytes[colon]) { colon += 1 }
            previous = line.lowerBound..<colon
            guard colon < line.upperBound, bytes[colon] == UInt8(ascii: ":"), colon > line.lowerBound else {
                if role == .server {
                    guard oddField(line, isNoted: noted, &head) else { return false }
                    continue
                }
                fail(at: colon, "expected a field name and a colon")
                return false
            }
            let value = trimmed(colon + 1..<line.upperBound)
            if noted, !field(line.lowerBound..<colon, value, &head) { return false }
        }
        fail(at: offset, "more than \(HTTPHead.maximumFields) header fields")
        return false
    }

    /// The next line without its CR LF. Of a reply, LF alone ends a line too, as a recipient may take it to, and a CR within
    /// it does not.
    mutating func line() -> Range<Int>? {
        let start = offset
        let end = min(bytes.count, limit)
        var index = start
        while index < end {
            let byte = bytes[index]
            switch byte {
            case 0x0A:
                let hasCR = index > start && bytes[index - 1] == 0x0D
                guard hasCR || role == .server else {
                    fail(at: index, "an LF without CR")
                    return nil
                }
                if !hasCR { note(.bareLF) }
                offset = index + 1
                return start..<(hasCR ? index - 1 : index)
            case 0x00:
                fail(at: index, "a NUL in the head")
                return nil
            case 0x0D where index + 1 < end && bytes[index + 1] != 0x0A:
                guard role == .server else {
                    fail(at: index + 1, "a CR without LF")
                    return nil
                }
                note(.bareCR)
                index += 1
            default: index += 1
            }
        }
        if end == limit { fail(at: limit, "the head is over \(HTTPHead.maximumBytes) bytes") }
        return nil
    }

    /// Whether it is HTTP/1.0; nil unless `HTTP/1.` and a digit stand there.
    private func version(at start: Int) -> Bool? {
        guard equals("http/1.", start..<start + 7), let minor = decimal(start + 7..<start + 8) else { return nil }
        return minor == 0
    }

    // MARK: Chunks

    /// Moves over a chunked body and its trailers. False: see `outcome`.
    mutating func skipChunks(_ chunk: (Range<Int>) -> Void = { _ in }) -> Bool {
        while true {
            guard let size = chunkSize() else { return false }
            guard size > 0 else {
                limit = offset + HTTPHead.maximumBytes
                var trailers = HTTPHead()
                return fields(&trailers, noted: false)
            }
            let end = offset + size
            if role == .server, end < bytes.count, bytes[end] == 0x0A {
                chunk(offset..<end)
                offset = end + 1
                continue
            }
            for (index, byte) in [(end, 0x0D as UInt8), (end + 1, 0x0A)] where index < bytes.count {
                guard bytes[index] == byte else {
                    fail(at: index, "a chunk of \(size) bytes does not end with CR LF")
                    return false
                }
            }
            guard end + 2 <= bytes.count else { return false }
            chunk(offset..<end)
            offset = end + 2
        }
    }

    private mutating func chunkSize() -> Int? {
        let start = offset
        var index = start
        var size = 0
        while index < bytes.count, let digit = Self.hexadecimal(bytes[index]) {
            guard size >> (4 * (HTTPCodec.maximumChunkDigits - 1)) == 0, index - start < HTTPCodec.maximumChunkLine
            else {
                fail(at: index, "a chunk size of more than \(HTTPCodec.maximumChunkDigits) digits")
                return nil
            }
            size = size << 4 | digit
            index += 1
        }
        guard index < bytes.count else { return nil }
        guard index > start,
            [0x0D, 0x20, 0x09, UInt8(ascii: ";")].contains(bytes[index]) || (role == .server && bytes[index] == 0x0A)
        else {
            fail(at: index, "expected a chunk size")
            return nil
        }
        // Extensions are passed over.
        while index < bytes.count, bytes[index] != 0x0D {
            if role == .server, bytes[index] == 0x0A {
                offset = index + 1
                return size
            }
            guard bytes[index] != 0x0A, index - start < HTTPCodec.maximumChunkLine else {
                fail(at: index, "a chunk size does not end with CR LF")
                return nil
            }
            index += 1
        }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == 0x0A else {
            fail(at: index + 1, "a CR without LF")
            return nil
        }
        offset = index + 2
        return size
    }

    /// Where the data of each chunk lies.
    static func chunks(of bytes: Span<UInt8>, from start: Int) -> [Range<Int>] {
        var reader = HTTPReader(bytes: bytes, role: .server)
        reader.offset = start
        var found: [Range<Int>] = []
        _ = reader.skipChunks { found.append($0) }
        return found
    }
}

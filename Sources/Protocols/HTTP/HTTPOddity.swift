import Wire

/// What servers send against the letter of RFC 9112 and clients understand: noted, and no reason to refuse a reply whose
/// framing does not depend on it.
public enum HTTPOddity: String, Sendable, CaseIterable {
    case spaceBeforeColon = "white space before a field's colon (RFC 9112, 5.1)"
    case foldedField = "a field that goes on in the next line (RFC 9112, 5.2)"
    case oddFieldName = "a field name that is no token (RFC 9110, 5.1)"
    case lineWithoutColon = "a line without a colon among the fields (RFC 9112, 5)"
    case bareLF = "a line that ends with LF alone (RFC 9112, 2.2)"
    case bareCR = "a CR within a line (RFC 9112, 2.2)"
    case emptyLine = "an empty line before the status line (RFC 9112, 4)"
    case statusLine = "a status line of another form (RFC 9112, 4)"
    case lengthAndCoding = "both Content-Length and Transfer-Encoding, which overrides it (RFC 9112, 6.3)"
    case codedTwice = "the transfer coding chunked, said twice (RFC 9112, 6.1)"
}

/// What clients understand of replies that do not keep to the letter.
extension HTTPReader {
    /// Notes an oddity, the first of a head.
    mutating func note(_ found: HTTPOddity) { oddity = oddity ?? found }

    /// Whether the first line is that of a message, or the beginning of one.
    func begins() -> Bool {
        if role == .server {
            let start = skippingEmptyLines()
            let known = min(bytes.count - start, 5)
            return known > 0 && equals("http/", prefix: known, at: start)
        }
        var reader = self
        var head = HTTPHead()
        if reader.requestLine(&head) { return true }
        guard case .incomplete = reader.outcome else { return false }
        var index = reader.offset
        while index < bytes.count, HTTPReader.isToken(bytes[index]) { index += 1 }
        return index > reader.offset && index < bytes.count && bytes[index] == 0x20
    }

    private func equals(_ text: StaticString, prefix count: Int, at start: Int) -> Bool {
        for index in 0..<count where bytes[start + index] | 0x20 != text.utf8Start[index] | 0x20 { return false }
        return true
    }

    /// Where the first line that is not empty begins.
    func skippingEmptyLines() -> Int {
        var start = offset
        while start < bytes.count, bytes[start] == 0x0D || bytes[start] == 0x0A { start += 1 }
        return start
    }

    /// `HTTP/1.1 200 OK`: the reason may be missing, and the separators may be others.
    mutating func statusLine(_ head: inout HTTPHead) -> Bool {
        let first = skippingEmptyLines()
        if first > offset { note(.emptyLine) }
        offset = first
        let known = min(bytes.count - first, 5)
        guard equals("http/", prefix: known, at: first) else {
            fail(at: first, "expected HTTP/1.1")
            return false
        }
        // No later version begins with such a line.
        guard first + 5 >= bytes.count || bytes[first + 5] == 0x30 || bytes[first + 5] == 0x31 else {
            fail(at: first + 5, "expected HTTP/1.1")
            return false
        }
        guard let line = line() else { return false }
        var index = first + 8
        guard line.count >= 12, let major = decimal(first + 5..<first + 6), bytes[first + 6] == UInt8(ascii: "."),
            let minor = decimal(first + 7..<first + 8), bytes[index] == 0x20 || bytes[index] == 0x09
        else {
            fail(at: first, "expected HTTP/1.1, a status of three digits and a space")
            return false
        }
        while index < line.upperBound, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index + 3 <= line.upperBound, let number = decimal(index..<index + 3), number >= 100,
            index + 3 == line.upperBound || decimal(index + 3..<index + 4) == nil
        else {
            fail(at: first, "expected HTTP/1.1, a status of three digits and a space")
            return false
        }
        let hasReason = index + 3 < line.upperBound && bytes[index + 3] == 0x20
        let isPlain =
            index == first + 9 && bytes[first + 8] == 0x20 && bytes[first] == UInt8(ascii: "H") && major == 1
            && (hasReason || index + 3 == line.upperBound)
        if !isPlain { note(.statusLine) }
        if major == 0 || (major == 1 && minor == 0) { head.flags.insert(.isVersion10) }
        head.status = number
        return true
    }

    /// A line of a reply that is no plain field. False: the framing depends on it.
    mutating func oddField(_ line: Range<Int>, isNoted: Bool, _ head: inout HTTPHead) -> Bool {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon < line.upperBound else {
            guard !holdsStatusLine(line) else {
                fail(at: line.lowerBound, "expected a field name and a colon")
                return false
            }
            note(.lineWithoutColon)
            return true
        }
        let name = trimmed(line.lowerBound..<colon)
        if isNoted, framesBody(name) {
            fail(at: name.upperBound, "white space before the colon of a field that tells where the body ends")
            return false
        }
        let isToken = !name.isEmpty && name.allSatisfy { HTTPReader.isToken(bytes[$0]) }
        note(isToken ? .spaceBeforeColon : .oddFieldName)
        guard isNoted, isToken else { return true }
        return field(name, trimmed(colon + 1..<line.upperBound), &head)
    }

    /// The line is that of a head which was cut, and the next head.
    private func holdsStatusLine(_ line: Range<Int>) -> Bool {
        guard line.count >= 7 else { return false }
        return (line.lowerBound...line.upperBound - 7).contains { equals("http/1.", $0..<$0 + 7) }
    }

    func framesBody(_ name: Range<Int>) -> Bool {
        equals("content-length", name) || equals("transfer-encoding", name)
    }
}

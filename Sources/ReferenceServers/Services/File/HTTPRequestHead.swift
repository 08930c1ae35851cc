/// The request line and the header fields of an HTTP/1.1 request, as far as the file service needs them. RFC 9112.
package struct HTTPRequestHead: Equatable, Sendable {
    package var method: String
    /// The path, decoded, as its segments: no empty one, no `.`, never `..`.
    package var path: [String]
    /// The body's length; 0 without the field.
    package var contentLength = 0
    package var hasTransferCoding = false
    package var keepsAlive = true
    package var expectsContinue = false
    package var range: ByteRange?

    /// The longest head.
    package static let maximumBytes = 16 << 10

    /// Reads a head, its empty line included.
    ///
    /// - Throws: the reply's status for a head that is not right: 400, 403 for a path that leaves the root, 505.
    package init(_ bytes: Span<UInt8>) throws(HTTPStatus) {
        let text = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true)
        let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty else { throw .badRequest }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
            throw words[2].hasPrefix("HTTP/") ? .versionNotSupported : .badRequest
        }
        method = String(words[0])
        path = try Self.segments(words[1])
        keepsAlive = words[2] == "HTTP/1.1"
        var hosts = 0
        var lengths: Set<Int> = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line.first != " ", line[..<colon].last != " " else {
                throw .badRequest
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch line[..<colon].lowercased() {
            case "host": hosts += 1
            case "content-length":
                guard let length = Int(value), length >= 0, value.allSatisfy(\.isNumber) else { throw .badRequest }
                lengths.insert(length)
            case "transfer-encoding": hasTransferCoding = true
            case "connection":
                if value.lowercased().contains("close") { keepsAlive = false }
                if value.lowercased().contains("keep-alive") { keepsAlive = true }
            case "expect": expectsContinue = value.lowercased() == "100-continue"
            case "range": range = ByteRange(value)
            default: break
            }
        }
        guard lengths.count <= 1, hosts == 1 || (hosts == 0 && words[2] == "HTTP/1.0") else { throw .badRequest }
        contentLength = lengths.first ?? 0
    }

    /// `/a/b?query` as `["a", "b"]`.
    private static func segments(_ target: Substring) throws(HTTPStatus) -> [String] {
        var rest = target.prefix { $0 != "?" && $0 != "#" }
        if rest.lowercased().hasPrefix("http://") {
            rest = rest.dropFirst("http://".count).drop { $0 != "/" }
        }
        guard rest.hasPrefix("/") else { throw .badRequest }
        var segments: [String] = []
        for encoded in rest.split(separator: "/") {
            guard let segment = decoded(encoded), !segment.utf8.contains(0), !segment.utf8.contains(0x2F) else {
                throw .badRequest
            }
            guard segment != ".." else { throw .forbidden }
            if segment != "." { segments.append(segment) }
        }
        return segments
    }

    /// Percent-decoding, RFC 3986 section 2.1; nil when it is wrong.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// One range of bytes that a client asks for. RFC 9110 section 14.
package struct ByteRange: Equatable, Sendable {
    private let first: Int?
    private let last: Int?

    /// Reads a `Range` field; nil when it is another unit, several ranges, or wrong: then the whole file is the answer.
    package init?(_ field: some StringProtocol) {
        guard field.hasPrefix("bytes=") else { return nil }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return nil }
        first = Int(ends[0])
        last = Int(ends[1])
        if first == nil && last == nil { return nil }
        if let first, let last, first > last { return nil }
    }

    /// The range in a file of `size` bytes; nil when it is outside.
    package func resolved(in size: Int) -> Range<Int>? {
        guard let first else { return last == 0 || size == 0 ? nil : max(0, size - (last ?? 0))..<size }
        guard first < size else { return nil }
        return first..<min(size, (last ?? size - 1) + 1)
    }
}

/// The statuses that the file service answers with.
package enum HTTPStatus: Int, Error, Sendable {
    case ok = 200
    case created = 201
    case noContent = 204
    case partialContent = 206
    case badRequest = 400
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case lengthRequired = 411
    case rangeNotSatisfiable = 416
    case headTooLarge = 431
    case internalError = 500
    case versionNotSupported = 505
    case insufficientStorage = 507

    /// The reason phrase of the status line.
    var phrase: String {
        switch self {
        case .ok: "OK"
        case .created: "Created"
        case .noContent: "No Content"
        case .partialContent: "Partial Content"
        case .badRequest: "Bad Request"
        case .forbidden: "Forbidden"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .lengthRequired: "Length Required"
        case .rangeNotSatisfiable: "Range Not Satisfiable"
        case .headTooLarge: "Request Header Fields Too Large"
        case .internalError: "Internal Server Error"
        case .versionNotSupported: "HTTP Version Not Supported"
        case .insufficientStorage: "Insufficient Storage"
        }
    }
}

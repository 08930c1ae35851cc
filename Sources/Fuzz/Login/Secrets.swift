import Glibc
import Verification

/// Values that nobody is to read in what is saved or printed, and the places that stand for them: `{env:NAME}`, `{file:PATH}`, and
/// `{secret}`, `{secret:2}` … for what was given as it is.
public struct Secrets: Sendable {
    private var entries: [Entry] = []
    /// What short secrets are found in: whole requests, or lines of them.
    private var contexts: [(bytes: [UInt8], masked: [UInt8])] = []
    private var literals = 0

    private struct Entry: Sendable {
        let place: String
        let value: String
        var bytes: [UInt8] { Array(value.utf8) }
        /// As it is, and as messages are told.
        var spellings: [String] {
            let told = Reading.escaped(bytes)
            return told == value ? [value] : [value, told]
        }
    }

    /// A shorter one is found in much that it has nothing to do with. Bytes.
    public static let shortest = 4
    /// Bytes of a file with a secret.
    public static let longest = 64 << 10

    /// None.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// Whether one is so short that it is hidden only in the login itself.
    public var hasShort: Bool { entries.contains { $0.value.utf8.count < Self.shortest } }

    // MARK: Where they come from

    /// Takes the values of all places of a text from the environment and from files.
    ///
    /// - Throws: what is not set, or cannot be read.
    public mutating func resolve(_ text: String) throws(CredentialsError) {
        for place in Self.places(in: text) where !entries.contains(where: { $0.place == place }) {
            let source = place.dropFirst().dropLast()
            let name = String(source[source.index(after: source.firstIndex(of: ":")!)...])
            let value = source.hasPrefix("env:") ? try Self.variable(name) : try Self.contents(name)
            guard !value.isEmpty else { throw .empty(place: place) }
            entries.append(Entry(place: place, value: value))
        }
    }

    /// The places in a text, in order.
    static func places(in text: String) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}") else { break }
            let place = rest[...close]
            if kinds.contains(where: { place.hasPrefix($0) && place.count > $0.count + 1 }) {
                found.append(String(place))
                rest = rest[rest.index(after: close)...]
            } else {
                rest = rest.dropFirst()
            }
        }
        return found
    }

    private static let kinds = ["{env:", "{file:"]

    private static func variable(_ name: String) throws(CredentialsError) -> String {
        guard let value = getenv(name) else { throw .noVariable(name) }
        return String(cString: value)
    }

    /// A file's first bytes, without the line feeds at their end. open(2), read(2).
    private static func contents(_ path: String) throws(CredentialsError) -> String {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(raw) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= longest {
            let count = read(raw, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= longest else { throw .unreadable(path: path, reason: "it has more than \(longest) bytes") }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable(path: path, reason: "it is no UTF-8")
        }
        return text
    }

    /// Takes a value that was given as it is, if it is not known yet.
    mutating func add(literal value: [UInt8]) {
        let text = String(decoding: value, as: UTF8.self)
        guard !text.isEmpty, !entries.contains(where: { $0.value == text }) else { return }
        literals += 1
        entries.append(Entry(place: literals == 1 ? "{secret}" : "{secret:\(literals)}", value: text))
    }

    /// Whether a text has a place of a secret that was given as it was.
    static func isNotKept(_ text: String) -> Bool { text.contains("{secret}") || text.contains("{secret:") }

    /// A request, or a line of one, in which also short secrets are hidden.
    mutating func add(context bytes: [UInt8]) {
        var masked = bytes
        for entry in entries where entry.bytes.count < Self.shortest {
            guard let place = Self.places(of: entry.bytes, in: masked).last else { continue }
            for index in place { masked[index] = Self.mask }
        }
        if masked != bytes { contexts.append((bytes, masked)) }
    }

    // MARK: What they are for

    /// A text with the values in their places.
    public func filled(_ text: String) -> String {
        entries.reduce(text) { $0.replacing($1.place, with: $1.value) }
    }

    /// Bytes with the values where `marked` has put marks.
    func filled(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        for (index, entry) in entries.enumerated() {
            for place in Self.places(of: Self.mark(index), in: out).reversed() {
                out.replaceSubrange(place, with: entry.bytes)
            }
        }
        return out
    }

    /// A text with marks in the places, which nothing that reads requests takes for anything but letters.
    func marked(_ text: String) -> String {
        entries.enumerated().reduce(text) {
            $0.replacing($1.element.place, with: String(decoding: Self.mark($1.offset), as: UTF8.self))
        }
    }

    /// Between two characters that Unicode leaves to private use.
    private static func mark(_ index: Int) -> [UInt8] { Array("\u{E000}\(index)\u{E001}".utf8) }

    /// The value where a text is nothing but one place.
    func whole(_ text: String) -> String? { entries.first { $0.place == text }?.value }

    /// A text with the places in the place of values, also of values that were cut off with an ellipsis.
    public func hidden(_ text: String) -> String {
        longFirst.reduce(text) { text, entry in
            entry.spellings.reduce(text) { Self.hiding($1, as: entry.place, in: $0) }
        }
    }

    /// A word that may be a value itself, however short that is.
    public func hiddenWord(_ word: String) -> String { entries.first { $0.value == word }?.place ?? hidden(word) }

    /// A login, in which also short values that were given as they are stand last.
    func hiddenLogin(_ text: String) -> String {
        var text = hidden(text)
        guard Self.places(in: text).isEmpty else { return text }
        for entry in entries where entry.value.utf8.count < Self.shortest && entry.place.hasPrefix("{secret") {
            guard let last = text.ranges(of: entry.value).last else { continue }
            text.replaceSubrange(last, with: entry.place)
        }
        return text
    }

    private static func hiding(_ value: String, as place: String, in text: String) -> String {
        var text = text.replacing(value, with: place)
        guard text.contains("…") else { return text }
        var start = value
        while start.utf8.count > shortest {
            start.removeLast()
            text = text.replacing(start + "…", with: place + "…")
        }
        return text
    }

    /// The places in which bytes of a secret lie.
    func places(in bytes: [UInt8]) -> [Range<Int>] {
        longFirst.flatMap { Self.places(of: $0.bytes, in: bytes) }
    }

    /// Overwrites all values with as many asterisks.
    public func mask(_ bytes: inout [UInt8]) {
        for context in contexts {
            for place in Self.places(of: context.bytes, in: bytes) {
                bytes.replaceSubrange(place, with: context.masked)
            }
        }
        for place in places(in: bytes) { for index in place { bytes[index] = Self.mask } }
    }

    static let mask = UInt8(ascii: "*")

    /// One that holds another first; short ones nowhere.
    private var longFirst: [Entry] {
        entries.filter { $0.value.utf8.count >= Self.shortest }
            .sorted { ($0.value.utf8.count, $1.place) > ($1.value.utf8.count, $0.place) }
    }

    private static func places(of value: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index + value.count <= bytes.count {
            if bytes[index] == value[0], bytes[index..<index + value.count].elementsEqual(value) {
                found.append(index..<index + value.count)
                index += value.count
            } else {
                index += 1
            }
        }
        return found
    }
}

/// Why nobody can log in.
public enum CredentialsError: Error, Equatable, CustomStringConvertible, Sendable {
    /// A place names a variable that is not set.
    case noVariable(String)
    /// A place names a file that cannot be read.
    case unreadable(path: String, reason: String)
    /// A place's value is empty.
    case empty(place: String)
    /// A secret was given as it is, and is not known any more.
    case notKept
    /// A login is no request.
    case notARequest(String, reason: String)
    /// The protocol has no header fields, or this is none.
    case noHeader(protocolName: String)

    /// One line.
    public var description: String {
        switch self {
        case .noVariable(let name): "the environment variable \(name), which a secret is taken from, is not set"
        case .unreadable(let path, let reason): "cannot read the secret in \(path): \(reason)"
        case .empty(let place): "the secret \(place) is empty"
        case .notKept:
            "a secret that was given on the command line is not kept: give --login or --header again, best with {env:NAME}"
        case .notARequest(let text, let reason): "--login '\(text)' is no request: \(reason)"
        case .noHeader(let name): "--header takes NAME: VALUE on one line, and a protocol with headers; this is \(name)"
        }
    }
}

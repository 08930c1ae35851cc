import Capture
import Verification
import Wire

/// What the evidence shows being PUT to which path: whose body a reply may hold.
struct HTTPBodies {
    /// A path with one of its bodies, or with the length of one.
    private struct Pair: Hashable {
        var path: Int
        var other: Int
    }

    private var paths = ByteInterner()
    private var values = ByteInterner()
    /// What was PUT to each path, whole: each body once, in order of the evidence, by its number in `values`.
    private var written: [[Int32]] = []
    /// The lengths of these bodies.
    private var lengths: Set<Pair> = []
    /// The first packet with the end of a 2xx reply to a PUT of each path; nil without one.
    private var settled: [Int?] = []
    /// The GETs of each path, by place in `Reading.calls`.
    private var readers: [[Int]] = []
    /// Something else may have changed the path.
    private var isUnclear: [Bool] = []
    /// The only path that each value was PUT to; -1 where there are several.
    private var pathOf: [Int] = []
    /// All paths of each value that was PUT to several.
    private var pathsOfShared: Set<Pair> = []
    /// The folders in which some GET got, byte for byte, what was PUT to its path: there the server keeps files. Elsewhere it
    /// may keep what it makes of them.
    private var verbatim: Set<ArraySlice<UInt8>> = []
    /// Why nothing can be told; nil where it can.
    private(set) var objection: String?

    init() {}

    /// - Complexity: O(bytes).
    init(_ meaning: HTTPMeaning, _ reading: Reading) {
        if meaning.hasSeveralHosts { objection = "requests name several hosts" }
        for (index, call) in reading.calls.enumerated() { add(index, call, meaning, reading) }
        addUnfinished(reading.evidence)
        excludeParents()
        for call in reading.calls {
            if let path = pathReadBack(call, meaning, reading) { verbatim.insert(folder(of: path)) }
        }
    }

    private mutating func add(_ index: Int, _ call: Call, _ meaning: HTTPMeaning, _ reading: Reading) {
        let request = reading.request(call)
        guard let target = meaning.target(call, reading) else {
            objection = objection ?? "a request cannot be taken apart (packet \(request.last.number))"
            return
        }
        let http = meaning.requests[index]
        if http.method.isSafe {
            let path = path(request.bytes, target)
            if http.method == .get { readers[path].append(index) }
            // `/a?x`, `/%61` and `/` may be names of what other paths name.
            if !Self.isPlain(request.bytes[target]) { isUnclear[path] = true }
            return
        }
        // Refused for good: nothing was done.
        if let reply = call.head?.http, reply.status == 405 || reply.status == 501 { return }
        if meaning.isRefused(call, request, reading) { return }
        guard http.method != .connect else { return }
        guard http.method != .elsewhere, http.method != .other, Self.isPlain(request.bytes[target]) else {
            objection =
                objection ?? "\(reading.label(call)) (packet \(request.last.number)) may change what other paths hold"
            return
        }
        let path = path(request.bytes, target)
        switch http.method {
        case .put where !http.isPartial: write(path, call, request, reading)
        case .delete: break
        default: isUnclear[path] = true
        }
    }

    private mutating func write(_ path: Int, _ call: Call, _ request: Message, _ reading: Reading) {
        guard let head = HTTPHead(request.bytes.span, from: .client) else { return }
        let (bytes, range) = head.body(in: request.bytes)
        let value = values.intern(bytes, range)
        if note(value, path) { written[path].append(Int32(value)) }
        lengths.insert(Pair(path: path, other: range.count))
        let conversation = reading.evidence.conversations[Int(call.conversation)]
        guard let reply = call.head?.http, [200, 201, 204].contains(reply.status), conversation.isSynchronised,
            !conversation.startsMidStream, let done = reading.reply(call)?.last.number
        else { return }
        settled[path] = min(settled[path] ?? done, done)
    }

    /// Notes that a value was PUT to a path; false where it was before.
    private mutating func note(_ value: Int, _ path: Int) -> Bool {
        if value == pathOf.count {
            pathOf.append(path)
            return true
        }
        if pathOf[value] == path { return false }
        if pathOf[value] >= 0 { pathsOfShared.insert(Pair(path: pathOf[value], other: value)) }
        pathOf[value] = -1
        return pathsOfShared.insert(Pair(path: path, other: value)).inserted
    }

    /// A request that never came whole may have been begun, and bytes that are no request here may be one to the server.
    private mutating func addUnfinished(_ evidence: Evidence) {
        for conversation in evidence.conversations {
            if let rest = conversation.malformedRequest {
                objection = objection ?? "\(conversation.name) sent \(rest.unread) bytes that are no request"
            }
            guard let partial = conversation.partialRequest, let head = HTTPHead(partial.bytes.span, from: .client),
                !HTTPMethod(partial.bytes[head.method]).isSafe
            else { continue }
            isUnclear[path(partial.bytes, head.target)] = true
        }
    }

    private mutating func path(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        let id = paths.intern(bytes, range)
        if id == written.count {
            written.append([])
            settled.append(nil)
            readers.append([])
            isUnclear.append(false)
        }
        return id
    }

    /// A target that no other one can mean the same as.
    private static func isPlain(_ target: ArraySlice<UInt8>) -> Bool {
        guard target.first == UInt8(ascii: "/"), target.last != UInt8(ascii: "/") else { return false }
        var previous: UInt8 = 0
        for byte in target {
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
                || byte == UInt8(ascii: "\\")
            {
                return false
            }
            let isDoubled = previous == UInt8(ascii: "/") && (byte == previous || byte == UInt8(ascii: "."))
            if isDoubled { return false }
            previous = byte
        }
        return true
    }

    /// What is written to a path may do away with what lies below it, and the other way round.
    private mutating func excludeParents() {
        for path in 0..<paths.count {
            let name = Array(paths.bytes(path))
            for end in name.indices.dropFirst() where name[end] == UInt8(ascii: "/") {
                guard let parent = paths.lookup(name, 0..<end) else { continue }
                isUnclear[parent] = true
                isUnclear[path] = true
            }
        }
    }

    /// The path up to its last slash.
    private func folder(of path: Int) -> ArraySlice<UInt8> {
        let name = paths.bytes(path)
        return name[..<(name.lastIndex(of: UInt8(ascii: "/")) ?? name.startIndex)]
    }

    /// The path whose GET got what was PUT to it.
    private func pathReadBack(_ call: Call, _ meaning: HTTPMeaning, _ reading: Reading) -> Int? {
        guard let head = call.head?.http, head.status == 200, head.tellsBody,
            let target = meaning.target(call, reading),
            meaning.http(call, reading).method == .get, let reply = reading.reply(call),
            let path = paths.lookup(reading.request(call).bytes, target)
        else { return nil }
        let (bytes, range) = HTTPMeaning.body(reply)
        guard !range.isEmpty, let value = values.lookup(bytes, range), wasWritten(value, to: path) else { return nil }
        return path
    }

    // MARK: Questions

    /// The path with this name, where it can be judged.
    func judged(_ bytes: [UInt8], _ target: Range<Int>) -> Int? {
        guard objection == nil, let path = paths.lookup(bytes, target), !isUnclear[path],
            verbatim.contains(folder(of: path))
        else { return nil }
        return path
    }

    /// Whether something without a model may have changed what the path holds.
    func isUnclear(_ bytes: [UInt8], _ target: Range<Int>) -> Bool {
        if let path = paths.lookup(bytes, target) { isUnclear[path] } else { false }
    }

    /// The number of a body that somebody PUT.
    func value(_ bytes: [UInt8], _ range: Range<Int>) -> Int? { values.lookup(bytes, range) }

    /// Whether the path holds what clients PUT to it, as far as one can tell: others may change by themselves.
    func isRegister(_ bytes: [UInt8], _ target: Range<Int>) -> Bool {
        guard let path = paths.lookup(bytes, target), !written[path].isEmpty else { return false }
        return verbatim.contains(folder(of: path))
    }

    /// Whether `value` was PUT to `path`.
    func wasWritten(_ value: Int, to path: Int) -> Bool {
        pathOf[value] == path || pathOf[value] < 0 && pathsOfShared.contains(Pair(path: path, other: value))
    }

    /// Whether the path surely held one of the bodies PUT to it when a request that ends in `packet` was sent.
    func isSettled(_ path: Int, at packet: Int) -> Bool {
        settled[path].map { $0 < packet } ?? false
    }

    /// Whether a body of this length was PUT to the path.
    func hasLength(_ length: Int, _ path: Int) -> Bool { lengths.contains(Pair(path: path, other: length)) }

    /// The bodies PUT to a path, each once, in order.
    func bodies(_ path: Int) -> [ArraySlice<UInt8>] {
        written[path].map { values.bytes(Int($0)) }
    }

    /// The only path that this body was PUT to.
    func onlyPath(of value: Int) -> Int? { pathOf[value] >= 0 ? pathOf[value] : nil }

    /// The only GET of a path.
    func onlyReader(of path: Int) -> Int? { readers[path].count == 1 ? readers[path][0] : nil }

    /// The path whose body begins with the beginning of `bytes`, at least `least` bytes of it, if only one does.
    func path(beginning bytes: ArraySlice<UInt8>, least: Int) -> Int? {
        var found: Int?
        for value in 0..<values.count {
            let body = values.bytes(value)
            let shared = min(body.count, bytes.count, Self.maximumCompared)
            guard shared >= least, body.prefix(shared) == bytes.prefix(shared) else { continue }
            guard found == nil, pathOf[value] >= 0 else { return nil }
            found = pathOf[value]
        }
        return found
    }

    /// The GETs of a path, by place in `Reading.calls`.
    func readers(of path: Int) -> [Int] { readers[path] }

    private static let maximumCompared = 4 << 10
}

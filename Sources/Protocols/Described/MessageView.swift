import Wire

/// A message as forms see it.
struct MessageView {
    /// What ranges of a match are of: the message, or what was made of it.
    var bytes: [UInt8]
    /// What a form speaks of.
    var contents: Range<Int>
    /// The body, where messages have one.
    var body = 0..<0
    /// The header, where messages have one.
    var header = 0..<0

    /// Where a part lies.
    func range(of source: MessageTemplate.Part.Source) -> Range<Int>? {
        switch source {
        case .json(let path): JSONPlace.find(path, in: bytes, body)
        case .body: body
        case .field(let name): field(name)
        }
    }

    /// The value of the first field with that name, without the spaces around it.
    private func field(_ name: [UInt8]) -> Range<Int>? {
        var start = header.lowerBound
        while start < header.upperBound {
            let end = bytes[start..<header.upperBound].firstIndex(of: 0x0A) ?? header.upperBound
            defer { start = end + 1 }
            guard end - start > name.count, bytes[start + name.count] == UInt8(ascii: ":"),
                bytes[start..<start + name.count].elementsEqual(name, by: { ($0 | 0x20) == $1 || $0 == $1 })
            else { continue }
            var value = start + name.count + 1..<end
            while let first = value.first, bytes[first] <= 0x20 { value = value.dropFirst() }
            while let last = value.last, bytes[last] <= 0x20 { value = value.dropLast() }
            return value
        }
        return nil
    }
}

extension DescribedFraming {
    /// A message of this framing as forms see it.
    func view(_ message: [UInt8], from role: Role) -> MessageView {
        guard case .http = self else { return MessageView(bytes: message, contents: contents(of: message)) }
        guard let head = HTTPHead(message.span, from: role) else { return MessageView(bytes: message, contents: 0..<0) }
        let line = role == .client ? head.method.lowerBound..<head.target.upperBound : Self.status(message)
        let (bytes, body) = head.body(in: message)
        var view = MessageView(
            bytes: message, contents: line, body: body, header: line.upperBound..<min(head.end, message.count))
        guard bytes.count != message.count || head.flags.contains(.isChunked) else { return view }
        // A body in chunks is put together behind all.
        view.body = message.count..<message.count + body.count
        view.bytes += bytes[body]
        return view
    }

    /// The three digits behind the version of the last reply's line: interim ones may stand before it.
    private static func status(_ message: [UInt8]) -> Range<Int> {
        let start = HTTPCodec().preamble(message.span)
        guard let space = message[min(start, message.count)...].firstIndex(of: 0x20), space + 4 <= message.count else {
            return 0..<0
        }
        return space + 1..<space + 4
    }
}

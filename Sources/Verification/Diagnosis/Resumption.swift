import Wire

/// Where a stream of replies that lost bytes may go on with the reply to a later request.
///
/// Each place is looked at once and each key's values are gathered once, however many replies are thought possible.
struct Resumption {
    private let dialogue: Dialogue
    private let request: Int
    private let raw: [UInt8]
    private var known: [Int: Bool] = [:]
    private lazy var beginnings = gatherBeginnings()

    /// - Parameter request: The first of the later requests.
    init(of dialogue: Dialogue, at request: Int, _ raw: [UInt8]) {
        self.dialogue = dialogue
        self.request = request
        self.raw = raw
    }

    /// Whether `raw[offset...]` is such a reply or begins like one.
    mutating func isPossible(at offset: Int) -> Bool {
        if let answer = known[offset] { return answer }
        let answer = continues(at: offset) || begins(at: offset)
        known[offset] = answer
        return answer
    }

    private var reading: Reading { dialogue.reading }

    /// Whether it is the reply to the request or to one of the next few, or its beginning at the stream's end.
    private func continues(at offset: Int) -> Bool {
        guard request < dialogue.count, offset < raw.count else { return false }
        guard
            case .message(let length) = reading.evidence.codec.frameReply(
                raw.span.extracting(offset..<raw.count), to: dialogue.request(request).bytes.span),
            length <= raw.count - offset
        else { return false }
        let packet = dialogue.lastPacket
        let message = Message(
            bytes: Array(raw[offset..<offset + length]), offset: 0, first: packet, last: packet)
        let head = reading.meaning.head(of: message)
        guard reading.meaning.showsPlace(head) else { return false }
        return (request..<min(dialogue.count, request + 8)).contains {
            reading.meaning.fits(dialogue.call($0), dialogue.request($0), head, message, reading)
        }
    }

    /// Whether it begins like the reply to a later request, which may itself be cut.
    private mutating func begins(at offset: Int) -> Bool {
        let rest = raw[offset...].prefix(Dialogue.tellingBytes)
        guard rest.count == Dialogue.tellingBytes else { return false }
        if let start = reading.meaning.beginningOfReplies {
            return request < dialogue.count && rest.starts(with: start)
        }
        return beginnings.contains(rest)
    }

    /// The first bytes of all replies that the next requests may get.
    private func gatherBeginnings() -> Set<ArraySlice<UInt8>> {
        var found: Set<ArraySlice<UInt8>> = []
        var asked: Set<[UInt8]> = []
        for later in request..<max(request, min(dialogue.count, request + Dialogue.maximumHole))
        where asked.insert(dialogue.request(later).bytes).inserted {
            for reply in reading.meaning.expectedReplies(later, like: nil, dialogue)
            where reply.count >= Dialogue.tellingBytes {
                found.insert(reply.prefix(Dialogue.tellingBytes))
            }
        }
        return found
    }
}

import Verification
import Wire

/// What the replies to commands of Redis should have been.
extension RESPMeaning {
    func onlyReply(to call: Call, _ reading: Reading) -> [UInt8]? {
        token(of: call, reading).map { Self.bulk(reading.request(call).bytes[$0]) }
    }

    /// What a command echoes, or the values written to the key it reads.
    func expectedReplies(_ request: Int, like raw: [UInt8]?, _ dialogue: Dialogue) -> [[UInt8]] {
        let bulks = expectedReplies(request, dialogue)
        guard raw?.first == UInt8(ascii: "+") else { return bulks }
        return bulks.map { bulk in
            let body = bulk.firstIndex(of: 0x0A).map { bulk[($0 + 1)...] } ?? bulk[...]
            return [UInt8(ascii: "+")] + body
        }
    }

    private func expectedReplies(_ request: Int, _ dialogue: Dialogue) -> [[UInt8]] {
        let call = dialogue.call(request)
        if let only = onlyReply(to: call, dialogue.reading) { return [only] }
        guard call.wordCount > 1 else { return [] }
        let effect = RESPCommand.table[call.command].effect
        guard [.string(.get), .string(.getset), .string(.getdel)].contains(effect) else { return [] }
        let key = dialogue.request(request).bytes[dialogue.reading.words[call.firstWord + 1]]
        return Self.valuesWritten(to: key, dialogue.reading).map { Self.bulk($0) }
    }

    func announcedBody(_ request: Int, _ raw: [UInt8], _ dialogue: Dialogue) -> (start: Int, length: Int)? {
        guard raw.first == UInt8(ascii: "$"), let header = raw.firstIndex(of: 0x0A), header < 24,
            let announced = Int(String(decoding: raw[1..<header].filter { $0 != 0x0D }, as: UTF8.self)),
            (1...RESPCodec.maximumBulkBytes).contains(announced)
        else { return nil }
        return (header + 1, announced + 2)
    }

    func announcedLength(_ bytes: [UInt8]) -> Int? {
        guard bytes.first == UInt8(ascii: "$"), let end = bytes.firstIndex(of: 0x0A) else { return nil }
        guard let length = Int(String(decoding: bytes[1..<end].filter { $0 != 0x0D }, as: UTF8.self)),
            (0...RESPCodec.maximumBulkBytes).contains(length)
        else { return nil }
        return end + 1 + length + 2
    }

    /// A type byte, and after it what that type begins with.
    func mayBeginReply(_ raw: [UInt8], at offset: Int) -> Bool {
        guard offset + 1 < raw.count else { return false }
        let next = raw[offset + 1]
        switch raw[offset] {
        case UInt8(ascii: ":"), UInt8(ascii: "$"), UInt8(ascii: "*"):
            return next == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(next)
        default: return false
        }
    }

    /// An error fits every request, and `-1` of a null is none: it proves nothing.
    func showsPlace(_ head: ReplyHead?) -> Bool { head.map { !$0.isError } ?? false }

    func mayBeginRefusal(_ bytes: [UInt8]) -> Bool { bytes.first == UInt8(ascii: "-") }

    private static func bulk(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        RESPValue.bulk(Array(body)).append(to: &out)
        return out
    }

    /// Values that the evidence shows being written to `key`, each once in order of writing, the last words of SET,
    /// GETSET, SETNX and MSET.
    private static func valuesWritten(to key: ArraySlice<UInt8>, _ reading: Reading) -> [ArraySlice<UInt8>] {
        let words = reading.words
        var values: [ArraySlice<UInt8>] = []
        for call in reading.calls where call.wordCount >= 3 {
            let bytes = reading.request(call).bytes
            switch RESPCommand.table[call.command].effect {
            case .string(.set), .string(.getset), .string(.setnx):
                if bytes[words[call.firstWord + 1]] == key { values.append(bytes[words[call.firstWord + 2]]) }
            case .string(.mset):
                for word in stride(from: 1, to: call.wordCount - 1, by: 2)
                where bytes[words[call.firstWord + word]] == key {
                    values.append(bytes[words[call.firstWord + word + 1]])
                }
            default: break
            }
        }
        return values
    }
}

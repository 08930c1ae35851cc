import Verification
import Wire

/// Lines `COMMAND MACHINE TAG`, answered by `TAG NUMBER`, or `TAG ERR …`.
struct TicketProtocol: RequestReplyProtocol {
    let name = "tickets"

    // MARK: How it is cut into messages, and written

    func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { Lines.frame(bytes) }

    func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }

    // MARK: What clients say

    var vocabulary: Vocabulary? {
        Vocabulary(topics: [
            Topic(
                .counter, weight: 1,
                [
                    RequestTemplate(3, .change, "DRAW", .object, .token),
                    RequestTemplate(1, .read, "LAST", .object, .token),
                ])
        ])
    }

    // MARK: What it means

    func operation(of request: [UInt8]) -> ObjectOperation? {
        let words = Lines.words(of: request)
        guard words.count == 3 else { return nil }
        let machine = request[words[1]]
        switch command(of: request) {
        case "DRAW": return ObjectOperation(machine, .add(1))
        case "LAST": return ObjectOperation(machine, .read)
        default: return nil
        }
    }

    func refusal(in reply: [UInt8]) -> Refusal? {
        let words = Lines.words(of: reply)
        guard words.count > 1, reply[words[1]].elementsEqual("ERR".utf8) else { return nil }
        return .unknownCommand
    }

    func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? {
        let words = Lines.words(of: reply)
        guard words.count == 2, let number = Int(String(decoding: reply[words[1]], as: UTF8.self)) else { return nil }
        // A machine from which nobody has drawn is one that is not there yet.
        return number == 0 ? .nothing : .number(number)
    }

    func tag(ofRequest request: [UInt8]) -> Range<Int>? {
        let words = Lines.words(of: request)
        return words.count == 3 ? words[2] : nil
    }

    func tag(ofReply reply: [UInt8]) -> Range<Int>? { Lines.words(of: reply).first }
}

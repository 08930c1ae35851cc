import Capture
import Testing
import Verification
import Wire

/// Goal: a protocol that somebody states by `RequestReplyProtocol` alone is judged as ours are: each effect against its
/// answer, tags, refusals, silence; and what it states badly accuses nobody. Method: conversations of one or two clients as
/// captured packets, each with an innocent twin.
@Suite("Protocols that are stated")
struct RequestReplyProtocolTests {
    /// `EFFECT OBJECT [VALUE]`, answered by a value, `none`, `ok`, `unknown` or `busy`; `TAGGED …` repeats its last word.
    struct Notes: RequestReplyProtocol {
        let name = "notes"

        func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { Lines.frame(bytes) }
        func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }

        func operation(of request: [UInt8]) -> ObjectOperation? {
            let words = Lines.words(of: request).map { Array(request[$0]) }
            guard words.count > 1 else { return nil }
            let value = words.last ?? []
            let effects: [String: ObjectOperation.Effect] = [
                "READ": .read, "WRITE": .write(value), "NEW": .writeIfAbsent(value), "SWAP": .swap(value),
                "TAKE": .take, "ADD": .add(1), "SUB": .add(-1), "REMOVE": .remove, "EXISTS": .exists, "SORT": .unknown,
            ]
            return effects[command(of: request)].map { ObjectOperation(words[1], $0) }
        }

        func refusal(in reply: [UInt8]) -> Refusal? {
            switch text(reply) {
            case "unknown": .unknownCommand
            case "busy": .refused
            default: nil
            }
        }

        func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? {
            switch text(reply) {
            case "none": .nothing
            case "ok": .acknowledged
            case "": nil
            case let word: Int(word).map { .number($0) } ?? .value(Array(word.utf8))
            }
        }

        func tag(ofRequest request: [UInt8]) -> Range<Int>? {
            command(of: request) == "TAGGED" ? Lines.words(of: request).last : nil
        }

        func tag(ofReply reply: [UInt8]) -> Range<Int>? { text(reply).hasPrefix("t-") ? 0..<reply.count - 1 : nil }

        private func text(_ reply: [UInt8]) -> String { String(decoding: reply.dropLast(), as: UTF8.self) }
    }

    /// What one client asked and was answered, after a first exchange that shows that the protocol is spoken.
    private static func judge(_ exchanges: [(String, String)], codec: any WireCodec = Notes()) -> Judgement {
        var traffic = CapturedTraffic()
        let client = traffic.connect(to: 7000)
        for (request, reply) in exchanges {
            traffic.ask(client, request + "\n")
            traffic.answer(client, reply + "\n")
        }
        traffic.close(client)
        var evidence = traffic.evidence(codec)
        evidence.keysStartAbsent = true
        return Judge().judge(evidence)
    }

    @Test(
        "each effect is held against its answer",
        arguments: [
            ([("WRITE a x", "ok"), ("READ a", "x")], true), ([("WRITE a x", "ok"), ("READ a", "none")], false),
            ([("READ a", "none")], true), ([("READ a", "x")], false),
            ([("NEW a x", "1"), ("NEW a y", "0"), ("READ a", "x")], true),
            ([("NEW a x", "1"), ("NEW a y", "1")], false),
            ([("WRITE a x", "ok"), ("SWAP a y", "x"), ("READ a", "y")], true),
            ([("WRITE a x", "ok"), ("SWAP a y", "none")], false),
            ([("WRITE a x", "ok"), ("TAKE a", "x"), ("READ a", "none")], true),
            ([("WRITE a x", "ok"), ("TAKE a", "x"), ("TAKE a", "x")], false),
            ([("ADD a", "1"), ("ADD a", "2"), ("SUB a", "1"), ("READ a", "1")], true),
            ([("ADD a", "1"), ("ADD a", "1")], false),
            ([("WRITE a x", "ok"), ("REMOVE a", "1"), ("REMOVE a", "0")], true), ([("REMOVE a", "1")], false),
            ([("WRITE a x", "ok"), ("EXISTS a", "1")], true), ([("WRITE a x", "ok"), ("EXISTS a", "0")], false),
            // What only acknowledges says that it was done, and no more.
            ([("WRITE a x", "ok"), ("SWAP a y", "ok"), ("READ a", "y")], true),
            ([("WRITE a x", "ok"), ("SWAP a y", "ok"), ("READ a", "x")], false),
            ([("WRITE a x", "ok"), ("TAKE a", "ok"), ("READ a", "none")], true),
            ([("WRITE a x", "ok"), ("TAKE a", "ok"), ("READ a", "x")], false),
            ([("ADD a", "ok"), ("ADD a", "ok"), ("READ a", "2")], true),
            ([("WRITE a x", "ok"), ("REMOVE a", "ok"), ("READ a", "x")], false),
            ([("NEW a x", "ok"), ("READ a", "x")], true),
            // A refusal has done nothing, and nobody knows what was sorted.
            ([("WRITE a x", "busy"), ("READ a", "none")], true), ([("WRITE a x", "busy"), ("READ a", "x")], false),
            ([("WRITE a x", "ok"), ("SORT a", "ok"), ("READ a", "y")], true),
        ] as [([(String, String)], Bool)])
    func effects(exchanges: [(String, String)], holds: Bool) {
        let judgement = Self.judge(exchanges)
        #expect(judgement.violations.isEmpty == holds, "\(judgement.violations.map(\.summary))")
        #expect(judgement.violations.allSatisfy { [.linearizability, .corruption].contains($0.oracle) })
    }

    @Test("a command that is answered as unknown is named, and no finding")
    func unknown() {
        let judgement = Self.judge([("ADD a", "unknown"), ("READ a", "none")])
        #expect(judgement.violations.isEmpty && judgement.unsupportedCommands == ["ADD"])
    }

    @Test("a reply that carries another client's tag is crosstalk, one that fits no request corruption")
    func tags() {
        var traffic = CapturedTraffic()
        let clients = [traffic.connect(to: 7000), traffic.connect(to: 7000)]
        for (number, client) in clients.enumerated() {
            traffic.ask(client, "TAGGED t-fresh\(number)\n")
            traffic.answer(client, "t-fresh\(number)\n")
        }
        for (number, client) in clients.enumerated() { traffic.ask(client, "TAGGED t-client\(number)\n") }
        for (number, client) in clients.enumerated() { traffic.answer(client, "t-client\(1 - number)\n") }
        for client in clients { traffic.close(client) }
        let judgement = Judge().judge(traffic.evidence(Notes()))
        #expect(Set(judgement.violations.map(\.oracle)) == [.crosstalk])
        let odd = Self.judge([("READ a", "none"), ("READ a", "")])
        #expect(odd.violations.map(\.oracle) == [.corruption])
    }

    @Test("a tag outside of its message is none")
    func outside() {
        struct Careless: RequestReplyProtocol {
            let name = "careless"
            func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { Lines.frame(bytes) }
            func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }
            func tag(ofRequest request: [UInt8]) -> Range<Int>? { request.count..<request.count + 9 }
            func tag(ofReply reply: [UInt8]) -> Range<Int>? { reply.count - 1..<reply.count + 1 }
        }
        let judgement = Self.judge([("a", "b"), ("c", "d")], codec: Careless())
        #expect(judgement.verdict == .held && judgement.exercised.answered == 2)
    }

    @Test("lines are cut at their ends, and have words")
    func lines() {
        let bytes = Array("ab c\r\nd".utf8)
        #expect(Lines.frame(bytes.span) == .message(length: 6))
        #expect(Lines.frame(bytes.span.extracting(0..<5)) == .incomplete)
        #expect(Lines.frame(bytes.span, maximumBytes: 3) == .malformed(offset: 3, reason: "no line feed in 3 bytes"))
        #expect(Lines.words(of: Array("  ab c\r\n".utf8)) == [2..<4, 5..<6])
        #expect(Lines.words(of: []).isEmpty)
        #expect(Lines.encode([[0x61], [0x62]]) == Array("a b\n".utf8))
    }
}

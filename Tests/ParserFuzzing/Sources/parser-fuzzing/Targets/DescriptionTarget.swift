import Foundation
import Protocols
import Verification
import Wire

/// Protocols that a file describes, and what they make of anybody's bytes.
///
/// Input: the YAML, a zero byte, and a stream.
struct DescriptionTarget: ParserTarget {
    let name = "description"

    func run(_ input: [UInt8]) {
        let end = input.firstIndex(of: 0) ?? input.count
        let text = String(decoding: input[..<end], as: UTF8.self)
        let stream = Array(input[min(end + 1, input.count)...])
        do throws(DescriptionError) {
            read(try DescribedProtocol(text, name: "own.yaml"), stream)
        } catch {
            require(!error.description.contains { $0.isNewline }, "an error is one line")
            require(error.description.hasPrefix("own.yaml:"), "and says where: \(error.description)")
        }
    }

    private func read(_ described: DescribedProtocol, _ stream: [UInt8]) {
        var requests: [[UInt8]] = []
        for role in [Role.client, .server] {
            var start = 0
            while start < stream.count, requests.count < 64 {
                let rest = Array(stream[start...])
                guard case .message(let length) = described.frame(rest.span, from: role) else { break }
                require((1...rest.count).contains(length), "a message lies in its stream")
                let message = Array(rest[..<length])
                start += length
                if role == .client { requests.append(message) }
                for request in requests {
                    _ = described.answer(message, to: request)
                    _ = described.version(told: message, to: request)
                }
                _ = (described.refusal(in: message), described.operation(of: message), described.mayWait(message))
                _ = (described.words(of: message, from: role), described.told(message.span))
                if let tag = described.tag(of: message.span, from: role) {
                    require(tag.lowerBound >= 0 && tag.upperBound <= message.count, "a tag lies in its message")
                }
                var pairing = described.pairing()
                _ = pairing?.place(of: message.span, after: nil)
            }
        }
        for topic in described.vocabulary?.topics ?? [] {
            for request in topic.requests {
                let words = request.words.map { _ in Array("7".utf8) }
                _ = described.encodeRequest([Array((request.command ?? "").utf8)] + words.dropFirst())
            }
        }
    }

    func seeds() -> [[UInt8]] {
        let lines = """
            crossfire-protocol: 1
            framing: {line: "\\r\\n", data: {after: [set], length: word 3}, until: {after: [list], line: end}}
            match: {tag: id}
            requests:
              set: {send: "set {id} {#value}\\r\\n{value}", does: write, replies: [{is: "ok {id}", version: id}]}
              get: {send: "get {id} {key}", does: read, replies: [{is: "{id} {result:int}"}, {is: "{id}", result: nothing}]}
              add: {send: "add {id} {key} {by}", does: get-and-add, replies: [{is: "{id} {result}"}]}
            any-reply: [{is: "err {id} {*}", maybe: true}]
            values: {id: 1..9, value: [a, b]}
            absent: 0
            unsolicited: ["* {_}"]
            login: ["get 1 a"]
            """
        let binary = """
            crossfire-protocol: 1
            framing: {length: u16le, at: 1, counts: all, max: 4KiB}
            header: [{code: u8}, {id: u32be}]
            match: {tag: id}
            requests:
              a: {code: 1, fields: [{key: str(u8)}, {value: bytes(u16be)}, {x: fixed(2)}, {y: hex 0A0B}, {z: u8 3}], does: swap,
                replies: [{code: 2, fields: [{result: rest}]}]}
            """
        let http = """
            crossfire-protocol: 1
            framing: http
            requests:
              a: {send: "PUT /a/{key}", headers: {If-Match: "{version}"}, body: {n: ["{value:int}", x, null]}, does: compare-and-set,
                replies: [{is: 200, result: body.n.0, version: header.ETag}]}
            """
        return [
            Array(lines.utf8) + [0] + Array("set 1 2\r\nab\r\nget 1 a\r\nlist\r\nx\r\nend\r\nok 1\r\n1 5\r\n".utf8),
            Array(binary.utf8) + [
                0, 1, 16, 0, 0, 0, 0, 7, 1, 65, 0, 1, 66, 1, 2, 10, 11, 3, 2, 9, 0, 0, 0, 0, 7, 65, 66,
            ],
            Array(http.utf8) + [0]
                + Array(
                    "PUT /a/k HTTP/1.1\r\nHost: a\r\nIf-Match: \"1\"\r\nContent-Length: 9\r\n\r\n{\"n\":[5]}".utf8)
                + Array("HTTP/1.1 200 OK\r\nETag: \"2\"\r\nContent-Length: 9\r\n\r\n{\"n\":[6]}".utf8),
            Array(
                "crossfire-protocol: 1\nframing: {line: \"\\n\", head: {length: L}}\nrequests: {a: {send: a, silent: true}}\n"
                    .utf8)
                + [0] + Array("l: 3\n\nabc".utf8),
        ]
    }
}

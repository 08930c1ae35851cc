/// Bytes with places that each execution fills in afresh.
public struct Template: Equatable, Sendable {
    /// The parts, in order.
    public var pieces: [Piece]

    /// Creates a template.
    public init(_ pieces: [Piece]) {
        self.pieces = pieces
    }

    /// A template without places.
    public init(text: String) {
        pieces = text.isEmpty ? [] : [.bytes(Array(text.utf8))]
    }

    /// Templates one after the other, as one. Bytes that meet become one piece, as they are read.
    public init(joining parts: [Template]) {
        pieces = parts.flatMap(\.pieces).reduce(into: []) { pieces, piece in
            if case .bytes(let more) = piece, case .bytes(let bytes)? = pieces.last {
                pieces[pieces.count - 1] = .bytes(bytes + more)
            } else {
                pieces.append(piece)
            }
        }
    }

    /// One part.
    public enum Piece: Equatable, Sendable {
        /// Bytes as they are.
        case bytes([UInt8])
        /// `{key}`, `{key:NAME}`: a key that no other execution uses; the same name is the same key.
        case key(String)
        /// `{lasting}`, `{lasting:NAME}`: a key that no other campaign uses, and all executions of this one share. For
        /// what a target does not forget, as files.
        case lasting(String)
        /// `{token}`, `{token:LENGTH}`: bytes that occur nowhere else in the campaign, new at each place.
        case token(length: Int?)
        /// `{told}`: what the last reply that tells something told this client (`WireCodec.told`), as a version; `0` before.
        case told
    }

    /// The longest token that a scenario may ask for.
    public static let maximumTokenLength = 16 << 20

    /// Whether it has a token of a given length.
    package var hasSizedToken: Bool { longestToken > 0 }

    /// The length of the longest token that says its length; 0 without one.
    var longestToken: Int {
        pieces.reduce(0) { longest, piece in
            if case .token(let length?) = piece { max(longest, length) } else { longest }
        }
    }

    /// The length of all its tokens that say their length. No sum of so few numbers of that size is too large for 64 bits.
    package var sizedTokenBytes: Int {
        pieces.reduce(0) { sum, piece in
            if case .token(let length?) = piece { sum + length } else { sum }
        }
    }

    /// Fills the places.
    package func bytes(_ binding: inout Binding, client: Int) -> [UInt8] {
        var out: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): out.append(contentsOf: bytes)
            case .key(let name): binding.appendKey(name, to: &out)
            case .lasting(let name): binding.appendLasting(name, to: &out)
            case .token(let length): binding.appendToken(client: client, length: length, to: &out)
            case .told: out.append(contentsOf: binding.told[client] ?? [UInt8(ascii: "0")])
            }
        }
        return out
    }
}

/// What fills a scenario's places in one execution. Keys and tokens are unique in the campaign, and against what other
/// campaigns left in a long-lived target.
package struct Binding: Sendable {
    /// Part of all keys and tokens, and of nothing that anybody else says.
    package let stem: [UInt8]
    private let campaign: [UInt8]
    /// How many tokens each client has had: a client's tokens are the same whoever else takes part.
    private var tokens: [Int: Int] = [:]
    /// What each client was told.
    package var told: [Int: [UInt8]] = [:]

    /// - Parameters:
    ///   - campaign: letters and digits that no other campaign uses.
    ///   - execution: the execution's number.
    package init(campaign: String, execution: Int) {
        self.campaign = Array(campaign.utf8)
        stem = Array("\(campaign).\(String(execution, radix: 36))".utf8)
    }

    mutating func appendKey(_ name: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "k"))
        out.append(contentsOf: stem)
        guard !name.isEmpty else { return }
        out.append(UInt8(ascii: "."))
        out.append(contentsOf: name.utf8)
    }

    mutating func appendLasting(_ name: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "l"))
        out.append(contentsOf: campaign)
        guard !name.isEmpty else { return }
        out.append(UInt8(ascii: "."))
        out.append(contentsOf: name.utf8)
    }

    /// A long token repeats itself, so that any part of it tells whose it is.
    mutating func appendToken(client: Int, length: Int?, to out: inout [UInt8]) {
        var token: [UInt8] = [UInt8(ascii: "t")]
        token.append(contentsOf: stem)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: String(client, radix: 36).utf8)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: String(tokens[client, default: 0], radix: 36).utf8)
        tokens[client, default: 0] += 1
        out.append(contentsOf: token)
        guard let length, length > token.count else { return }
        token.append(UInt8(ascii: "/"))
        out.append(token[token.count - 1])
        out.reserveCapacity(out.count + length)
        for index in 0..<(length - token.count) { out.append(token[index % token.count]) }
    }
}

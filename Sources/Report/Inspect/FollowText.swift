public import Capture
import Verification

/// `crossfire inspect --follow N`: what both sides said, in the order in which it was captured.
public struct FollowText: Sendable {
    /// The most bytes of each run of one direction that are printed.
    static let maximumRunBytes = 1 << 20

    private let flow: Flow
    private let names: EndpointNames
    private let style: TerminalStyle

    /// Text of a flow whose streams were kept.
    public init(_ flow: Flow, names: EndpointNames, style: TerminalStyle) {
        self.flow = flow
        self.names = names
        self.style = style
    }

    /// A piece of one stream: bytes, or a gap.
    private struct Piece {
        var isToServer: Bool
        var range: Range<Int>
        var isGap: Bool
        var packet: Int
    }

    /// The text: `>` before what the client sent, `<` before what the server sent.
    public func text() -> String {
        var lines = [
            style.bold("flow \(flow.id): > \(names.name(flow.client)), < \(names.name(flow.server))")
        ]
        for piece in joined() {
            let mark = piece.isToServer ? ">" : "<"
            guard !piece.isGap else {
                lines.append(style.yellow("\(mark) [\(count(piece.range.count, "byte")) not captured]"))
                continue
            }
            let bytes = (piece.isToServer ? flow.toServer : flow.toClient).bytes[piece.range]
            for line in Self.lines(bytes.prefix(Self.maximumRunBytes)) {
                lines.append(piece.isToServer ? "\(mark) \(line)" : style.green("\(mark) \(line)"))
            }
            if bytes.count > Self.maximumRunBytes {
                lines.append("\(mark) [\(count(bytes.count - Self.maximumRunBytes, "more byte"))]")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Both streams as pieces in capture order, runs of one direction joined. A gap comes before what follows it.
    private func joined() -> [Piece] {
        var pieces = Self.pieces(flow.toServer, true) + Self.pieces(flow.toClient, false)
        pieces.sort {
            ($0.packet, $0.isToServer ? 0 : 1, $0.range.lowerBound)
                < ($1.packet, $1.isToServer ? 0 : 1, $1.range.lowerBound)
        }
        var joined: [Piece] = []
        for piece in pieces {
            if let last = joined.last, !last.isGap, !piece.isGap, last.isToServer == piece.isToServer,
                last.range.upperBound == piece.range.lowerBound
            {
                joined[joined.count - 1].range = last.range.lowerBound..<piece.range.upperBound
            } else {
                joined.append(piece)
            }
        }
        return joined
    }

    /// A stream's pieces by offset; each is said when its packet and all bytes before it were there.
    private static func pieces(_ stream: ByteStream, _ isToServer: Bool) -> [Piece] {
        var pieces = stream.chunks.map {
            Piece(
                isToServer: isToServer, range: $0.offset..<$0.offset + $0.length, isGap: false, packet: $0.packet.number
            )
        }
        for gap in stream.gaps {
            pieces.append(Piece(isToServer: isToServer, range: gap, isGap: true, packet: 0))
        }
        pieces.sort { $0.range.lowerBound < $1.range.lowerBound }
        var latest = 0
        for index in pieces.indices {
            if pieces[index].isGap, index + 1 < pieces.count {
                pieces[index].packet = max(latest, pieces[index + 1].packet)
            } else if pieces[index].isGap {
                pieces[index].packet = .max
            }
            latest = max(latest, pieces[index].packet)
            pieces[index].packet = latest
        }
        return pieces
    }

    /// Lines as the bytes have them, everything that is not printable ASCII escaped.
    static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        var start = bytes.startIndex
        for index in bytes.indices where bytes[index] == 0x0A {
            lines.append(printable(bytes[start...index], limit: .max))
            start = index + 1
        }
        if start < bytes.endIndex { lines.append(printable(bytes[start...], limit: .max)) }
        return lines
    }
}

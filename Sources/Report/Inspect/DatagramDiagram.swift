public import Capture
import Verification

/// `crossfire inspect --flow N --transport udp`: an exchange datagram by datagram; `--follow N`: what both sides said.
public struct DatagramDiagram: Sendable {
    private let exchange: DatagramFlow
    private let names: EndpointNames
    private let style: TerminalStyle

    /// The most bytes of a datagram that a diagram shows.
    static let maximumShownBytes = 48

    /// A diagram of one exchange whose datagrams were kept.
    public init(_ exchange: DatagramFlow, names: EndpointNames, style: TerminalStyle) {
        self.exchange = exchange
        self.names = names
        self.style = style
    }

    /// The text: client on the left, server on the right, times from the first datagram.
    public func text() -> String {
        let packets = exchange.datagrams.map(\.datagram.packet.number)
        let odd = Dictionary(grouping: exchange.anomalies, by: \.packet.number)
        let errors = Flow(exchange).errors(after: packets)
        let repeats = repeats()
        var rows = [["packet", "time", "", "bytes", "begins"]]
        var below: [[String]] = [[]]
        for (isRequest, datagram) in exchange.datagrams {
            let number = datagram.packet.number
            let time = datagram.packet.time.nanoseconds - exchange.firstTime.nanoseconds
            rows.append([
                "\(number)", fixed(Double(time) / 1e6, 3) + " ms", isRequest ? "───▶" : "◀───",
                "\(datagram.bytes.count)",
                printable(datagram.bytes, limit: Self.maximumShownBytes),
            ])
            var notes = (odd[number] ?? []).map(\.words)
            if notes.isEmpty, let first = repeats[number] { notes.append("the same bytes as packet \(first)") }
            if !datagram.isWhole { notes.append("cut by the capture: not all of its bytes are there") }
            below.append(notes + (errors[number] ?? []))
        }
        var lines = [
            style.bold("UDP flow \(exchange.id): \(names.name(exchange.client)) → \(names.name(exchange.server))"),
            count(exchange.datagrams.count, "datagram"), "",
        ]
        for (line, notes) in zip(aligned(rows), below) {
            lines.append(line)
            lines += notes.map { style.yellow("        ! \($0)") }
        }
        return lines.joined(separator: "\n")
    }

    /// Datagrams that say what an earlier one of their direction said, with the first such packet.
    private func repeats() -> [Int: Int] {
        var first: [[[UInt8]: Int]] = [[:], [:]]
        var found: [Int: Int] = [:]
        for (isRequest, datagram) in exchange.datagrams where !datagram.bytes.isEmpty && datagram.isWhole {
            let side = isRequest ? 0 : 1
            if let known = first[side][datagram.bytes] {
                found[datagram.packet.number] = known
            } else {
                first[side][datagram.bytes] = datagram.packet.number
            }
        }
        return found
    }

    /// What both sides said: `>` before what the client sent, `<` before what the server sent, at the head of each
    /// datagram; its further lines begin with `.`.
    public func follow() -> String {
        var lines = [
            style.bold("UDP flow \(exchange.id): > \(names.name(exchange.client)), < \(names.name(exchange.server))")
        ]
        for (isRequest, datagram) in exchange.datagrams {
            let mark = isRequest ? ">" : "<"
            let said = FollowText.lines(datagram.bytes[...])
            for (index, line) in (said.isEmpty ? ["[no bytes]"] : said).enumerated() {
                let text = (index == 0 ? mark : ".") + " " + line
                lines.append(isRequest ? text : style.green(text))
            }
            if !datagram.isWhole { lines.append(style.yellow("\(mark) [the rest was not captured]")) }
        }
        return lines.joined(separator: "\n")
    }
}

import CLinux
package import Capture
import Glibc
import System

/// Where a connection comes from, as one number that names it in the recording: an address in 127/8 (0x7F01_0000 and
/// up) where every connection has its own, or a port of 127.0.0.1 or ::1 (below 0x1_0000).
package struct ClientSource: Hashable, Comparable, Sendable {
    /// The address in host byte order, or the port.
    package var rawValue: UInt32

    /// The number that names a connection from this endpoint.
    package init(address: UInt32, port: UInt16) {
        rawValue = address == loopback ? UInt32(port) : address
    }

    /// The number that names a connection from a captured endpoint.
    package init(_ endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let address): self.init(address: address, port: endpoint.port)
        case .v6: self.init(address: loopback, port: endpoint.port)
        }
    }

    fileprivate init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The address to bind to, and the port; 0 lets the kernel choose it.
    var binding: (address: UInt32, port: UInt16) {
        rawValue > 0xFFFF ? (rawValue, 0) : (loopback, UInt16(rawValue))
    }

    /// Whether it is handed out after `other`, within half a turn of the range; false for what was never handed out.
    func isAhead(of other: ClientSource) -> Bool {
        let bounds = (other.rawValue > 0xFFFF ? ClientSources.Range.manyAddresses : .oneAddress).bounds
        guard bounds.contains(rawValue) else { return false }
        let distance = Int(rawValue) - Int(other.rawValue)
        return (1..<bounds.count / 2).contains(distance < 0 ? distance + bounds.count : distance)
    }

    /// In order of handing out, but for the wrap at the end.
    package static func < (left: ClientSource, right: ClientSource) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Hands out sources in ascending order, each to one connection, and starts anew at the end of the range.
package struct ClientSources {
    /// Which sources a target accepts.
    package enum Range: Sendable {
        /// 127.1.0.0 to 127.254.255.255: TIME_WAIT never stalls a campaign.
        case manyAddresses
        /// 127.0.0.1 or ::1 alone, its ports in turn: for servers that look at the address, as redis in protected mode,
        /// and for IPv6, which has one loopback address.
        case oneAddress

        var bounds: ClosedRange<UInt32> {
            switch self {
            case .manyAddresses: 0x7F01_0000...0x7FFE_FFFF
            case .oneAddress: 10_240...60_999
            }
        }
    }

    private let bounds: ClosedRange<UInt32>
    private var nextValue: UInt32
    /// Sources of one execution that another program holds may be passed over, this many.
    private static let slack: UInt32 = 64

    init(_ range: Range) {
        bounds = range.bounds
        nextValue = bounds.lowerBound
    }

    /// Starts anew where an execution's sources would otherwise not ascend.
    mutating func beginExecution(connections: Int) {
        if UInt32(connections) + Self.slack > bounds.upperBound - nextValue { nextValue = bounds.lowerBound }
    }

    mutating func next() -> ClientSource {
        defer { nextValue = nextValue == bounds.upperBound ? bounds.lowerBound : nextValue + 1 }
        return ClientSource(rawValue: nextValue)
    }

    /// Which sources the server at an address accepts: over TCP it is asked with a silent connection from each kind, side
    /// by side. Over Unix sockets a source is a name in the recording only.
    ///
    /// - Complexity: takes up to 20 ms.
    static func accepted(by address: TargetAddress) -> Range {
        switch address {
        case .tcp6: return .oneAddress
        case .udp, .unix: return .manyAddresses
        case .tcp(let port): return accepted(by: port)
        }
    }

    private static func accepted(by port: UInt16) -> Range {
        let closesStranger = Probe(from: Range.manyAddresses.bounds.upperBound, to: port)
        let closesLocal = Probe(from: loopback, to: port)
        return closesStranger.speaksFirst && !closesLocal.speaksFirst ? .oneAddress : .manyAddresses
    }

    /// Whether a server speaks or hangs up before it was asked anything.
    private struct Probe {
        var speaksFirst = false

        init(from address: UInt32, to port: UInt16) {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            let raw = socket(AF_INET, type, 0)
            guard raw >= 0 else { return }
            defer { close(raw) }
            guard withAddress(address, 0, { bind(raw, $0, $1) }) == 0,
                withAddress(loopback, port, { connect(raw, $0, $1) }) == 0
            else {
                speaksFirst = true
                return
            }
            var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
            speaksFirst = poll(&entry, 1, 10) > 0
        }
    }
}

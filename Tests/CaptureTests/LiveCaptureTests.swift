import Capture
import Glibc
import Synchronization
import Testing

/// Goal: live capture loses nothing, stops at once and tells why it cannot start. Method: datagrams sent to a closed
/// loopback port, a last one as the end mark.
@Suite("Live capture")
struct LiveCaptureTests {
    /// Whether this process may capture on loopback; tests that need it are skipped without (run them as root or with
    /// CAP_NET_RAW, or in `unshare -Urn` with loopback up).
    static let mayCapture: Bool = {
        do throws(CaptureError) {
            _ = try LiveCapture(LiveCapture.Options())
            return true
        } catch {
            return false
        }
    }()

    static func send(_ count: Int, to port: UInt16, from descriptor: Int32) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for index in 0..<count {
            let payload = PacketBuilder.be(UInt32(index))
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    // A closed port's ICMP error shows at the next send; the datagram after it goes out all the same.
                    if sendto(descriptor, payload, 4, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) < 0 {
                        _ = sendto(descriptor, payload, 4, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
        }
    }

    /// A datagram socket with a port of its own, and that port: other programs' traffic must not be counted.
    static func sender() -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size)
                getsockname(descriptor, $0, &size)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    @Test(
        "all datagrams are caught, once each, and the end mark ends the capture",
        .enabled(if: LiveCaptureTests.mayCapture))
    func everything() async throws {
        let (descriptor, port) = Self.sender()
        defer { close(descriptor) }
        let capture = try LiveCapture(.init(filter: "udp src port \(port)"))
        let seen = Mutex<[UInt32]>([])
        let runner = Task.detached {
            try capture.run { batch in
                for record in batch.records {
                    guard case .udp(let datagram) = dissect(record, in: batch), datagram.payloadLength == 4 else {
                        continue
                    }
                    let value = batch.bytes[datagram.payload].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                    seen.withLock { $0.append(value) }
                    if value == 1999 { capture.stop() }
                }
            }
        }
        Self.send(2000, to: 9, from: descriptor)
        try await runner.value
        #expect(seen.withLock { $0 } == Array(0..<2000))
        let statistics = capture.statistics()
        #expect(statistics.complete)
        #expect(statistics.received == 2000)
        #expect(statistics.delivered == 2000)
    }

    @Test("packets sent before stop are kept, twenty times", .enabled(if: LiveCaptureTests.mayCapture))
    func stopRightAfter() async throws {
        let (descriptor, port) = Self.sender()
        defer { close(descriptor) }
        for _ in 0..<20 {
            let capture = try LiveCapture(.init(filter: "udp src port \(port)", ringBytes: 4 << 20))
            let count = Atomic<Int>(0)
            let runner = Task.detached {
                try capture.run { batch in count.add(batch.records.count, ordering: .relaxed) }
            }
            Self.send(608, to: 9, from: descriptor)
            capture.stop()
            try await runner.value
            #expect(count.load(ordering: .relaxed) == 608)
        }
    }

    @Test("a missing interface and a bad filter are told apart", .enabled(if: LiveCaptureTests.mayCapture))
    func mistakes() {
        #expect {
            try LiveCapture(.init(interface: "nothere0"))
        } throws: { error in
            if case .noSuchInterface? = error as? CaptureError { true } else { false }
        }
        #expect {
            try LiveCapture(.init(filter: "tcp prt 6379"))
        } throws: { error in
            if case .badFilter? = error as? CaptureError { true } else { false }
        }
    }

    // Needs root, to become a user without rights in a child process.
    @Test("without the right to capture the error says what to do", .enabled(if: geteuid() == 0))
    func permission() async {
        await #expect(processExitsWith: .success) {
            guard setgid(65_534) == 0, setuid(65_534) == 0 else { exit(3) }
            do throws(CaptureError) {
                _ = try LiveCapture(LiveCapture.Options())
                exit(1)
            } catch {
                guard case .permission(_, let remedy) = error, remedy.contains("CAP_NET_RAW") else { exit(2) }
                exit(0)
            }
        }
    }
}

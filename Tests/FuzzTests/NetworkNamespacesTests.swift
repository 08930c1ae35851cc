import CLinux
import Fuzz
import Glibc
import System
import Testing

private let mayHavePrivateNetworks = (try? NetworkNamespaces()) != nil

/// Goal: a process with threads, as this one, uses private networks that it is not in: what is made inside is there and nowhere
/// else, ours is as it was, several know nothing of each other, and nothing is left of them. Method: sockets of the same port
/// in several networks and our own, and the descriptors before and after.
@Suite(
    "Private networks of children", .serialized, .enabled(if: mayHavePrivateNetworks, "no private network is permitted")
)
struct NetworkNamespacesTests {
    private static func listener(_ port: UInt16) throws(SystemError) -> Int32 {
        let raw = try system("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        try system("bind") { withAddress(loopback, port) { bind(raw, $0, $1) } }
        try system("listen") { listen(raw, 1) }
        return raw
    }

    private static func ownNetwork() -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        let count = readlink("/proc/thread-self/ns/net", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test("a port that is taken in one network is free in all others, and reached from inside alone")
    func apart() throws {
        let before = Self.ownNetwork()
        let networks = [try NetworkNamespaces(), try NetworkNamespaces()]
        let port = try networks[0].inside { () throws(SystemError) in try Port.free() }
        var listeners: [Int32] = []
        defer { for raw in listeners { close(raw) } }
        for network in networks {
            listeners.append(try network.inside { () throws(SystemError) in try Self.listener(port) })
        }
        for network in networks {
            let client = try network.inside { () throws(SystemError) in
                try system("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
            }
            defer { close(client) }
            // Connected from here, on a socket that belongs there.
            #expect(withAddress(loopback, port) { connect(client, $0, $1) } == 0)
        }
        #expect(throws: SystemError("bind", code: EADDRINUSE)) {
            try networks[0].inside { () throws(SystemError) in try Self.listener(port) }
        }
        #expect(Self.ownNetwork() == before && !before.isEmpty)
    }

    @Test("what is done inside returns and throws as it would here, and leaves no process")
    func results() throws {
        let network = try NetworkNamespaces()
        let own = getpid()
        let other = try network.inside { getpid() }
        #expect(other != own && kill(other, 0) != 0)
        #expect(try network.inside { Array(repeating: "text", count: 1000) }.count == 1000)
        #expect(throws: SystemError("probe", code: EXFULL)) {
            try network.inside { () throws(SystemError) in throw SystemError("probe", code: EXFULL) }
        }
        let none: NetworkNamespaces? = nil
        #expect(try none.inside { getpid() } == own)
    }
}

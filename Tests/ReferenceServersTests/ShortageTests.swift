import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: a server that runs out of descriptors goes on, and nobody is turned away for it.
/// Method: the server is started with few descriptors; more clients than that connect, and the late ones must be served once
/// early ones have left. `select` is driven directly, for its limit is not of the process.
@Suite(.serialized) struct ShortageTests {
    /// Closes what the test process passes on by accident, and leaves room for about 19 connections.
    static let withFewDescriptors = """
        for file in /proc/self/fd/*; do number=${file##*/}; [ $number -gt 2 ] && eval "exec $number>&-"; done
        ulimit -n 24
        exec "$0" "$@"
        """

    @Test("clients beyond the descriptor limit wait, and are served when others leave", arguments: SessionTests.kv)
    func descriptors(_ spec: ServerSpec) throws {
        let server = try RunningServer(
            program: "/bin/bash", ["-c", Self.withFewDescriptors, RunningServer.path] + spec.arguments)
        let early = try (0..<30).map { _ in try Client(server) }
        let late = try (0..<10).map { _ in try Client(server) }
        for client in early + late { client.send("PING\r\n") }
        // Whoever has a descriptor is answered; then all early clients leave, served or not.
        #expect(early[0].receiveLine() == "+PONG")
        for client in early { client.leave() }
        for client in late { #expect(client.receiveLine() == "+PONG") }
        #expect(server.terminate() == 0)
    }

    @Test("select refuses descriptors that do not fit in its sets")
    func selectLimit() {
        var poller = SelectPoller()
        #expect(SelectPoller.limit == 1024)
        let accepted = (1022..<1026).map { poller.watch($0, for: .readable) }
        #expect(accepted == [true, true, false, false])
    }

    @Test("a descriptor set holds just what was put in")
    func descriptorSet() {
        var set = DescriptorSet()
        let members: Set<Int32> = [0, 7, 8, 63, 64, 65, 500, 1023]
        for member in members { set[member] = true }
        set[9] = true
        set[9] = false
        #expect((0..<SelectPoller.limit).filter { set[$0] } == members.sorted())
    }
}

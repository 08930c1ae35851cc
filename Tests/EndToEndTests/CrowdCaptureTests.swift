import Foundation
import Testing

extension EndToEnd {
    /// Goal: a capture of 64 clients that count, read, write, delete and write several keys at once, all on few keys, has a
    /// verdict, and the right one. Method: `capture record` of redis-benchmark, several times at once, each as often as
    /// it is told, against redis-server, against a correct reference server and one that loses updates.
    @Suite(
        "captures of crowds", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: CrossfireProcess.program("redis-benchmark") != nil, "needs redis-benchmark"))
    struct CrowdCaptures {
        /// Clients, and what each of them asks for again and again: 64 clients on four keys.
        private static let crowd = [
            (24, "incr n"), (14, "get n"), (2, "del n"), (8, "set x __rand_int__"), (4, "get x"), (2, "del x"),
            (4, "mset y __rand_int__ z __rand_int__"), (3, "get y"), (3, "get z"),
        ]
        /// Requests of each client.
        private static let requests = 60

        /// Records the crowd beside `server`, which listens on port 7400, and checks the capture.
        private func check(_ server: String) throws -> CrossfireProcess.Result {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/a.pcapng"
            let clients = Self.crowd.map { count, words in
                "redis-benchmark -p 7400 -r 1000000000 -c \(count) -n \(count * Self.requests) -q \(words) & "
                    + "all=\"$all $!\""
            }
            let script = """
                exec >/dev/null 2>&1
                \(server) & server=$!
                until redis-cli -p 7400 ping; do sleep 0.05; done
                \(clients.joined(separator: "\n"))
                wait $all
                kill $server; wait $server
                """
            let recorded = try CrossfireProcess.run(
                "capture", "record", "-w", path, "-f", "tcp port 7400", "--", "sh", "-c", script)
            #expect(recorded.errors.contains("packets recorded, complete"), "\(recorded.errors)")
            return try CrossfireProcess.run("check", path, "--protocol", "resp", "--port", "7400")
        }

        @Test(
            "redis-server holds",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "needs redis-server"))
        func redis() throws {
            let result = try check("redis-server --port 7400 --save ''")
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.hasPrefix("held: "), "\(result.output)")
        }

        @Test("a lost update is seen, and its correct twin holds", arguments: ["", "+lost-update"])
        func lostUpdate(defect: String) throws {
            let result = try check("'\(CrossfireProcess.folder)/crossfire' serve threaded/kv\(defect) --port 7400")
            #expect(result.status == (defect.isEmpty ? 0 : 1), "\(result.output)")
            #expect(result.output.contains("linearizability: ") == !defect.isEmpty, "\(result.output)")
        }
    }
}

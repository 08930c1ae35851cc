import Foundation
import Testing

extension EndToEnd {
    /// Goal: captures that other programs made are judged as ours are. Method: in a private network, tcpdump records
    /// clients that are none of ours against redis-server, which holds, and against a server that loses updates.
    @Suite(
        "captures of others",
        .enabled(if: getuid() == 0 && canCapture, "needs the right to capture on lo"),
        .enabled(if: CrossfireProcess.program("tcpdump") != nil, "needs tcpdump"),
        .enabled(if: CrossfireProcess.program("redis-benchmark") != nil, "needs redis-benchmark"))
    struct ForeignCaptures {
        /// Runs `server`, which listens on port 7400, and clients beside tcpdump; returns the capture's path.
        private func record(_ server: String, _ clients: String, in folder: TemporaryFolder) throws -> String {
            let path = "\(folder.path)/a.pcap"
            // tail(1) waits for what is written, as long as the writer lives. The last request of all is the mark of the end.
            let script = """
                cd '\(folder.path)'; : >server; : >tcpdump
                said() { tail -n +1 -f --pid=$3 "$2" | grep -q -a -E -m 1 "$1"; }
                \(server) >server 2>&1 & server=$!
                tcpdump -i lo -B 65536 -U -w a.pcap -Z root tcp port 7400 2>tcpdump & dump=$!
                said 'listening on' tcpdump $dump
                said 'listening on|Ready to accept' server $server
                { \(clients); } >/dev/null 2>&1
                redis-cli -p 7400 echo end-of-the-clients >/dev/null
                said end-of-the-clients a.pcap $dump
                kill -INT $dump; wait $dump; kill $server; wait $server
                """
            // The network is that of `capture record`; what it records itself is not looked at.
            let result = try CrossfireProcess.run(
                "capture", "record", "-w", "\(folder.path)/own.pcapng", "-f", "udp port 9", "--", "sh", "-c", script)
            #expect(result.status == 0, "\(result.errors)")
            return path
        }

        @Test(
            "mixed traffic with redis-server holds",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "needs redis-server"))
        func redis() throws {
            let folder = try TemporaryFolder()
            let path = try record(
                "redis-server --port 7400 --save ''",
                "redis-benchmark -p 7400 -c 20 -P 4 -n 20000 -r 50 -t set,get,incr,mset -q & bench=$!; "
                    + "for i in 1 2 3 4 5 6 7 8; do redis-cli -p 7400 incr shared; redis-cli -p 7400 get shared; done; wait $bench",
                in: folder)
            let result = try CrossfireProcess.run("check", path, "--protocol", "resp", "--port", "7400", "--json")
            let told = try String(contentsOfFile: "\(folder.path)/tcpdump", encoding: .utf8)
            // What tcpdump lost makes the check inconclusive, not wrong.
            let isWhole = told.contains("\n0 packets dropped by kernel")
            #expect(result.status == 0 || (result.status == 2 && !isWhole), "\(result.output)\(told)")
            #expect((result.json["operations"] as? Int ?? 0) > (isWhole ? 80_000 : 20_000), "\(told)")
            #expect((result.json["overlaps"] as? Int ?? 0) > 10_000)
        }

        @Test("a lost update is told by its two increments")
        func lostUpdate() throws {
            let folder = try TemporaryFolder()
            let path = try record(
                "'\(CrossfireProcess.folder)/crossfire' serve threaded/kv+lost-update --port 7400",
                "redis-benchmark -p 7400 -c 16 -n 5000 -r 20 -q incr counter:__rand_int__", in: folder)
            let result = try CrossfireProcess.run("check", path, "--protocol", "resp")
            #expect(result.status == 1, "\(result.output)")
            let lines = result.output.split(separator: "\n")
            let at = try #require(lines.firstIndex { $0.contains("one increment was lost") }, "\(result.output)")
            let sentence = /INCR (counter:\d+) answered (\d+) twice \(packets (\d+) and (\d+)\)/
            let told = try #require(lines[at].firstMatch(of: sentence))
            let story = lines[(at + 1)...(at + 4)].joined(separator: "\n")
            #expect(story.components(separatedBy: "INCR \(told.1) is sent").count == 3)
            #expect(story.contains("packet \(told.3): answered \(told.2)\n"))
            #expect(story.contains("packet \(told.4): answered \(told.2) again"))
        }
    }
}

import Foundation
import Testing

extension EndToEnd {
    /// Goal: what a small capture does not prove is no accusation, and is told, by `check`, `inspect` and `inspect --assert`
    /// alike. Method: captures made after reports of wrong verdicts, of correct servers all.
    @Suite("captures that prove nothing against the server") struct ProvenCaptures {
        /// A capture, and what is said of it.
        struct Row: CustomTestStringConvertible, Sendable {
            var name: String
            var protocolName = "http"
            /// 0 or 2.
            var status: Int32
            var told: String
            var testDescription: String { name }
        }

        static let rows = [
            Row(
                name: "server-to-client-only", status: 2,
                told: "inconclusive: 10.0.0.1:40001: the capture misses 72 bytes to"),
            Row(name: "request-never-acknowledged", status: 2, told: "the server never acknowledged the request"),
            Row(name: "connection-lost-by-capture", status: 2, told: "the capture lost the connection"),
            Row(name: "http-beside-ftp-data", status: 0, told: "left aside: flow 1, 10.0.0.1:40002 to 10.0.0.2:30000"),
            Row(name: "resp-beside-http", protocolName: "resp", status: 0, told: "left aside: flow 1, 10.0.0.1:40005"),
            Row(
                name: "space-before-colon", status: 0, told: "note: 10.0.0.1:40001: white space before a field's colon"),
            Row(name: "unused-connection-400", status: 2, told: "nothing tested: 0 connections"),
            Row(name: "client-leaves-after-281ms", status: 2, told: "got no reply for 281 ms"),
            Row(name: "pppoe-length-shorter-than-ip", status: 0, told: "held: 1 connections, 1 operations, 1 answered"),
        ]

        @Test("nobody is accused, and what is missing is told", arguments: rows)
        func row(_ row: Row) throws {
            let path = "\(CrossfireProcess.root)/Tests/Captures/\(row.name).pcap"
            let checked = try CrossfireProcess.run("check", path, "--protocol", row.protocolName)
            #expect(checked.status == row.status, "\(checked.output)\(checked.errors)")
            #expect(checked.output.contains(row.told), "\(checked.output)")
            let all = "no-loss,fifo,exactly-once,no-crosstalk"
            let asserted = try CrossfireProcess.run("inspect", path, "--protocol", row.protocolName, "--assert", all)
            #expect(asserted.status == row.status, "\(asserted.output)\(asserted.errors)")
            let inspected = try CrossfireProcess.run("inspect", path, "--protocol", row.protocolName, "--json")
            #expect(inspected.status == 0, "\(inspected.errors)")
            #expect((inspected.json["violations"] as? [Any])?.isEmpty == true, "\(inspected.output)")
        }

        @Test("how long a server may be silent is the user's to say")
        func hangAfter() throws {
            let path = "\(CrossfireProcess.root)/Tests/Captures/client-leaves-after-281ms.pcap"
            let checked = try CrossfireProcess.run("check", path, "--protocol", "http", "--hang-after", "200ms")
            #expect(checked.status == 1 && checked.output.contains("hang: "), "\(checked.output)\(checked.errors)")
            let asserted = try CrossfireProcess.run(
                "inspect", path, "--protocol", "http", "--assert", "no-loss", "--hang-after", "200ms")
            #expect(asserted.status == 1, "\(asserted.output)\(asserted.errors)")
        }
    }
}

import Foundation
import Testing

extension EndToEnd {
    /// Goal: the zoo and the comparison say what a person wants to know, and scripts get the exit status. Method: a few
    /// servers, short budgets.
    @Suite("zoo and compare", .enabled(if: canCapture)) struct Zoo {
        @Test("found by its own oracle, not accused")
        func table() throws {
            let result = try CrossfireProcess.run(
                "zoo", "--usual", "--budget", "5s", "--confirm", "2", "--only", "threaded/echo+double-processing",
                "--only", "threaded/echo+correct", "--only", "threaded/file+correct", "--json")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            let servers = result.json["servers"] as? [[String: Any]] ?? []
            let verdicts = servers.map { "\($0["server"] ?? "") \($0["verdict"] ?? "")" }
            #expect(
                verdicts == [
                    "threaded/echo held", "threaded/echo+double-processing found", "threaded/file held",
                ])
            #expect(servers.first { ($0["expected"] as? [String])?.first == "duplication" }?["first_execution"] != nil)
        }

        @Test("races on lists, hashes, sets and transactions are found, between threads and between processes")
        func collections() throws {
            let defects = ["double-pop", "torn-snapshot", "double-add", "split-transaction"]
            let names = ["threaded", "preforked"].flatMap { model in defects.map { "\(model)/kv+\($0)" } }
            let result = try CrossfireProcess.run(
                ["zoo", "--usual", "--budget", "60s", "--confirm", "1", "--seed", "2", "--json"]
                    + names.flatMap { ["--only", $0] })
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            let servers = result.json["servers"] as? [[String: Any]] ?? []
            #expect(servers.count == names.count)
            for server in servers {
                #expect(server["verdict"] as? String == "found")
                #expect((server["found"] as? [String])?.contains("linearizability") == true)
            }
        }

        @Test("transports and states are names, too")
        func variants() throws {
            let result = try CrossfireProcess.run(
                "zoo", "--budget", "2s", "--confirm", "1", "--only", "forked/kv/unix+correct", "--only",
                "threaded/echo/udp+defective+double-processing", "--json")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            let servers = (result.json["servers"] as? [[String: Any]] ?? []).map { $0["server"] as? String }
            #expect(
                servers == [
                    "forked/kv --transport unix", "forked/kv --transport unix --state pipe",
                    "forked/kv --transport unix --state mq", "threaded/echo+double-processing --transport udp",
                ])
        }

        @Test("what a plain hammer misses is no fault; the table tells the grade")
        func hammer() throws {
            let result = try CrossfireProcess.run(
                "zoo", "--usual", "--hammer", "--budget", "2s", "--confirm", "0", "--only", "threaded/kv+lost-update",
                "--only",
                "epoll/echo+use-after-close", "--json")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            let servers = result.json["servers"] as? [[String: Any]] ?? []
            let verdicts = servers.map { "\($0["server"] ?? "") \($0["grade"] ?? "") \($0["verdict"] ?? "")" }
            #expect(verdicts == ["threaded/kv+lost-update quick found", "epoll/echo+use-after-close hard missed"])
        }

        @Test("no such server is wrong usage")
        func unknown() throws {
            let result = try CrossfireProcess.run("zoo", "--only", "threeded/kv")
            #expect(result.status == 64)
            #expect(result.errors.contains("no server is called threeded/kv"))
        }

        @Test("servers beside each other, and what a crash does to the other clients")
        func compare() throws {
            let result = try CrossfireProcess.run(
                "compare", "forked/kv", "threaded/kv", "--clients", "1,2,4", "--rounds", "2", "--time", "50ms", "--json"
            )
            #expect(result.status == 0, "\(result.errors)")
            let servers = result.json["servers"] as? [[String: Any]] ?? []
            #expect(servers.map { $0["name"] as? String } == ["forked/kv", "threaded/kv"])
            for server in servers {
                let points = server["points"] as? [[String: Any]] ?? []
                #expect(points.count == 3 && points.allSatisfy { ($0["requests_per_s"] as? Double ?? 0) > 100 })
                #expect(server["law"] != nil)
            }
            // A crash of a child hurts its own client; a crash of a thread ends them all.
            #expect(servers[0]["crash_broken"] as? Int == 0 && servers[0]["crash_serving"] as? Bool == true)
            #expect(servers[1]["crash_broken"] as? Int == 8 && servers[1]["crash_serving"] as? Bool == false)
            #expect(try CrossfireProcess.run("compare", "threaded/echo").status == 64)
            #expect(try CrossfireProcess.run("compare", "threaded/kv", "--clients", "0").status == 64)
        }
    }
}

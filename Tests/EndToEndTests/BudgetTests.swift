import Foundation
import Testing

extension EndToEnd {
    /// Goal: a budget is a budget, and what it does not suffice for is named. Method: a gate with far more scenarios, each
    /// of them with pauses, than its time is enough for.
    @Suite(
        "budgets", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: CrossfireProcess.program("python3") != nil, "needs python3"))
    struct Budgets {
        private static let scenarios = 60
        /// A limit of ours, with room for a busy machine: the scenarios alone pause for a minute. Seconds.
        private static let most = 15.0

        private let folder: TemporaryFolder
        private let script: String

        init() throws {
            folder = try TemporaryFolder()
            script = try HostileServer.write(into: folder)
            for number in 0..<Self.scenarios {
                let text = "protocol echo\nc0 connect\nc0 send \"a\\n\"\nc0 expect\nc0 pause 1000ms\n"
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(number).crossfire"))
            }
        }

        private func gate(_ kind: String) throws -> (CrossfireProcess.Result, report: String) {
            let junit = "\(folder.path)/junit.xml"
            let result = try CrossfireProcess.run(
                "gate", "--protocol", "echo", "--corpus", folder.path, "--duration", "2s", "--perturb", "off", "--out",
                "\(folder.path)/out", "--junit", junit, "--", "python3", script, kind, "echo", "{port}")
            return (result, try String(contentsOfFile: junit, encoding: .utf8))
        }

        @Test("what a gate has no time for makes it inconclusive, and is named")
        func unfinished() throws {
            let start = Date()
            let (result, report) = try gate("none")
            #expect(Date().timeIntervalSince(start) < Self.most)
            #expect(result.status == 2, "\(result.output)\(result.errors)")
            #expect(result.output.contains("not run: the budget is spent"))
            #expect(report.contains("tests=\"\(Self.scenarios + 1)\""), "\(report.prefix(300))")
            #expect(report.contains("not run: the budget is spent"))
        }

        @Test("unless what it had time for is violated")
        func violated() throws {
            let (result, _) = try gate("garbage")
            #expect(result.status == 1, "\(result.output)\(result.errors)")
        }
    }
}

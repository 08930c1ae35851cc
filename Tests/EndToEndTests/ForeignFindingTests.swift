import Foundation
import Testing

extension EndToEnd {
    /// Goal: a finding's folder from somebody else runs nothing unasked. Method: a folder whose command leaves a file behind,
    /// replayed and minimized where there is no terminal to ask on, with and without the user's word.
    @Suite("a finding from somebody else") struct ForeignFindings {
        let folder = try! TemporaryFolder()

        private var trace: String { "\(folder.path)/trace" }

        private func finding() throws -> String {
            let path = "\(folder.path)/crash-1"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let record = """
                {"schema": 1, "id": "crash-1", "oracle": "crash", "summary": "", "signature": "", "evidence": [],
                 "protocol": "resp", "target": {"command": ["sh", "-c", "touch \(trace)", "{port}"]}, "seed": 1,
                 "life": {"setup": "touch \(trace)", "reset": "b", "env": {"A": "c d"}},
                 "login": {"requests": ["AUTH {file:/nowhere}"]},
                 "clients": 1, "perturbation": "off", "first_execution": 1, "first_s": 0.5, "minimized": false,
                 "version": "1"}
                """
            try record.write(toFile: "\(path)/finding.json", atomically: true, encoding: .utf8)
            try "protocol resp\nc0 connect\nc0 send PING\nc0 expect\n".write(
                toFile: "\(path)/scenario.crossfire", atomically: true, encoding: .utf8)
            return path
        }

        @Test("is refused, with what it would run", arguments: ["replay", "minimize"], ["", "/scenario.crossfire"])
        func refused(command: String, file: String) throws {
            let path = try finding()
            let result = try CrossfireProcess.run(command, path + file)
            #expect(result.status == 64, "\(result.errors)")
            #expect(result.errors.contains("runs the command: sh -c $'touch \(trace)' {port}"), "\(result.errors)")
            for told in [
                "sh -c $'touch \(trace)'; runs between executions: sh -c b; sets $'A=c d'; says to it: $'AUTH {file:/nowhere}'",
                "--yes",
            ] {
                #expect(result.errors.contains(told), "\(result.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: trace))
        }

        @Test("is run with --yes, and with a target of one's own", .enabled(if: canCapture))
        func allowed() throws {
            let path = try finding()
            let own = try CrossfireProcess.run("replay", path, "--times", "1", "--server", "threaded/kv")
            #expect(own.status == 0, "\(own.errors)")
            #expect(!FileManager.default.fileExists(atPath: trace))
            let secret = try CrossfireProcess.run("replay", path, "--times", "1", "--yes")
            #expect(secret.status == 78 && secret.errors.contains("/nowhere"), "\(secret.errors)")
            #expect(!FileManager.default.fileExists(atPath: trace))
            let word = try CrossfireProcess.run("replay", path, "--times", "1", "--yes", "--login", "PING")
            #expect(word.status == 69, "\(word.errors)")
            #expect(FileManager.default.fileExists(atPath: trace))
        }
    }
}

import Foundation
import Testing

extension EndToEnd {
    /// Goal: a protocol that has nothing but its room gets campaigns, and its server is not accused. Method: Debian's
    /// beanstalkd.
    @Suite("beanstalkd", .enabled(if: canCapture && CrossfireProcess.program("beanstalkd") != nil, "not installed"))
    struct Beanstalkd {
        @Test("holds, with jobs put and taken by all clients")
        func holds() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "beanstalk", "--executions", "1000", "--json", "--seed", "3", "--out",
                folder.path,
                "--corpus", "\(CrossfireProcess.root)/corpora/beanstalk", "--", "beanstalkd", "-l", "127.0.0.1", "-p",
                "{port}")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
            #expect((result.json["overlaps"] as? Int ?? 0) > 1000)
        }
    }
}

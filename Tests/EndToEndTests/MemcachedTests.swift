import Foundation
import Testing

extension EndToEnd {
    /// Goal: memcached with four threads is not accused, whatever clients do to the same keys. Method: Debian's.
    @Suite("memcached", .enabled(if: canCapture && CrossfireProcess.program("memcached") != nil, "not installed"))
    struct Memcached {
        @Test("holds, with keys shared by all clients")
        func holds() throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--protocol", "memcached", "--executions", "1000", "--json", "--seed", "3", "--out",
                folder.path, "--corpus", "\(CrossfireProcess.root)/corpora/memcached", "--", "memcached", "-u",
                "nobody",
                "-t", "4", "-U", "0", "-l", "127.0.0.1", "-p", "{port}")
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.oracles.isEmpty)
            #expect((result.json["overlaps"] as? Int ?? 0) > 1000)
        }
    }
}

import Testing

extension EndToEnd {
    /// Goal: the tool finds every planted defect by its own oracle, and confirms it. Method: lie to it. A short
    /// campaign against each reference server with one component swapped for a defective one must end with exit status
    /// 1 and a finding of the defect's oracle that a fresh target shows again.
    @Suite("planted defects", .enabled(if: canCapture)) struct Defects {
        struct Plant: CustomTestStringConvertible {
            var server: String
            var wireProtocol = "resp"
            var oracle: String
            var testDescription: String { server }
        }

        static let plants: [Plant] = [
            Plant(server: "threaded/kv+lost-update", oracle: "linearizability"),
            Plant(server: "threaded/kv+shared-reply-buffer", oracle: "crosstalk"),
            Plant(server: "threaded/kv+reordered-replies", oracle: "order"),
            Plant(server: "threaded/kv+short-write-ignored", oracle: "loss"),
            Plant(server: "threaded/kv+double-processing", oracle: "duplication"),
            Plant(server: "threaded/kv+lock-order", oracle: "hang"),
            Plant(server: "forked/kv+lost-update", oracle: "linearizability"),
            Plant(server: "forked/kv+shared-reply-buffer", oracle: "crosstalk"),
            Plant(server: "forked/kv+reordered-replies", oracle: "order"),
            Plant(server: "forked/kv+zombie-children", oracle: "resources"),
            Plant(server: "forked/kv+short-write-ignored", oracle: "loss"),
            Plant(server: "forked/kv+double-processing", oracle: "duplication"),
            Plant(server: "forked/kv+lock-order", oracle: "hang"),
            Plant(server: "threaded/kv+narrow-window", oracle: "linearizability"),
            Plant(server: "iterative/kv+descriptor-leak", oracle: "resources"),
            Plant(server: "preforked/echo+sigpipe-death", wireProtocol: "echo", oracle: "loss"),
            Plant(server: "threaded/echo+shared-reply-buffer", wireProtocol: "echo", oracle: "crosstalk"),
            Plant(server: "threaded/echo+reordered-replies", wireProtocol: "echo", oracle: "order"),
            Plant(server: "threaded/echo+short-write-ignored", wireProtocol: "echo", oracle: "loss"),
            Plant(server: "forked/echo-length+double-processing", wireProtocol: "echo-length", oracle: "duplication"),
            Plant(server: "forked/echo+zombie-children", wireProtocol: "echo", oracle: "resources"),
        ]

        @Test("each is found by its own oracle", arguments: plants)
        func found(_ plant: Plant) throws {
            let folder = try TemporaryFolder()
            let result = try CrossfireProcess.run(
                "fuzz", "--server", plant.server, "--protocol", plant.wireProtocol, "--stop-on-first", "--json",
                "--duration", "30s", "--confirm", "3", "--seed", "1", "--out", folder.path)
            #expect(result.status == 1, "\(result.errors)")
            #expect(result.oracles.contains(plant.oracle), "\(result.output)")
        }
    }
}

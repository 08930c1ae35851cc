import Wire

/// A service as the table of services knows it.
package struct ServiceEntry: Sendable {
    /// The name behind the slash.
    package let name: String
    /// One sentence for `--list`.
    package let summary: String
    /// Whether connections share keys and values.
    package let hasState: Bool
    /// Makes the service from the parts that it needs.
    package let make: @Sendable (Assembly) -> any Service
}

/// All services. A new one is one file and one entry here.
package enum Services {
    package static let all: [ServiceEntry] = [
        ServiceEntry(name: "echo", summary: "echo of lines", hasState: false) { _ in LineEchoService() },
        ServiceEntry(name: "echo-length", summary: "echo of length-prefixed messages", hasState: false) { _ in
            EchoService(EchoLengthCodec())
        },
        ServiceEntry(name: "kv", summary: "key-value store that speaks RESP", hasState: true) { assembly in
            guard let table = assembly.table, let isolation = assembly.isolation else {
                preconditionFailure("an assembly of a service with state has a table")
            }
            return KeyValueService(LocalKeyspace(table, isolation))
        },
    ]
}

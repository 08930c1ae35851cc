/// A service as the table of services knows it.
package struct ServiceEntry: Sendable {
    /// The name behind the slash.
    package let name: String
    /// One sentence for `--list`.
    package let summary: String
    /// The wire protocol that its clients speak, by its name.
    package let protocolName: String
    /// Whether connections share keys and values.
    package let hasState: Bool
    /// Whether a request and a reply fit in a datagram each.
    package var fitsDatagrams = true
    /// Whether one command locks several keys.
    package var locksSeveralKeys = true
    /// Bytes of version and flags in front of what a key holds.
    package var itemHeaderBytes = 0
    /// How many of them are the version; they come first.
    package var versionBytes = 0
    /// Makes the service from the parts that it needs.
    package let make: @Sendable (Assembly) -> any Service
}

/// All services. A new one is one file and one entry here.
package enum Services {
    package static let all: [ServiceEntry] = [
        ServiceEntry(name: "echo", summary: "echo of lines", protocolName: "echo", hasState: false) { _ in
            LineEchoService()
        },
        ServiceEntry(
            name: "echo-length", summary: "echo of length-prefixed messages", protocolName: "echo-length",
            hasState: false
        ) { _ in
            LengthEchoService()
        },
        ServiceEntry(name: "kv", summary: "key-value store that speaks RESP", protocolName: "resp", hasState: true) {
            assembly in
            guard let keyspace = assembly.keyspace else { preconditionFailure("kv needs a keyspace") }
            return KeyValueService(
                keyspace, commands: assembly.commands, hasConnections: !assembly.choice.transport.isDatagram,
                board: assembly.choice.needsChannels == nil ? assembly.board : nil)
        },
        ServiceEntry(
            name: "memcached", summary: "key-value store that speaks memcached's text protocol",
            protocolName: "memcached", hasState: true, fitsDatagrams: false, locksSeveralKeys: false,
            itemHeaderBytes: MemcachedItem.headerBytes, versionBytes: MemcachedItem.versionBytes
        ) { assembly in
            guard let keyspace = assembly.keyspace else { preconditionFailure("memcached needs a keyspace") }
            return MemcachedService(keyspace)
        },
        ServiceEntry(
            name: "file", summary: "files over HTTP/1.1", protocolName: "http", hasState: false, fitsDatagrams: false
        ) { assembly in
            guard let root = assembly.root else { preconditionFailure("file needs a root") }
            return FileService(root)
        },
    ]
}

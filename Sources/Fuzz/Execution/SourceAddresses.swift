/// Hands out addresses in 127/8, one a connection: 127.1.0.0 to 127.254.255.255, then from the start again.
struct SourceAddresses {
    static let first: UInt32 = 0x7F01_0000
    static let count: UInt32 = 0x00FE_0000
    private var used: UInt32 = 0

    /// Starts anew where an execution's addresses would otherwise not be consecutive.
    mutating func beginExecution(connections: Int) {
        if UInt32(connections) > Self.count - used { used = 0 }
    }

    mutating func next() -> UInt32 {
        defer { used = (used + 1) % Self.count }
        return Self.first + used
    }
}

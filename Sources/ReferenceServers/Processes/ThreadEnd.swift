/// What a thread does when its connection is finished.
package protocol ThreadEnd: Sendable {
    /// The last call of the thread; `failed` tells whether the client broke the connection off.
    func connectionEnded(failed: Bool)
}

/// The thread ends, too.
package struct ImmediateEnd: ThreadEnd {
    package init() {}

    package func connectionEnded(failed: Bool) {}
}

/// How clients reach the server.
package protocol Transport: Sendable {
    /// The name that `--transport` takes.
    var name: String { get }
    /// One sentence for `--list`.
    var summary: String { get }

    /// Opens the address for clients. A port of 0 lets the kernel choose; `sharingPort` allows more listeners on it.
    func listen(host: String, port: UInt16, sharingPort: Bool) throws(ListenError) -> Listener

    /// Sets an accepted socket up.
    func prepare(_ accepted: Int32)
}

/// An open address.
package struct Listener: ~Copyable, Sendable {
    /// The listening socket, non-blocking.
    package let descriptor: Descriptor
    /// What it was opened with, and the port that the kernel chose.
    package let host: String
    package let port: UInt16
    /// The address as people write it: `127.0.0.1:4000`.
    package let address: String
}

/// Why an address cannot be opened.
package enum ListenError: Error, Equatable {
    /// The host is not a numeric address of this transport.
    case badHost(String)
    /// Somebody else has the address.
    case inUse(String)
    /// Anything else, with the call that failed and its `errno`.
    case failed(String, errno: Int32)
}

/// All transports. A new one is one file and one entry here.
package enum Transports {
    package static let all: [any Transport] = [TCP4Transport()]
}

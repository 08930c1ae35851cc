public import Capture
import Glibc

/// Names that a person gave to ports and addresses, used wherever an endpoint is printed.
public struct EndpointNames: Sendable {
    private var ports: [UInt16: String] = [:]
    private var addresses: [IPAddress: String] = [:]
    private var endpoints: [Endpoint: String] = [:]

    /// No names.
    public init() {}

    /// Adds `40001=writer`, `10.0.0.1=db`, `10.0.0.1:80=web` or `[::1]:80=web`; returns whether it was understood.
    public mutating func add(_ text: String) -> Bool {
        guard let equals = text.firstIndex(of: "=") else { return false }
        let key = String(text[..<equals])
        let name = String(text[text.index(after: equals)...])
        guard !name.isEmpty else { return false }
        if let port = UInt16(key) {
            ports[port] = name
        } else if let address = IPAddress(text: key) {
            addresses[address] = name
        } else if let colon = key.lastIndex(of: ":"), let port = UInt16(key[key.index(after: colon)...]),
            let address = IPAddress(text: String(key[..<colon].filter { $0 != "[" && $0 != "]" }))
        {
            endpoints[Endpoint(address: address, port: port)] = name
        } else {
            return false
        }
        return true
    }

    /// The given name, or nil.
    public func given(_ endpoint: Endpoint) -> String? {
        if let name = endpoints[endpoint] ?? ports[endpoint.port] { return name }
        if let name = addresses[endpoint.address] { return "\(name):\(endpoint.port)" }
        return nil
    }

    /// The given name, or address and port.
    public func name(_ endpoint: Endpoint) -> String {
        given(endpoint) ?? endpoint.description
    }
}

extension IPAddress {
    /// Reads an address in any of its spellings. (inet_pton(3))
    init?(text: String) {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
            return
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        let half = { (part: ArraySlice<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self = .v6(half(bytes[..<8]), half(bytes[8...]))
    }
}

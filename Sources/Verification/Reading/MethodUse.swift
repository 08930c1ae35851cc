/// How a server answers the methods of HTTP: one that it always refuses it does not support, whatever status it has for
/// that. Many frameworks answer 404 to a method without a route.
///
/// GET is always supported (RFC 9110 section 9.1): a 404 to it says that nothing is there.
public struct MethodUse: Sendable, Equatable {
    /// The methods that got an answer other than a refusal.
    public var accepted: Set<String> = []
    /// How often the others were refused.
    public var refused: [String: Int] = [:]

    /// No method was used.
    public init() {}

    /// Adds a reply to a method.
    mutating func add(_ method: String, status: Int) {
        if Self.refuses(status, method) {
            guard !accepted.contains(method) else { return }
            refused[method, default: 0] += 1
        } else {
            accepted.insert(method)
            refused[method] = nil
        }
    }

    /// Adds what was seen of the same server elsewhere.
    public mutating func add(_ other: MethodUse) {
        accepted.formUnion(other.accepted)
        refused.merge(other.refused) { $0 + $1 }
        refused = refused.filter { !accepted.contains($0.key) }
    }

    /// Whether a method was used, and never accepted.
    func isRefused(_ method: String) -> Bool { refused[method] != nil }

    /// 4xx or 501, and no other error of the server's own: with that it says that it failed.
    private static func refuses(_ status: Int, _ method: String) -> Bool {
        method == "GET" ? status == 405 || status == 501 : (400..<500).contains(status) || status == 501
    }
}

/// How a server answers requests by what they ask for: a kind that it always refuses it does not support, whatever words it
/// has for that. Many frameworks say that nothing is there of a method without a route.
public struct MethodUse: Sendable, Equatable {
    /// The methods that got an answer other than a refusal.
    public var accepted: Set<String> = []
    /// How often the others were refused.
    public var refused: [String: Int] = [:]

    /// No method was used.
    public init() {}

    /// Adds a reply to a method.
    package mutating func add(_ method: String, isRefused: Bool) {
        if isRefused {
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
    package func isRefused(_ method: String) -> Bool { refused[method] != nil }
}

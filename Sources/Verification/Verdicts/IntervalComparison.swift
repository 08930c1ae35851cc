/// How much narrower the wire's intervals are than those that the clients measured themselves, over all operations that
/// both saw answered. Narrower intervals overlap less, so more violations can be proved.
public struct IntervalComparison: Sendable, Equatable {
    /// Operations compared.
    public var operations = 0
    /// The sum of their intervals on the wire, in nanoseconds: request whole to first byte of the reply.
    public var wireNanoseconds: Int64 = 0
    /// The sum of their clients' intervals, in nanoseconds: before sending to reply read.
    public var clientNanoseconds: Int64 = 0

    /// Nothing compared.
    public init() {}

    /// Mean intervals in nanoseconds; nil where nothing was compared.
    public var means: (wire: Double, client: Double)? {
        guard operations > 0 else { return nil }
        return (Double(wireNanoseconds) / Double(operations), Double(clientNanoseconds) / Double(operations))
    }

    /// Adds another comparison.
    public static func += (left: inout IntervalComparison, right: IntervalComparison) {
        left.operations += right.operations
        left.wireNanoseconds += right.wireNanoseconds
        left.clientNanoseconds += right.clientNanoseconds
    }
}

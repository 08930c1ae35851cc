/// A lock: the client that holds it.
package struct MutexSpecification: Specification {
    /// Nobody.
    public var initial: Int32? = nil

    /// Creates the specification.
    public init() {}

    /// The holder after `operation`.
    public func apply(_ operation: HistoryOperation, to state: Int32?) -> Int32?? {
        switch operation.function {
        case .acquire: return state == nil ? .some(operation.client) : nil
        case .release: return state == operation.client ? .some(nil) : nil
        default: return nil
        }
    }

    /// Nothing only looks.
    public func isReader(_ operation: HistoryOperation) -> Bool { false }
}

/// A sequential object whose operations can be taken back: what `FrontierSearch` explores.
protocol SearchModel {
    /// Lets an operation happen if its recorded result is what it gives now; otherwise changes nothing.
    mutating func apply(_ operation: Int) -> Bool
    /// A place to come back to.
    var mark: Int { get }
    /// Takes back everything since `mark` had this value.
    mutating func rollback(to mark: Int)
    /// Equal for equal states; different for different ones, but for a chance of 2⁻⁶⁴.
    var fingerprint: UInt64 { get }
    /// The object's state alone, where `fingerprint` tells more than that.
    var state: UInt64 { get }
    /// Whether the operation, given its recorded result, changes nothing wherever it may legally happen.
    func isReader(_ operation: Int) -> Bool
    /// The lane of an operation: those of one lane happen in their order of invocation, as the pipelined commands of
    /// one connection do. Negative: it has none.
    func lane(_ operation: Int) -> Int
    /// Whether later operations of its lane must wait for it: it has certainly happened.
    func holdsLane(_ operation: Int) -> Bool
    /// Why the model cannot go on, if it cannot.
    var exhausted: String? { get }
    /// Memory of what it remembers, about.
    var byteCount: Int { get }
}

extension SearchModel {
    var state: UInt64 { fingerprint }
    func lane(_ operation: Int) -> Int { -1 }
    func holdsLane(_ operation: Int) -> Bool { false }
    var byteCount: Int { 0 }
}

/// An invocation or a response.
struct SearchEvent {
    var time: Int64
    var operation: Int32
    var isResponse: Bool

    /// By time; invocations first where times are equal, since equal stamps are concurrent; then by number, so that
    /// pipelined requests of one packet keep their order.
    static func isBefore(_ left: SearchEvent, _ right: SearchEvent) -> Bool {
        if left.time != right.time { return left.time < right.time }
        return left.isResponse != right.isResponse ? right.isResponse : left.operation < right.operation
    }
}

/// What is known to have happened before what, beyond what the times say.
protocol SearchOrder {
    /// The operations that must have happened before this one.
    func predecessors(of operation: Int32) -> [Int32]
}

/// Why a search stopped.
enum SearchOutcome: Equatable {
    case linearizable
    /// No order explains all. What was answered before this event has one; that event's answer may, as long as later ones
    /// are not known.
    case violated(event: Int)
    case unknown(String)

    /// Whether there is an order; nil where that is not known.
    var isExplained: Bool? {
        switch self {
        case .linearizable: true
        case .violated: false
        case .unknown: nil
        }
    }
}

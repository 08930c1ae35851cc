/// An order that explains operations, for people to see: each takes effect within its interval, and every answer is the
/// one that the object gives then.
package enum Witness: Sendable, Equatable {
    /// The operations in that order. Unanswered ones that need not have happened are left out.
    case order([Int])
    /// Why there is none to show.
    case none(String)

    static let noOrder = "no order explains the operations"
}

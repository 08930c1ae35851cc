/// A text that can be written, appended to and read; before the first write it is empty, which may be answered as
/// nothing too.
package struct TextSpecification: Specification {
    /// A text as its length and two fingerprints, so that a long one costs no more than a short one. Two texts are taken
    /// for one with a chance of about 2⁻¹⁰⁰.
    public struct State: Hashable, Sendable {
        var length = 0
        var left: UInt64 = 0
        var right: UInt64 = 0
    }

    /// Empty.
    public let initial = State()
    private let values: HistoryValues
    private let texts: [Int: State]

    /// A prime, below which the fingerprints are.
    private static let modulus: UInt64 = (1 << 61) - 1
    private static let bases = (UInt64.random(in: 1 << 20..<modulus), UInt64.random(in: 1 << 20..<modulus))

    /// Creates the specification for the texts of a history.
    ///
    /// - Complexity: O(bytes of all texts).
    public init(_ history: History) {
        values = history.values
        var texts: [Int: State] = [History.null: State()]
        for code in history.arguments + history.results where texts[code] == nil {
            texts[code] = Self.state(values.word(code) ?? String(code))
        }
        self.texts = texts
    }

    /// The text after `operation`.
    public func apply(_ operation: HistoryOperation, to state: State) -> State? {
        switch operation.function {
        case .read: return !operation.isAnswered || texts[operation.result] == state ? state : nil
        case .write: return texts[operation.argument]
        case .append: return texts[operation.argument].map { Self.joined(state, $0) }
        case .delete: return initial
        default: return nil
        }
    }

    /// Reads.
    public func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }

    /// A text that no read shows need not have been written or appended: until the next write none could have been
    /// answered.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        guard operation.function != .delete, seen.count <= Self.maximumShown, let text = values.word(operation.argument)
        else { return operation.anonymous() }
        let isShown = seen.keys.contains { Self.contains(Array((values.word($0) ?? "").utf8), Array(text.utf8)) }
        return isShown ? operation.anonymous() : nil
    }

    /// Of more texts than this it is not asked which others they contain.
    private static let maximumShown = 256

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count] == part[...] }
    }

    private static func state(_ text: String) -> State {
        var state = State()
        for byte in text.utf8 {
            state.length += 1
            state.left = sum(product(state.left, bases.0), UInt64(byte) + 1)
            state.right = sum(product(state.right, bases.1), UInt64(byte) + 1)
        }
        return state
    }

    private static func joined(_ first: State, _ second: State) -> State {
        State(
            length: first.length &+ second.length,
            left: sum(product(first.left, power(bases.0, second.length)), second.left),
            right: sum(product(first.right, power(bases.1, second.length)), second.right))
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 { (left + right) % modulus }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return modulus.dividingFullWidth((high, low)).remainder
    }

    private static func power(_ base: UInt64, _ exponent: Int) -> UInt64 {
        var (result, square, rest) = (UInt64(1), base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square) }
            square = product(square, square)
            rest >>= 1
        }
        return result
    }
}

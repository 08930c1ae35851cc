/// Accounts between which money is moved and that are read all at once. What they held at first the first read tells.
package struct BankSpecification: Specification {
    /// What transfers have changed, by account, and what was there before, once it is known.
    public struct State: Hashable, Sendable {
        var moved: [Int: Int] = [:]
        var start: [Int: Int]?
    }

    /// Nothing was moved, and nothing is known.
    public var initial = State()
    private let values: HistoryValues

    /// Creates the specification; `values` tells what stands in the maps of operations.
    public init(values: HistoryValues) {
        self.values = values
    }

    /// The accounts after `operation`.
    ///
    /// - Complexity: O(accounts).
    public func apply(_ operation: HistoryOperation, to state: State) -> State? {
        switch operation.function {
        case .transfer:
            guard let transfer = Transfer(operation.argument, values) else { return nil }
            var next = state
            for (account, amount) in [(transfer.from, -transfer.amount), (transfer.to, transfer.amount)] {
                let (sum, isBeyond) = (next.moved[account] ?? 0).addingReportingOverflow(amount)
                guard !isBeyond else { return nil }
                next.moved[account] = sum == 0 ? nil : sum
            }
            return next
        case .read:
            guard operation.isAnswered else { return state }
            guard let balances = values.entries(of: operation.result) else { return nil }
            var start: [Int: Int] = [:]
            for (key, balance) in balances {
                let account = values.account(key)
                let (before, isBeyond) = balance.subtractingReportingOverflow(state.moved[account] ?? 0)
                guard !isBeyond else { return nil }
                // One account told twice: whatever it was, nobody can tell.
                guard start.updateValue(before, forKey: account) == nil else { return state }
            }
            var known = state.start ?? [:]
            for (account, before) in start {
                if let told = known[account], told != before { return nil }
                known[account] = before
            }
            return State(moved: state.moved, start: known)
        default: return nil
        }
    }

    /// Reads, though the first one changes what is known.
    public func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }

    /// Whose operation it is does not matter.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        operation.anonymous()
    }
}

extension HistoryValues {
    /// The account of this name: JSON's maps have texts for keys, also where the accounts are numbers.
    fileprivate func account(_ code: Int) -> Int {
        guard case .text(let text)? = self[code], let number = Int(text.string), String(number) == text.string,
            number.magnitude < History.firstName
        else { return code }
        return number
    }
}

/// `{:from 0, :to 1, :amount 5}`.
struct Transfer {
    var from = 0
    var to = 0
    var amount = 0

    /// Nil where the value is no transfer.
    init?(_ code: Int, _ values: HistoryValues) {
        guard values.map(code) != nil, let entries = values.entries(of: code) else { return nil }
        var found = 0
        for (key, value) in entries {
            switch values.word(key) {
            case "from": from = values.account(value)
            case "to": to = values.account(value)
            case "amount": amount = value
            default: continue
            }
            found += 1
        }
        guard found == 3, amount.magnitude < History.firstName else { return nil }
    }
}

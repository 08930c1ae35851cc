/// What the answer to an operation says, by what was asked.
enum HistoryAnswer: Equatable {
    /// The code for `History.results`.
    case result(Int)
    /// It had no effect.
    case refused
    /// Nobody can say.
    case unknown

    /// - Parameter mayEcho: Whether an answer may be no more than the argument once more, as in Jepsen's journals.
    init(_ function: History.Function, argument: Int, answer: Int, _ values: HistoryValues, mayEcho: Bool) {
        if function.returnsValue || answer == History.null {
            self = .result(answer)
        } else if mayEcho, answer == argument {
            self = Self.echo(function, values[answer])
        } else if case .bool(let isTrue)? = values[answer] {
            self = Self.yesOrNo(function, isTrue)
        } else {
            self = Self.other(function, answer, values, mayEcho)
        }
    }

    /// The argument once more, which tells only that it is done.
    private static func echo(_ function: History.Function, _ answer: HistoryValue?) -> HistoryAnswer {
        switch (function, answer) {
        case (.contains, _): .unknown
        // The new value, or a no: nobody can say.
        case (.compareAndSet, .bool(false)?): .unknown
        default: .result(History.null)
        }
    }

    private static func yesOrNo(_ function: History.Function, _ isTrue: Bool) -> HistoryAnswer {
        switch function {
        case .add, .remove, .contains, .compareAndSet, .delete: .result(isTrue ? 1 : 0)
        case .acquire, .release, .enqueue, .push, .transfer: isTrue ? .result(1) : .refused
        default: isTrue ? .result(1) : .unknown
        }
    }

    /// An answer that is neither true, false, nothing nor the argument.
    private static func other(
        _ function: History.Function, _ answer: Int, _ values: HistoryValues, _ mayEcho: Bool
    ) -> HistoryAnswer {
        let isBit = answer == 0 || answer == 1
        switch function {
        case .add, .remove, .delete: return isBit ? .result(answer) : acknowledgement(answer, values)
        case .contains: return isBit ? .result(answer) : .unknown
        case .compareAndSet: return isBit && !mayEcho ? .result(answer) : acknowledgement(answer, values)
        case .acquire, .release: return answer == 0 ? .unknown : .result(History.null)
        default: return .result(History.null)
        }
    }

    /// A word such as OK.
    private static func acknowledgement(_ answer: Int, _ values: HistoryValues) -> HistoryAnswer {
        switch values[answer] {
        case .text, .keyword, .symbol: .result(History.null)
        default: .unknown
        }
    }
}

import Verification
import Wire

/// What crashes are told apart by that name no place in the target: the kind of request that alone suffices, else those that
/// were under way each time that a lone client saw it. What only several clients show, or clients that leave, may come with
/// any request.
struct CrashCauses {
    /// Of crashes with the same signature, what each was found to need; nothing: any request may be under way.
    private var known: [String: [Set<String>]] = [:]
    /// Whether a request alone ends the target.
    private var alone: [Habit: FindingConfirmation.Alone] = [:]

    /// So many kinds of request are asked for alone.
    private static let mostAlone = 4

    /// Whether a crash that was found explains it: what that needs was under way, or nobody knows what was.
    func explain(_ crash: Violation) -> Bool {
        guard crash.isWithoutPlace else { return false }
        let kinds = crash.kindsUnderWay
        if kinds.isEmpty { return known[crash.signature] != nil }
        return known[crash.signature, default: []].contains { !$0.isEmpty && $0.isSubset(of: kinds) }
    }

    /// Whether such a crash was found that may come with any request.
    func comesWithAny(_ crash: Violation) -> Bool { known[crash.signature, default: []].contains([]) }

    /// What a confirmed crash needs.
    mutating func note(_ crash: Violation) {
        guard crash.isWithoutPlace else { return }
        known[crash.signature, default: []].append(crash.cause == nil ? [] : crash.kindsUnderWay)
    }

    /// The execution of a request that alone ends the target; nil where none does.
    mutating func requestAlone(
        _ crash: Violation, ask: (UnansweredRequest) throws -> FindingConfirmation.Alone?
    ) throws -> (Violation, JudgedExecution)? {
        for request in crash.underWay.prefix(Self.mostAlone) {
            let habit = Habit(of: request)
            let found = try alone[habit] ?? ask(request)
            alone[habit] = found
            guard case .shown(let execution) = found,
                var shown = execution.judgement.violations.first(where: { $0.oracle == .crash })
            else { continue }
            shown.underWay = [request]
            return (shown.withCause, execution)
        }
        return nil
    }
}

extension Violation {
    /// A crash that only what was asked tells from others.
    var isWithoutPlace: Bool { oracle == .crash && !hasPlace }

    fileprivate var kindsUnderWay: Set<String> { Set(underWay.map(\.command)) }

    /// With the kinds that were under way as its cause.
    var withCause: Violation {
        guard isWithoutPlace, !underWay.isEmpty else { return self }
        var violation = self
        violation.cause = underWay.map(\.command).joined(separator: ", ")
        return violation
    }

    /// With what was under way each time that the crash was seen, and, if that is anything, is in the scenario to which it was
    /// made smaller.
    ///
    /// - Parameter kinds: empty where any request may be under way.
    func narrowed(to kinds: Set<String>, in smaller: Scenario?) -> Violation {
        guard isWithoutPlace, !kinds.isEmpty else { return withoutCause }
        var violation = self
        for isNeeded in [kinds.contains, { kind in smaller.map { Habit.request(kind).isIn($0) } ?? true }] {
            let needed = violation.underWay.filter { isNeeded($0.command) }
            if !needed.isEmpty { violation.underWay = needed }
        }
        return violation.withCause
    }

    private var withoutCause: Violation {
        guard isWithoutPlace else { return self }
        var violation = self
        violation.cause = nil
        return violation
    }
}

extension Finding {
    /// Of a crash that names no place, the kinds of request that were under way in all of `seen`: a lone client shows it, and
    /// the target was not killed by writing to somebody who has left.
    func kindsThatCrash(_ seen: Set<String>) -> Set<String> {
        let needsOne = scenario.clientCount == 1 || (control?.alone.hits ?? 0) > 0
        return needsOne && !violation.signature.hasSuffix("SIGPIPE") ? seen : []
    }
}

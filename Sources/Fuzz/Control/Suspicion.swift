import Verification

/// What counts as seeing a finding again.
struct Suspicion: Sendable {
    /// Of this oracle; nil: any violation.
    var oracle: OracleID?
    /// Whether it may be what the protocol lets a server do; nil: either.
    var mayBePolicy: Bool?
    /// Told apart by this; nil: whatever it is.
    var signature: String?

    /// Any violation of an oracle, or of any.
    init(of oracle: OracleID?) { self.oracle = oracle }

    /// The fault of a violation, also where it shows in other words.
    init(like violation: Violation) {
        isUnanswered = violation.isTriedAlone
        oracle = violation.oracle
        // A tool has a report for each fault.
        if oracle == .sanitizer { signature = violation.signature }
        mayBePolicy = violation.policy != nil
    }

    /// Just this violation, by what findings are told apart.
    init(same violation: Violation) {
        self.init(like: violation)
        if !isUnanswered { signature = violation.signature }
    }

    /// Any request that is not answered, however that shows.
    static var unanswered: Suspicion {
        var suspicion = Suspicion(of: nil)
        suspicion.isUnanswered = true
        return suspicion
    }

    private var isUnanswered = false

    /// Whether any oracle counts.
    var isAny: Bool { oracle == nil && !isUnanswered }
    /// Whether what the target holds at rest counts.
    var mayBeLeak: Bool { isAny || oracle == .resources }

    func matches(_ violation: Violation) -> Bool {
        if isUnanswered { return violation.unanswered != nil }
        // That is none until it was compared.
        if oracle == nil, violation.oracle == .stall { return false }
        return (oracle == nil || violation.oracle == oracle)
            && (mayBePolicy == nil || (violation.policy != nil) == mayBePolicy)
            && (signature == nil || violation.signature == signature)
    }

    func matches(_ execution: JudgedExecution) -> Bool { execution.judgement.violations.contains(where: matches) }
}

extension Violation {
    /// That a request is not answered, also where it comes alone.
    var isTriedAlone: Bool { cause != nil && unanswered != nil }
}

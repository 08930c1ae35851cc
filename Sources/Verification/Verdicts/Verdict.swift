/// What a check says. Composes by the worst: violated, then inconclusive, then held.
public enum Verdict: String, Sendable {
    case held
    case violated
    /// Evidence is missing, so neither can be said.
    case inconclusive
    /// There was nothing to judge; a green answer would be a lie.
    case nothingTested = "nothing tested"
}

extension Verdict {
    /// Makes a verdict of what was found: of a capture, a history, an execution, a campaign, a replay, a gate. Nothing else does.
    ///
    /// A violation stands, whatever is missing besides. What could not be decided keeps the rest from having held, and from
    /// having been nothing.
    public init(isViolated: Bool, isUndecided: Bool, isTested: Bool) {
        self =
            if isViolated {
                .violated
            } else if isUndecided {
                .inconclusive
            } else {
                isTested ? .held : .nothingTested
            }
    }

    /// The verdict on several questions, each of which must hold: one that nobody could ask leaves the whole undecided.
    public static func all(of verdicts: some Collection<Verdict>) -> Verdict {
        Verdict(
            isViolated: verdicts.contains(.violated),
            isUndecided: verdicts.contains(.inconclusive)
                || verdicts.contains(.nothingTested) && verdicts.contains(.held),
            isTested: verdicts.contains(.held))
    }
}

/// The properties that are checked. The raw value is the stable id: command line, baseline, folder names.
public enum OracleID: String, Sendable, CaseIterable {
    case crash
    case sanitizer
    case hang
    case stall
    case spin
    case order
    case loss
    case duplication
    case crosstalk
    case corruption
    case linearizability
    case isolation
    case resources
    case serialEquivalence = "serial-equivalence"
}

extension OracleID {
    /// What must hold, in one sentence.
    public var requirement: String {
        switch self {
        case .crash:
            "The target lives on, whatever its clients do."
        case .sanitizer:
            "No tool that watches the target from within reports a data race, a memory error or undefined behaviour."
        case .stall:
            "A client's request is not answered late because another client is there: not for what that asked, but for its presence."
        case .spin:
            "A target at rest, all its clients answered or gone, uses no processor if it used none before they came."
        case .hang:
            "A request that the server received is answered, or the connection closed."
        case .order:
            "Requests of one connection are answered in the order in which they were sent."
        case .loss:
            "Each request that the server received gets its whole reply before the server answers later ones or closes."
        case .duplication:
            "Each request is processed and answered once."
        case .crosstalk:
            "A reply reaches only the connection that asked, and answers what it asked."
        case .corruption:
            "A reply is well formed, of a kind its request may get, and holds a value that was written."
        case .linearizability:
            "Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990)."
        case .isolation:
            "A client that does not read its replies holds up nobody else."
        case .resources:
            "A target at rest holds no more descriptors, threads and children than before its clients came."
        case .serialEquivalence:
            "Clients that share nothing get together what each gets alone."
        }
    }
}

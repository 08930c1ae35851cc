/// What a check says. Composes by the worst: violated, then inconclusive, then held.
public enum Verdict: String, Sendable {
    case held
    case violated
    /// Evidence is missing, so neither can be said.
    case inconclusive
    /// There was nothing to judge; a green answer would be a lie.
    case nothingTested = "nothing tested"
}

/// The properties that are checked. The raw value is the stable id: command line, baseline, folder names.
public enum OracleID: String, Sendable, CaseIterable {
    case crash
    case hang
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

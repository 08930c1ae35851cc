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
    case transport
    case serialEquivalence = "serial-equivalence"
}

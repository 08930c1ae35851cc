/// One property of a server, checked on evidence from the wire. One conformer a file in `Oracles/`.
public protocol Oracle: Sendable {
    /// The stable id.
    var id: OracleID { get }
    /// What must hold, in one sentence.
    var requirement: String { get }
    /// Every way in which `evidence` breaks the requirement, at most a handful.
    func violations(in evidence: Evidence) -> [Violation]
}

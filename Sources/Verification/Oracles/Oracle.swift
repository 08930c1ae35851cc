/// One property of a server, checked on evidence from the wire. One conformer a file in `Oracles/`.
public protocol Oracle: Sendable {
    /// The stable id.
    var id: OracleID { get }
    /// Every way in which `evidence` breaks what `OracleID.requirement` says, at most a handful.
    func violations(in evidence: Evidence) -> [Violation]
}

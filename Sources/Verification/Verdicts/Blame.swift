/// Whose fault: where what each party saw is in order by itself, as if there were no other, but all of it together is not.
struct Blame: Equatable {
    /// In words, without a full stop.
    let text: String
    /// Processes of the server are told apart, which says more than clients do.
    var isOfProcesses = false

    /// Threads that share their state and race look the same from outside as those that have each their own.
    ///
    /// - Parameter party: `client`, `connection`.
    static func each(_ party: String) -> Blame {
        Blame(
            text:
                "what each \(party) saw is in order by itself, and together it is not: an operation of one fell between "
                + "the steps of another, or they do not share this state")
    }

    static func processes(_ count: Int) -> Blame {
        Blame(
            text:
                "what each of the server's \(count) processes did is in order by itself: they do not share this state",
            isOfProcesses: true)
    }

    /// One party's operations alone contradict each other.
    static func alone(_ name: String) -> Blame {
        Blame(text: "\(name) alone sees it: even its own operations contradict each other")
    }

    /// Whether something follows from each party's being in order by itself: at least two of them could be out of it, as
    /// they have an answer that depends on what they did before.
    static func tells<Part>(_ parts: some Collection<Part>, atMost most: Int, canErr: (Part) -> Bool) -> Bool {
        guard (2...most).contains(parts.count) else { return false }
        return parts.lazy.filter(canErr).prefix(2).count == 2
    }
}

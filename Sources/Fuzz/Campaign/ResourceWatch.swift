package import Verification

/// The `resources` oracle: a target at rest holds no more than it held at rest before. Pure: it is told what is held.
package struct ResourceWatch {
    /// How many more descriptors or threads than at the first rest may stay without a word: pools and caches grow.
    package static let tolerance = 32
    /// In how many looks running the number must have risen.
    package static let risesNeeded = 4

    private var descriptors = Trend()
    private var threads = Trend()

    package init() {}

    /// Judges one look at the target at rest.
    package mutating func observe(_ held: ProcessTree.Resources, executions: Int) -> [Violation] {
        var found = Self.leftovers(held, executions: executions)
        if let growth = descriptors.rises(to: held.descriptors) {
            found.append(Self.leak("descriptors", growth, executions))
        }
        if let growth = threads.rises(to: held.threads) {
            found.append(Self.leak("threads", growth, executions))
        }
        return found
    }

    /// How many more descriptors or threads a fresh target may hold after a try: pools fill up.
    static let freshTolerance = 4

    /// Judges a fresh target after `executions` runs of one scenario.
    package static func compare(_ held: ProcessTree.Resources, with before: ProcessTree.Resources, executions: Int)
        -> [Violation]
    {
        var found = leftovers(held, executions: executions)
        if held.descriptors - before.descriptors > freshTolerance {
            found.append(leak("descriptors", held.descriptors - before.descriptors, executions))
        }
        if held.threads - before.threads > freshTolerance {
            found.append(leak("threads", held.threads - before.threads, executions))
        }
        return found
    }

    /// What no rest excuses.
    private static func leftovers(_ held: ProcessTree.Resources, executions: Int) -> [Violation] {
        var found = zombies(held, executions: executions)
        if held.abandoned > 0 {
            let what = held.abandoned == 1 ? "connection is" : "connections are"
            found.append(
                Violation(
                    oracle: .resources,
                    summary:
                        "\(held.abandoned) \(what) still open in the target after \(executions) executions, though "
                        + "their clients have closed",
                    signature: "resources abandoned"))
        }
        return found
    }

    private static func zombies(_ held: ProcessTree.Resources, executions: Int) -> [Violation] {
        guard held.zombies > 0 else { return [] }
        return [
            Violation(
                oracle: .resources,
                summary: "\(held.zombies) zombie \(held.zombies == 1 ? "child is" : "children are") left after "
                    + "\(executions) executions, all clients gone",
                signature: zombieSignature)
        ]
    }

    fileprivate static let zombieSignature = "resources zombies"

    private static func leak(_ what: String, _ growth: Int, _ executions: Int) -> Violation {
        Violation(
            oracle: .resources,
            summary: "the target at rest holds \(growth) more \(what) than before \(executions) executions",
            signature: "resources \(what)")
    }

    /// A number that should come back to where it was.
    private struct Trend {
        private var first: Int?
        private var last = 0
        private var rises = 0

        /// The growth since the first look, once it has risen long enough and far enough.
        mutating func rises(to value: Int) -> Int? {
            guard let first else {
                self.first = value
                last = value
                return nil
            }
            rises = value > last ? rises + 1 : 0
            last = value
            return rises >= risesNeeded && value - first > tolerance ? value - first : nil
        }
    }
}

extension Violation {
    /// Children are left for whom nobody has waited.
    var isOfZombies: Bool { signature == ResourceWatch.zombieSignature }
}

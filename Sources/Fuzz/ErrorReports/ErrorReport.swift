/// What a program says of its own fault: by a sanitizer, a race detector, valgrind, the runtime of its language, or libc.
package struct ErrorReport: Equatable, Sendable {
    /// What such a report means for the program.
    package enum Nature: String, Sendable {
        /// It dies of it, by a signal or a status of its own.
        case fatal
        /// An exception that nobody caught: the thread ends, perhaps the program.
        case exception
        /// Memory was used wrongly, or what is undefined was done; the program may live on.
        case undefined
        /// Threads met without order; the program lives on.
        case race
    }

    /// Who says it: `AddressSanitizer`, `Go`, `libc`.
    package var reporter: String
    package var nature: Nature
    /// What it is said to be, without what differs from run to run: `heap-use-after-free`.
    package var kind: String
    /// The line that says it, as it stands there.
    package var headline: String
    /// The functions of each stack that shows it, innermost first, as they stand there; a race has two stacks.
    package var stacks: [[String]]
    /// The report's lines, from the headline on.
    package var lines: [String]

    package init(
        _ reporter: String, _ nature: Nature, kind: String, headline: String, stacks: [[String]] = [], lines: [String]
    ) {
        self.reporter = reporter
        self.nature = nature
        self.kind = kind
        self.headline = headline
        self.stacks = stacks
        self.lines = lines
    }

    /// So many functions of one stack tell faults apart, as ClusterFuzz's "crash state" does.
    static let tellingFrames = 3

    /// What it is told apart by: the kind, and the innermost functions that are the program's own. The same for all runs and, as
    /// long as functions keep their names, for all versions.
    package var signature: String {
        let frames = ownFrames
        return frames.isEmpty ? kind : "\(kind) in \(frames.joined(separator: nature == .race ? " and " : " < "))"
    }

    /// Whether a tool says it that watches the program from within, and not the program's own runtime.
    var isOfTool: Bool {
        nature == .race || nature == .undefined || reporter.hasSuffix("Sanitizer") || reporter == "valgrind"
    }

    /// Whether the signature tells a place in the program.
    package var hasPlace: Bool { !ownFrames.isEmpty }

    /// The program's own functions, innermost first; of a race one of each side, in an order that no run changes.
    package var ownFrames: [String] {
        guard nature == .race, stacks.count > 1 else {
            return Array((stacks.first ?? []).lazy.compactMap(FrameName.own).prefix(Self.tellingFrames))
        }
        return stacks.compactMap { $0.lazy.compactMap(FrameName.own).first }.sorted()
    }
}

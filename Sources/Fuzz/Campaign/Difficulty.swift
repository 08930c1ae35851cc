package import Verification

/// How hard a campaign's executions are to judge, among how many clients hard operations may therefore meet, and how many
/// of them there may be on one object.
public struct Difficulty: Sendable {
    /// Executions of which the search did not find out in its time whether an order explains them.
    public private(set) var undecided = 0
    /// How many of them each kind of operation is to blame for.
    private var blamed: [String: Int] = [:]
    /// How many executions had so many clients at most on one object at once.
    private var meetings: [Int] = []
    /// Executions in a row that were decided.
    private var decided = 0
    /// After so many decided executions hard operations meet among a few more clients.
    private var patience = firstPatience
    /// Among how many clients deletes, operations on several objects and the like meet on one object.
    public private(set) var hardClients = firstHardClients

    /// How many deletes there are of one object in an execution, about, however many requests it has.
    public private(set) var hardOperations = firstHardOperations

    /// Hard operations begin among so many clients; that many are decided in a moment.
    public static let firstHardClients = 12
    private static let leastHardClients = 4
    /// So many deletes of one object are decided in a moment.
    public static let firstHardOperations = 24
    private static let leastHardOperations = 6
    private static let mostHardOperations = 96
    private static let firstPatience = 100
    /// Once one was not decided: at most one in a thousand may be.
    private static let longPatience = 1000
    private static let mostHardClients = 256

    /// A campaign before its first execution.
    package init() {}

    package mutating func count(_ judgement: Judgement) {
        let meeting = judgement.exercised.meeting
        if meeting > 0 {
            if meetings.count <= meeting { meetings += Array(repeating: 0, count: meeting + 1 - meetings.count) }
            meetings[meeting] += 1
        }
        guard !judgement.undecided.isEmpty else {
            decided += 1
            guard decided % patience == 0 else { return }
            hardClients = min(Self.mostHardClients, hardClients + hardClients / 4)
            hardOperations = min(Self.mostHardOperations, hardOperations + hardOperations / 4)
            return
        }
        undecided += 1
        decided = 0
        patience = Self.longPatience
        for kind in judgement.undecided { blamed[kind, default: 0] += 1 }
        hardClients = max(Self.leastHardClients, hardClients / 2)
        hardOperations = max(Self.leastHardOperations, hardOperations / 2)
    }

    /// The kind of operation that is to blame most often.
    public var culprit: String? { blamed.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }

    /// How many clients met on one object, at most and in the median over executions with objects; nil without any.
    public var clientsOnOneObject: (most: Int, median: Int)? {
        let total = meetings.reduce(0, +)
        guard total > 0 else { return nil }
        var seen = 0
        let median = meetings.indices.first { index in
            seen += meetings[index]
            return 2 * seen >= total
        }
        return (meetings.count - 1, median ?? 0)
    }
}

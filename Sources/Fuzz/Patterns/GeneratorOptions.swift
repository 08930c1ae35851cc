/// What generated scenarios look like.
public struct GeneratorOptions: Sendable {
    /// How many clients, at least 1.
    public var clients = 4
    /// Requests of each client; nil: 2 to 8, drawn for each scenario.
    public var operations: Int?
    /// Among how many clients operations meet on one object that are hard to judge: deletes, several objects at once.
    package var hardClients = Difficulty.firstHardClients
    /// How many deletes of one object there may be, about.
    package var hardOperations = Difficulty.firstHardOperations
    /// Commands that the target does not know, upper case.
    public var excludedCommands: Set<String> = []
    /// The only commands that are said, upper case; nil: all that the target knows.
    public var onlyCommands: Set<String>?
    /// Objects that the target has and nobody changes, as the files of a static server: where there are any, they are read, and
    /// nothing else is said.
    public var objects: [String] = []
    /// The longest value that is sent. Bytes; nil: no limit of the target's is known.
    public var longestValue: Int?
    /// Whether nobody half-closes: the target takes who does for gone.
    public var avoidsHalfClose = false
    /// Whether nobody sends a request before the one before it is answered.
    public var avoidsPipelining = false
    /// Whether some scenarios make the target forget all that it holds.
    public var isDestructive = false
    /// Whether each message is a datagram: then clients have one request outstanding, none is a slow reader, since that
    /// loses datagrams, and messages stay short enough for the buffers of a server with all its clients' at once.
    package var datagrams = false

    /// Four clients.
    public init() {}

    /// What a user has said is not to be done, which holds for scenarios of a corpus, too.
    var stated: [Habit] {
        var stated: [Habit] = []
        if avoidsHalfClose { stated.append(.halfClose) }
        if avoidsPipelining { stated.append(.pipelining) }
        if let longestValue { stated.append(.longRequests(over: longestValue)) }
        return stated
    }
}

public import Fuzz
import System
import Wire

/// As a finding's folder keeps it: what is not said is not there.
extension TargetLife: Codable {
    private enum Key: String, CodingKey {
        case ready, setup, reset, restart
        case startTimeout = "start_timeout_s"
        case environment = "env"
    }

    /// Reads it.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: Key.self)
        if let seconds = try container.decodeIfPresent(Double.self, forKey: .startTimeout) {
            guard seconds > 0, seconds <= Self.longestTimeout else {
                throw DecodingError.dataCorruptedError(
                    forKey: .startTimeout, in: container, debugDescription: "no time to start in")
            }
            startTimeout = .seconds(seconds)
        }
        if let text = try container.decodeIfPresent(String.self, forKey: .ready) {
            do throws(ScenarioError) {
                ready = try RequestText(text)
            } catch {
                throw DecodingError.dataCorruptedError(forKey: .ready, in: container, debugDescription: error.message)
            }
        }
        environment = try container.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
        setup = try container.decodeIfPresent(String.self, forKey: .setup)
        reset = try container.decodeIfPresent(String.self, forKey: .reset)
        restart = try container.decodeIfPresent(String.self, forKey: .restart)
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(startTimeout?.seconds, forKey: .startTimeout)
        try container.encodeIfPresent(ready?.text, forKey: .ready)
        if !environment.isEmpty { try container.encode(environment, forKey: .environment) }
        try container.encodeIfPresent(setup, forKey: .setup)
        try container.encodeIfPresent(reset, forKey: .reset)
        try container.encodeIfPresent(restart, forKey: .restart)
    }

    /// A hundred years, in seconds: what a duration on the command line may be.
    private static let longestTimeout = 100.0 * 365 * 86_400
}

extension TargetLife {
    /// What it runs, for who has not asked for it.
    public var actions: [String] {
        var actions = [(setup, "before each start"), (reset, "between executions"), (restart, "in place of a start")]
            .compactMap { command, when in command.map { "runs \(when): sh -c \(TargetDescription.quoted($0))" } }
        if !environment.isEmpty {
            let variables = environment.sorted { $0.key < $1.key }.map { TargetDescription.quoted("\($0)=\($1)") }
            actions.append("sets " + variables.joined(separator: " "))
        }
        return actions
    }
}

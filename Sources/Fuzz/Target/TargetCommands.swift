import Glibc
package import System

/// Runs what the user wants done around a target: in its network, with its variables. It ends with us, as a target does.
package struct TargetCommands {
    let life: TargetLife
    /// Nil for what is no server.
    let places: TargetPlaces?
    let patience: ClientPatience
    let network: NetworkNamespaces?
    /// Where what they print goes.
    let logPath: String

    package init(
        life: TargetLife, places: TargetPlaces?, patience: ClientPatience = ClientPatience(),
        network: NetworkNamespaces? = nil, logPath: String
    ) {
        self.life = life
        self.places = places
        self.patience = patience
        self.network = network
        self.logPath = logPath
    }

    /// The variables of the target and of the commands.
    package var environment: [String: String] {
        GuardedProcess.inheritedEnvironment.merging(life.environment.mapValues(filled)) { $1 }
    }

    private func filled(_ text: String) -> String { places?.fill(text) ?? text }

    /// Runs one, where there is one, and waits for it.
    ///
    /// - Returns: what holds all that it left running; nil without a command.
    /// - Throws: `TargetError`, where it fails, or takes too long, or the user wants an end.
    package func run(_ role: TargetLife.Role) throws(TargetError) -> GuardedProcess? {
        guard let text = command(role) else { return nil }
        unlink(logPath)
        var start = GuardedProcess.Start(
            ["/bin/sh", "-c", filled(text)], name: "\(role.option) '\(text)'", environment: environment)
        start.network = network
        start.keeping = .groupAndWhatItLeaves
        (start.input, start.output, start.errors) = ("/dev/null", logPath, logPath)
        let process = try GuardedProcess(start)
        let begin = Clock.monotonic
        let limit = life.timeout.fromNow
        let deadline = min(limit, patience.deadline ?? .max)
        while true {
            if let status = process.status() {
                let ending = ProcessEnding(waitStatus: status)
                guard ending != .exited(status: 0) else { return process }
                throw .commandFailed(role, command: text, ending: ending, output: output)
            }
            if let signal = Interruption.signal { throw .interrupted(signal: signal) }
            let now = Clock.monotonic
            guard now < deadline else {
                throw .commandTooSlow(
                    role, command: text, waited: .nanoseconds(now - begin), isCut: deadline < limit, output: output)
            }
            Clock.sleep(microseconds: Self.lookMicroseconds)
        }
    }

    private static let lookMicroseconds = 500

    private func command(_ role: TargetLife.Role) -> String? {
        switch role {
        case .setup: life.setup
        case .reset: life.reset
        case .restart: life.restart
        }
    }

    private var output: String {
        String(decoding: (try? readTail(of: logPath, limit: 64 << 10)) ?? [], as: UTF8.self)
    }
}

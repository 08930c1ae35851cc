import Glibc
import Perturbation
import System

/// A server that listens on loopback or on a socket file: one that we started, or one that was there.
final class Target {
    let address: TargetAddress
    /// Nil for a server that was there.
    let process: TargetProcess?

    /// What `--setup` has left running.
    private let helpers: GuardedProcess?

    /// What a target is started with, and the same for each start.
    struct Birth {
        let spec: TargetSpec
        let places: TargetPlaces
        let commands: TargetCommands
        let readiness: Readiness
        /// What the target prints goes there.
        let logPath: String
        /// The noise to start it under.
        let perturbation: Perturbation
        var restarted = RestartedServer()
    }

    /// Starts the command, or restarts the server, or looks whether the address answers, and waits until it is ready.
    ///
    /// A command runs in our own working directory, where the user's paths hold.
    init(_ birth: Birth) throws(TargetError) {
        let commands = birth.commands
        let places = birth.places
        address = places.address
        helpers = try commands.run(.setup)
        switch birth.spec {
        case .address:
            process = nil
            try birth.restarted.restart(commands)
            guard commands.life.mayTakeTime else {
                guard address.isServed() else { throw .notListening(address) }
                if birth.readiness.asksNothing { return }
                break
            }
        case .command:
            let words = birth.spec.words
            // A server that was killed leaves its socket file behind.
            if case .unix(let path) = address { unlink(path) }
            process = try TargetProcess(
                words: birth.perturbation.command(words.map(places.fill)), directory: ".", logPath: birth.logPath,
                environment: DiagnosticVariables.added(
                    to: birth.perturbation.environment(extending: commands.environment)),
                name: words.map(places.shown).joined(separator: " "), network: commands.network,
                beside: commands.life.commands)
        }
        try awaitReady(birth)
    }

    /// How it ended, or nil while it runs (or cannot be watched).
    func poll() -> ProcessEnding? {
        process?.poll()
    }

    /// Ends what we started; what does not end within the time is killed.
    func stop(graceMilliseconds: Int) {
        process?.stop(graceMilliseconds: graceMilliseconds)
        helpers?.end()
    }

    private func awaitReady(_ birth: Birth) throws(TargetError) {
        let commands = birth.commands
        let start = Clock.monotonic
        let deadline = min(commands.life.timeout.fromNow, commands.patience.deadline ?? .max)
        var readiness = birth.readiness
        let isOver = { self.poll() != nil || Interruption.signal != nil || Clock.monotonic >= deadline }
        while true {
            let look = readiness.look(isOver: isOver)
            if case .ready = look { return }
            guard readiness.isHopeless(look) || isOver() else {
                Clock.sleep(milliseconds: 2)
                continue
            }
            let name = process?.command ?? commands.life.restart ?? "--connect \(address)"
            let ending = poll()
            stop(graceMilliseconds: 500)
            let output = process?.output() ?? ""
            if let ending { throw .endedEarly(command: name, ending: ending, output: output) }
            if let signal = Interruption.signal { throw .interrupted(signal: signal) }
            if case .loginRefused(let reply) = look { throw .loginRefused(reply: reply) }
            let waiting = TargetError.Waiting(
                time: .nanoseconds(Clock.monotonic - start), request: readiness.request, refusal: readiness.refusal)
            throw .notReady(command: name, address: address, waiting: waiting, output: output)
        }
    }
}

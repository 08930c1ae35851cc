import Glibc
import Perturbation
import System

/// A server that listens on loopback or on a socket file: one that we started, or one that was there.
final class Target {
    let address: TargetAddress
    /// Nil for a server that was there.
    let process: TargetProcess?

    /// How long a started server may take to accept its first connection.
    static let readySeconds = 10

    /// Starts the command, or looks whether the address answers, and waits until it accepts a connection.
    ///
    /// - Parameters:
    ///   - address: where a started server is to listen.
    ///   - directory: what `{dir}` stands for; the server runs in our own working directory, where the user's paths hold.
    ///   - logPath: what it prints goes there.
    ///   - perturbation: the noise to start it under.
    ///   - patience: whether the time is over before it is ready.
    ///   - network: what it is in; nil for our own.
    init(
        _ spec: TargetSpec, address: TargetAddress, directory: String, logPath: String, perturbation: Perturbation,
        patience: ClientPatience = ClientPatience(), network: NetworkNamespaces? = nil
    ) throws(TargetError) {
        switch spec {
        case .address(let address):
            guard address.isServed() else { throw .notListening(address) }
            self.address = address
            process = nil
        case .command:
            let words = spec.words(address: address, directory: directory)
            // A server that was killed leaves its socket file behind.
            if case .unix(let path) = address { unlink(path) }
            let process = try TargetProcess(
                words: perturbation.command(words), directory: ".", logPath: logPath,
                environment: perturbation.environment(extending: GuardedProcess.inheritedEnvironment),
                name: words.joined(separator: " "), network: network)
            self.address = address
            self.process = process
            try Self.awaitReady(process, address, patience, network)
        }
    }

    /// How it ended, or nil while it runs (or cannot be watched).
    func poll() -> ProcessEnding? {
        process?.poll()
    }

    /// Ends what we started; what does not end within the time is killed.
    func stop(graceMilliseconds: Int) {
        process?.stop(graceMilliseconds: graceMilliseconds)
    }

    private static func awaitReady(
        _ process: TargetProcess, _ address: TargetAddress, _ patience: ClientPatience, _ network: NetworkNamespaces?
    ) throws(TargetError) {
        let start = Clock.monotonic
        let deadline = min(start + Int64(readySeconds) * 1_000_000_000, patience.deadline ?? .max)
        while true {
            if let ending = process.poll() {
                process.stop(graceMilliseconds: 500)
                throw .endedEarly(command: process.command, ending: ending, output: process.output())
            }
            if (try? network.inside { address.isServed() }) ?? false { return }
            if let signal = Interruption.signal {
                process.stop(graceMilliseconds: 500)
                throw .interrupted(signal: signal)
            }
            guard Clock.monotonic < deadline else {
                process.stop(graceMilliseconds: 500)
                let waited = Int((Clock.monotonic - start) / 1_000_000_000)
                throw .notReady(command: process.command, address: address, seconds: waited, output: process.output())
            }
            Clock.sleep(milliseconds: 2)
        }
    }
}

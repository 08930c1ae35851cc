import Synchronization

/// What `--restart` has left running, for all who restart the same server: the next restart ends it, and so does our end.
final class RestartedServer: Sendable {
    private let process = Mutex<GuardedProcess?>(nil)

    /// Ends what was left running, and runs the command.
    func restart(_ commands: TargetCommands) throws(TargetError) {
        process.withLock { $0.take() }?.end()
        let started = try commands.run(.restart)
        process.withLock { $0 = started }
    }
}

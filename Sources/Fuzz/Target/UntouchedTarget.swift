import Glibc
import System

/// A target that is started and that nobody talks to, not even to see whether it is ready: what it does by itself.
enum UntouchedTarget {
    /// Whether it uses a processor once it listens and has had time to settle.
    ///
    /// - Parameter milliseconds: how long a window is; one that is calm suffices.
    static func spins(_ setup: Harness.Setup, milliseconds: Int) throws -> Bool {
        guard case .command(_, let transport) = setup.target else { return false }
        let scratch = try ScratchDirectory()
        let address = try setup.network.inside { Result { try TargetAddress.free(transport, in: scratch.path) } }.get()
        let places = TargetPlaces(
            address: address, directory: scratch.path, secrets: setup.credentials?.secrets ?? Secrets())
        let commands = TargetCommands(
            life: setup.life, places: places, patience: setup.patience, network: setup.network,
            logPath: scratch.path + "/commands.log")
        let words = setup.target.words
        let process = try TargetProcess(
            words: words.map(places.fill), directory: ".", logPath: scratch.path + "/target.log",
            environment: commands.environment,
            name: words.map(places.shown).joined(separator: " "), network: setup.network, beside: setup.life.commands)
        defer { process.stop(graceMilliseconds: 500) }
        let end = min(setup.life.timeout.fromNow, setup.patience.deadline ?? .max)
        while !listens(process.pid, address), process.poll() == nil, Clock.monotonic < end, !setup.patience.isOver {
            Clock.sleep(milliseconds: 5)
        }
        for _ in 0..<mostWindows {
            guard process.poll() == nil, !setup.patience.isOver else { return false }
            let (begin, before) = (Clock.monotonic, ProcessorTime(of: process.pid))
            Clock.sleep(milliseconds: milliseconds)
            let after = ProcessorTime(of: process.pid)
            if after.wanted(since: before, in: Clock.monotonic - begin) < RestLoad.noticed { return false }
        }
        return true
    }

    /// A start may take so many windows.
    private static let mostWindows = 15

    /// Whether anything listens at its port: /proc/net/tcp, state 0A; of others, the file or the socket is there.
    private static func listens(_ pid: pid_t, _ address: TargetAddress) -> Bool {
        if case .unix(let path) = address { return access(path, F_OK) == 0 }
        let port = String(address.port, radix: 16, uppercase: true)
        let local = ":" + String(repeating: "0", count: 4 - port.count) + port + " "
        let names = address.transport == .udp ? ["udp", "udp6"] : ["tcp", "tcp6"]
        return names.contains { name in
            let text = String(decoding: ProcessTree.contents("/proc/\(pid)/net/\(name)"), as: UTF8.self)
            return text.split(separator: "\n").contains { line in
                line.contains(local) && (name.hasPrefix("udp") || line.contains(" 0A "))
            }
        }
    }
}

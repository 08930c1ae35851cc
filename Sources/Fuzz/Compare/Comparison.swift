import Glibc
import Perturbation
import System

/// What is measured of servers that speak RESP, beside each other.
public struct ComparisonOptions: Sendable {
    /// The servers, each with its name.
    public var targets: [(name: String, spec: TargetSpec)]
    /// The numbers of clients.
    public var clients = [1, 2, 4, 8, 16, 32, 64]
    /// How often each number of clients is measured.
    public var rounds = 3
    /// How long each measurement takes. Seconds.
    public var time: Duration = .milliseconds(250)

    /// Compares these servers.
    public init(targets: [(name: String, spec: TargetSpec)]) {
        self.targets = targets
    }
}

/// What one server came to.
public struct ComparedServer: Sendable {
    /// Its name.
    public var name: String
    /// One for each number of clients.
    public var points: [Point] = []
    /// Connections a second, each with one request, one after the other.
    public var connectionsPerSecond = 0.0
    /// Proportional memory that one more connection costs, in bytes.
    public var bytesPerConnection = 0.0
    /// Context switches of all its threads for each request, at the largest number of clients measured.
    public var switchesPerRequest = 0.0
    /// What a crash of one worker did.
    public var crash = Crash()
    /// The scalability law, where enough was measured.
    public var scalability: UniversalScalability.Estimate?

    /// Measurements with one number of clients: medians of the rounds.
    public struct Point: Sendable {
        /// The number of clients.
        public var clients: Int
        /// Requests a second.
        public var throughput: Double
        /// The time by which half of the replies had come. Nanoseconds.
        public var median: Int64
        /// The time by which 99 of 100 replies had come. Nanoseconds.
        public var p99: Int64
        /// The time by which 999 of 1000 replies had come. Nanoseconds.
        public var p999: Int64
    }

    /// What the other clients saw when one worker died.
    public struct Crash: Sendable {
        /// Other clients that were connected.
        public var others = 0
        /// Of them, those whose connection broke.
        public var broken = 0
        /// Whether a new client is served afterwards.
        public var isServing = false
    }
}

/// Measures servers in turns, so that what the machine does besides hits all of them.
public final class Comparison {
    private let options: ComparisonOptions
    private var servers: [(name: String, target: Target, directory: ScratchDirectory)] = []

    private static let idleConnections = 64
    private static let crashClients = 8

    /// Starts the servers.
    ///
    /// - Throws: `TargetError`, `SystemError`.
    public init(_ options: ComparisonOptions) throws {
        self.options = options
        let quiet = try Perturbation(plan: .off)
        for (name, spec) in options.targets {
            let directory = try ScratchDirectory()
            let address = TargetAddress.tcp(port: try Port.free())
            let places = TargetPlaces(address: address, directory: directory.path)
            let commands = TargetCommands(
                life: TargetLife(), places: places, logPath: directory.path + "/commands.log")
            let target = try Target(
                Target.Birth(
                    spec: spec, places: places, commands: commands, readiness: Readiness(address, in: nil),
                    logPath: directory.path + "/target.log", perturbation: quiet))
            servers.append((name, target, directory))
        }
    }

    /// Measures everything and ends the servers.
    ///
    /// - Parameter progress: told what is measured next.
    /// - Throws: `SystemError` where a server takes no connection.
    public func run(progress: (String) -> Void) throws -> [ComparedServer] {
        defer { for server in servers { server.target.stop(graceMilliseconds: 500) } }
        var results = servers.map { ComparedServer(name: $0.name) }
        var loads: [[Int: [LoadClients.Load]]] = servers.map { _ in [:] }
        for round in 0..<options.rounds {
            for clients in options.clients {
                progress("round \(round + 1) of \(options.rounds), \(clients) clients")
                for index in servers.indices {
                    loads[index][clients, default: []].append(try load(index, clients, &results[index]))
                    if Interruption.signal != nil { return results }
                }
            }
        }
        for index in servers.indices {
            results[index].points = options.clients.map { Self.point($0, loads[index][$0] ?? []) }
            let measured = loads[index].flatMap { clients, loads in loads.map { (clients, Self.throughput($0)) } }
            results[index].scalability = UniversalScalability.estimate(measured, seed: 1)
            progress("connections and memory of \(servers[index].name)")
            results[index].connectionsPerSecond = try connectionRate(index)
            results[index].bytesPerConnection = try memory(index)
        }
        // Last: a server may not survive it.
        for index in servers.indices { results[index].crash = crash(index) }
        return results
    }

    private func load(_ index: Int, _ clients: Int, _ result: inout ComparedServer) throws -> LoadClients.Load {
        let target = servers[index].target
        let load = try LoadClients(clients, port: target.address.port)
        // The first requests start threads and processes.
        _ = load.run(nanoseconds: 20_000_000)
        let before = target.process.map { ProcessTree.contextSwitches(of: $0.pid) } ?? 0
        let measured = load.run(nanoseconds: options.time.nanoseconds)
        if clients == options.clients.max(), measured.replies > 0, let process = target.process {
            let switches = ProcessTree.contextSwitches(of: process.pid) - before
            result.switchesPerRequest = Double(switches) / Double(measured.replies)
        }
        return measured
    }

    private static func throughput(_ load: LoadClients.Load) -> Double {
        Double(load.replies) / max(Double(load.nanoseconds) / 1e9, 1e-9)
    }

    private static func point(_ clients: Int, _ loads: [LoadClients.Load]) -> ComparedServer.Point {
        let rates = loads.map(throughput).sorted()
        let latencies = loads.flatMap(\.latencies).sorted()
        let quantile = { (share: Double) in
            latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
        }
        return ComparedServer.Point(
            clients: clients, throughput: rates.isEmpty ? 0 : rates[rates.count / 2], median: quantile(0.5),
            p99: quantile(0.99), p999: quantile(0.999))
    }

    private func connectionRate(_ index: Int) throws -> Double {
        let start = Clock.monotonic
        var count = 0
        while Clock.monotonic - start < options.time.nanoseconds, Interruption.signal == nil {
            let client = try LoadClients(1, port: servers[index].target.address.port)
            guard client.exchange() else { break }
            count += 1
        }
        return Double(count) / (Double(Clock.monotonic - start) / 1e9)
    }

    private func memory(_ index: Int) throws -> Double {
        guard let process = servers[index].target.process else { return 0 }
        let before = ProcessTree.proportionalBytes(of: process.pid)
        let clients = try LoadClients(Self.idleConnections, port: servers[index].target.address.port)
        _ = clients.run(nanoseconds: 50_000_000)
        return Double(max(0, ProcessTree.proportionalBytes(of: process.pid) - before)) / Double(Self.idleConnections)
    }

    private func crash(_ index: Int) -> ComparedServer.Crash {
        var crash = ComparedServer.Crash(others: Self.crashClients)
        let port = servers[index].target.address.port
        guard let others = try? LoadClients(Self.crashClients, port: port), let victim = try? LoadClients(1, port: port)
        else { return crash }
        _ = others.run(nanoseconds: 50_000_000)
        victim.send(0, Array("*1\r\n$5\r\nCRASH\r\n".utf8))
        _ = others.run(nanoseconds: 200_000_000)
        crash.broken = Self.crashClients - others.open
        crash.isServing = (try? LoadClients(1, port: port))?.exchange() ?? false
        return crash
    }
}

import Foundation
public import Fuzz

/// `crossfire compare` as text and as JSON.
public struct ComparisonTable: Sendable {
    private let results: [ComparedServer]

    /// A table of these results.
    public init(_ results: [ComparedServer]) {
        self.results = results
    }

    /// Throughput and latency for each number of clients, then what else was measured.
    public func text() -> String {
        let width = max(6, results.map(\.name.count).max() ?? 0)
        var lines = [pad("server", width) + "  clients  requests/s      p50       p99     p99.9"]
        for result in results {
            for point in result.points {
                let rate = pad(grouped(Int(point.throughput)), -10)
                let times = [point.median, point.p99, point.p999].map { pad(duration(nanoseconds: $0), -8) }
                let head = "\(pad(result.name, width))  \(pad("\(point.clients)", -7))  \(rate)  "
                lines.append(head + times.joined(separator: "  "))
            }
        }
        lines += ["", pad("server", width) + "  connections/s  KiB/connection  switches/request  a worker crashes"]
        for result in results {
            let crash = result.crash
            let after = crash.isServing ? "new clients are served" : "nobody is served any more"
            let cells = [
                pad(grouped(Int(result.connectionsPerSecond)), -13),
                pad(String(format: "%.1f", result.bytesPerConnection / 1024), -14),
                pad(String(format: "%.2f", result.switchesPerRequest), -16),
                "\(crash.broken) of \(crash.others) others cut off, \(after)",
            ]
            lines.append(([pad(result.name, width)] + cells).joined(separator: "  "))
        }
        lines += ["", "Universal Scalability Law, 95 % intervals in brackets"]
        for result in results {
            guard let scalability = result.scalability else {
                lines.append("\(pad(result.name, width))  too few numbers of clients")
                continue
            }
            let fit = scalability.fit
            let peak = fit.peak.map { String(format: "highest at %.0f clients", $0) } ?? "no peak"
            lines.append(
                String(
                    format: "%@  contention %.4f [%.4f, %.4f]  coherency %.6f [%.6f, %.6f]  %@",
                    pad(result.name, width),
                    fit.contention, scalability.contention.lowerBound, scalability.contention.upperBound, fit.coherency,
                    scalability.coherency.lowerBound, scalability.coherency.upperBound, peak))
        }
        return lines.joined(separator: "\n")
    }

    /// Padded on the right, with a negative width on the left.
    private func pad(_ text: String, _ width: Int) -> String {
        let missing = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? missing + text : text + missing
    }

    /// The same as one JSON object.
    public func json() throws -> String {
        try JSONText.line(Object(servers: results.map(Server.init)))
    }

    private struct Object: Encodable {
        var schema = 1
        var servers: [Server]
    }

    private struct Server: Encodable {
        struct Point: Encodable {
            var clients: Int
            var requestsPerSecond: Double
            var p50: Int64
            var p99: Int64
            var p999: Int64

            enum CodingKeys: String, CodingKey {
                case clients
                case requestsPerSecond = "requests_per_s"
                case p50 = "p50_ns"
                case p99 = "p99_ns"
                case p999 = "p99_9_ns"
            }
        }

        struct Law: Encodable {
            var contention: Double
            var contentionInterval: [Double]
            var coherency: Double
            var coherencyInterval: [Double]

            enum CodingKeys: String, CodingKey {
                case contention, coherency
                case contentionInterval = "contention_95"
                case coherencyInterval = "coherency_95"
            }
        }

        var name: String
        var points: [Point]
        var connectionsPerSecond: Double
        var bytesPerConnection: Double
        var switchesPerRequest: Double
        var crashOthers: Int
        var crashBroken: Int
        var crashServing: Bool
        var law: Law?

        enum CodingKeys: String, CodingKey {
            case name, points, law
            case connectionsPerSecond = "connections_per_s"
            case bytesPerConnection = "bytes_per_connection"
            case switchesPerRequest = "switches_per_request"
            case crashOthers = "crash_others"
            case crashBroken = "crash_broken"
            case crashServing = "crash_serving"
        }

        init(_ result: ComparedServer) {
            name = result.name
            points = result.points.map {
                Point(
                    clients: $0.clients, requestsPerSecond: $0.throughput, p50: $0.median, p99: $0.p99, p999: $0.p999)
            }
            connectionsPerSecond = result.connectionsPerSecond
            bytesPerConnection = result.bytesPerConnection
            switchesPerRequest = result.switchesPerRequest
            crashOthers = result.crash.others
            crashBroken = result.crash.broken
            crashServing = result.crash.isServing
            if let scalability = result.scalability {
                law = Law(
                    contention: scalability.fit.contention,
                    contentionInterval: [scalability.contention.lowerBound, scalability.contention.upperBound],
                    coherency: scalability.fit.coherency,
                    coherencyInterval: [scalability.coherency.lowerBound, scalability.coherency.upperBound])
            }
        }
    }
}

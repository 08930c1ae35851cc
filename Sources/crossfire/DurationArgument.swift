public import ArgumentParser
import System

/// A time on the command line, a number with its unit; at most a hundred years.
extension Duration: @retroactive ExpressibleByArgument {
    private static let longestSeconds = 100.0 * 365 * 86400

    /// As help shows a default: `30s`, `0.25s`.
    public var defaultValueDescription: String {
        seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
    }

    /// Reads `500ms`, `60s`, `5m`.
    public init?(argument: String) {
        for (suffix, scale) in [("us", 0.000_001), ("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)]
        where argument.hasSuffix(suffix) {
            guard let value = Double(argument.dropLast(suffix.count)), value > 0 else { return nil }
            guard value * scale <= Self.longestSeconds else { return nil }
            self = .seconds(value * scale)
            return
        }
        return nil
    }
}

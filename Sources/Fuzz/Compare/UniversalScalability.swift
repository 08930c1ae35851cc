import Glibc
import System

/// Throughput as a function of the number of clients, by Gunther's Universal Scalability Law:
/// X(N) = λN / (1 + σ(N − 1) + κN(N − 1)).
///
/// Source: Gunther, "Guerrilla Capacity Planning", 2007, chapters 4 to 6.
public struct UniversalScalability: Sendable, Equatable {
    /// λ: what one client gets, requests a second.
    public var single: Double
    /// σ: the share of the work that is serial.
    public var contention: Double
    /// κ: what keeping everybody's view coherent costs, for each pair.
    public var coherency: Double

    /// The least-squares fit of N/X = (1 + σ(N − 1) + κN(N − 1)) / λ, which is linear in its unknowns; coefficients below
    /// zero mean nothing and are left out of the model. Nil for fewer than three different numbers of clients.
    public init?(_ points: [(clients: Int, throughput: Double)]) {
        let usable = points.filter { $0.throughput > 0 && $0.clients > 0 }
        guard Set(usable.map(\.clients)).count >= 3 else { return nil }
        var best: (fit: [Double], error: Double)?
        for terms in [[0, 1, 2], [0, 1], [0, 2], [0]] {
            guard let fit = Self.fit(usable, terms), fit[0] > 0, fit.allSatisfy({ $0 > -Self.rounding * fit[0] }) else {
                continue
            }
            let error = Self.error(fit, usable)
            if best.map({ error < $0.error }) ?? true { best = (fit, error) }
        }
        guard let fit = best?.fit else { return nil }
        single = 1 / fit[0]
        contention = max(0, fit[1] / fit[0])
        coherency = max(0, fit[2] / fit[0])
    }

    /// Coefficients this little below zero are zero.
    private static let rounding = 1e-9

    /// The sum of squared relative errors of N/X.
    private static func error(_ fit: [Double], _ points: [(clients: Int, throughput: Double)]) -> Double {
        points.reduce(0) { sum, point in
            let n = Double(point.clients)
            let measured = n / point.throughput
            let relative = (fit[0] + fit[1] * (n - 1) + fit[2] * n * (n - 1)) / measured - 1
            return sum + relative * relative
        }
    }

    /// Throughput at this many clients.
    public func throughput(_ clients: Double) -> Double {
        single * clients / (1 + contention * (clients - 1) + coherency * clients * (clients - 1))
    }

    /// The number of clients at which throughput is highest; nil where it only rises.
    public var peak: Double? {
        coherency > 0 && contention < 1 ? ((1 - contention) / coherency).squareRoot() : nil
    }

    /// Solves the normal equations for some of the three terms by Gaussian elimination; the others are 0.
    private static func fit(_ points: [(clients: Int, throughput: Double)], _ terms: [Int]) -> [Double]? {
        let size = terms.count
        var rows = Array(repeating: Array(repeating: 0.0, count: size + 1), count: size)
        for point in points {
            let n = Double(point.clients)
            let all = [1, n - 1, n * (n - 1)]
            let y = n / point.throughput
            // Relative errors count the same everywhere.
            let weight = 1 / (y * y)
            for row in 0..<size {
                for column in 0..<size { rows[row][column] += weight * all[terms[row]] * all[terms[column]] }
                rows[row][size] += weight * all[terms[row]] * y
            }
        }
        for pivot in 0..<size {
            guard let best = (pivot..<size).max(by: { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }),
                abs(rows[best][pivot]) > 1e-300
            else { return nil }
            rows.swapAt(pivot, best)
            for row in 0..<size where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...size { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        var result = [0.0, 0, 0]
        for (index, term) in terms.enumerated() { result[term] = rows[index][size] / rows[index][index] }
        return result
    }
}

extension UniversalScalability {
    /// A fit with 95 % intervals of its coefficients.
    public struct Estimate: Sendable {
        /// The fit of all measurements.
        public var fit: UniversalScalability
        /// The interval of σ.
        public var contention: ClosedRange<Double>
        /// The interval of κ.
        public var coherency: ClosedRange<Double>
    }

    /// Fits, and draws the measurements again with replacement to see how far the coefficients may be off (percentile
    /// bootstrap; Efron, Tibshirani, 1993), those of each number of clients among themselves.
    public static func estimate(_ points: [(clients: Int, throughput: Double)], seed: UInt64) -> Estimate? {
        guard let fit = UniversalScalability(points) else { return nil }
        var random = SeededGenerator(seed: seed)
        let groups = Dictionary(grouping: points, by: \.clients).sorted { $0.key < $1.key }.map(\.value)
        var contention: [Double] = []
        var coherency: [Double] = []
        for _ in 0..<resamples {
            let drawn = groups.flatMap { group in group.map { _ in random.pick(group) } }
            guard let again = UniversalScalability(drawn) else { continue }
            contention.append(again.contention)
            coherency.append(again.coherency)
        }
        return Estimate(
            fit: fit, contention: interval(contention, fit.contention), coherency: interval(coherency, fit.coherency))
    }

    private static let resamples = 400

    private static func interval(_ values: [Double], _ fallback: Double) -> ClosedRange<Double> {
        guard !values.isEmpty else { return fallback...fallback }
        let sorted = values.sorted()
        let low = sorted[Int(Double(sorted.count - 1) * 0.025)]
        return low...max(low, sorted[Int((Double(sorted.count - 1) * 0.975).rounded(.up))])
    }
}

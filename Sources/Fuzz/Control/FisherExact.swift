import Glibc

/// Fisher's exact test of two counts, one-sided: how likely the first arm has at least so many more hits than the second if
/// both have the same chance (Fisher, "Statistical Methods for Research Workers", section 21.02).
public struct FisherExact: Equatable, Sendable {
    /// The probability, from 0 to 1.
    public let p: Double

    /// Below this a difference is taken to be one.
    public static let significance = 0.01

    /// Whether the first arm has certainly the greater chance.
    public var isSignificant: Bool { p < Self.significance }

    /// The test of `first.hits` of `first.tries` against the second.
    ///
    /// - Precondition: 0 ≤ hits ≤ tries in both arms.
    /// - Complexity: O(tries).
    public init(_ first: (hits: Int, tries: Int), against second: (hits: Int, tries: Int)) {
        precondition(0 <= first.hits && first.hits <= first.tries && 0 <= second.hits && second.hits <= second.tries)
        let (hits, tries) = (first.hits + second.hits, first.tries + second.tries)
        let all = Self.logChoices(tries, hits)
        // All tables with the same margins in which the first arm has as many hits or more.
        let more = first.hits...min(first.tries, hits)
        p = min(
            1,
            more.reduce(0.0) { sum, count in
                sum + exp(Self.logChoices(first.tries, count) + Self.logChoices(second.tries, hits - count) - all)
            })
    }

    /// The logarithm of n over k; of none where k is negative or too many.
    private static func logChoices(_ n: Int, _ k: Int) -> Double {
        guard 0 <= k, k <= n else { return -.infinity }
        return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
    }

    private static func logFactorial(_ n: Int) -> Double {
        var sign: Int32 = 0
        return lgamma_r(Double(n) + 1, &sign)
    }
}

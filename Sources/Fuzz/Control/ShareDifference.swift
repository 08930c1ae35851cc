/// By how much the share of one arm exceeds that of another, with its 95 % interval (Newcombe's hybrid of two Wilson
/// intervals, Statistics in Medicine 17, 1998, method 10).
public struct ShareDifference: Equatable, Sendable {
    /// From -1 to 1.
    public let low: Double
    /// From -1 to 1.
    public let high: Double

    /// The difference of the shares of `first` and `second`.
    ///
    /// - Precondition: 0 ≤ hits ≤ tries, and tries > 0, in both arms.
    public init(_ first: (hits: Int, tries: Int), _ second: (hits: Int, tries: Int)) {
        let (one, other) = (
            WilsonInterval(hits: first.hits, tries: first.tries), WilsonInterval(hits: second.hits, tries: second.tries)
        )
        let (share, without) = (Double(first.hits) / Double(first.tries), Double(second.hits) / Double(second.tries))
        let difference = share - without
        low = difference - Self.length(share - one.low, other.high - without)
        high = difference + Self.length(one.high - share, without - other.low)
    }

    private static func length(_ left: Double, _ right: Double) -> Double {
        (left * left + right * right).squareRoot()
    }
}

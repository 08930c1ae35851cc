/// The 95 % score interval of a proportion (Wilson, JASA 22, 1927): honest for few tries, and for 0 and n hits.
public struct WilsonInterval: Equatable, Sendable {
    /// From 0 to 1.
    public let low: Double
    /// From 0 to 1.
    public let high: Double

    /// The interval for `hits` of `tries`.
    ///
    /// - Precondition: 0 ≤ hits ≤ tries, and tries > 0.
    public init(hits: Int, tries: Int) {
        precondition(0 <= hits && hits <= tries && tries > 0)
        let z = 1.959963984540054
        let count = Double(tries)
        let share = Double(hits) / count
        let scale = 1 + z * z / count
        let centre = (share + z * z / (2 * count)) / scale
        let half = z / scale * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
        low = max(0, centre - half)
        high = min(1, centre + half)
    }
}

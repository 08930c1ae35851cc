/// Where a history becomes inexplicable. Linearizability is closed under prefixes: what an order explains up to some answer
/// it explains up to each earlier one, so there is a first answer that none explains when later ones are not known yet.
enum InexplicablePrefix {
    /// Where to look first.
    enum Likely {
        /// Anywhere: by halves.
        case anywhere
        /// Near the beginning: by steps that double, then by halves.
        case early
    }

    /// The first of `count` answers, in order of time, that no order explains; all together none explains.
    ///
    /// - Parameter explains: whether an order explains the answers up to this one, where later ones had not come yet; nil
    ///   where that is not decided.
    /// - Returns: `isCertain` is false where it was not decided; then none explains the answers up to this one, but it
    ///   may not be the first. Nil without answers.
    /// - Complexity: O(log count) calls of `explains`.
    static func first(
        of count: Int, likely: Likely = .anywhere, explains: (Int) -> Bool?
    ) -> (answer: Int, isCertain: Bool)? {
        guard count > 0 else { return nil }
        var (low, high) = (0, count - 1)
        var step = likely == .early ? 1 : count
        while low < high {
            let middle = low + (high - low) / 2
            let probe = step < count ? min(low + step - 1, high - 1) : middle
            switch explains(probe) {
            case false: (high, step) = (probe, count)
            case true: (low, step) = (probe + 1, min(2 * step, count))
            case nil: return (high, false)
            }
        }
        return (low, true)
    }
}

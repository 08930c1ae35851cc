/// Patterns of names as Redis has them: `*`, `?`, `[abc]`, `[^a-c]`, and `\` before what is meant as it stands.
enum GlobPattern {
    /// - Complexity: O(pattern × name) at most.
    static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (pattern, name) = (pattern, name)
        // Where to go on if what follows the last `*` does not fit: one letter further.
        var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (pattern, name)
                continue
            }
            if pattern.isEmpty, name.isEmpty { return true }
            if let letter = name.first, let rest = one(pattern, letter) {
                (pattern, name) = (rest, name.dropFirst())
                continue
            }
            guard let last = retry, !last.name.isEmpty else { return false }
            retry = (last.pattern, last.name.dropFirst())
            (pattern, name) = (last.pattern, last.name.dropFirst())
        }
    }

    /// The pattern behind what means this letter; nil where it does not.
    private static func one(_ pattern: ArraySlice<UInt8>, _ letter: UInt8) -> ArraySlice<UInt8>? {
        switch pattern.first {
        case UInt8(ascii: "?"): return pattern.dropFirst()
        case UInt8(ascii: "["): return ofSet(pattern.dropFirst(), letter)
        case UInt8(ascii: "\\") where pattern.count > 1:
            let rest = pattern.dropFirst()
            return rest.first == letter ? rest.dropFirst() : nil
        case letter: return pattern.dropFirst()
        default: return nil
        }
    }

    private static func ofSet(_ set: ArraySlice<UInt8>, _ letter: UInt8) -> ArraySlice<UInt8>? {
        var rest = set
        let isNegated = rest.first == UInt8(ascii: "^")
        if isNegated { rest = rest.dropFirst() }
        var isMeant = false
        while let low = rest.first, low != UInt8(ascii: "]") {
            rest = rest.dropFirst()
            var high = low
            if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first, end != UInt8(ascii: "]") {
                high = end
                rest = rest.dropFirst(2)
            }
            if min(low, high) <= letter, letter <= max(low, high) { isMeant = true }
        }
        return isMeant != isNegated ? rest.dropFirst() : nil
    }
}

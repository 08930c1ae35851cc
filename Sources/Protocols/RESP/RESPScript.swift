/// What a script in Lua can be seen to do without running it.
enum RESPScript {
    /// Whether each command that it calls is given a key of `KEYS` first, as Redis asks of scripts.
    ///
    /// - Complexity: O(bytes).
    static func namesItsKeys(_ script: ArraySlice<UInt8>) -> Bool {
        let text = Array(script.filter { !(9...13).contains($0) && $0 != 0x20 })
        var found = 0
        for start in text.indices where isCall(text, start) {
            found += 1
            guard let comma = text[start...].firstIndex(of: UInt8(ascii: ",")),
                text[(comma + 1)...].starts(with: "KEYS[".utf8)
            else { return false }
        }
        // A call by another name is not seen.
        return found > 0 && count("redis.", text) == found
    }

    private static func isCall(_ text: [UInt8], _ start: Int) -> Bool {
        text[start...].starts(with: "redis.call(".utf8) || text[start...].starts(with: "redis.pcall(".utf8)
    }

    private static func count(_ word: String, _ text: [UInt8]) -> Int {
        text.indices.count { text[$0...].starts(with: word.utf8) }
    }
}

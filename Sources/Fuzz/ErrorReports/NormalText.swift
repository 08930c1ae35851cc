/// Texts of reports, as they are compared: without what differs from run to run.
package enum NormalText {
    /// Words that hold a digit, what is quoted, and paths become `#`; a campaign's own keys and values are among them.
    ///
    /// - Complexity: O(length of the text).
    package static func of(_ text: some StringProtocol) -> String {
        var text = String(text)
        text.replace(#/"[^"]*"|'[^']*'|`[^`]*`|‘[^’]*’|“[^”]*”/#, with: "#")
        let words = text.split { $0 == " " || $0 == "\t" }.map(word)
        var kept: [String] = []
        for word in words where !(word == "#" && kept.last == "#") { kept.append(word) }
        return String(kept.joined(separator: " ").prefix(mostCharacters))
    }

    /// The brackets around it and the marks behind it stay.
    private static func word(_ word: Substring) -> String {
        guard word.contains(where: \.isNumber) || word.contains("/") else { return String(word) }
        let head = word.prefix { "([{<=".contains($0) }
        let tail = word.reversed().prefix { ")]}>,.:;".contains($0) }.reversed()
        return head.count + tail.count < word.count ? head + "#" + String(tail) : "#"
    }

    private static let mostCharacters = 160

    /// A path's last part: where a program was built is no part of it.
    static func fileName(_ path: some StringProtocol) -> String {
        String(String(path).reversed().prefix { $0 != "/" }.reversed())
    }
}

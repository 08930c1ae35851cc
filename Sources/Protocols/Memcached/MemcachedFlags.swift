import Wire

/// The flags of a meta command: letters, some with a token behind them.
struct MemcachedFlags {
    /// What `ms` and `ma` do.
    enum Mode {
        case set, add, replace, append, prepend, increase, decrease
    }

    private let bytes: [UInt8]
    private let words: ArraySlice<Range<Int>>
    private let command: MemcachedCommand

    /// - Parameter words: all words of the request, its value left out or not.
    init(_ command: MemcachedCommand, _ bytes: [UInt8], _ words: [Range<Int>]) {
        self.command = command
        self.bytes = bytes
        let last = command.stores && words.count > command.firstFlag ? words.count - 1 : words.count
        self.words = words[min(command.firstFlag, last)..<last]
    }

    /// Where the token behind a flag lies; empty where it has none, nil without the flag.
    func token(_ letter: Unicode.Scalar) -> Range<Int>? {
        guard let word = words.first(where: { bytes[$0.lowerBound] == UInt8(ascii: letter) }) else { return nil }
        return word.lowerBound + 1..<word.upperBound
    }

    func has(_ letter: Unicode.Scalar) -> Bool { token(letter) != nil }

    private func isZero(_ letter: Unicode.Scalar) -> Bool {
        guard let token = token(letter) else { return true }
        return token.isEmpty || bytes[token].allSatisfy { $0 == UInt8(ascii: "0") }
    }

    /// Whether the key gets a time to live.
    var expires: Bool { !isZero("T") }
    /// Whether the value gets client flags.
    var hasClientFlags: Bool { !isZero("F") }
    /// Whether the key is written in base64: then its words do not name it.
    var isEncoded: Bool { has("b") }

    /// Whether all that is asked for is modelled.
    var isModelled: Bool {
        let known: [UInt8]
        switch command.effect {
        case .metaGet: known = Array("vkfcshltOqT".utf8)
        case .metaSet: known = Array("OqkcCFTM".utf8)
        case .metaDelete: known = Array("OqkC".utf8)
        default: known = Array("OqkvcDM".utf8)
        }
        return mode != nil && words.allSatisfy { known.contains(bytes[$0.lowerBound]) }
    }

    /// What is done; nil where that is not known.
    var mode: Mode? {
        let isArithmetic = command.effect == .metaArithmetic
        guard let token = token("M") else { return isArithmetic ? .increase : .set }
        guard token.count == 1 else { return isArithmetic ? longMode(token) : nil }
        switch (isArithmetic, bytes[token.lowerBound]) {
        case (false, UInt8(ascii: "S")), (false, UInt8(ascii: "s")): return .set
        case (false, UInt8(ascii: "E")), (false, UInt8(ascii: "e")): return .add
        case (false, UInt8(ascii: "R")), (false, UInt8(ascii: "r")): return .replace
        case (false, UInt8(ascii: "A")), (false, UInt8(ascii: "a")): return .append
        case (false, UInt8(ascii: "P")), (false, UInt8(ascii: "p")): return .prepend
        case (true, UInt8(ascii: "I")), (true, UInt8(ascii: "i")), (true, UInt8(ascii: "+")): return .increase
        case (true, UInt8(ascii: "D")), (true, UInt8(ascii: "d")), (true, UInt8(ascii: "-")): return .decrease
        default: return nil
        }
    }

    private func longMode(_ token: Range<Int>) -> Mode? {
        switch String(decoding: bytes[token.prefix(5)], as: UTF8.self).lowercased() {
        case "incr": .increase
        case "decr": .decrease
        default: nil
        }
    }

    /// By how much is counted; nil where that is no number that is modelled.
    var delta: Int? {
        guard let token = token("D") else { return 1 }
        guard let number = MemcachedLine.number(bytes.span, token, limit: Int.max - 1), number < Int.max else {
            return nil
        }
        return number
    }
}

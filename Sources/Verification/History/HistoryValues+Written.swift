extension HistoryValues {
    /// The code of a value as people write it on a command line: a number, `true`, `false`, `nil`, `:keyword`, or a text.
    public mutating func code(written text: String) -> Int {
        if let number = Int(text), number != History.null { return code(number: number) }
        switch text {
        case "nil", "null": return History.null
        case "true": return code(.bool(true))
        case "false": return code(.bool(false))
        default:
            guard text.hasPrefix(":"), text.count > 1 else { return code(.text(ExactText(text))) }
            return code(.keyword(ExactText(String(text.dropFirst()))))
        }
    }
}

extension HistoryValues {
    /// The code of bytes: of a whole number where they are written as one, of a text otherwise.
    package mutating func code(bytes: some Collection<UInt8>) -> Int {
        let bytes = Array(bytes)
        if let number = DecimalText.number(bytes, bytes.indices) { return code(number: number) }
        return bytes.withUnsafeBytes { code(text: $0) }
    }
}

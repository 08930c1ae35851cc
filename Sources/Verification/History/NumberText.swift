/// Numbers as files write them. Whole ones of 64 bits are themselves; any other gets one spelling for all that are equal:
/// `1.50`, `15e-1` and `1.5M` are 1.5. A decimal is no whole number: 1.0 is not 1.
enum NumberText {
    /// A number.
    enum Parsed: Equatable {
        case whole(Int)
        case other(String)
    }

    /// So many digits of an exponent are read; numbers with more are not told apart from each other's spelling.
    private static let maximumExponentDigits = 9

    /// The number that all of `bytes` spell, by the grammar that JSON and EDN share, and EDN's `+`, `N`, `M` and ratios;
    /// nil where they spell none.
    ///
    /// - Complexity: O(bytes).
    static func parse(_ bytes: some RandomAccessCollection<UInt8>) -> Parsed? {
        var rest = Array(bytes)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = digits(&rest)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
        if rest.first == UInt8(ascii: "/") {
            rest.removeFirst()
            let divisor = digits(&rest)
            return divisor.isEmpty || !rest.isEmpty ? nil : ratio(isNegative, Array(whole), Array(divisor))
        }
        if rest.isEmpty || Array(rest) == [UInt8(ascii: "N")] { return integer(isNegative, whole) }
        return decimal(isNegative, whole, &rest)
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let found = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        rest = rest.dropFirst(found.count)
        return found
    }

    private static func integer(_ isNegative: Bool, _ digits: ArraySlice<UInt8>) -> Parsed {
        let text = (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        return Int(text).map { .whole($0) } ?? .other(text)
    }

    private static func decimal(
        _ isNegative: Bool, _ whole: ArraySlice<UInt8>, _ rest: inout ArraySlice<UInt8>
    ) -> Parsed? {
        var fraction: ArraySlice<UInt8> = []
        var power = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            let isDown = rest.first == UInt8(ascii: "-")
            if isDown || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            let exponent = digits(&rest)
            guard !exponent.isEmpty else { return nil }
            guard exponent.count <= maximumExponentDigits else { return nil }
            power = exponent.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } * (isDown ? -1 : 1)
        }
        if rest.first == UInt8(ascii: "M") { rest.removeFirst() }
        guard rest.isEmpty else { return nil }
        return .other(spelling(isNegative, Array(whole + fraction), power - fraction.count))
    }

    /// `digits` × 10 to the `power`, as plainly as its length allows.
    private static func spelling(_ isNegative: Bool, _ digits: [UInt8], _ power: Int) -> String {
        var significant = Array(digits.drop { $0 == UInt8(ascii: "0") })
        var power = power
        while significant.last == UInt8(ascii: "0") {
            significant.removeLast()
            power += 1
        }
        guard !significant.isEmpty else { return "0.0" }
        let sign = isNegative ? "-" : ""
        let text = String(decoding: significant, as: UTF8.self)
        let point = significant.count + power
        if power >= 0, point <= 20 { return sign + text + String(repeating: "0", count: power) + ".0" }
        if power < 0, point > 0 { return sign + text.prefix(point) + "." + text.dropFirst(point) }
        if power < 0, point > -6 { return sign + "0." + String(repeating: "0", count: -point) + text }
        let mantissa = significant.count == 1 ? text : text.prefix(1) + "." + text.dropFirst()
        return "\(sign)\(mantissa)e\(point - 1)"
    }

    /// In lowest terms, where both parts have 64 bits.
    private static func ratio(_ isNegative: Bool, _ above: [UInt8], _ below: [UInt8]) -> Parsed? {
        let sign = isNegative ? "-" : ""
        let (top, bottom) = (String(decoding: above, as: UTF8.self), String(decoding: below, as: UTF8.self))
        guard let numerator = Int(top), let denominator = Int(bottom) else { return .other("\(sign)\(top)/\(bottom)") }
        guard denominator != 0 else { return nil }
        var (greater, less) = (numerator, denominator)
        while less != 0 { (greater, less) = (less, greater % less) }
        let (up, down) = (numerator / greater, denominator / greater)
        if down == 1 { return .whole(isNegative ? -up : up) }
        return .other("\(sign)\(up)/\(down)")
    }
}

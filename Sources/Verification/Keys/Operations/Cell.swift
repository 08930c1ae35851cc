/// What a key holds, in one word: a number as itself, anything else in a range near the smallest number.
///
/// Numbers in that range cannot be told from the rest; `integer` returns nil for them.
package enum Cell {
    /// The key does not exist.
    package static let absent = Int.min
    /// Whatever it held before the evidence begins, nothing included.
    package static let unknown = Int.min + 1
    /// It exists, with a value that the evidence does not tell.
    package static let unknownPresent = Int.min + 2
    /// It is a list; its elements are kept elsewhere.
    package static let list = Int.min + 3

    private static let firstText = Int.min + 16
    private static let firstInteger = Int.min + 1 << 40

    /// A byte string that is no canonical number, by its number in the interner.
    package static func text(_ id: Int) -> Int { firstText + id }
    /// The interner's number, if the cell is a byte string.
    package static func textID(_ cell: Int) -> Int? {
        cell >= firstText && cell < firstInteger ? cell - firstText : nil
    }
    /// Whether the cell is a number.
    package static func isInteger(_ cell: Int) -> Bool { cell >= firstInteger }
    /// The cell of a number, unless it is too near the smallest.
    package static func integer(_ value: Int) -> Int? { value >= firstInteger ? value : nil }

    /// The cell of a byte string: a number if it is written as Redis writes numbers, otherwise a text of `interner`.
    package static func value(_ bytes: [UInt8], _ range: Range<Int>, _ interner: inout ByteInterner) -> Int {
        if let number = DecimalText.number(bytes, range), let cell = integer(number) { return cell }
        return text(interner.intern(bytes, range))
    }
}

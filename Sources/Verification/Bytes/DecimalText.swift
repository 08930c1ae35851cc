/// Whole numbers as servers write them.
package enum DecimalText {
    /// The number that these bytes are the canonical decimal text of: no plus, no leading zero, no minus zero.
    package static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard (1...20).contains(range.count) else { return nil }
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let first = range.lowerBound + (isNegative ? 1 : 0)
        guard first < range.upperBound else { return nil }
        if bytes[first] == UInt8(ascii: "0") { return range.count == 1 ? 0 : nil }
        var value = 0
        for index in first..<range.upperBound {
            let digit = Int(bytes[index]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            let (scaled, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            guard !over, !carry else { return nil }
            value = sum
        }
        return value
    }
}

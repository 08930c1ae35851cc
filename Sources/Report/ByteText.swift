/// A span of time with three digits and a unit that suits it.
func duration(nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    for (unit, size) in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)] where abs(value) >= size {
        let scaled = value / size
        let digits = abs(scaled) >= 100 ? 0 : abs(scaled) >= 10 ? 1 : 2
        return "\(fixed(scaled, digits)) \(unit)"
    }
    return "\(nanoseconds) ns"
}

/// A number with so many digits behind the point; as Swift writes it, where it is too large for that.
func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard abs(value * scale) < 1e18 else { return "\(value)" }
    let whole = Int((value * scale).rounded())
    guard digits > 0 else { return String(whole) }
    let text = String(abs(whole))
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return (whole < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
}
